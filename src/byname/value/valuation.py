"""What each buyer is worth: the two models fitted on distinct histories, and their numbers brought to people.

The models never see people: the engine counts distinct (x, t_x, T), the fit runs on these counts, and the
outlook of each history is joined back on the engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.value.bgnbd import BgNbd
from byname.value.clv import Terms, outlook
from byname.value.gamma_gamma import GammaGamma
from byname.value.triples import Triples

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["Valuation", "valuation"]

TRIPLES = statement(
    "value.triples",
    """
    select repeat_orders, recency_days, age_days, count(*) as people
    from summary
    group by repeat_orders, recency_days, age_days
    """,
)

# Spend per purchase day over all of them: that ranked better on four shops than the repeat ones alone.
SPENDS = statement(
    "value.spends",
    """
    select repeat_orders + 1 as days,
           cast(spend_total as double) / nullif(cast(repeat_orders + 1 as double), 0) as mean_spend,
           count(*) as people
    from summary
    where spend_total > cast(0 as decimal(18, 4))
    group by repeat_orders, spend_total
    """,
)

VALUE = statement(
    "value.value",
    """
    with expected as (
        select summary.person_id, summary.orders, summary.repeat_orders, summary.recency_days,
        summary.age_days,
               summary.spend_total, summary.repeat_spend, outlook.p_alive, outlook.expected_orders,
               outlook.expected_orders_discounted,
               cast($prior_total + greatest(cast(summary.spend_total as double), cast(0 as double)) as double)
                   / nullif($prior_orders + cast(summary.repeat_orders + 1 as double), 0) as spend_per_order
        from summary
        join outlook on outlook.repeat_orders = summary.repeat_orders
                    and outlook.recency_days = summary.recency_days
                    and outlook.age_days = summary.age_days
    ),
    worth as (
        select expected.person_id, expected.orders, expected.repeat_orders, expected.recency_days,
        expected.age_days,
               case when expected.repeat_orders > 0
                    then cast(expected.repeat_spend as double) / nullif(cast(expected.repeat_orders as double), 0) end
                    as mean_spend,
               expected.spend_total,
               coalesce(returned.returned_total, cast(0 as decimal(18, 4))) as returned_total,
               expected.p_alive, expected.expected_orders, expected.spend_per_order,
               expected.expected_orders * expected.spend_per_order as expected_spend,
               $margin * expected.expected_orders_discounted * expected.spend_per_order as clv
        from expected
        left join returned on returned.person_id = expected.person_id
    )
    select person_id, orders, repeat_orders, recency_days, age_days, mean_spend, spend_total,
    returned_total, p_alive,
           expected_orders, expected_spend, clv,
           row_number() over (
               order by cast(round(clv * 10000) as bigint) desc nulls last, spend_total desc nulls last,
                        person_id nulls last
           ) as rank, $model as model
    from worth
    """,
)


@dataclass(frozen=True)
class Valuation:
    """The value table and the models behind it."""

    table: Table
    orders: BgNbd
    spend: GammaGamma
    histories: int


def valuation(engine: Engine, summary: Table, returned: Table, terms: Terms) -> Valuation:
    """Fit BG/NBD and Gamma-Gamma and value every buyer.

    Args:
        engine: where the tables are.
        summary: one row a buyer, from `purchases.summary`.
        returned: person_id and returned_total.
        terms: horizon, discount and margin.

    Returns:
        One row a buyer: the columns of the snapshot's `value`. `mean_spend` is the mean over repeat
        purchases; `expected_spend` is revenue within the horizon, `clv` is discounted and times the margin.
    """
    counted = engine.fetch(engine.run(TRIPLES, summary=summary), order_by=("repeat_orders", "recency_days", "age_days"))
    triples = Triples(
        *(counted.column(name).to_numpy() for name in ("repeat_orders", "recency_days", "age_days", "people"))
    )
    model = BgNbd.fit(triples)
    spends = engine.fetch(engine.run(SPENDS, summary=summary), order_by=("days", "mean_spend"))
    spend_model = GammaGamma.fit(*(spends.column(name).to_numpy() for name in ("days", "mean_spend", "people")))
    expected = outlook(model, triples, terms)
    table = pa.table(
        {
            **{name: counted.column(name) for name in ("repeat_orders", "recency_days", "age_days")},
            "p_alive": expected.p_alive,
            "expected_orders": expected.expected_orders,
            "expected_orders_discounted": expected.expected_orders_discounted,
        }
    )
    prior_total, prior_orders = spend_model.prior
    valued = engine.run(
        VALUE,
        summary=summary,
        returned=returned,
        outlook=engine.arrow(table),
        prior_total=prior_total,
        prior_orders=prior_orders,
        margin=terms.margin,
        model="BG/NBD, Gamma-Gamma",
    )
    return Valuation(valued, model, spend_model, len(triples))
