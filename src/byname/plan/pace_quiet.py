"""Each person's open days: their quiet wishes, their zone, their pause. What is alike is worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byname.engines import statement
from byname.plan.open_days import DAYS, Hours, open_week
from byname.plan.quiet_words import UNREAD, quiet_wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day

__all__ = ["open_days"]

# Six wishes a person are read; who has more has said too much to be sure, and counts as not read.
_PLACES = tuple(f"wish_{place}" for place in range(1, 7))
_WISHES = ", ".join(
    f"coalesce(max(case when place = {place} then value end), '') as {name}" for place, name in enumerate(_PLACES, 1)
)
_NAMES = ", ".join(f"coalesce(placed.{name}, '') as {name}" for name in _PLACES)

WAYS = statement(
    "plan.pace_ways",
    f"""
    with wishes as (select distinct person_id, value from said where kind = 'quiet' and value <> ''),
    numbered as (
        select person_id, value, row_number() over (partition by person_id order by value) as place from wishes
    ),
    placed as (select person_id, {_WISHES}, count(*) > 6 as more from numbered group by person_id)
    select limits.person_id, profile.time_zone, least(greatest(limits.ahead, 0), 7) as ahead,
           coalesce(placed.more, false) as more, {_NAMES}
    from limits
    join profile on profile.person_id = limits.person_id
    left join placed on placed.person_id = limits.person_id
    """,  # noqa: S608 - ours
)
_WAY = ("time_zone", "ahead", "more", *_PLACES)
DIFFERENT = statement(
    "plan.pace_different",
    f"select {', '.join(_WAY)}, count(*) as people from ways group by {', '.join(_WAY)}",  # noqa: S608
)
WEEKS = statement(
    "plan.pace_weeks",
    f"""
    select ways.person_id, weeks.mask, weeks.from_minute, weeks.to_minute
    from ways
    join weeks on {" and ".join(f"weeks.{name} = ways.{name}" for name in _WAY)}
    """,  # noqa: S608 - ours
)


def open_days(
    engine: Engine, said: Table, limits: Table, profile: Table, day: Day
) -> tuple[Table, list[tuple[str, str]]]:
    """person_id, mask, from_minute and to_minute of each person; and what nobody could read.

    Args:
        engine: where the tables are.
        said: preferences that hold: person_id, kind, value.
        limits: person_id and ahead, the days for which a pause goes on.
        profile: person_id and time_zone.
        day: on which we look.
    """
    ways = engine.run(WAYS, said=said, limits=limits, profile=profile)
    different = engine.fetch(engine.run(DIFFERENT, ways=ways), order_by=_WAY).to_pylist()
    plan = day.settings.plan
    hours = Hours(day.zone, plan.quiet_from, plan.quiet_to, plan.weekend)
    found, unread = [], 0
    for row in different:
        wishes = [quiet_wish(row[name]) for name in _PLACES if row[name]] + ([UNREAD] if row["more"] else [])
        unread += 0 if all(wish.is_read for wish in wishes) else row["people"]
        week = open_week(row["time_zone"], day.as_of, hours, wishes, min(row["ahead"], DAYS))
        found.append({**row, "mask": week.mask, "from_minute": week.from_minute, "to_minute": week.to_minute})
    table = engine.run(WEEKS, ways=ways, weeks=engine.arrow(_table(found)))
    report = [
        (
            "wishes about quiet",
            f"of {unread:,} people could not be read: they are reached between 10:00 and 16:00; a person should look",
        )
    ]
    return table, report if unread else []


def _table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    texts, whole = ("time_zone", *_PLACES), ("ahead", "mask", "from_minute", "to_minute")
    kinds = dict.fromkeys(texts, pa.string()) | dict.fromkeys(whole, pa.int64()) | {"more": pa.bool_()}
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})
