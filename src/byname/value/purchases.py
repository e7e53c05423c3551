"""Orders and returns of people, in the company's currency, each order less what went back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.value.rates import rate_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from byname.engines import Engine, Table

__all__ = ["Purchases", "purchases"]

# An order in one of these was not paid, or was undone as a whole. Plug-ins put "wc-" before the word.
_NO_SALE = (
    "cancelled", "canceled", "voided", "void", "failed", "declined", "rejected", "expired", "trash", "draft",
    "checkout-draft", "abandoned", "refunded", "chargeback", "pending", "pending payment", "unpaid", "on-hold",
)  # fmt: skip

# Amounts in the company's currency. One without a rate is left out here and counted by UNRATED.
SOLD = statement(
    "value.sold",
    """
    with rated as (
        select orders.record_id, orders.source, orders.account, orders.source_id, orders.occurred_at,
               case when orders.currency is null or orders.currency = $currency then orders.amount
                    else cast(cast(orders.amount as double) * rates.rate as decimal(18, 4)) end as amount
        from orders
        left join rates on rates.currency = orders.currency
        where orders.occurred_at < $until
          and orders.record_id is not null
          and (orders.currency is null or orders.currency = $currency or rates.rate is not null)
          and not exists (
              select 1 from no_sale where no_sale.status = replace(lower(coalesce(orders.status, 'paid')),
              'wc-', '')
          )
    )
    select record_person.person_id, rated.source, rated.account, rated.source_id, rated.occurred_at,
    rated.amount from rated
    join record_person on record_person.record_id = rated.record_id
    """,
)

GIVEN_BACK = statement(
    "value.given_back",
    """
    select record_person.person_id, returns.source, returns.account, returns.order_id, returns.occurred_at,
           case when returns.currency is null or returns.currency = $currency then returns.amount
                else cast(cast(returns.amount as double) * rates.rate as decimal(18, 4)) end as amount
    from returns
    join record_person on record_person.record_id = returns.record_id
    left join rates on rates.currency = returns.currency
    where returns.occurred_at < $until
      and (returns.currency is null or returns.currency = $currency or rates.rate is not null)
    """,
)

UNRATED = statement(
    "value.unrated",
    """
    select orders.currency, count(*) as orders
    from orders
    left join rates on rates.currency = orders.currency
    where orders.currency is not null and orders.currency <> $currency and rates.rate is null
      and orders.occurred_at < $until
      and orders.record_id is not null
      and not exists (
          select 1 from no_sale where no_sale.status = replace(lower(coalesce(orders.status, 'paid')),
          'wc-', '')
      )
    group by orders.currency
    """,
)

# A refund that names its order lowers that order, on the order's day, and never below nothing.
REFUNDED = statement(
    "value.refunded",
    """
    with refunds as (
        select source, account, order_id, cast(sum(amount) as decimal(18, 4)) as amount
        from given_back
        where order_id is not null
        group by source, account, order_id
    )
    select sold.person_id, sold.source, sold.account, sold.source_id, sold.occurred_at, sold.amount as paid,
           greatest(cast(sold.amount - coalesce(refunds.amount, cast(0 as decimal(18, 4))) as decimal(18, 4)),
                    cast(0 as decimal(18, 4))) as amount
    from sold
    left join refunds on refunds.source = sold.source and refunds.account = sold.account
                     and refunds.order_id = sold.source_id
    """,
)

# What went back without naming an order that we know, and until when. A refund of an order that was no sale (a
# cancelled one) takes nothing from the others.
LOOSE = statement(
    "value.loose",
    """
    select person_id, cast(sum(amount) as decimal(18, 4)) as amount, max(occurred_at) as last_at
    from given_back
    where order_id is null
       or not exists (
           select 1 from orders
           where orders.source = given_back.source and orders.account = given_back.account
             and orders.source_id = given_back.order_id
       )
    group by person_id
    """,
)

# It lowers the person's newest orders up to then, one after the other until it is used up. An order of which all went
# back was no purchase; one that was free from the start was.
NET = statement(
    "value.net",
    """
    with touched as (
        select refunded.person_id, refunded.source, refunded.account, refunded.source_id, refunded.occurred_at,
               refunded.paid, refunded.amount, loose.amount as loose,
               coalesce(cast(sum(refunded.amount) over (
                   partition by refunded.person_id
                   order by refunded.occurred_at desc nulls last, refunded.source_id nulls last,
                            refunded.source nulls last, refunded.account nulls last
                   rows between unbounded preceding and 1 preceding
               ) as decimal(18, 4)), cast(0 as decimal(18, 4))) as newer
        from refunded
        join loose on loose.person_id = refunded.person_id and refunded.occurred_at <= loose.last_at
    ),
    lowered as (
        select person_id, source, account, source_id, occurred_at, paid,
               case when loose <= newer then amount
                    when loose - newer >= amount then cast(0 as decimal(18, 4))
                    else cast(amount - (loose - newer) as decimal(18, 4)) end as amount
        from touched
        union all
        select person_id, source, account, source_id, occurred_at, paid, amount
        from refunded
        where not exists (
            select 1 from loose
            where loose.person_id = refunded.person_id and refunded.occurred_at <= loose.last_at
        )
    )
    select person_id, source, account, source_id, occurred_at, amount
    from lowered
    where amount > cast(0 as decimal(18, 4)) or paid = cast(0 as decimal(18, 4))
    """,
)

TAKEN_BACK = statement(
    "value.taken_back",
    """
    select person_id, cast(sum(amount) as decimal(18, 4)) as returned_total
    from given_back
    group by person_id
    """,
)


@dataclass(frozen=True)
class Purchases:
    """What was bought and given back, in the company's currency.

    Args:
        net: person_id, source, account, source_id, occurred_at, amount less what went back: one row an order.
        returned: person_id, returned_total.
        unrated: orders left out for want of a rate, by currency.
    """

    net: Table
    returned: Table
    unrated: Mapping[str, int]


def purchases(
    engine: Engine,
    orders: Table,
    returns: Table,
    record_person: Table,
    *,
    currency: str,
    rates: Mapping[str, Decimal],
    until: datetime,
) -> Purchases:
    """Bring orders and returns to their people, in one currency.

    Args:
        engine: where the tables are.
        orders: the newest version of each order.
        returns: the newest version of each return.
        record_person: record_id and person_id.
        currency: the company's own.
        rates: one unit of a currency in the company's.
        until: the end of the as-of day, UTC.
    """
    rated = rate_table(engine, rates)
    no_sale = engine.arrow(pa.table({"status": list(_NO_SALE)}))
    sold = engine.run(
        SOLD,
        orders=orders,
        record_person=record_person,
        rates=rated,
        no_sale=no_sale,
        currency=currency,
        until=until,
    )
    given_back = engine.run(
        GIVEN_BACK,
        returns=returns,
        record_person=record_person,
        rates=rated,
        currency=currency,
        until=until,
    )
    refunded = engine.run(REFUNDED, sold=sold, given_back=given_back)
    loose = engine.run(LOOSE, orders=orders, given_back=given_back)
    engine.drop(sold)
    net = engine.run(NET, refunded=refunded, loose=loose)
    engine.drop(refunded)
    unrated = engine.fetch(
        engine.run(UNRATED, orders=orders, rates=rated, no_sale=no_sale, currency=currency, until=until)
    )
    return Purchases(
        net=net,
        returned=engine.run(TAKEN_BACK, given_back=given_back),
        unrated=dict(zip(unrated.column("currency").to_pylist(), unrated.column("orders").to_pylist(), strict=True)),
    )
