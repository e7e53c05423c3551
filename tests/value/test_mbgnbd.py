"""MBG/NBD against its formula as printed, a maximum found by SciPy, and simulation (S2.12, S4.4)."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln
from simulate import simulate_bgnbd

from byname.value import Triples
from byname.value.bgnbd import BgNbd, MbgNbd


def printed(theta: NDArray[np.float64], triples: Triples) -> float:
    """Log-likelihood with beta functions, as Batislam and others print it; the second implementation."""
    r, alpha, a, b = np.exp(theta)
    x, t_x, age = triples.repeat_orders, triples.recency_days, triples.age_days
    here = betaln(a, b + x + 1) - (r + x) * np.log(alpha + age)
    left = betaln(a + 1, b + x) - (r + x) * np.log(alpha + t_x)
    each = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b) + np.logaddexp(here, left)
    return float(triples.people @ each)


def test_the_likelihood_is_the_printed_one(cdnow: Triples) -> None:
    model = MbgNbd(0.5, 43.0, 0.9, 1.6)
    assert model.log_likelihood(cdnow) == pytest.approx(printed(model.logarithms, cdnow), rel=1e-12)


def test_the_maximum_is_that_of_another_search(cdnow: Triples) -> None:
    model = MbgNbd.fit(cdnow)
    other = minimize(lambda theta: -printed(theta, cdnow), np.log([1, 100, 1, 1]), method="Nelder-Mead", tol=1e-10)
    np.testing.assert_allclose(model.logarithms, other.x, atol=1e-4)
    assert model.loglik == pytest.approx(-other.fun, rel=1e-10)
    # In weeks; as others have found on this sample.
    found = (model.r, model.alpha_days / 7, model.a, model.b)
    np.testing.assert_allclose(found, [0.525, 6.183, 0.891, 1.614], atol=5e-4)


def test_gradient_and_hessian_are_those_of_finite_differences(cdnow: Triples) -> None:
    likelihood = MbgNbd.likelihood(cdnow)
    at = np.log([0.4, 20.0, 1.3, 1.7])
    _, gradient, hessian = likelihood.evaluate(at)
    for i, unit in enumerate(np.eye(4) * 1e-4):
        (up, up_slope, _), (down, down_slope, _) = likelihood.evaluate(at + unit), likelihood.evaluate(at - unit)
        assert gradient[i] == pytest.approx((up - down) / 2e-4, rel=1e-5)
        np.testing.assert_allclose(hessian[i], (up_slope - down_slope) / 2e-4, rtol=1e-5)


def test_p_alive_is_the_printed_one() -> None:
    model = MbgNbd(0.5, 43.0, 0.9, 1.6)
    x, t_x, age = np.array([0, 1, 7]), np.array([0, 30, 206]), np.array([270, 270, 270])
    odds = 0.9 / (1.6 + x) * ((43 + age) / (43 + t_x)) ** (0.5 + x)
    np.testing.assert_allclose(model.p_alive(x, t_x, age), 1 / (1 + odds), rtol=1e-12)


def test_parameters_are_found_again_in_simulated_people() -> None:
    true = {"r": 0.8, "alpha_days": 300.0, "a": 0.8, "b": 2.5}
    x, t_x, age = simulate_bgnbd(300_000, **true, cohort_days=3000, seed=21, early=True)
    triples = Triples.of_people(x, t_x, age)[0]
    model = MbgNbd.fit(triples)
    assert model.converged
    errors = np.sqrt(np.diag(model.spread))
    assert (errors < 0.026).all()
    assert (np.abs(model.logarithms - np.log(list(true.values()))) < 3 * errors).all()
    assert model.loglik > BgNbd.fit(triples).loglik + 100
