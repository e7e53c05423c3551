"""What each person bought: orders, what went back, how often, the favourite thing, contracts, years with us."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.plan.profiled.ago import ago
from byname.plan.profiled.private import private_names
from byname.standing.incident_words import fault_of

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources

__all__ = ["bought"]

_WEEK = 7

# The median: of an even number of gaps the mean of the two in the middle.
PURCHASES = statement(
    "plan.purchase_days",
    f"""
    with days as (select person_id, day from dated group by person_id, day),
    summed as (
        select person_id, min(day) as first_day, max(day) as last_day, count(*) as purchase_days
        from days
        group by person_id
    ),
    stepped as (
        select person_id, day, date_diff('day', lag(day) over (partition by person_id order by day), day) as gap
        from days
    ),
    placed as (
        select person_id, gap, row_number() over (partition by person_id order by gap, day) as place,
               count(*) over (partition by person_id) as gaps
        from stepped
        where gap is not null
    ),
    middle as (
        select person_id,
               cast(round(cast(sum(gap) as double) / nullif(cast(count(*) as double), 0e0)) as bigint) as usual_gap
        from placed
        where gaps >= 2 and 2 * place >= gaps and 2 * place <= gaps + 2
        group by person_id
    )
    select summed.person_id, summed.first_day, year(summed.first_day) as first_year,
           {ago("summed.last_day")} as days_since_purchase,
           middle.usual_gap, coming.day as occasion_on, coming.year_number - year(summed.first_day) as years
    from summed
    left join middle on middle.person_id = summed.person_id
    left join coming on coming.month_number = month(summed.first_day) and coming.day_number = day(summed.first_day)
                    and coming.year_number > year(summed.first_day)
    """,  # noqa: S608 - ours
)

THINGS = statement(
    "plan.things",
    """
    select dated.person_id, coalesce(order_lines.product_id, lower(order_lines.product)) as thing,
           order_lines.product as name, dated.day
    from dated
    join order_lines on order_lines.source = dated.source and order_lines.account is not distinct from dated.account
                    and order_lines.order_id = dated.source_id
    where trim(coalesce(order_lines.product, ''), ' ') <> '' and coalesce(order_lines.quantity, 1e0) > 0e0
    """,
)
THING_NAMES = statement("plan.thing_names", "select name from things group by name")

# A thing may be called in several ways: it is private if one of its names is.
FAVOURITES = statement(
    "plan.favourites",
    """
    with spared as (
        select distinct things.thing from things join private on private.private_name = things.name
    ),
    open_to_say as (select things.* from things anti join spared on spared.thing = things.thing),
    counted as (
        select person_id, thing, min(name) as favourite_thing, count(distinct day) as days, max(day) as last_day
        from open_to_say
        group by person_id, thing
    )
    select person_id, favourite_thing
    from counted
    where days >= 2
    qualify row_number() over (partition by person_id order by days desc, last_day desc, thing) = 1
    """,
)

REASONS = statement("plan.return_reasons", "select reason from returns where reason is not null group by reason")
RETURNED = statement(
    "plan.returned",
    """
    select record_person.person_id, count(*) as returns_365,
           count_if(faults.reason is not null) as returns_faulty_365
    from returns
    join record_person on record_person.record_id = returns.record_id
    left join faults on faults.reason = returns.reason
    where returns.occurred_at < $until and returns.occurred_at >= $year_ago
    group by record_person.person_id
    """,
)

CONTRACTS = statement(
    "plan.contracts",
    """
    select record_person.person_id, bool_or(coalesce(lower(subscriptions.status), '') not like 'trial%') as paid,
           max(case when subscriptions.ended_at < $until then subscriptions.ended_at end) as ended_at
    from subscriptions
    join record_person on record_person.record_id = subscriptions.record_id
    where subscriptions.started_at < $until
    group by record_person.person_id
    """,
)

BOUGHT = statement(
    "plan.bought",
    f"""
    select persons.person_id,
           coalesce(worth.orders, 0) > 0 or purchases.person_id is not null or coalesce(contracts.paid, false)
               as is_customer,
           coalesce(worth.orders, 0) as orders, coalesce(cast(worth.spend_total as double), 0e0) as spend_total,
           worth.returned_share, coalesce(returned.returns_365, 0) as returns_365,
           coalesce(returned.returns_faulty_365, 0) as returns_faulty_365, purchases.days_since_purchase,
           purchases.usual_gap, purchases.first_year, favourites.favourite_thing,
           coalesce(worth.contracts, 0) as contracts,
           case when coalesce(worth.contracts, 0) = 0
                then {ago("contracts.ended_at")} end
               as contract_ended_days,
           cast(purchases.years as varchar) || case when purchases.years = 1 then ' year' else ' years' end
               || ' with us' as coming_occasion,
           purchases.first_day
    from persons
    left join worth on worth.person_id = persons.person_id
    left join purchases on purchases.person_id = persons.person_id
    left join favourites on favourites.person_id = persons.person_id
    left join returned on returned.person_id = persons.person_id
    left join contracts on contracts.person_id = persons.person_id
    """,  # noqa: S608 - ours
)


def bought(engine: Engine, given: Sources, day: Day) -> Table:
    """One row a person; beside the profile's columns `first_day`, that of the first purchase.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        day: on which we look.
    """
    facts = given.facts
    purchases = engine.run(PURCHASES, dated=given.dated, coming=engine.arrow(_coming(day)), as_of=day.as_of)
    things = engine.run(THINGS, dated=given.dated, order_lines=facts["order_lines"])
    names = engine.fetch(engine.run(THING_NAMES, things=things)).column("name").to_pylist()
    private = private_names(engine, names, day.settings.voice.sensitive)
    favourites = engine.run(FAVOURITES, things=things, private=private)
    engine.drop(things)
    reasons = engine.fetch(engine.run(REASONS, returns=facts["returns"])).column("reason").to_pylist()
    faults = pa.array(sorted(reason for reason in reasons if fault_of(reason)), pa.string())
    returned = engine.run(
        RETURNED,
        returns=facts["returns"],
        record_person=given.record_person,
        faults=engine.arrow(pa.table({"reason": faults})),
        until=day.until,
        year_ago=day.until - timedelta(days=365),
    )
    contracts = engine.run(
        CONTRACTS, subscriptions=facts["subscriptions"], record_person=given.record_person, until=day.until
    )
    return engine.run(
        BOUGHT,
        persons=given.persons,
        worth=given.worth,
        purchases=purchases,
        favourites=favourites,
        returned=returned,
        contracts=contracts,
        as_of=day.as_of,
    )


def _coming(day: Day) -> pa.Table:
    """The seven days from the as-of day on; who came on 29 February is met on the 28th of a shorter one."""
    days = [day.as_of + timedelta(days=ahead) for ahead in range(_WEEK)]
    rows = [(one, one.year, one.month, one.day) for one in days]
    rows += [
        (one, one.year, 2, 29)
        for one in days
        if (one.month, one.day) == (2, 28) and one + timedelta(days=1) == one.replace(month=3, day=1)
    ]
    names = ("day", "year_number", "month_number", "day_number")
    columns = zip(*rows, strict=True)
    kinds = (pa.date32(), pa.int64(), pa.int64(), pa.int64())
    return pa.table({name: pa.array(column, kind) for name, kind, column in zip(names, kinds, columns, strict=True)})
