"""Sales in total: through customers, after own marketing, and by product (S1.2, S3.10, S0.26)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.value.rates import rate_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from byname.engines import Engine, Table

__all__ = ["BROUGHT", "MARKETED", "OTHER", "sales"]

BROUGHT = "brought by a friend"
MARKETED = "own marketing (not proven: within 30 days of a contact)"
OTHER = "neither"
_YEAR = timedelta(days=365)

# What went out to who was not held out, and was no service. Without an arm it was no test, and went out.
REACHED = statement(
    "value.reached",
    """
    select record_person.person_id, contacts.occurred_at
    from contacts
    join record_person on record_person.record_id = contacts.record_id
    where contacts.occurred_at < $until and coalesce(contacts.arm, 'treated') = 'treated'
      and coalesce(contacts.kind, '') <> 'service' and coalesce(contacts.purpose, '') not in ('contract', 'service')
    """,
)

AFTER_CONTACT = statement(
    "value.orders_after_contact",
    """
    select distinct dated.source, dated.account, dated.source_id
    from dated
    join reached on reached.person_id = dated.person_id and dated.occurred_at >= reached.occurred_at
                and dated.occurred_at <= cast(reached.occurred_at + interval '30' day as timestamp)
    """,
)

# Each order counts once: a friend's word comes before a contact, because it came before every purchase. As for the
# worth of a friend, an order of the day before the referral was written down counts.
THROUGH = statement(
    "value.sales_through",
    """
    select dated.person_id, substr(cast(dated.day as varchar), 1, 7) as month, dated.amount,
           case when brought.person_id is not null
                     and (brought.occurred_at is null
                          or dated.occurred_at >= cast(brought.occurred_at - interval '1' day as timestamp))
                then $by_friend
                when after_contact.source_id is not null then $by_marketing
                else $by_neither end as name
    from dated
    left join brought on brought.person_id = dated.person_id
    left join after_contact on after_contact.source = dated.source and after_contact.account = dated.account
                           and after_contact.source_id = dated.source_id
    """,
)

# What a line says it cost, before what was taken off or went back: an order's own total is not told apart by product.
LINES = statement(
    "value.lines_sold",
    """
    with recent as (select * from dated where occurred_at >= $from_at)
    select recent.person_id, recent.source, recent.account, recent.source_id,
           coalesce(order_lines.product, order_lines.product_id) as name,
           cast(cast(order_lines.price as double) * coalesce(order_lines.quantity, 1e0)
                * coalesce(rates.rate, 1e0) as decimal(18, 4)) as amount
    from recent
    join order_lines on order_lines.source = recent.source and order_lines.account = recent.account
                    and order_lines.order_id = recent.source_id
    join orders on orders.source = recent.source and orders.account = recent.account
               and orders.source_id = recent.source_id
    left join rates on rates.currency = orders.currency
    where coalesce(order_lines.product, order_lines.product_id) is not null and order_lines.price is not null
    """,
)

SALES = statement(
    "value.sales",
    """
    with summed as (
        select 'through' as kind, name, month as period, cast(sum(amount) as decimal(18, 4)) as amount,
               count(*) as orders, count(distinct person_id) as people
        from through
        group by name, month
        union all
        select 'through' as kind, name, 'total' as period, cast(sum(amount) as decimal(18, 4)) as amount,
               count(*) as orders, count(distinct person_id) as people
        from through
        group by name
        union all
        select 'product' as kind, name, 'last 365 days' as period, cast(sum(amount) as decimal(18, 4)) as amount,
               count(distinct source || '|' || account || '|' || source_id) as orders,
               count(distinct person_id) as people
        from lines
        group by name
    ),
    totals as (
        select kind, period, cast(sum(amount) as decimal(18, 4)) as amount from summed group by kind, period
    )
    select summed.kind, summed.name, summed.period, summed.amount, summed.orders, summed.people,
           cast(summed.amount as double) / nullif(cast(totals.amount as double), 0e0) as share
    from summed
    join totals on totals.kind = summed.kind and totals.period = summed.period
    """,
)


def sales(
    engine: Engine,
    *,
    dated: Table,
    orders: Table,
    order_lines: Table,
    brought: Table,
    contacts: Table,
    record_person: Table,
    currency: str,
    rates: Mapping[str, Decimal],
    until: datetime,
) -> Table:
    """Sum what was sold.

    Args:
        engine: where the tables are.
        dated: from `dated.dated`: orders less what went back, in the company's currency.
        orders: the newest version of each order, for the currency of its lines.
        order_lines: the newest version of each order line.
        brought: from `referral_value`: person_id and occurred_at.
        contacts: the newest version of each contact.
        record_person: record_id and person_id.
        currency: the company's own.
        rates: one unit of a currency in the company's.
        until: the end of the as-of day, UTC.

    Returns:
        kind, name, period, amount, orders, people, share (of the amount of this kind and period). Of the kind 'through'
        there are `BROUGHT`, `MARKETED` and `OTHER` by month (2026-05) and in 'total', each order in one of them; of the
        kind 'product' what each was sold for in the 'last 365 days', by the prices of the lines.
    """
    reached = engine.run(REACHED, contacts=contacts, record_person=record_person, until=until)
    through = engine.run(
        THROUGH,
        dated=dated,
        brought=brought,
        after_contact=engine.run(AFTER_CONTACT, dated=dated, reached=reached),
        by_friend=BROUGHT,
        by_marketing=MARKETED,
        by_neither=OTHER,
    )
    lines = engine.run(
        LINES,
        dated=dated,
        order_lines=order_lines,
        orders=orders,
        # The company's own currency is one of itself, whatever the settings say.
        rates=rate_table(engine, {**rates, currency: 1}),
        from_at=until - _YEAR,
    )
    return engine.run(SALES, through=through, lines=lines)
