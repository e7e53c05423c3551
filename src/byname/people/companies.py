"""Company accounts: for whom people buy, parents and mergers, and people who move from one to another (S3.4)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.errors import SettingsError
from byname.facts.letters import flat
from byname.people.joining import components

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.engines import Engine, Table

__all__ = ["Companies", "companies", "company_key"]

_FORMS = frozenset(
    (
        "gmbh ag kg ohg ug ev ltd limited llc llp inc incorporated corp corporation co company plc sarl sas sa srl spa "
        "bv nv oy oyj ab as aps pty pvt sl sc kft doo zrt se gbr kgaa mbh cie & and und et"
    ).split()
)
_FORMS_BEFORE = frozenset("sarl eurl ab oy pt ooo".split())  # written before the name: "AB Borealis"
# Words that many companies have, so that they show nothing in common.
_COMMON = _FORMS | frozenset("the der die das la le group holding international services solutions global".split())
# Mailboxes that anybody may have say nothing about an employer.
_FREE = frozenset(
    (
        "me.com mac.com mail.com mail.ru web.de t-online.de freenet.de yandex.ru yandex.com proton.me protonmail.com "
        "posteo.de mailbox.org orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it "
        "telefonica.net terra.es ziggo.nl kpnmail.nl planet.nl bluewin.ch wp.pl o2.pl onet.pl interia.pl seznam.cz "
        "comcast.net verizon.net att.net sbcglobal.net bellsouth.net btinternet.com sky.com virginmedia.com qq.com 163.com "
        "126.com naver.com hey.com zoho.com fastmail.com example.com example.org"
    ).split()
)
_FREE_EVERYWHERE = re.compile(
    r"(gmail|googlemail|outlook|hotmail|live|msn|yahoo|ymail|icloud|aol|gmx)(\.com?)?\.[a-z]{2,3}"
)

# Which names are written beside which mailboxes, and by how many people.
WRITTEN = statement(
    "people.companies_written",
    """
    with told as (
        select distinct person_id, coalesce(company, '') as company,
               regexp_replace(coalesce(email_key, ''), '^[^@]*@', '', 'g') as domain
        from known
    )
    select company, domain, count(*) as persons from told where company <> '' or domain <> '' group by company, domain
    """,
)

PARENTS_WRITTEN = statement(
    "people.parents_written",
    """
    with told as (select distinct company, unnest(external_ids) as id from known where company <> '')
    select company, id from told where starts_with(id, 'parent_company:')
    """,
)

STAYS = statement(
    "people.company_stays",
    """
    with seen as (
        select known.person_id, spelled.company_id, coalesce(known.seen_at, known.first_known) as noted,
               '"' || known.company || '" in ' || coalesce(known.source, 'a record') as by_name,
               cast(null as varchar) as by_domain
        from known
        join spelled on spelled.company = known.company
        union all
        select known.person_id, owned.company_id, coalesce(known.seen_at, known.first_known) as noted,
               cast(null as varchar) as by_name, 'writes from ' || owned.domain as by_domain
        from known
        join owned on owned.domain = regexp_replace(known.email_key, '^[^@]*@', '', 'g')
        where coalesce(known.company, '') = ''
    )
    select person_id, company_id, min(noted) as since, max(noted) as last_at,
           coalesce(min(by_name), min(by_domain)) as reason
    from seen
    group by person_id, company_id
    """,
)

# Somebody has left when another company is first seen after this one was last seen; who is seen in both has both.
MEMBERS = statement(
    "people.company_members",
    """
    with left_at as (
        select stays.person_id, stays.company_id, min(later.since) as until
        from stays
        join stays as later on later.person_id = stays.person_id
        where later.since > stays.last_at
        group by stays.person_id, stays.company_id
    )
    select accounts.company_id, accounts.name, accounts.parent_id, stays.person_id, stays.since, left_at.until,
           stays.reason || case when left_at.until is null then '' else ', until the next was seen' end as reason
    from stays
    join accounts on accounts.company_id = stays.company_id
    left join left_at on left_at.person_id = stays.person_id and left_at.company_id = stays.company_id
    """,
)

CURRENT = statement(
    "people.company_current",
    """
    select person_id, company_id
    from stays
    qualify row_number() over (
        partition by person_id order by last_at desc nulls last, since desc nulls last, company_id nulls last
    ) = 1
    """,
)


@dataclass(frozen=True)
class Companies:
    """Company accounts.

    Args:
        members: company_id, name, parent_id, person_id, since, until, reason.
        current: person_id and company_id: where each is today, the one that was seen last.
        report: what was ignored, and why: (what, in words).
    """

    members: Table
    current: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def company_key(written: str) -> str:
    """A company's name without case, marks, punctuation and legal form; '' if nothing is left."""
    plain = flat(written)
    words = re.sub(r"[^\w&]+", " ", re.sub(r"[.'\u2019]", "", plain)).split()
    while len(words) > 1:
        spaced = next((n for n in (3, 2) if len(words) > n and _is_spaced_form(words[-n:])), 0)
        if not spaced and words[-1] not in _FORMS:
            break
        del words[-(spaced or 1) :]
    if len(words) > 1 and words[0] in _FORMS_BEFORE:
        del words[0]
    return " ".join(words)


def _is_spaced_form(words: list[str]) -> bool:
    """Is it a legal form in single letters: "A/S", "S. A."?"""
    return all(len(word) == 1 for word in words) and "".join(words) in _FORMS


