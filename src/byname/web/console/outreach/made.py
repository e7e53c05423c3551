"""The last contacts, from the ledger and what was written since: goal, owner, what was expected, what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from byname.app_rows import opened
from byname.cards import cards
from byname.company import open_company
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.schema import table
from byname.web.remembered import remembered
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

__all__ = ["LAST", "Made", "Outcome", "made", "outcomes"]

LAST = 500  # contacts that are looked at; earlier ones stand in each person's timeline
_FOLLOWED_DAYS = 90
# Of a fact the newest version; who was held out was not contacted.
CONTACTS = f"""
    select fact_id, record_id, source_id, coalesce(occurred_at, known_at) as made_at, channel, employee, team, kind,
           goal, expected, coalesce(action, campaign, '') as name
    from all_contacts
    where coalesce(arm, '') <> 'held out' and coalesce(occurred_at, known_at) < $until
    qualify row_number() over (partition by fact_id order by version desc) = 1
    order by made_at desc, fact_id
    limit {LAST}
"""  # noqa: S608 - ours
# An answer names its contact by our id or by the source's.
ANSWERS = """
    select contact_id, kind, min(coalesce(occurred_at, known_at)) as came_at
    from all_answers
    where contact_id in (select unnest($ids::varchar[]))
    group by contact_id, kind
"""
BOUGHT = """
    select person_id, occurred_at
    from timeline
    where person_id in (select unnest($1::varchar[])) and kind = 'order' and occurred_at >= $2
    order by person_id, occurred_at
