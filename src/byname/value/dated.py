"""Orders with their day in the company's zone, and who of the buyers is among the best tenth: asked for by many."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from byname.engines import Statement, statement
from byname.engines.zone import local_day_sql

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["best_tenth", "dated"]

DATED_SPAN = statement("value.dated_span", "select min(occurred_at) as first_at, max(occurred_at) as last_at from net")

# By the same order as the rank in the value table, so that no list disagrees with another.
BEST_TENTH = statement(
    "value.best_tenth",
    """
    with ranked as (
        select person_id,
               row_number() over (
                   order by cast(round(clv * 10000) as bigint) desc nulls last, spend_total desc nulls last,
                            person_id nulls last
               ) as place
        from worth
    ),
    counted as (select cast(ceil(cast(count(*) as double) / 10e0) as bigint) as most from worth)
    select ranked.person_id from ranked join counted on ranked.place <= counted.most
    """,
)


def dated(engine: Engine, net: Table, *, zone: str) -> Table:
    """The orders of `purchases.net`, each with its `day` in the company's zone.

    Args:
        engine: where the table is.
        net: person_id, source, account, source_id, occurred_at (UTC) and amount, one row an order.
        zone: the company's IANA zone.
    """
    span = engine.fetch(engine.run(DATED_SPAN, net=net)).to_pylist()[0]
    first: datetime = span["first_at"] or datetime(1970, 1, 1)  # noqa: DTZ001 - UTC
    last: datetime = span["last_at"] or first
    day = local_day_sql("occurred_at", zone, first, last)
    # The zone's clock changes are written into it, so this is put together when it runs.
    sql = f"select person_id, source, account, source_id, occurred_at, amount, {day} as day from net"  # noqa: S608
    return engine.run(Statement("value.dated", sql), net=net)


def best_tenth(engine: Engine, worth: Table) -> Table:
    """The tenth of the buyers with the highest clv, rounded up: person_id.

    Args:
        engine: where the table is.
        worth: person_id, clv and spend_total, one row a buyer.
    """
    return engine.run(BEST_TENTH, worth=worth)
