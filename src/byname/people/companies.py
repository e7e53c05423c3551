"""Company accounts: for whom people buy, parents and mergers, and people who move from one to another (S3.4)."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.engines import Engine, Table

__all__ = ["Companies", "companies", "company_key"]

_FORMS = frozenset(
    (
        "gmbh ag kg ohg ug ev ltd limited llc llp inc incorporated corp corporation co company plc sarl sas sa srl spa "
        "bv nv oy oyj ab as aps pty pvt sl sc kft doo zrt se gbr kgaa mbh cie & and und et"
    ).split()
)
# Mailboxes that anybody may have say nothing about an employer.
_FREE = frozenset(
    (
        "gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk live.com msn.com yahoo.com yahoo.co.uk yahoo.de "
        "yahoo.fr icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de "
        "mail.com mail.ru mail.org yandex.ru yandex.com proton.me protonmail.com posteo.de mailbox.org orange.fr "
        "wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it telefonica.net terra.es ziggo.nl "
        "kpnmail.nl planet.nl bluewin.ch wp.pl o2.pl onet.pl interia.pl seznam.cz comcast.net verizon.net att.net "
        "sbcglobal.net bellsouth.net btinternet.com sky.com virginmedia.com qq.com 163.com 126.com naver.com hey.com "
        "zoho.com fastmail.com example.com example.org"
    ).split()
)
_MOST_DOMAIN = 1  # companies that share a domain: more than one, and it is a host of mail

WORKS = statement(
    "people.works",
    """
    select person_id, company, case when email_key = '' then null else email_key end as email_key,
           min(coalesce(seen_at, first_known)) as since, max(coalesce(seen_at, first_known)) as last_at,
           min(source) as source
    from known
    where company is not null and company <> ''
    group by person_id, company, case when email_key = '' then null else email_key end
    """,
)


@dataclass(frozen=True)
class Companies:
    """Company accounts.

    Args:
        members: company_id, name, parent_id, person_id, since, until, reason.
        current: person_id and company_id: where each is today.
    """

    members: Table
    current: Table


def company_key(written: str) -> str:
    """A company's name without case, marks, punctuation and legal form; '' if nothing is left."""
    apart = unicodedata.normalize("NFKD", written.lower().replace("ß", "ss"))
    plain = "".join(one for one in apart if not unicodedata.combining(one)).replace(".", "")
    words = re.sub(r"[^\w&]+", " ", plain).split()
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    return " ".join(words)


def companies(engine: Engine, known: Table, above: Mapping[str, str]) -> Companies:
    """Find the companies of people.

    A company is known by its name; two spellings whose people write from one domain of their own are one company. Who
    has records of two companies moved from the one to the other, when the later was first seen.

    Args:
        engine: where the tables are.
        known: one row a record: person_id, company, email_key, seen_at, first_known, source.
        above: company → its parent, or the company that it became.

    Raises:
        SettingsError: a company is above itself.
    """
    works = engine.fetch(engine.run(WORKS, known=known), order_by=("person_id", "since", "company", "email_key"))
    rows = [row for row in works.to_pylist() if company_key(row["company"])]
    same = _by_domain(rows)
    parents = _parents(above)
    names: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    spells: dict[str, dict[str, list[dict[str, object]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        key = same.get(company_key(row["company"]), company_key(row["company"]))
        names[key][row["company"]] += 1
        spells[row["person_id"]][key].append(row)
    said = {key: min(counts, key=lambda name: (-counts[name], name)) for key, counts in names.items()}
    members: list[tuple[object, ...]] = []
    current: list[tuple[str, str]] = []
    for person, of in spells.items():
        stays = sorted((min(row["since"] for row in found), key) for key, found in of.items())  # type: ignore[type-var]
        for place, (since, key) in enumerate(stays):
            until = stays[place + 1][0] if place + 1 < len(stays) else None
            source = of[key][0]["source"]
            parent = parents.get(key)
            members.append(
                (
                    _company_id(key),
                    said[key],
                    _company_id(parent) if parent else None,
                    person,
                    since,
                    until,
                    f'"{said[key]}" in {source}' + (", until the next was seen" if until else ""),
                )
            )
        current.append((person, _company_id(stays[-1][1])))
    return Companies(engine.arrow(_table(members)), engine.arrow(_current(current)))


def _by_domain(rows: list[dict[str, str]]) -> dict[str, str]:
    """Spelling → the spelling of the company that has the same domain of its own: the most frequent one."""
    using: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        domain = (row["email_key"] or "").partition("@")[2]
        if domain and domain not in _FREE:
            using[domain][company_key(row["company"])] += 1
    same: dict[str, str] = {}
    for keys in using.values():
        first = min(keys, key=lambda key: (-keys[key], key))
        alike = [key for key in keys if key != first and (set(key.split()) & set(first.split()))]
        same |= {key: first for key in alike if len(keys) <= len(alike) + _MOST_DOMAIN}
    return same


def _parents(above: Mapping[str, str]) -> dict[str, str]:
    parents = {company_key(low): company_key(high) for low, high in above.items()}
    for start in parents:
        seen, at = {start}, parents.get(start)
        while at:
            if at in seen:
                raise SettingsError(
                    where="byname.toml, identity.companies",
                    found=f'"{start}" above itself',
                    expected="a parent that is not one of its own daughters",
                )
            seen.add(at)
            at = parents.get(at)
    return parents


def _company_id(key: str) -> str:
    return "c" + base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:16]


def _table(rows: list[tuple[object, ...]]) -> pa.Table:
    instant = pa.timestamp("us")
    types = {
        "company_id": pa.string(), "name": pa.string(), "parent_id": pa.string(), "person_id": pa.string(),
        "since": instant, "until": instant, "reason": pa.string(),
    }  # fmt: skip
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    return pa.table(
        {name: pa.array(list(column), kind) for (name, kind), column in zip(types.items(), columns, strict=True)}
    )


def _current(rows: list[tuple[str, str]]) -> pa.Table:
    return pa.table(
        {
            "person_id": pa.array([person for person, _ in rows], pa.string()),
            "company_id": pa.array([company for _, company in rows], pa.string()),
        }
    )
