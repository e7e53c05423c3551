"""Customer lifetime value from the two models: purchases still to come, times what each brings.

CLV = margin * sum over months of E(orders) / (1 + d)**t * E(spend per order); Fader, Hardie and Lee, "RFM
and CLV", Journal of Marketing Research 42 (2005) 415-430. A value is only meant together with its horizon,
discount rate, margin and as-of day.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byname.value.bgnbd import BgNbd
from byname.value.gamma_gamma import GammaGamma
from byname.value.newton import Floats
from byname.value.triples import Triples


@dataclass(frozen=True, slots=True)
class Terms:
    """What a lifetime value is counted under.

    Attributes:
        horizon_days: days after the as-of day, 0 or more.
        annual_discount_rate: 0.1 for ten per cent a year, 0 or more.
        margin: share of revenue that is kept; 1 for revenue itself.

    Raises:
        ValueError: a number is out of range.
    """

    horizon_days: float
    annual_discount_rate: float = 0.1
    margin: float = 1.0

    def __post_init__(self) -> None:
        for name in ("horizon_days", "annual_discount_rate"):
            found = getattr(self, name)
            if not (np.isfinite(found) and found >= 0):
                raise ValueError(f"{name} is {found}; expected a finite number, 0 or more")
        if not np.isfinite(self.margin):
            raise ValueError(f"margin is {self.margin}; expected a finite share, such as 0.3")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the purchase model expects of each distinct history.

    Arrays of shape (triples,), in the triples' order.

    Attributes:
        p_alive: probability of not having left by the as-of day; 1 for who never repeated (see
            `BgNbd.p_alive`).
        expected_orders: purchases expected within the horizon.
        expected_orders_discounted: the same, each month's discounted to the as-of day.
    """

    p_alive: Floats
    expected_orders: Floats
    expected_orders_discounted: Floats


@dataclass(frozen=True, slots=True)
class Values:
    """What each person is expected to bring; arrays of shape (people,).

    Attributes:
        p_alive: probability of not having left by the as-of day.
        expected_orders: purchases expected within the horizon.
        spend_per_order: expected value of one order, in units of money.
        expected_spend: revenue expected within the horizon, neither discounted nor multiplied by the margin.
        clv: margin expected within the horizon, discounted.
    """

    p_alive: Floats
    expected_orders: Floats
    spend_per_order: Floats
    expected_spend: Floats
    clv: Floats


def outlook(model: BgNbd, triples: Triples, terms: Terms) -> Outlook:
    """Evaluate the purchase model on distinct histories: the part of a lifetime value that costs.

    Args:
        model: as fitted.
        triples: distinct histories; the counts do not matter.
        terms: horizon and discount rate.

    Returns:
        Arrays aligned with the triples.
    """
    history = (triples.repeat_orders, triples.recency_days, triples.age_days)
    orders = model.expected_orders(terms.horizon_days, *history)
    discounted = model.expected_orders_discounted(terms.horizon_days, terms.annual_discount_rate, *history)
    # Both are exact to about 1e-12; that must not make a discount of almost nothing look like a gain.
    return Outlook(model.p_alive(*history), orders, np.minimum(discounted, orders))


def values_of_people(
    expected: Outlook,
    triple_of_person: NDArray[np.intp],
    spend_model: GammaGamma,
    *,
    orders: ArrayLike,
    mean_spend: ArrayLike,
    terms: Terms,
) -> Values:
    """Give each person's value: a look-up of their history's outlook, times their own spend per order.

    Args:
        expected: from `outlook`, under the same terms.
        triple_of_person: index of each person's history, shape (people,), as from `Triples.of_people`.
        spend_model: as fitted.
        orders: n, orders behind each mean spend, shape (people,); 0 where there is none.
        mean_spend: mean value of those orders, shape (people,).
        terms: for the margin.

    Returns:
        Arrays aligned with ``triple_of_person``.
    """
    expected_orders = expected.expected_orders[triple_of_person]
    spend = spend_model.expected_spend(orders, mean_spend)
    discounted = expected.expected_orders_discounted[triple_of_person]
    return Values(
        p_alive=expected.p_alive[triple_of_person],
        expected_orders=expected_orders,
        spend_per_order=spend,
        expected_spend=expected_orders * spend,
        clv=terms.margin * discounted * spend,
    )
