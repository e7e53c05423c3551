"""Pareto/NBD against the published table, the hypergeometric function, quadrature and simulation (S2.12, S4.4)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1
from simulate import simulate_pareto_nbd

from byname.value import Triples
from byname.value.pareto_likelihood import ParetoLikelihood
from byname.value.pareto_nbd import ParetoNbd

CDNOW = ParetoNbd(0.5533, 74.05, 0.6061, 81.66)
positive = st.floats(-6, 8).map(np.exp).map(float)
histories = st.integers(0, 4_000).flatmap(
    lambda age: st.integers(0, min(age, 800)).flatmap(
        lambda x: st.tuples(st.just(x), st.integers(x, age) if x else st.just(0), st.just(age))
    )
)


def by_hypergeometric(model: ParetoNbd, x: NDArray[np.int64], t_x: NDArray[np.int64], age: NDArray[np.int64]) -> float:
    """As Fader and Hardie's note 009 writes it, for alpha and beta in either order; the second implementation."""
    r, alpha, s, beta = model.r, model.alpha_days, model.s, model.beta_days
    big, small, second = (alpha, beta, s + 1) if alpha >= beta else (beta, alpha, r + x)
    total = r + s + x

    def part(t: NDArray[np.int64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = hyp2f1(total, second, total + 1, (big - small) / (big + t)) / (big + t) ** total
        return found

    bracket = s / total * (part(t_x) - part(age)) + (alpha + age) ** -(r + x) * (beta + age) ** -s
    return float(np.sum(gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(bracket)))


def by_quadrature(model: ParetoNbd, x: int, t_x: int, age: int) -> tuple[float, float]:
    """ln L without the gamma functions, and P(alive), by SciPy's adaptive rule over ln(t + the smaller scale)."""
    r, alpha, s, beta = model.r, model.alpha_days, model.s, model.beta_days

    def log_f(t: float) -> float:
        return -(r + x) * np.log1p(t / alpha) - (s + 1) * np.log1p(t / beta)

    at_recency = log_f(t_x)
    scale = 1 / ((r + x) / (alpha + t_x) + (s + 1) / (beta + t_x))

    def integrand(y: float) -> float:
        return float(np.exp(log_f(t_x + scale * np.expm1(y)) - at_recency + y) * scale)

    end = float(np.log1p((age - t_x) / scale))
    left = quad(integrand, 0, end, epsabs=0, epsrel=1e-11, limit=500)[0] * s if end else 0.0
    here = float(np.exp(log_f(age) - at_recency)) * (beta + age)
    return at_recency + float(np.log((here + left) / beta)) - x * float(np.log(alpha)), here / (here + left)


def test_cdnow_gives_the_published_table(cdnow: Triples) -> None:
    model = ParetoNbd.fit(cdnow)
    assert model.converged
    assert not model.penalised
    assert model.identified == ""
    assert model.people == 2357
    assert model.r == pytest.approx(0.553, abs=5e-4)
    assert model.alpha_days / 7 == pytest.approx(10.578, abs=5e-4)
    assert model.s == pytest.approx(0.606, abs=5e-4)
    assert model.beta_days / 7 == pytest.approx(11.669, abs=5e-4)
    # A density per day is a seventh of a density per week, once for each repeat order.
    weeks = model.loglik + float(cdnow.repeat_orders @ cdnow.people) * np.log(7)
    assert weeks == pytest.approx(-9595.0, abs=0.05)


@pytest.mark.parametrize("model", [CDNOW, ParetoNbd(0.55, 90, 0.6, 30)], ids=["beta larger", "alpha larger"])
def test_the_likelihood_is_the_hypergeometric_one(cdnow: Triples, model: ParetoNbd) -> None:
    rows = np.repeat(np.arange(len(cdnow)), cdnow.people)
    history = (cdnow.repeat_orders[rows], cdnow.recency_days[rows], cdnow.age_days[rows])
    assert model.log_likelihood(cdnow) == pytest.approx(by_hypergeometric(model, *history), rel=1e-10)


@given(positive, positive, positive, positive, histories)
@settings(max_examples=150, deadline=None)
def test_likelihood_and_p_alive_are_those_of_quadrature_for_any_parameters(
    r: float, alpha: float, s: float, beta: float, row: tuple[int, int, int]
) -> None:
    model = ParetoNbd(r, alpha, s, beta)
    x, t_x, age = row
    log_value, alive = by_quadrature(model, x, t_x, age)
    log_gammas = float(np.sum(np.log(r + np.arange(x))))
    found = model.log_likelihood(Triples([x], [t_x], [age], [1]))
    assert found == pytest.approx(log_value + log_gammas, rel=1e-8, abs=1e-8)
    assert model.p_alive(x, t_x, age)[0] == pytest.approx(alive, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("at", [(0.4, 20.0, 1.3, 50.0), (0.02, 0.3, 0.5, 0.2), (3.0, 900.0, 0.01, 4.0)])
def test_gradient_and_hessian_are_those_of_finite_differences(cdnow: Triples, at: tuple[float, ...]) -> None:
    likelihood = ParetoLikelihood.of(cdnow)
    theta = np.log(at)
    value, gradient, hessian = likelihood.evaluate(theta)
    assert value == pytest.approx(likelihood.value(theta), rel=1e-14)
    for i, unit in enumerate(np.eye(4) * 1e-4):
        (up, up_slope, _), (down, down_slope, _) = likelihood.evaluate(theta + unit), likelihood.evaluate(theta - unit)
        assert gradient[i] == pytest.approx((up - down) / 2e-4, rel=1e-5, abs=1e-4)
        np.testing.assert_allclose(hessian[i], (up_slope - down_slope) / 2e-4, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(hessian, hessian.T, rtol=1e-12)


def test_blocks_of_histories_do_not_change_the_likelihood(cdnow: Triples, monkeypatch: pytest.MonkeyPatch) -> None:
    theta = np.log([0.5, 70.0, 0.7, 90.0])
    whole = ParetoLikelihood.of(cdnow).evaluate(theta)
    monkeypatch.setattr("byname.value.pareto_likelihood._BLOCK", 1 << 11)
    monkeypatch.setattr("byname.value.pareto_likelihood._CHUNK", 100)
    cut = ParetoLikelihood.of(cdnow)
    assert len(cut.parts) > 5
    for one, other in zip(whole, cut.evaluate(theta), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)


def test_parameters_are_found_again_in_simulated_people() -> None:
    true = {"r": 0.8, "alpha_days": 300.0, "s": 0.7, "beta_days": 500.0}
    x, t_x, age = simulate_pareto_nbd(300_000, **true, cohort_days=3000, seed=20)
    model = ParetoNbd.fit(Triples.of_people(x, t_x, age)[0])
    assert model.converged
    for name, value in true.items():
        assert getattr(model, name) == pytest.approx(value, rel=0.04), name
    assert model.r / model.alpha_days == pytest.approx(0.8 / 300, rel=0.01)


def test_one_time_buyers_may_have_left() -> None:
    alive = CDNOW.p_alive(np.zeros(4), np.zeros(4), [1, 30, 300, 3000])
    assert (alive < 1).all()
    assert (np.diff(alive) < 0).all()
    assert alive[-1] < 0.3


def test_p_alive_does_not_depend_on_the_order_of_rows() -> None:
    random = np.random.default_rng(4)
    age = random.integers(50, 900, 500)
    x = random.integers(0, 20, 500)
    t_x = np.where(x > 0, (age * random.random(500)).astype(int), 0)
    one_by_one = np.concatenate([CDNOW.p_alive(*row) for row in zip(x, t_x, age, strict=True)])
    np.testing.assert_allclose(CDNOW.p_alive(x, t_x, age), one_by_one, rtol=1e-10)


def test_expected_orders_are_the_published_formula() -> None:
    r, alpha, s, beta = CDNOW.r, CDNOW.alpha_days, CDNOW.s, CDNOW.beta_days
    x, t_x, age, days = 2, 213, 272, 273.0
    formula = (r + x) * (beta + age) / ((alpha + age) * (s - 1)) * (1 - ((beta + age) / (beta + age + days)) ** (s - 1))
    alive = by_quadrature(CDNOW, x, t_x, age)[1]
    assert CDNOW.expected_orders(days, x, t_x, age)[0] == pytest.approx(formula * alive, rel=1e-9)


def test_the_expectation_is_smooth_where_the_published_formula_divides_by_zero() -> None:
    around = [ParetoNbd(0.5, 30, s, 80).expected_orders(365, 4, 100, 200)[0] for s in (1 - 1e-7, 1, 1 + 1e-7)]
    assert around[1] == pytest.approx((around[0] + around[2]) / 2, rel=1e-9)
