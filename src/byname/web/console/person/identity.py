"""Which records are one person's and why; what was decided about that; and whom somebody could be merged with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.deciding import Decision, decisions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot
    from byname.web.console.person.found import Card
    from byname.web.desk import Desk

__all__ = ["Records", "Side", "decided", "record_of", "records", "side"]

_MOST = 200

RECORDS = """
    select record_id, any_value(reason) as reason, min(probability) as probability,
           arg_min(source, placed) as source, arg_min(account, placed) as account,
           arg_min(source_id, placed) as source_id, arg_min(role, placed) as role,
           arg_min(fact_id, placed) as fact_id, count(*) as facts, count(*) over () as of_all
    from (
        select record_id, reason, probability, source, account, source_id, role, fact_id,
               (case when role in ('customer', 'contact') then 0 else 1 end, role, source_id) as placed
        from links
        where person_id in (select unnest($1::varchar[]))
    )
    group by record_id
    order by probability, facts desc, record_id
    limit $2
"""
REASONS = """
    select reason, min(probability) as probability, count(distinct record_id) as records,
           count(distinct source || '/' || account) as sources
    from links
    where person_id in (select unnest($1::varchar[]))
    group by reason
    order by records desc, reason
"""
RECORD = """
    select distinct record_id, source, account, source_id, role, reason, probability
    from links
    where person_id in (select unnest($1::varchar[])) and record_id = $2
    order by case when role in ('customer', 'contact') then 0 else 1 end, role, source_id
    limit 1
"""
WHOSE = "select record_id, person_id from records where record_id in (select unnest($1::varchar[]))"
SIDE = """
    select people.person_id, people.name, people.email, people.phone, people.street, people.postcode, people.city,
           people.country, people.language, people.records, people.first_seen, people.last_seen,
           value.orders, value.spend_total, value.clv, value.clv_low, value.clv_high, standing.standing
    from people
    left join value on value.person_id = people.person_id
    left join standing on standing.person_id = people.person_id
    where people.person_id = $1
"""
_SAYS = ("merge", "apart")


@dataclass(frozen=True)
class Records:
    """Records, the least sure first; how many there are; and by which reasons, each with how many."""

    rows: list[dict[str, Any]]
    of_all: int
    reasons: list[dict[str, Any]]


@dataclass(frozen=True)
class Side:
    """One of two people beside each other."""

    row: dict[str, Any]
    standing: str


def records(snapshot: Snapshot, people: Sequence[str]) -> Records:
    """Which records are theirs, and why."""
    rows = snapshot.query(RECORDS, [list(people), _MOST], only=people)
    return Records(rows, rows[0]["of_all"] if rows else 0, snapshot.query(REASONS, [list(people)], only=people))


def record_of(snapshot: Snapshot, people: Sequence[str], record_id: str) -> dict[str, Any] | None:
    """One of their records; None if it is not theirs."""
    rows = snapshot.query(RECORD, [list(people), record_id], only=people)
    return rows[0] if rows else None


def decided(desk: Desk, people: Sequence[str]) -> list[Decision]:
    """Merges and settings apart that name one of their records, newest first; not those about somebody hidden."""
    told = [one for one in decisions(desk.company) if one.kind in _SAYS]
    named = sorted({record for one in told for record in (one.record_id, one.other_record_id)})
    if not named:
        return []
    whose = {row["record_id"]: row["person_id"] for row in desk.snapshot.query(WHOSE, [named])}
    found = []
    for one in reversed(told):
        sides = {whose.get(one.record_id), whose.get(one.other_record_id)}
        if sides & set(people) and not sides & desk.since.hidden:
            found.append(one)
    return found


def side(desk: Desk, card: Card) -> Side:
    """One person as they stand beside another."""
    (row,) = desk.snapshot.query(SIDE, [card["person_id"]], only=[card["person_id"]])
    return Side(row, desk.since.standings.get(card["person_id"]) or row["standing"] or "unknown")
