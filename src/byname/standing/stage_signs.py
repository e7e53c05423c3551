"""What shows that somebody notices, weighs, wants or buys: one sign a row, from every kind of fact (S1.16)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.standing.stage_words import products_of, sign_of

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["signs"]

_LOOK_BACK = timedelta(days=730)  # events before that show no stage that could still hold

SEEN = statement(
    "standing.stage_events",
    """
    select record_person.person_id, usage.fact_id, usage.occurred_at, usage.event, usage.properties
    from usage
    join record_person on record_person.record_id = usage.record_id
    where usage.occurred_at < $until and usage.occurred_at >= $from_at
    """,
    lazy=True,
)

# Product '' is the company as a whole. A question of somebody who has bought is service, not interest.
SIGNS = statement(
    "standing.stage_signs",
    """
    with ordered as (
        select net.person_id, net.source, net.account, net.source_id, net.occurred_at, orders.fact_id
        from net
        join orders on orders.source = net.source and orders.account is not distinct from net.account
                   and orders.source_id = net.source_id
    ),
    first_order as (select person_id, min(occurred_at) as first_at from net group by person_id),
    lined as (
        select ordered.person_id, order_lines.fact_id, ordered.occurred_at,
               coalesce(order_lines.product_id, lower(order_lines.product)) as product,
               coalesce(order_lines.product, order_lines.product_id) as product_name
        from ordered
        join order_lines on order_lines.source = ordered.source
                        and order_lines.account is not distinct from ordered.account
                        and order_lines.order_id = ordered.source_id
        where coalesce(order_lines.product_id, order_lines.product) is not null
          and coalesce(order_lines.quantity, 1e0) > 0e0
    ),
    contracts as (
        select record_person.person_id, subscriptions.fact_id, subscriptions.started_at, subscriptions.ended_at,
               subscriptions.plan, coalesce(lower(subscriptions.status), '') like 'trial%' as is_trial,
               (subscriptions.ended_at is null or subscriptions.ended_at >= $until)
               and coalesce(lower(subscriptions.status), '') not in (
                   'cancelled', 'canceled', 'expired', 'ended', 'unpaid', 'paused', 'incomplete', 'incomplete_expired'
               ) as runs
        from subscriptions
        join record_person on record_person.record_id = subscriptions.record_id
        where subscriptions.started_at < $until
    ),
    terms as (
        select person_id, fact_id, started_at as occurred_at, plan, is_trial, false as at_last, false as lasted
        from contracts
        union all
        select person_id, fact_id, case when runs then $last_at else ended_at end as occurred_at, plan, is_trial,
               runs as at_last, true as lasted
        from contracts
        where runs or ended_at < $until
    ),
    every_product as (
        select product, min(product_name) as product_name
        from (select product, product_name from lined union all select product, product_name from events) as named
        where product <> ''
        group by product
    ),
    asked as (
        select voice.person_id, voice.fact_id, voice.occurred_at, voice.about
        from voice
        left join first_order on first_order.person_id = voice.person_id
        where contains(coalesce(voice.intents, ''), 'question') and voice.sensitive is not true
          and voice.occurred_at < $until and voice.occurred_at >= $from_at
          and (first_order.first_at is null or first_order.first_at > voice.occurred_at)
    )
    select person_id, fact_id, occurred_at, level, product, product_name, says, false as lasted from events
    union all
    select person_id, fact_id, occurred_at, 4 as level, '' as product, '' as product_name, 'bought' as says,
           false as lasted
    from ordered
    union all
    select person_id, fact_id, occurred_at, 4 as level, product, product_name, 'bought' as says, false as lasted
    from lined
    union all
    select terms.person_id, terms.fact_id, terms.occurred_at, case when terms.is_trial then 3 else 4 end as level,
           places.product, places.product as product_name,
           case when terms.is_trial then 'had a trial' when terms.at_last then 'had a subscription that ran'
                else 'had a subscription' end as says,
           terms.lasted
    from terms
    join (
        select distinct fact_id, '' as product from contracts
        union all
        select distinct fact_id, plan as product from contracts where plan <> ''
    ) as places on places.fact_id = terms.fact_id
    union all
    select record_person.person_id, answers.fact_id, answers.occurred_at,
           case answers.kind when 'opened' then 1 when 'bought' then 4 else 2 end as level, '' as product,
           '' as product_name,
           case answers.kind when 'opened' then 'opened what we sent' when 'clicked' then 'followed a link that we sent'
                             when 'replied' then 'replied to us' else 'bought' end as says,
           false as lasted
    from answers
    join record_person on record_person.record_id = answers.record_id
    where answers.kind in ('opened', 'clicked', 'replied', 'bought')
      and answers.occurred_at < $until and answers.occurred_at >= $from_at
    union all
    select person_id, fact_id, occurred_at, 2 as level, '' as product, '' as product_name, 'asked a question' as says,
           false as lasted
    from asked
    union all
    select asked.person_id, asked.fact_id, asked.occurred_at, 2 as level, every_product.product,
           every_product.product_name, 'asked a question' as says, false as lasted
    from asked
    join every_product on every_product.product = asked.about
    """,
)

_EVENTS = pa.schema(
    [
        ("person_id", pa.string()),
        ("fact_id", pa.string()),
        ("occurred_at", pa.timestamp("us")),
        ("level", pa.int64()),
        ("product", pa.string()),
        ("product_name", pa.string()),
        ("says", pa.string()),
    ]
)


def signs(
    engine: Engine,
    *,
    net: Table,
    orders: Table,
    order_lines: Table,
    subscriptions: Table,
    usage: Table,
    answers: Table,
    voice: Table,
    record_person: Table,
    until: datetime,
) -> Table:
    """Every sign: person_id, fact_id, occurred_at, level, product, product_name, says, lasted.

    `product` is '' for the company as a whole; a sign that names products has a row for each of them beside that.
    `lasted` marks the end of a contract, or its last day so far: what went before it held all the time.
    The arguments are those of `stages.stages`.
    """
    from_at = until - _LOOK_BACK
    seen = engine.run(SEEN, usage=usage, record_person=record_person, until=until, from_at=from_at)
    return engine.run(
        SIGNS,
        events=engine.apply(_read_events, seen, _EVENTS),
        net=net,
        orders=orders,
        order_lines=order_lines,
        subscriptions=subscriptions,
        answers=answers,
        voice=voice,
        record_person=record_person,
        until=until,
        from_at=from_at,
        last_at=until - timedelta(seconds=1),
    )


def _read_events(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Each event that says something: one row for the company, one more for each product that it names.

    Names and properties repeat, so each is read once a batch.
    """
    names = batch.column("event").dictionary_encode()
    signs = [sign_of(name) for name in names.dictionary.to_pylist()]
    tells = np.array([sign is not None for sign in signs], dtype=bool)
    told = pa.array(np.flatnonzero(tells[names.indices.to_numpy(zero_copy_only=False)]))
    kept, name = batch.take(told), names.indices.take(told)
    texts = kept.column("properties").dictionary_encode()
    # The company as a whole comes first; a row without properties takes the last list, which names nothing.
    named = [[("", ""), *products_of(text)] for text in texts.dictionary.to_pylist()] + [[("", "")]]
    counts = np.array([len(one) for one in named])
    starts = np.cumsum(counts) - counts
    which = texts.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(which)), counts[which])
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts[which]) - counts[which], counts[which])
    product = pa.array(starts[which[rows]] + within)
    flat = [one for each in named for one in each]
    event = name.take(pa.array(rows))
    columns = {one: kept.column(one).take(pa.array(rows)) for one in ("person_id", "fact_id", "occurred_at")} | {
        "level": pa.array([one and one.level for one in signs], pa.int64()).take(event),
        "product": pa.array([key for key, _ in flat], pa.string()).take(product),
        "product_name": pa.array([called for _, called in flat], pa.string()).take(product),
        "says": pa.array([one and one.says for one in signs], pa.string()).take(event),
    }
    return pa.record_batch([columns[one.name] for one in _EVENTS], schema=_EVENTS)
