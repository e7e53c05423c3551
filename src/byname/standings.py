"""Where the customers stand: how many in each of the five standings, who moved, and who of the best fell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.cards import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from byname.snapshot import Snapshot

__all__ = [
    "Counted", "Standings", "Wanted", "alarmed", "counted", "moved", "next_steps", "quarters", "standings", "ways",
]  # fmt: skip

_MANY_ADVOCATES = 0.10  # of those whose standing is known; low single digits are what is found (S1.8)

COUNTS = """
    select standing.standing, count(*) as people, sum(coalesce(value.clv, 0)) as clv,
           avg(standing.confidence) as confidence
    from standing
    left join value on value.person_id = standing.person_id
    group by standing.standing
"""
WOULD_AND_DOES = """
    select count(*) filter (where would_recommend is not null) as asked,
           count(*) filter (where would_recommend) as would,
           count(*) filter (where does_recommend) as does,
           count(*) filter (where would_recommend and does_recommend) as both_of_them,
           count(*) filter (where speaks <> 'unknown') as known
    from standing
"""
FLOWS = """
    select * from flows where day = (select max(day) from flows) order by people desc, from_standing, to_standing
"""
WAYS = """
    select * from flows where day = $1 order by people desc, from_standing, to_standing
"""
QUARTERS = """
    select day, to_standing as standing, sum(people) as people,
           sum(people) / sum(sum(people)) over (partition by day) as share
    from flows
    group by day, to_standing
    order by day, to_standing
"""
# Worse is a higher place in the list.
MOVERS = """
    select moves.*, coalesce(value.clv, 0) as clv, count(*) over () as of_all
    from moves
    left join (select person_id, clv from value) as value on value.person_id = moves.person_id
    where moves.day = coalesce($6, (select max(day) from moves))
      and moves.person_id not in (select unnest($3::varchar[]))
      and ($4 = '' or moves.to_standing = $4)
      and ($5 = '' or moves.person_id in (select person_id from plan where team = $5))
      and ($7 = '' or ($7 = 'fell') = (list_position($8::varchar[], moves.to_standing)
                                       > list_position($8::varchar[], moves.from_standing)))
    order by clv desc, moves.person_id
    limit $1 offset $2
"""
ALARMS = """
    select *, count(*) over () as of_all
    from alarms
    where person_id not in (select unnest($3::varchar[]))
      and ($4 = '' or kind = $4)
      and ($5 = '' or person_id in (select person_id from plan where team = $5))
    order by worth desc, person_id
    limit $1 offset $2
"""
PLANNED = """
    select person_id, min_by(struct_pack(day, team, employee, title, how), (day, place)) as planned
    from plan
    where person_id in (select unnest($1::varchar[]))
    group by person_id
"""
STOPPED = """
    select person_id, min_by(says, (place, action)) as says
    from (
        select person_id, says, action, 1 as place from left_out where person_id in (select unnest($1::varchar[]))
        union all
        select person_id, says, action, 2 from blocked where person_id in (select unnest($1::varchar[]))
    )
    group by person_id
"""
_ORDER = ("advocate", "loyal", "neutral", "dissatisfied", "actively_dissatisfied", "unknown")


@dataclass(frozen=True)
class Counted:
    """How many of the company's customers stand where.

    Attributes:
        counts: by standing: people, share of those whose standing is known, clv, mean confidence.
        advocates: their share of those whose standing is known; None where nobody's is.
        too_many: more than experience allows: likely a record that proves no act.
    """

    counts: list[dict[str, Any]]
    advocates: float | None
    too_many: bool


@dataclass(frozen=True)
class Standings(Counted):
    """The same, and who moved.

    Attributes:
        would: how many were asked whether they recommend us, would, do, and both.
        flows: of the latest quarter: from, to, people, share, low, high.
        movers: by name, the most valuable first.
        alarms: best customers who fell, by name.
        recoveries: what became of those for whom something was put right.
    """

    would: dict[str, Any]
    flows: list[dict[str, Any]]
    movers: list[dict[str, Any]]
    alarms: list[dict[str, Any]]
    recoveries: list[dict[str, Any]]


@dataclass(frozen=True)
class Wanted:
    """Which of those who moved, or of the alarms; an empty one: all.

    Attributes:
        team: for whom this team has something planned.
        kind: of an alarm: fell or warning.
        way: of a move: fell or rose.
        into: of a move: where they stand now.
        day: of a move: the end of the quarter; None: the latest.
        without: people who are shown to nobody.
        limit: how many are named.
        offset: how many of the first are not.
    """

    team: str = ""
    kind: str = ""
    way: str = ""
    into: str = ""
    day: date | None = None
    without: tuple[str, ...] = ()
    limit: int = 20
    offset: int = 0


def moved(snapshot: Snapshot, wanted: Wanted) -> list[dict[str, Any]]:
    """Who moved in a quarter, by name, the most valuable first; `of_all`: how many there are."""
    rows = snapshot.query(
        MOVERS,
        [
            wanted.limit, wanted.offset, list(wanted.without), wanted.into, wanted.team, wanted.day, wanted.way,
            list(_ORDER),
        ],
    )  # fmt: skip
    return named(snapshot, rows)


def alarmed(snapshot: Snapshot, wanted: Wanted) -> list[dict[str, Any]]:
    """Who of the best fell or is about to, by name, the most valuable first; `of_all`: how many there are."""
    rows = snapshot.query(ALARMS, [wanted.limit, wanted.offset, list(wanted.without), wanted.kind, wanted.team])
    return named(snapshot, rows)


def next_steps(snapshot: Snapshot, people: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is done about each of these people: `planned` (day, team, employee, title, how), else `says` why nothing."""
    found = {row["person_id"]: row for row in snapshot.query(PLANNED, [list(people)])}
    rest = [one for one in people if one not in found]
    return found | {row["person_id"]: row for row in snapshot.query(STOPPED, [rest])} if rest else found


def quarters(snapshot: Snapshot) -> list[dict[str, Any]]:
    """How many stood where at the end of each quarter: day, standing, people, share; errors of reading taken out."""
    return snapshot.query(QUARTERS)


def ways(snapshot: Snapshot, day: date) -> list[dict[str, Any]]:
    """From where to where people went in the quarter that ended on a day."""
    return snapshot.query(WAYS, [day])


def counted(snapshot: Snapshot) -> Counted:
    """How many stand in each of the five standings, and whether the share of advocates can be."""
    rows = {row["standing"]: row for row in snapshot.query(COUNTS)}
    known = sum(row["people"] for name, row in rows.items() if name != "unknown")
    counts = [
        rows[name] | {"share": rows[name]["people"] / known if known and name != "unknown" else None}
        for name in _ORDER
        if name in rows
    ]
    advocates = rows.get("advocate", {"people": 0})["people"] / known if known else None
    return Counted(counts, advocates, bool(advocates and advocates > _MANY_ADVOCATES))


def standings(snapshot: Snapshot, limit: int = 20) -> Standings:
    """Count, and name.

    Args:
        snapshot: the current one.
        limit: how many movers and alarms are named.
    """
    found = counted(snapshot)
    (would,) = snapshot.query(WOULD_AND_DOES)
    return Standings(
        **vars(found),
        would=would,
        flows=snapshot.query(FLOWS),
        movers=moved(snapshot, Wanted(limit=limit)),
        alarms=alarmed(snapshot, Wanted(limit=limit)),
        recoveries=snapshot.query("select * from recoveries order by outcome"),
    )
