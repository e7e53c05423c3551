"""The channels that each person asked for, refused, or objected to; of two wishes the latest holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.plan.channel_wishes import channel_wish, objected_to

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources

__all__ = ["wished_channels"]

# What holds on the day: an objection that has ended is none.
SAID = statement(
    "plan.channel_said",
    """
    select record_person.person_id, preferences.kind, coalesce(preferences.value, '') as value,
           coalesce(preferences.occurred_at, preferences.updated_at, preferences.known_at) as said_at
    from preferences
    join record_person on record_person.record_id = preferences.record_id
    where preferences.kind in ('channel', 'objection')
      and coalesce(preferences.occurred_at, preferences.known_at) < $until
      and (preferences.until is null or preferences.until >= $until)
    """,
)
WORDINGS = statement("plan.channel_wordings", "select kind, value, count(*) as times from said group by kind, value")

# Of what one asked and refused the latest holds, at one moment the refusal.
WISHED = statement(
    "plan.channel_wished",
    """
    with told as (
        select said.person_id, wishes.channel, wishes.says, said.said_at
        from said
        join wishes on wishes.kind = said.kind and wishes.value = said.value
    ),
    latest as (
        select person_id, channel, says
        from told
        where says <> 'objected'
        qualify row_number() over (partition by person_id, channel order by said_at desc, says desc) = 1
    ),
    objected as (select distinct person_id, channel from told where says = 'objected'),
    everybody as (select person_id, channel from latest union select person_id, channel from objected)
    select everybody.person_id, everybody.channel, coalesce(latest.says = 'asked', false) as asked,
           coalesce(latest.says = 'refused', false) as refused, objected.person_id is not null as objected
    from everybody
    left join latest on latest.person_id = everybody.person_id and latest.channel = everybody.channel
    left join objected on objected.person_id = everybody.person_id and objected.channel = everybody.channel
    """,
)


def wished_channels(engine: Engine, given: Sources, day: Day) -> tuple[Table, list[tuple[str, str]]]:
    """person_id, channel, asked, refused, objected, a row where one of them holds; and what nobody could read.

    Args:
        engine: where the tables are.
        given: the refresh's tables; of them the preferences.
        day: on which we look.
    """
    said = engine.run(SAID, preferences=given.facts["preferences"], record_person=given.record_person, until=day.until)
    wishes, report = _wishes(engine, said)
    return engine.run(WISHED, said=said, wishes=wishes), report


def _wishes(engine: Engine, said: Table) -> tuple[Table, list[tuple[str, str]]]:
    """What each different wording asks for, refuses and objects to, and what nobody could read."""
    rows: list[tuple[str, str, str, str]] = []
    unread = 0
    for row in engine.fetch(engine.run(WORDINGS, said=said), order_by=("kind", "value")).to_pylist():
        kind, value = row["kind"], row["value"]
        if kind == "objection":
            rows += [(kind, value, channel, "objected") for channel in sorted(objected_to(value))]
            continue
        wish = channel_wish(value)
        unread += 0 if wish.is_read else row["times"]
        rows += [(kind, value, channel, "asked") for channel in sorted(wish.asked)]
        rows += [(kind, value, channel, "refused") for channel in sorted(wish.refused)]
    names = ("kind", "value", "channel", "says")
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    table = pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})
    report = [("wishes about channels", f"{unread:,} could not be read and change nothing: a person should look")]
    return engine.arrow(table), report if unread else []
