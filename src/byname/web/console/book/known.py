"""What a colleague keeps in mind of a person: what they like and what not, what we promised, what they wait for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

__all__ = ["Entry", "Promised", "known"]

PEOPLE = """
    with wanted as (select unnest($1::varchar[]) as person_id),
    named as (
        select person_id, name, email, phone, city, owner from people where person_id in (from wanted)
    ),
    profiled as (
        select person_id, case when rank is not null then clv end as clv, clv_low, clv_high, company, known_to,
               favourite_thing, features, orders, days_since_purchase, coming_occasion, referral_unthanked,
               idea_shipped, neglected, days_since_thanked, praised_employee
        from profile
        where person_id in (from wanted)
    ),
    stands as (select person_id, standing, since from standing where person_id in (from wanted)),
    paced as (select person_id, dislikes, lines, paused_until from pace where person_id in (from wanted)),
    ways as (
        select person_id, list(channel order by liking desc, channel) as ways
        from reach
        where person_id in (from wanted) and asked
        group by person_id
    )
    select named.*, profiled.* exclude (person_id), stands.* exclude (person_id), paced.* exclude (person_id), ways.ways
    from named
    left join profiled on profiled.person_id = named.person_id
    left join stands on stands.person_id = named.person_id
    left join paced on paced.person_id = named.person_id
    left join ways on ways.person_id = named.person_id
"""
PROMISED = """
    select person_id, fact_id, what, due_at, employee, state = 'broken' as is_late
    from promises
    where person_id in (select unnest($1::varchar[])) and state in ('open', 'broken')
    order by state, due_at nulls last, fact_id
"""
WAITING = """
    select person_id, kind, occurred_at, medium, words
    from waiting
    where person_id in (select unnest($1::varchar[]))
    order by kind, occurred_at, fact_id
"""


@dataclass(frozen=True)
class Promised:
    """A promise that is still to be kept.

    Attributes:
        fact_id: of the promise.
        what: the promise.
        due_at: by when, UTC; None where no day was said.
        by: who gave it.
        is_late: its day is over.
    """

    fact_id: str
    what: str
    due_at: datetime | None
    by: str
    is_late: bool


@dataclass(frozen=True)
class Entry:
    """A person in a client book.

    Attributes:
        person: who, what they are worth, and what is known of what they like.
        standing: where they stand, a correction laid over.
        owner: who looks after them or knows them, an assignment laid over.
        says: how they and the employee know each other.
        waits: what they wait for.
        promised: what we promised and did not keep yet.
        waiting: their words that nobody answered.
        is_pending: something was written about them that the numbers do not hold yet.
    """

    person: Mapping[str, Any]
    standing: str | None
    owner: str
    says: str
    waits: str
    promised: tuple[Promised, ...]
    waiting: tuple[Mapping[str, Any], ...]
    is_pending: bool

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"b-{self.person['person_id']}"


def known(desk: Desk, chosen: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """These people as their colleague knows them, in the order given.

    Args:
        desk: the snapshot and what was written since.
        chosen: rows with `person_id`, `waits` and `says`.
    """
    ids = tuple(sorted({one for row in chosen for one in desk.since.shown_together(row["person_id"])}))
    people, promised, waiting = remembered(_asked, desk.snapshot, ids)
    return [
        _entry(desk, row, people[row["person_id"]], promised, waiting) for row in chosen if row["person_id"] in people
    ]


def _entry(
    desk: Desk,
    row: Mapping[str, Any],
    person: Mapping[str, Any],
    promised: Sequence[Mapping[str, Any]],
    waiting: Sequence[Mapping[str, Any]],
) -> Entry:
    one, since = row["person_id"], desk.since
    together = set(since.shown_together(one))
    made = [
        Promised(each["fact_id"], each["what"], each["due_at"], each["employee"] or "", each["is_late"])
        for each in promised
        if each["person_id"] in together
    ]
    made += [
        Promised(said.fact_id, said.says, said.due_at, said.by, is_late=False)
        for said in since.said.get(one, ())
        if said.kind == "promise"
    ]
    return Entry(
        person,
        since.standings.get(one, person["standing"]),
        since.owners.get(one, person["owner"] or person["known_to"] or ""),
        row["says"],
        row["waits"],
        tuple(_still_open(made, since.kept)),
        tuple(each for each in waiting if each["person_id"] in together),
        since.is_pending(one),
    )


def _still_open(made: Iterable[Promised], kept: frozenset[str]) -> list[Promised]:
    return [one for one in {each.fact_id: each for each in made}.values() if one.fact_id not in kept]


def _asked(
    snapshot: Snapshot, ids: tuple[str, ...]
) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    people = {row["person_id"]: row for row in snapshot.query(PEOPLE, [list(ids)])}
    return people, snapshot.query(PROMISED, [list(ids)]), snapshot.query(WAITING, [list(ids)])
