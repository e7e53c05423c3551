"""How many contacts each person may have within how long, and how many days of rest (S2.7, S2.8, S2.9).

    own wish ──► else by standing ──► never above [plan] contacts ──► less after signs of too much ──► perhaps a lot

A wish over less time than the company's window is said over that window, with the rest between two contacts that keeps
it: "weekly" is four in 28 days with seven days of rest. The strictest of several readings holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.plan.pace_lots import drawn_weeks
from byname.plan.pace_words import pace_wish

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources

__all__ = ["LONGEST", "limited", "said_of_pace"]

LONGEST = 3_660  # days: a pause of more is one of ten years

# What holds on the day. A pause of some time is counted from when it was said.
SAID = statement(
    "plan.pace_said",
    """
    select record_person.person_id, preferences.kind, trim(coalesce(preferences.value, ''), ' ') as value,
           coalesce(preferences.occurred_at, preferences.updated_at, preferences.known_at) as said_at,
           date_diff(
               'day', cast(coalesce(preferences.occurred_at, preferences.updated_at, preferences.known_at) as date),
               cast($as_of as date)
           ) as said_days,
           date_diff('day', cast($as_of as date), cast(cast(preferences.until + interval '86399' second as timestamp)
                                                       as date)) as until_days
    from preferences
    join record_person on record_person.record_id = preferences.record_id
    where preferences.kind in ('pace', 'quiet', 'restriction', 'dislike', 'topic', 'line')
      and coalesce(preferences.occurred_at, preferences.known_at) < $until
      and (preferences.until is null or preferences.until >= $until)
    """,
)
WORDINGS = statement(
    "plan.pace_wordings", "select value, count(*) as times from said where kind = 'pace' group by value"
)
# The latest wish holds, of two at one moment the stricter; a pause that has no end is a wish for nothing.
WISHED = statement(
    "plan.pace_wished",
    """
    with told as (
        select said.person_id, said.said_at, said.value, wishes.most, wishes.window_days, wishes.pauses,
               case when wishes.pauses
                    then coalesce(wishes.paused_ahead, wishes.pause_days - said.said_days, said.until_days) end as ahead
        from said
        join wishes on wishes.value = said.value
        where said.kind = 'pace'
    ),
    rates as (
        select person_id, said_at, value, most, window_days from told where not pauses
        union all
        select person_id, said_at, value, 0 as most, 1 as window_days from told where pauses and ahead is null
    ),
    latest as (
        select person_id, value, most, window_days
        from rates
        qualify row_number() over (
            partition by person_id
            order by said_at desc,
                     cast(round(coalesce(cast(most as double) / nullif(cast(window_days as double), 0e0), 1e6) * 1e6)
                          as bigint), value
        ) = 1
    ),
    paused as (select person_id, least(max(ahead), $longest) as ahead from told where ahead > 0 group by person_id),
    restricted as (select distinct person_id from said where kind = 'restriction'),
    everybody as (
        select person_id from latest union select person_id from paused union select person_id from restricted
    )
    select everybody.person_id, latest.value, latest.most, latest.window_days, coalesce(paused.ahead, 0) as ahead,
           restricted.person_id is not null as restricted
    from everybody
    left join latest on latest.person_id = everybody.person_id
    left join paused on paused.person_id = everybody.person_id
    left join restricted on restricted.person_id = everybody.person_id
    """,
)

# The limit, before signs of too much and lots. A wish is compared as contacts a day; never more than the company's own.
LIMITS = statement(
    "plan.pace_limits",
    """
    with defaults as (
        select profile.person_id, profile.unit, profile.standing, profile.too_much,
               wished.value as wish, wished.most as own_most, wished.window_days as own_days,
               coalesce(wished.ahead, 0) as ahead, coalesce(wished.restricted, false) as restricted,
               least($contacts, case when profile.standing in ('loyal', 'advocate') then $contacts
                                     when profile.standing = 'neutral' then 2 else 1 end) as usual
        from profile
        left join wished on wished.person_id = profile.person_id
    ),
    chosen as (
        select defaults.*, own_most is not null and own_most * $days <= $contacts * own_days as narrower,
               own_most is not null as said_so
        from defaults
    )
    select person_id, unit, standing, too_much, wish, ahead, restricted, said_so, own_most, own_days,
           case when not said_so then usual
                when not narrower then $contacts
                when own_days >= $days then own_most
                else least($contacts, cast(floor(cast(own_most * $days as double) / nullif(own_days, 0)) as bigint))
                end as most,
           case when said_so and narrower and own_days > $days then own_days else $days end as window_days,
           case when own_most > 0
                then greatest($rest_days, cast(ceil(cast(own_days as double) / nullif(own_most, 0)) as bigint))
                else $rest_days end as rest_days
    from chosen
    """,
)

# One contact less is half as many: after signs of too much at most half, and twice the rest.
LOWERED = statement(
    "plan.pace_lowered",
    """
    with lower_ones as (
        select limits.*,
               case when too_much and most > 1 then cast(floor(cast(most as double) / 2e0) as bigint) else most end
                   as calmer
        from limits
    )
    select lower_ones.*, drawn.lot is not null and calmer > 0 as drawn,
           case when drawn.lot is null then calmer
                else least(calmer, cast(floor(drawn.lot * cast(calmer + 1 as double)) as bigint)) end as allowed
    from lower_ones
    left join drawn on drawn.person_id = lower_ones.person_id
    """,
)


def said_of_pace(engine: Engine, given: Sources, day: Day) -> Table:
    """Preferences that hold on the day: person_id, kind, value, said_at, said_days (ago), until_days (ahead).

    Args:
        engine: where the tables are.
        given: the refresh's tables; of them the preferences.
        day: on which we look.
    """
    return engine.run(
        SAID,
        preferences=given.facts["preferences"],
        record_person=given.record_person,
        as_of=day.as_of,
        until=day.until,
    )


def limited(engine: Engine, said: Table, profile: Table, day: Day, salt: str) -> tuple[Table, list[tuple[str, str]]]:
    """One row a person with the limit (allowed, window_days, rest_days) and what it comes from; and report lines.

    Args:
        engine: where the tables are.
        said: from `said_of_pace`.
        profile: from `profile.profile`.
        day: on which we look.
        salt: of lots.
    """
    plan = day.settings.plan
    wishes, report = _wishes(engine, said, day)
    wished = engine.run(WISHED, said=said, wishes=wishes, longest=LONGEST)
    limits = engine.run(
        LIMITS, profile=profile, wished=wished, contacts=plan.contacts, days=plan.days, rest_days=plan.rest_days
    )
    return engine.run(LOWERED, limits=limits, drawn=drawn_weeks(engine, limits, day, salt)), report


def _wishes(engine: Engine, said: Table, day: Day) -> tuple[Table, list[tuple[str, str]]]:
    """What each different wording asks for, and how many nobody could read."""
    rows = engine.fetch(engine.run(WORDINGS, said=said), order_by=("value",)).to_pylist()
    read = [(row["value"], pace_wish(row["value"]), row["times"]) for row in rows]
    table = pa.table(
        {
            "value": pa.array([value for value, _, _ in read], pa.string()),
            "most": pa.array([wish.most for _, wish, _ in read], pa.int64()),
            "window_days": pa.array([wish.window_days for _, wish, _ in read], pa.int64()),
            "pauses": pa.array([wish.pauses for _, wish, _ in read], pa.bool_()),
            "pause_days": pa.array([wish.pause_days for _, wish, _ in read], pa.int64()),
            "paused_ahead": pa.array(
                [wish.paused_until and (wish.paused_until - day.as_of).days for _, wish, _ in read], pa.int64()
            ),
        }
    )
    unread = sum(times for _, wish, times in read if not wish.is_read)
    report = [("wishes about pace", f"{unread:,} could not be read and count as once a quarter: a person should look")]
    return engine.arrow(table), report if unread else []
