"""Where the customers stand: how many in each of the five standings, who moved, and who of the best fell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byname.snapshot import Snapshot

__all__ = ["Standings", "standings"]

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
MOVERS = """
    select moves.*, people.name, people.email, people.phone, coalesce(value.clv, 0) as clv
    from moves
    join people on people.person_id = moves.person_id
    left join value on value.person_id = moves.person_id
    where moves.day = (select max(day) from moves)
    order by clv desc, moves.person_id
    limit $1
"""
ALARMS = """
    select alarms.*, people.name, people.email, people.phone
    from alarms
    join people on people.person_id = alarms.person_id
    order by alarms.worth desc, alarms.person_id
    limit $1
"""
_ORDER = ("advocate", "loyal", "neutral", "dissatisfied", "actively_dissatisfied", "unknown")


@dataclass(frozen=True)
class Standings:
    """How the company's customers stand.

    Attributes:
        counts: by standing: people, share of those whose standing is known, clv, mean confidence.
        advocates: their share of those whose standing is known; None where nobody's is.
        too_many: more than experience allows: likely a record that proves no act.
        would: how many were asked whether they recommend us, would, do, and both.
        flows: of the latest quarter: from, to, people, share, low, high.
        movers: by name, the most valuable first.
        alarms: best customers who fell, by name.
        recoveries: what became of those for whom something was put right.
    """

    counts: list[dict[str, Any]]
    advocates: float | None
    too_many: bool
    would: dict[str, Any]
    flows: list[dict[str, Any]]
    movers: list[dict[str, Any]]
    alarms: list[dict[str, Any]]
    recoveries: list[dict[str, Any]]


def standings(snapshot: Snapshot, limit: int = 20) -> Standings:
    """Count, and name.

    Args:
        snapshot: the current one.
        limit: how many movers and alarms are named.
    """
    rows = {row["standing"]: row for row in snapshot.query(COUNTS)}
    known = sum(row["people"] for name, row in rows.items() if name != "unknown")
    counts = [
        rows[name] | {"share": rows[name]["people"] / known if known and name != "unknown" else None}
        for name in _ORDER
        if name in rows
    ]
    advocates = rows.get("advocate", {"people": 0})["people"] / known if known else None
    (would,) = snapshot.query(WOULD_AND_DOES)
    return Standings(
        counts,
        advocates,
        bool(advocates and advocates > _MANY_ADVOCATES),
        would,
        snapshot.query(FLOWS),
        snapshot.query(MOVERS, [limit]),
        snapshot.query(ALARMS, [limit]),
        snapshot.query("select * from recoveries order by outcome"),
    )
