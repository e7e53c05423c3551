"""Orders with their day in the company's zone, and who of the buyers is among the best tenth: asked for by many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import Statement, statement
from byname.value.rows import day_of

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["best_tenth", "dated"]

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
    sql = (
        "select person_id, source, account, source_id, occurred_at, amount, "  # noqa: S608 - ours
        f"{day_of(engine, net, zone)} as day from net"
    )
    return engine.run(Statement("value.dated", sql), net=net)


def best_tenth(engine: Engine, worth: Table) -> Table:
    """The tenth of the buyers with the highest clv, rounded up: person_id.

    Args:
        engine: where the table is.
        worth: person_id, clv and spend_total, one row a buyer.
    """
    return engine.run(BEST_TENTH, worth=worth)
