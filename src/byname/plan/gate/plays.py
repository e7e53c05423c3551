"""What the gate knows of each play before it looks at anybody: one row a play, and its channels in order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from byname.engines import statement
from byname.errors import UsageError, nearest
from byname.plan.gate.columns import CHANNELS, OFFERED
from byname.plan.gate.made import bit_of_channel
from byname.plan.gate.own_lines import crossed, nothing_crossed
from byname.profile_columns import PROFILE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.engines import Engine, Table
    from byname.plan.gate.own_lines import Crossed

__all__ = ["Plays"]

_MANY = 20  # of fewer people, nearly everybody is nobody in particular
_WEEK = 7

COUNTED = statement(
    "plan.gate_counted",
    """
    with everybody as (select count(*) as people from profile),
    chosen as (select action, count(*) as chosen from matched group by action),
    taken as (select action, count(distinct person_id) as taken from recent where days < $week group by action)
    select coalesce(chosen.action, taken.action) as action, coalesce(chosen.chosen, 0) as chosen,
           coalesce(taken.taken, 0) as taken, everybody.people
    from chosen
    full join taken on taken.action = chosen.action
    cross join everybody
    """,
)

_PLAY = pa.schema(
    {
        "action": pa.string(),
        "team": pa.string(),
        "kind": pa.string(),
        "purpose": pa.string(),
        "owed": pa.bool_(),
        "cooldown_days": pa.int64(),
        "holds_offer": pa.bool_(),
        "everyone": pa.bool_(),
        "scarce": pa.int64(),
        "reaches": pa.float64(),
        "taken": pa.int64(),
        "uses_concluded": pa.bool_(),
    }
)
_OPTION = pa.schema(
    {
        "action": pa.string(),
        "channel_set": pa.int64(),
        "channel": pa.string(),
        "basis": pa.string(),
        "best": pa.bool_(),
    }
)


@dataclass(frozen=True)
class Plays:
    """The plays that are offered, as the statements need them.

    Attributes:
        plays: one row a play; `reaches` is the share of all people for whom it is meant (null where they are few),
            `taken` the people whom it reached within the week, `uses_concluded` whether its words hold what we
            concluded.
        options: for each play and each set of channels that a person may have: the channels that remain, with their
            basis, and which is best by order of preference. No row: no way.
        crossed: whose lines and dislikes they cross.
    """

    plays: Table
    options: Table
    crossed: Crossed

    @classmethod
    def of(
        cls, engine: Engine, offered: Table, *, profile: Table, pace: Table, recent: Table, matched: Table | None
    ) -> Self:
        """Look at what is offered; without `matched` nobody knows whom a play reaches.

        Raises:
            UsageError: a column of `OFFERED` is missing, or a channel is unknown.
        """
        for column in OFFERED:
            if column not in offered.columns:
                close = nearest(column, offered.columns)
                raise UsageError(where="offered", found=f'no column "{column}"{close}', expected=", ".join(OFFERED))
        rows = engine.fetch(offered, order_by=("action", "place", "channel")).to_pylist()
        for row in rows:
            if row["channel"] not in CHANNELS:
                close = nearest(str(row["channel"]), CHANNELS)
                raise UsageError(
                    where=f"offered, {row['action']}",
                    found=f'channel "{row["channel"]}"{close}',
                    expected=", ".join(CHANNELS),
                )
        return cls._made(engine, rows, _counts(engine, profile, recent, matched), pace)

    @classmethod
    def known(cls, engine: Engine, rows: Sequence[dict[str, Any]], *, pace: Table | None) -> Self:
        """Plays that were looked at before: whom they reach, and how many they reached, is not asked again.

        Args:
            engine: where the tables are.
            rows: of `offered`, in order of preference within each action.
            pace: None where nobody drew a line or said what they dislike.
        """
        return cls._made(engine, rows, {}, pace)

    @classmethod
    def _made(
        cls,
        engine: Engine,
        rows: Sequence[dict[str, Any]],
        counts: Mapping[str, Mapping[str, Any]],
        pace: Table | None,
    ) -> Self:
        plays = [
            _play(row, counts.get(row["action"], {})) for row in {row["action"]: row for row in rows[::-1]}.values()
        ]
        return cls(
            plays=engine.arrow(pa.Table.from_pylist(plays, schema=_PLAY)),
            options=engine.arrow(pa.Table.from_pylist(_options(rows), schema=_OPTION)),
            crossed=nothing_crossed(engine) if pace is None else crossed(engine, pace, plays),
        )


def _counts(engine: Engine, profile: Table, recent: Table, matched: Table | None) -> dict[str, dict[str, Any]]:
    empty = pa.table({"person_id": pa.array([], pa.string()), "action": pa.array([], pa.string())})
    counted = engine.run(COUNTED, profile=profile, recent=recent, matched=matched or engine.arrow(empty), week=_WEEK)
    rows = engine.fetch(counted).to_pylist()
    return {
        row["action"]: {
            "taken": row["taken"],
            "reaches": row["chosen"] / row["people"] if matched and row["people"] >= _MANY else None,
        }
        for row in rows
    }


def _play(row: dict[str, Any], counted: Mapping[str, Any]) -> dict[str, Any]:
    uses = row.get("uses") or []
    return row | {
        "uses": uses,
        "topics": row.get("topics") or [],
        "uses_concluded": any(name not in PROFILE or PROFILE[name].purpose == "inferred" for name in uses),
        "taken": counted.get("taken", 0),
        "reaches": counted.get("reaches"),
    }


def _options(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows stand in order of preference within each action."""
    by_action: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_action.setdefault(row["action"], []).append(row)
    return [
        {"action": action, "channel_set": has, "channel": one["channel"], "basis": one["basis"], "best": place == 0}
        for (action, ways), has in product(by_action.items(), range(1, 1 << len(CHANNELS)))
        for place, one in enumerate(way for way in ways if has & bit_of_channel(way["channel"]))
    ]
