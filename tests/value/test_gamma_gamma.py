"""Gamma-Gamma against the published fit, lifetimes and simulation, and where it does not fit."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from byname.value import GammaGamma
from byname.value.gamma_functions import digamma, log_beta, trigamma
from byname.value.gamma_gamma import Spends

type Rows = dict[str, NDArray[np.float64]]


def test_cdnow_gives_the_published_parameters(cdnow_rows: Rows) -> None:
    model = GammaGamma.fit(cdnow_rows["x"], cdnow_rows["mean"])
    assert model.converged
    assert model.people == 946
    assert model.p == pytest.approx(6.25, abs=0.005)
    assert model.q == pytest.approx(3.74, abs=0.005)
    # 15.447748 at our maximum; the note prints 15.44.
    assert model.v == pytest.approx(15.44, abs=0.01)
    assert not model.fallback
    assert model.mean_spend == pytest.approx(35.08, abs=0.005)


def test_expected_spend_is_that_of_lifetimes(lifetimes: dict[str, Any]) -> None:
    model = GammaGamma(**lifetimes["spend_parameters"])
    found = model.expected_spend(lifetimes["spend_orders"], lifetimes["spend_means"])
    np.testing.assert_allclose(found, lifetimes["expected_spend"], rtol=1e-12)


def test_parameters_are_found_again_in_simulated_buyers() -> None:
    random = np.random.default_rng(5)
    orders = random.geometric(0.3, 400_000)
    mean = random.gamma(6 * orders, 1 / (orders * random.gamma(3.7, 1 / 15, 400_000)))
    model = GammaGamma.fit(orders, mean)
    assert (model.p, model.q, model.v) == pytest.approx((6, 3.7, 15), rel=0.02)
    assert model.p * model.v / (model.q - 1) == pytest.approx(6 * 15 / 2.7, rel=0.005)


def test_gradient_and_hessian_are_those_of_finite_differences(cdnow_rows: Rows) -> None:
    data = Spends.of(cdnow_rows["x"], cdnow_rows["mean"], None)
    at = np.log([5.0, 3.0, 0.6])
    _, gradient, hessian = data.evaluate(at)
    for i, unit in enumerate(np.eye(3) * 1e-4):
        (up, up_slope, _), (down, down_slope, _) = data.evaluate(at + unit), data.evaluate(at - unit)
        assert gradient[i] == pytest.approx((up - down) / 2e-4, rel=1e-5)
        np.testing.assert_allclose(hessian[i], (up_slope - down_slope) / 2e-4, rtol=1e-5)


def test_the_fit_follows_the_unit_of_money_and_the_weights(cdnow_rows: Rows) -> None:
    x, mean = cdnow_rows["x"], cdnow_rows["mean"]
    one = GammaGamma.fit(x, mean)
    cents = GammaGamma.fit(x, mean * 100)
    twice = GammaGamma.fit(x, mean, np.full(x.shape, 2))
    assert (cents.p, cents.q, cents.v) == pytest.approx((one.p, one.q, 100 * one.v), rel=1e-6)
    assert (twice.p, twice.q, twice.v) == pytest.approx((one.p, one.q, one.v), rel=1e-6)
    assert twice.loglik == pytest.approx(2 * one.loglik, rel=1e-12)
    assert one.log_likelihood(x, mean) == pytest.approx(one.loglik, rel=1e-12)


@pytest.mark.parametrize(
    ("orders", "mean", "reason"),
    [
        pytest.param([], [], "0 buyers", id="nobody"),
        pytest.param([2], [30.0], "1 buyers", id="one buyer"),
        pytest.param([1, 2, 3], [5.0, 5.0, 5.0], "the same", id="one price for all"),
        pytest.param([1, 2, 3], [1e-9, 1e9, 1.0], "q is 1 or less", id="spends without a mean"),
    ],
)
def test_where_the_model_does_not_fit_spend_is_shrunk_by_one_order(
    orders: list[int], mean: list[float], reason: str
) -> None:
    model = GammaGamma.fit(orders, mean)
    assert reason in model.fallback
    prior = np.mean(mean) if mean else 0.0
    np.testing.assert_allclose(
        model.expected_spend([0, 1, 3], [np.nan, 10, 20]), (np.array([0, 10, 60]) + prior) / [1, 2, 4]
    )


def test_buyers_alike_but_for_chance_get_a_penalised_finite_fit() -> None:
    mean = np.random.default_rng(2).gamma(5, 2, 4000)
    model = GammaGamma.fit(np.full(4000, 4), mean)
    assert model.penalised
    assert model.expected_spend(4, 10.0) == pytest.approx(10, rel=0.1)


def test_people_without_positive_spend_are_left_out() -> None:
    kept = GammaGamma.fit([1, 2, 3, 4], [5.0, 9, 7, 20])
    more = GammaGamma.fit([1, 2, 3, 4, 0, 2], [5.0, 9, 7, 20, 0, 0])
    assert more.people == 4
    assert more == kept


def test_a_wrong_row_is_named() -> None:
    with pytest.raises(ValueError, match="row 1: orders 2, mean_spend inf"):
        GammaGamma.fit([1, 2], [3.0, np.inf])


@given(st.lists(st.tuples(st.integers(1, 500), st.floats(1e-3, 1e7)), min_size=0, max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_spends_crash_the_fit_or_give_anything_but_a_finite_number(rows: list[tuple[int, float]]) -> None:
    orders, mean = [n for n, _ in rows], [m for _, m in rows]
    found = GammaGamma.fit(orders, mean).expected_spend([*orders, 0, 5], [*mean, 0, 3.0])
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def test_gamma_functions_are_those_of_scipy() -> None:
    from scipy.special import betaln, polygamma, psi

    y = np.exp(np.linspace(-14, 10, 500))
    np.testing.assert_allclose(digamma(y), psi(y), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(trigamma(y), polygamma(1, y), rtol=1e-12)
    for q in (1e-4, 0.5, 3.0, 11.9, 12.0, 400.0):
        np.testing.assert_allclose(log_beta(y, q), betaln(y, q), rtol=1e-9, atol=1e-9)