def companies(engine: Engine, known: Table, above: Mapping[str, str], parents: Table | None = None) -> Companies:
    """Find the companies of people.

    A company is known by its name and by a domain of its own: spellings that are alike and whose people write from one
    domain are one company, and who writes from there without a company's name is of that company.

    Args:
        engine: where the tables are.
        known: one row a record: person_id, company, email_key, seen_at, first_known, source, external_ids.
        above: company → its parent, or the company that it became; it counts before what records say.
        parents: company and parent, as another source has them; counts before records' 'parent_company:' ids.

    Raises:
        SettingsError: a company of `above` is above itself.
    """
    rows = engine.fetch(engine.run(WRITTEN, known=known), order_by=("company", "domain")).to_pylist()
    said = [] if parents is None else engine.fetch(parents, order_by=("company", "parent")).to_pylist()
    stated = [(row["company"], row["parent"]) for row in said]
    if "external_ids" in known.columns:
        ids = engine.fetch(engine.run(PARENTS_WRITTEN, known=known), order_by=("company", "id")).to_pylist()
        stated += [(row["company"], row["id"].partition(":")[2]) for row in ids]
    higher, report = _parents(above, stated)
    spelled, owned, accounts = (engine.arrow(table) for table in _register(rows, higher))
    stays = engine.run(STAYS, known=known, spelled=spelled, owned=owned)
    return Companies(engine.run(MEMBERS, stays=stays, accounts=accounts), engine.run(CURRENT, stays=stays), report)


def _register(rows: list[dict[str, str]], higher: Mapping[str, str]) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Spellings, domains of their own and companies, each with the company's id."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    using: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        key = company_key(row["company"])
        using[row["domain"]][key] += int(row["persons"])
        if key:
            written[key][row["company"]] += int(row["persons"])
    owner = {domain: main for domain, keys in using.items() if (main := _owner(domain, keys, higher))}
    # Whoever has a parent of its own is a company of its own, whatever the domain.
    pairs = [
        (key, to) for domain, to in owner.items() for key in using[domain] if key and not {key, to} & higher.keys()
    ]
    same = _same(written, pairs)
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for key, counts in written.items():
        names[same[key]].update(counts)
    above = {key: same.get(high, high) for key, high in higher.items()}
    spelled = [(name, _company_id(same[key])) for key, counts in written.items() for name in counts]
    owned = [(domain, _company_id(same[key])) for domain, key in owner.items()]
    said = {key: min(counts, key=lambda name: (-counts[name], name)) for key, counts in names.items()}
    accounts = [(_company_id(key), said[key], _company_id(above[key]) if key in above else None) for key in names]
    return (
        _table(spelled, "company", "company_id"),
        _table(owned, "domain", "company_id"),
        _table(accounts, "company_id", "name", "parent_id"),
    )


def _owner(domain: str, keys: Counter[str], higher: Mapping[str, str]) -> str | None:
    """The company whose own a domain is, if any.

    Where names are not alike, or most people name no company, it is a host of mail that our list does not have.
    """
    named = [key for key in keys if key]
    free = not domain or domain in _FREE or _FREE_EVERYWHERE.fullmatch(domain)
    if free or 2 * keys[""] > keys.total():
        return None
    # One that stands below another has no say in whose the domain is, unless it is there alone.
    pool = named if len(named) == 1 else [key for key in named if key not in higher]
    main = min(pool, key=lambda key: (-keys[key], key), default=None)
    return main if main and all(_are_alike(key, main) for key in pool) else None


def _are_alike(one: str, two: str) -> bool:
    """Do two names have a word in common that tells companies apart, or is one the initials of the other?"""
    left, right = one.split(), two.split()
    initials = {"".join(word[0] for word in words) for words in (left, right) if len(words) > 1}
    joined = {"".join(left), "".join(right)}
    return bool(set(left) & set(right) - _COMMON or len(joined) == 1 or initials & joined)


def _same(written: Mapping[str, Counter[str]], pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Key → the key that most people write, of all that are one company."""
    # A component is called by its smallest node: here by the name that most people write.
    keys = sorted(written, key=lambda key: (-written[key].total(), key))
    number = {key: place for place, key in enumerate(keys)}
    left, right = (np.array([number[pair[side]] for pair in pairs], dtype=np.int64) for side in (0, 1))
    return {key: keys[main] for key, main in zip(keys, components(len(keys), left, right).tolist(), strict=True)}


def _parents(above: Mapping[str, str], stated: list[tuple[str, str]]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Key → the key above it, and what was ignored: the settings stop on a circle, a record does not stop a refresh."""
    higher: dict[str, str] = {}
    for low, high in above.items():
        one = company_key(low)
        higher[one] = company_key(high)
        path = _path(higher, one)
        if not all(path) or path[-1] in path[:-1]:
            raise SettingsError(
                where="byname.toml, identity.companies",
                found=f'"{low}" = "{high}", that is: {" → ".join(path)}',
                expected="two names of companies, neither of them above itself",
                do="Take one of these lines out.",
            )
    settled, report = frozenset(higher), []
    for low, high in stated:
        one, two = company_key(low), company_key(high)
        if not one or not two or one == two or one in settled or higher.get(one) == two:
            continue
        path = _path(higher, two)
        if one in higher or one in path:
            why = f'it has another parent, "{higher[one]}"' if one in higher else "it would be above itself"
            report.append((f'parent "{high}" of "{low}"', f"ignored: {why}; [identity.companies] decides"))
        else:
            higher[one] = two
    return higher, report


def _path(higher: Mapping[str, str], start: str) -> list[str]:
    """A company and those above it, up to the top or to the first that comes twice."""
    path = [start]
    while path[-1] in higher and path[-1] not in path[:-1]:
        path.append(higher[path[-1]])
    return path


def _company_id(key: str) -> str:
    return "c" + base64.b32encode(hashlib.sha256(key.encode()).digest()).decode()[:16]


def _table(rows: Sequence[tuple[str | None, ...]], *names: str) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.table({name: pa.array(list(one), pa.string()) for name, one in zip(names, columns, strict=True)})
