"""What went wrong for each person, and what we promised and have not done."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.profiled.ago import ago

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources

__all__ = ["owed"]

_DAYS = 180

# A dearer price is hard on people and no mishap; a promise kept is none either.
OPEN = statement(
    "plan.incidents_open",
    """
    with wrong as (
        select * from incidents
        where severity > 0 and kind not in ('kept promise', 'price rise', 'other')
          and occurred_at >= $since and settled_at is null
    ),
    counted as (select person_id, count(*) as incidents_open from wrong group by person_id),
    latest as (
        select person_id, kind, occurred_at, severity
        from wrong
        qualify row_number() over (
            partition by person_id order by occurred_at desc, severity desc, kind, fact_id nulls last, says
        ) = 1
    )
    select counted.person_id, counted.incidents_open, latest.kind, latest.occurred_at, latest.severity
    from counted
    join latest on latest.person_id = counted.person_id
    """,
)
SETTLED = statement(
    "plan.incidents_settled",
    """
    select person_id, max(settled_at) as settled_at
    from incidents
    where severity > 0 and kind not in ('kept promise', 'price rise', 'other')
      and settled_at >= $since and settled_at < $until
    group by person_id
    """,
)

PROMISED = statement(
    "plan.promised",
    """
    with first_due as (
        select person_id, what, due_at, employee
        from promises
        where state in ('open', 'broken')
        qualify row_number() over (
            partition by person_id order by case state when 'broken' then 0 else 1 end, due_at nulls last, fact_id
        ) = 1
    ),
    counted as (
        select person_id, count_if(state = 'open') as promises_open, count_if(state = 'broken') as promises_broken
        from promises
        group by person_id
    )
    select counted.person_id, counted.promises_open, counted.promises_broken, first_due.what, first_due.due_at,
           first_due.employee
    from counted
    left join first_due on first_due.person_id = counted.person_id
    """,
)

OWED = statement(
    "plan.owed",
    f"""
    select persons.person_id, coalesce(trouble.incidents_open, 0) as incidents_open, trouble.kind as incident,
           {ago("trouble.occurred_at")} as incident_days, trouble.severity as incident_severity,
           {ago("settled.settled_at")} as settled_days, coalesce(promised.promises_open, 0) as promises_open,
           coalesce(promised.promises_broken, 0) as promises_broken, promised.what as promise,
           date_diff('day', cast($as_of as date), cast(promised.due_at as date)) as promise_due_days,
           promised.employee as promised_by
    from persons
    left join trouble on trouble.person_id = persons.person_id
    left join settled on settled.person_id = persons.person_id
    left join promised on promised.person_id = persons.person_id
    """,  # noqa: S608 - ours
)


def owed(engine: Engine, given: Sources, day: Day) -> Table:
    """One row a person.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        day: on which we look.
    """
    incidents, since = given.stands["incidents"], day.until - timedelta(days=_DAYS)
    return engine.run(
        OWED,
        persons=given.persons,
        trouble=engine.run(OPEN, incidents=incidents, since=since),
        settled=engine.run(SETTLED, incidents=incidents, since=since, until=day.until),
        promised=engine.run(PROMISED, promises=given.stands["promises"]),
        as_of=day.as_of,
    )
