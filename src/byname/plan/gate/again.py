"""The gate asked again at the moment of a contact: the same rules, over the rows of the few people whom it is about.

What is about everybody was judged at the refresh: whether a play goes to nearly all, who is held out, the places of
what is scarce. Who passed it stands among the snapshot's candidates, and nobody else is asked about here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from byname.plan.gate.columns import PACE, REACH
from byname.plan.gate.judging import Limits, Seen, judge, speak
from byname.plan.gate.made import NO_WAY
from byname.plan.gate.plays import Plays
from byname.plan.gate.rule import rules
from byname.plan.turned_down import COLUMNS as TURNED_DOWN
from byname.profile_columns import PROFILE, arrow_schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from byname.engines import Engine, Table

__all__ = ["PACE_COLUMNS", "REACH_COLUMNS", "Few", "No", "Way", "asked_again", "profile_columns"]

_ID = {"person_id": "text"}
_PACE = PACE | {"dislikes": "list", "lines": "list"}
_REACH = {"channel": "text", **REACH, **dict.fromkeys(("marketing", "feedback", "service"), "text")}
_RECENT = pa.schema([("person_id", pa.string()), ("action", pa.string()), ("days", pa.int64())])
_QUEUE = pa.schema([("person_id", pa.string()), ("action", pa.string()), ("in_line", pa.int64()), ("bits", pa.int64())])

PACE_COLUMNS = tuple(_PACE)
REACH_COLUMNS = tuple(_REACH)


@cache
def profile_columns() -> tuple[str, ...]:
    """What the rules and their sentences look at of a person."""
    named = dict.fromkeys(name for rule in rules() for name in (*rule.columns, *rule.told))
    return tuple(name for name in named if name in PROFILE and name != "person_id")


class Way(NamedTuple):
    """A contact that is about to be made."""

    person_id: str
    action: str
    channel: str


@dataclass(frozen=True)
class No:
    """Why not: the first rule that says no, and its sentence."""

    rule: str
    says: str


@dataclass(frozen=True)
class Few:
    """What the gate looks at of a few people.

    Attributes:
        profile: by person_id, the columns of `profile_columns`.
        pace: likewise, `PACE_COLUMNS`.
        reach: by person_id and channel, `REACH_COLUMNS`.
        recent: by person_id and action, days since the same last reached them.
        turned_down: by person_id and action, the columns of `turned_down`.
    """

    profile: Mapping[str, Mapping[str, Any]]
    pace: Mapping[str, Mapping[str, Any]]
    reach: Mapping[tuple[str, str], Mapping[str, Any]]
    recent: Mapping[tuple[str, str], int] = field(default_factory=dict)
    turned_down: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)


def asked_again(
    engine: Engine, ways: Collection[Way], few: Few, *, offered: pa.Table, limits: Limits
) -> dict[Way, No | None]:
    """What the gate says of each of these contacts: None where it is open.

    Args:
        engine: where it is judged.
        ways: a person, an action and a channel each.
        few: of these people what was known at the refresh, with what was written since laid over.
        offered: as in `judged`; all plays.
        limits: of the settings and the day.
    """
    if not ways:
        return {}
    pairs = {(way.person_id, way.action) for way in ways}
    actions = pa.array(sorted({action for _, action in pairs}), pa.string())
    pace = _table(engine, _of_people(few.pace), _ID | _PACE)
    seen = Seen(
        matched=_table(engine, _of_pairs({pair: {} for pair in pairs}), _ID | {"action": "text"}),
        profile=_table(engine, _of_people(few.profile), _ID | {name: PROFILE[name].kind for name in profile_columns()}),
        reach=_table(engine, [{"person_id": one[0], **row} for one, row in few.reach.items()], _ID | _REACH),
        pace=pace,
        recent=engine.arrow(
            pa.Table.from_pylist(
                [{"person_id": one, "action": what, "days": days} for (one, what), days in few.recent.items()],
                schema=_RECENT,
            )
        ),
        held=_table(engine, [], _ID | {"action": "text"}),
        turned_down=_table(engine, _of_pairs(few.turned_down), _ID | {"action": "text"} | TURNED_DOWN),
    )
    has_lines = any(row["dislikes"] or row["lines"] for row in few.pace.values())
    plays = Plays.known(
        engine,
        offered.filter(pc.is_in(offered.column("action"), actions)).to_pylist(),
        pace=pace if has_lines else None,
    )
    judged = engine.fetch(judge(engine, seen, plays, limits), order_by=("person_id", "action", "channel")).to_pylist()
    return _answers(engine, ways, judged, seen, plays)


def _answers(
    engine: Engine, ways: Collection[Way], judged: Sequence[Mapping[str, Any]], seen: Seen, plays: Plays
) -> dict[Way, No | None]:
    bits = {(row["person_id"], row["action"], row["channel"]): int(row["bits"]) for row in judged}
    without = next(rule.power for rule in rules() if rule.name == NO_WAY)
    # Who has no profile, as a child, or no such channel, is not among the rows: there is no way to them.
    of = {way: bits.get(way, bits.get((way.person_id, way.action, None), 0) | without) for way in ways}
    closed = {way: next(rule for rule in rules() if sums & rule.power) for way, sums in of.items() if sums}
    if not closed:
        return dict.fromkeys(ways)
    faults = [
        {
            "person_id": way.person_id,
            "action": way.action,
            "channel": way.channel,
            "rule_number": rule.number,
            "rule": rule.name,
            "also": "",
        }
        for way, rule in closed.items()
    ]
    schema = arrow_schema(
        _ID | {"action": "text", "channel": "text", "rule_number": "integer", "rule": "text", "also": "text"}
    )
    told = speak(
        engine,
        seen,
        plays,
        engine.arrow(pa.Table.from_pylist(faults, schema=schema)),
        engine.arrow(_QUEUE.empty_table()),
        by_channel=True,
    )
    says = {(row["person_id"], row["action"], row["channel"]): row["says"] for row in engine.fetch(told).to_pylist()}
    return {way: No(closed[way].name, says.get(way) or closed[way].title) if way in closed else None for way in ways}


def _of_people(rows: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"person_id": one, **row} for one, row in rows.items()]


def _of_pairs(rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"person_id": one, "action": action, **row} for (one, action), row in rows.items()]


def _table(engine: Engine, rows: Iterable[Mapping[str, Any]], kinds: Mapping[str, str]) -> Table:
    return engine.arrow(pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(kinds)))
