"""What each person is worth and where they stand, as the rooms before say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.profiled.ago import ago

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources

__all__ = ["stood"]

STOOD = statement(
    "plan.stood",
    f"""
    with counted as (select count(*) as people from worth where clv > 0e0),
    alarm as (
        select person_id, {ago("since")} as fell_days, says as why_fell
        from alarms
        where date_diff('day', since, cast($as_of as date)) < 90
        qualify row_number() over (partition by person_id order by since desc, kind, says) = 1
    )
    select persons.person_id, coalesce(worth.clv, 0e0) as clv, coalesce(worth.clv_low, 0e0) as clv_low,
           coalesce(worth.clv_high, 0e0) as clv_high, coalesce(worth.expected_spend, 0e0) as expected_spend,
           coalesce(worth.expected_orders, 0e0) as expected_orders, worth.p_alive,
           coalesce(worth.value_at_risk, 0e0) as value_at_risk, worth.rank,
           case when worth.clv > 0e0 then cast(worth.rank as double) / nullif(cast(counted.people as double), 0e0) end
               as rank_share,
           worth.growth, worth.headroom, coalesce(worth.referral_value, 0e0) as referral_value,
           worth.p_top_decile_year,
           coalesce(standing.standing, 'unknown') as standing, standing.confidence, standing.dissatisfied,
           standing.actively_dissatisfied, standing.loyal, standing.advocate,
           coalesce(standing.feels, 'unknown') as feels, coalesce(standing.speaks, 'unknown') as speaks,
           standing.would_recommend, coalesce(standing.does_recommend, false) as does_recommend, standing.stage,
           standing.moved_from,
           {ago("standing.since")} as days_in_standing,
           alarm.fell_days, alarm.why_fell, asks.question as ask,
           coalesce(asks.value_of_knowing, 0e0) as value_of_knowing
    from persons
    cross join counted
    left join worth on worth.person_id = persons.person_id
    left join standing on standing.person_id = persons.person_id
    left join alarm on alarm.person_id = persons.person_id
    left join asks on asks.person_id = persons.person_id
    """,  # noqa: S608 - ours
)


def stood(engine: Engine, given: Sources, day: Day) -> Table:
    """One row a person.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        day: on which we look.
    """
    return engine.run(
        STOOD,
        persons=given.persons,
        worth=given.worth,
        standing=given.stands["standing"],
        alarms=given.stands["alarms"],
        asks=given.stands["asks"],
        as_of=day.as_of,
    )
