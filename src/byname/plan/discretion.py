"""What each employee may give away this month without asking, what they gave, and what came of it (S3.16, S3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.staff import staff

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day

__all__ = ["discretion"]

# A gesture is what an employee gave, or did as service for money.
DISCRETION = statement(
    "plan.discretion",
    """
    with gestures as (
        select coalesce(staff.employee, trim(contacts.employee, ' ')) as employee, contacts.person_id, contacts.fact_id,
               contacts.occurred_at, contacts.day, coalesce(contacts.cost, cast(0 as decimal(18, 4))) as cost
        from contacts
        left join staff on staff.alias = lower(trim(contacts.employee, ' '))
        where trim(coalesce(contacts.employee, ''), ' ') <> ''
          and (contacts.kind = 'give' or (contacts.is_service and contacts.cost > cast(0 as decimal(18, 4))))
          and contacts.ago < 365
    ),
    praise as (
        select distinct gestures.fact_id
        from gestures
        join voice on voice.person_id = gestures.person_id
        where voice.occurred_at > gestures.occurred_at and voice.sensitive is not true
          and voice.occurred_at < cast(gestures.occurred_at + interval '30' day as timestamp)
          and (contains(coalesce(voice.intents, ''), 'praise') or contains(coalesce(voice.intents, ''), 'thanks')
               or contains(coalesce(voice.intents, ''), 'recommends'))
    ),
    again as (
        select distinct gestures.fact_id
        from gestures
        join dated on dated.person_id = gestures.person_id
        where dated.day > gestures.day and date_diff('day', gestures.day, dated.day) <= 91
    ),
    summed as (
        select gestures.employee,
               cast(sum(case when gestures.day >= cast($month as date) then gestures.cost
                             else cast(0 as decimal(18, 4)) end) as decimal(18, 4)) as spent,
               count_if(gestures.day >= cast($month as date)) as gestures,
               count(*) as gestures_365,
               count_if(praise.fact_id is not null) as praised_after,
               count_if(again.fact_id is not null) as bought_after
        from gestures
        left join praise on praise.fact_id = gestures.fact_id
        left join again on again.fact_id = gestures.fact_id
        group by gestures.employee
    ),
    everybody as (select employee from staff union select employee from summed)
    select everybody.employee, cast($month as date) as month, cast($budget as double) as budget,
           coalesce(cast(summed.spent as double), 0e0) as spent,
           cast($budget as double) - coalesce(cast(summed.spent as double), 0e0) as budget_left,
           coalesce(summed.gestures, 0) as gestures, coalesce(summed.gestures_365, 0) as gestures_365,
           coalesce(summed.praised_after, 0) as praised_after, coalesce(summed.bought_after, 0) as bought_after,
           case when summed.gestures_365 > 0
                then cast(summed.gestures_365 as varchar) || ' gestures in a year; after '
                     || cast(summed.praised_after as varchar) || ' of them praise or thanks within 30 days, after '
                     || cast(summed.bought_after as varchar) || ' a purchase within 91: not proof that the gift did it'
                else 'no gesture within a year' end as says
    from everybody
    left join summed on summed.employee = everybody.employee
    """,
)


def discretion(engine: Engine, contacts: Table, voice: Table, dated: Table, day: Day) -> Table:
    """Each employee's budget of the as-of day's month.

    Returns:
        employee, month (its first day), budget, spent, budget_left (below 0: overspent), all in the company's currency;
        gestures (this month), gestures_365, praised_after, bought_after (of these), says. Employees of the settings'
        list are all in it, others if they gave something within a year.

    Args:
        engine: where the tables are.
        contacts: from `touches.touches`.
        voice: what each message was read as.
        dated: orders with their day.
        day: on which we look.
    """
    return engine.run(
        DISCRETION,
        contacts=contacts,
        voice=voice,
        dated=dated,
        staff=staff(engine, day.settings),
        month=day.as_of.replace(day=1),
        budget=float(day.settings.plan.discretion),
    )
