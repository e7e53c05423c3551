"""What each person gives back, beside what is usual for the company (S0.13).

Worth is less what went back already. This says how much of what was bought that is, and how sure one may be of it: one
order that went back out of one is no habit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["PRIOR_ORDERS", "GiveBacks", "give_backs"]

# As if everybody had five orders more, of which the company's usual share went back: who gave back the only order is
# then a sixth of the way from what is usual to everything.
PRIOR_ORDERS = 5

RETURNS_MADE = statement(
    "value.returns_made",
    """
    select record_person.person_id, count(*) as returns
    from returns
    join record_person on record_person.record_id = returns.record_id
    where returns.occurred_at is null or returns.occurred_at < $until
    group by record_person.person_id
    """,
)

# An order of which all went back is not in net: so there were as many orders as returns, at least.
GROSS = statement(
    "value.gross",
    """
    with kept as (
        select person_id, count(*) as orders, cast(sum(amount) as decimal(18, 4)) as spent from net group by person_id
    ),
    everybody as (
        select person_id from kept union select person_id from returned union select person_id from returns_made
    )
    select everybody.person_id,
           greatest(coalesce(kept.orders, 0), coalesce(returns_made.returns, 0)) as orders,
           coalesce(returns_made.returns, 0) as returns,
           coalesce(kept.spent, cast(0 as decimal(18, 4))) as spent,
           coalesce(returned.returned_total, cast(0 as decimal(18, 4))) as returned_total
    from everybody
    left join kept on kept.person_id = everybody.person_id
    left join returned on returned.person_id = everybody.person_id
    left join returns_made on returns_made.person_id = everybody.person_id
    """,
)

USUAL = statement(
    "value.usually_returned",
    """
    select cast(sum(spent) as decimal(18, 4)) as spent, cast(sum(returned_total) as decimal(18, 4)) as returned
    from gross
    """,
)

# The mean of a Beta with the company's share as its mean and the weight of `PRIOR_ORDERS`, after the person's own.
GIVE_BACKS = statement(
    "value.give_backs",
    """
    with shares as (
        select person_id, orders, returns, returned_total,
               cast(returned_total as double) / nullif(cast(spent + returned_total as double), 0e0) as returned_share
        from gross
    ),
    likely as (
        select shares.*,
               (cast(orders as double) * coalesce(returned_share, cast($usual as double))
                + $prior * cast($usual as double)) / nullif(cast(orders as double) + $prior, 0e0) as likely_share
        from shares
    )
    select person_id, returns, returned_total,
           cast(returns as double) / nullif(cast(orders as double), 0e0) as return_rate,
           returned_share, likely_share as returned_share_likely,
           likely_share / nullif(cast($usual as double), 0e0) as returned_beside_company
    from likely
    """,
)


@dataclass(frozen=True)
class GiveBacks:
    """What goes back.

    Attributes:
        table: person_id, returns, returned_total, return_rate, returned_share, returned_share_likely,
            returned_beside_company; who bought or gave back.
        usual: the company's own share, in money; None where nothing was bought.
        report: (what, in words).
    """

    table: Table
    usual: float | None
    report: list[tuple[str, str]] = field(default_factory=list)


def give_backs(
    engine: Engine, returns: Table, returned: Table, net: Table, record_person: Table, *, until: datetime
) -> GiveBacks:
    """How much each person gives back.

    `return_rate` is returns for each order; `returned_share` is returned_total / (spent + returned_total) as it was;
    `returned_share_likely` is drawn to the company's own share by `PRIOR_ORDERS`; `returned_beside_company` is that
    over the company's own: above 1, more goes back than usual.

    Args:
        engine: where the tables are.
        returns: the newest version of each return.
        returned: from `purchases`: person_id and returned_total.
        net: from `purchases`: one row an order, less what went back.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
    """
    made = engine.run(RETURNS_MADE, returns=returns, record_person=record_person, until=until)
    gross = engine.run(GROSS, net=net, returned=returned, returns_made=made)
    sums = engine.fetch(engine.run(USUAL, gross=gross)).to_pylist()[0]
    spent, back = (float(sums[name] or 0) for name in ("spent", "returned"))
    usual = back / (spent + back) if spent + back > 0 else None
    table = engine.run(GIVE_BACKS, gross=gross, usual=usual, prior=float(PRIOR_ORDERS))
    engine.drop(gross)
    report = [] if usual is None else [("given back", f"{usual:.1%} of what was bought")]
    return GiveBacks(table, usual, report)
