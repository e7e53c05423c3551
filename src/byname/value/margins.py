"""What is kept of each unit that a person spends, where the orders say what was earned on them.

Somebody who buys what is on sale brings less than the same spend at full price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["margins"]

# So many orders of the usual size count as known before any was seen.
_PRIOR_ORDERS = 2.0

# What was earned falls with what went back. Amounts and margins of one order are in one currency, so their ratio needs
# no rate.
EARNED = statement(
    "value.earned",
    """
    select net.person_id, count(*) as orders, cast(sum(net.amount) as double) as spent,
           cast(sum(cast(cast(net.amount as double) * greatest(least(
               cast(orders.margin as double) / nullif(cast(orders.amount as double), 0), 1e0), -1e0
           ) as decimal(18, 4))) as double) as earned
    from net
    join orders on orders.source = net.source and orders.account = net.account and orders.source_id = net.source_id
    where orders.margin is not null and orders.amount > cast(0 as decimal(18, 4))
    group by net.person_id
    """,
)

EARNED_IN_ALL = statement(
    "value.earned_in_all",
    """
    select cast(sum(orders) as bigint) as orders, cast(sum(cast(spent as decimal(18, 4))) as double) as spent,
           cast(sum(cast(earned as decimal(18, 4))) as double) as earned
    from earned
    """,
)

MARGINS = statement(
    "value.margins",
    """
    select person_id, cast(earned + $prior_spent * $usual as double) / nullif(spent + $prior_spent, 0) as margin
    from earned
    """,
)


def margins(engine: Engine, net: Table, orders: Table) -> Table:
    """Each person's own margin, drawn to the company's usual one: person_id, margin; only who has orders that say it.

    Args:
        engine: where the tables are.
        net: from `purchases`.
        orders: the newest version of each order.
    """
    earned = engine.run(EARNED, net=net, orders=orders)
    whole = engine.fetch(engine.run(EARNED_IN_ALL, earned=earned)).to_pylist()[0]
    spent = float(whole["spent"] or 0.0)
    usual = float(whole["earned"] or 0.0) / spent if spent else 0.0
    prior = _PRIOR_ORDERS * spent / max(int(whole["orders"] or 0), 1)
    return engine.run(MARGINS, earned=earned, prior_spent=prior, usual=usual)