"""


@dataclass(frozen=True)
class Made:
    """A contact that was made.

    Attributes:
        fact_id: of the contact.
        source_id: as its source calls it.
        record_id: of the person, as facts name them.
        at: when, UTC.
        name: the playbook or the campaign.
        channel: how.
        owner: the employee, else the team; empty: nobody is named.
        kind: ask, give, thank, news, service.
        goal: what it was for.
        expected: what it was to change.
        person: person_id, name, e-mail, phone, standing, worth; once it is known whose it is.
    """

    fact_id: str
    source_id: str
    record_id: str
    at: datetime
    name: str
    channel: str
    owner: str
    kind: str
    goal: str
    expected: str
    person: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Outcome:
    """What is on record after a contact.

    Attributes:
        says: in sentences, the first thing first; none: nothing came back yet.
    """

    says: tuple[str, ...]


@dataclass(frozen=True)
class _Read:
    contacts: tuple[Made, ...]
    answers: Mapping[str, tuple[tuple[datetime, str], ...]]


def made(desk: Desk) -> list[Made]:
    """The last contacts, newest first, of people who may be shown."""
    read = remembered(_read, desk.snapshot, desk.company.folder)
    written = {row["fact_id"]: _of(row) for row in _last_written(desk) if row["arm"] != "held out"}
    both = [*written.values(), *(one for one in read.contacts if one.fact_id not in written)]
    both = sorted(both, key=lambda one: (one.at, one.fact_id), reverse=True)[:LAST]
    known = whose(desk.company, desk.snapshot)
    known.look_up(one.record_id for one in both)
    persons = {one.record_id: known.person(one.record_id) for one in both}
    shown = {record: desk.since.shown_as(person) for record, person in persons.items() if person}
    found = cards(desk.snapshot, sorted(set(shown.values()) - desk.since.hidden))
    return [
        replace(one, person={"person_id": person, **found[person]})
        for one in both
        if (person := shown.get(one.record_id)) and person in found
    ]


def outcomes(desk: Desk, contacts: Sequence[Made]) -> list[Outcome]:
    """What came of each of these contacts: what was answered, and what was bought after. No proof that it did it."""
    read = remembered(_read, desk.snapshot, desk.company.folder)
    back: dict[str, list[tuple[datetime, str]]] = {}
    for one in contacts:
        back[one.fact_id] = [*read.answers.get(one.fact_id, ()), *read.answers.get(one.source_id, ())]
    for row in _answered_since(desk):
        if row["contact_id"] in back:
            back[row["contact_id"]].append((row["occurred_at"] or row["written_at"], row["kind"] or ""))
    people = sorted({one.person["person_id"] for one in contacts if one.person})
    bought: dict[str, list[datetime]] = {}
    if people:
        first = min(one.at for one in contacts)
        for row in desk.snapshot.query(BOUGHT, [people, first], only=people):
            bought.setdefault(row["person_id"], []).append(row["occurred_at"])
    return [Outcome(tuple(_said(one, back[one.fact_id], bought, desk))) for one in contacts]


def _said(
    one: Made, back: Iterable[tuple[datetime, str]], bought: Mapping[str, Sequence[datetime]], desk: Desk
) -> Iterable[str]:
    """Each kind of answer once, then the first purchase within a season."""
    told: set[str] = set()
    for _at, kind in sorted(back):
        if kind not in told:
            told.add(kind)
            yield _answer(kind)
    person = one.person["person_id"] if one.person else ""
    until = one.at + timedelta(days=_FOLLOWED_DAYS)
    if first := next((at for at in bought.get(person, ()) if one.at < at <= until), None):
        days = (first - one.at).days
        yield ngettext("bought %(days)s day after", "bought %(days)s days after", days) % {"days": days}
    elif until.date() >= desk.as_of:
        left = (until.date() - desk.as_of).days
        if told <= {"delivered"}:
            yield _("nothing yet; it is looked at for %(days)s days more") % {"days": left}
    elif told <= {"delivered"}:
        yield _("nothing came of it within %(days)s days") % {"days": _FOLLOWED_DAYS}


def _answer(kind: str) -> str:
    return {
        "opened": _("opened"),
        "clicked": _("followed a link"),
        "replied": _("answered"),
        "bought": _("bought by it"),
        "unsubscribed": _("unsubscribed"),
        "complained": _("complained of it"),
        "bounced": _("came back: the address does not exist"),
        "delivered": _("arrived"),
    }.get(kind, kind)


def _last_written(desk: Desk) -> list[dict[str, Any]]:
    """Contacts of the app database that the snapshot does not hold; of a large mailing the last."""
    with opened(desk.company) as rows:
        return rows.last_since("contacts", desk.snapshot.run, desk.company.end_of(desk.as_of), LAST) if rows else []


def _answered_since(desk: Desk) -> list[dict[str, Any]]:
    """What came back, that the snapshot does not hold."""
    with opened(desk.company) as rows:
        return rows.since("answers", desk.snapshot.run, desk.company.end_of(desk.as_of)) if rows else []


def _read(snapshot: Snapshot, folder: Path) -> _Read:
    """The ledger's last contacts up to the snapshot's day, and what came back on them."""
    company = open_company(folder)
    with open_ledger(company).state() as state, duckdb.connect(config={"threads": 1}) as con:
        for name in ("contacts", "answers"):
            show(con, f"all_{name}", table(name), state.files(name))
        until = company.end_of(snapshot.as_of)
        rows = con.sql(CONTACTS, params={"until": until}).to_arrow_table().to_pylist()
        contacts = tuple(_of(row) for row in rows)
        ids = sorted({one for row in contacts for one in (row.fact_id, row.source_id) if one})
        answers: dict[str, list[tuple[datetime, str]]] = {}
        for contact_id, kind, at in con.execute(ANSWERS, {"ids": ids}).fetchall():
            answers.setdefault(contact_id, []).append((at, kind or ""))
    return _Read(contacts, {key: tuple(sorted(found)) for key, found in answers.items()})


def _of(row: Mapping[str, Any]) -> Made:
    at = row["made_at"] if "made_at" in row else row["occurred_at"] or row["written_at"]
    return Made(
        row["fact_id"], row["source_id"] or "", row["record_id"],
        at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at,
        row["name"] if "name" in row else row["action"] or row["campaign"] or "",
        row["channel"] or "", row["employee"] or row["team"] or "", row["kind"] or "", row["goal"] or "",
        row["expected"] or "",
    )  # fmt: skip
