"""Lifetime value of people from the outlook of their histories (S2.12, S4.4)."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from byname.value import BgNbd, GammaGamma, Terms, Triples, outlook, values_of_people


def test_value_is_margin_times_discounted_orders_times_spend_for_each_person(
    cdnow_rows: dict[str, NDArray[np.float64]],
) -> None:
    history = (cdnow_rows["x"], cdnow_rows["t_x"], cdnow_rows["T"])
    triples, inverse = Triples.of_people(*history)
    model = BgNbd.fit(triples)
    spend = GammaGamma.fit(cdnow_rows["x"], cdnow_rows["mean"])
    terms = Terms(365.25, annual_discount_rate=0.15, margin=0.3)
    found = values_of_people(
        outlook(model, triples, terms),
        inverse,
        spend,
        orders=cdnow_rows["x"],
        mean_spend=cdnow_rows["mean"],
        terms=terms,
    )
    per_order = spend.expected_spend(cdnow_rows["x"], cdnow_rows["mean"])
    np.testing.assert_allclose(
        found.clv, 0.3 * model.expected_orders_discounted(365.25, 0.15, *history) * per_order, rtol=1e-12
    )
    np.testing.assert_allclose(found.expected_spend, model.expected_orders(365.25, *history) * per_order, rtol=1e-12)
    np.testing.assert_allclose(found.p_alive, model.p_alive(*history), rtol=1e-12)
    assert (found.clv <= 0.3 * found.expected_spend).all()


def test_of_people_counts_each_history_and_says_whose_it_is() -> None:
    triples, inverse = Triples.of_people([1, 0, 1, 1], [5, 0, 5, 6], [9, 9, 9, 9])
    assert triples.people.tolist() == [1, 2, 1]
    assert triples.repeat_orders[inverse].tolist() == [1, 0, 1, 1]
    assert triples.recency_days[inverse].tolist() == [5, 0, 5, 6]


def test_without_discount_or_margin_value_is_revenue() -> None:
    triples, inverse = Triples.of_people([3], [200], [300])
    terms = Terms(500, annual_discount_rate=0)
    model, spend = BgNbd(0.24, 31, 0.8, 2.4), GammaGamma(6.25, 3.74, 15.44)
    found = values_of_people(outlook(model, triples, terms), inverse, spend, orders=[3], mean_spend=[20.0], terms=terms)
    assert found.clv == pytest.approx(found.expected_spend, rel=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"horizon_days": -1},
        {"horizon_days": 9, "annual_discount_rate": -0.1},
        {"horizon_days": 9, "margin": np.nan},
    ],
)
def test_terms_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected a finite"):
        Terms(**wrong)
