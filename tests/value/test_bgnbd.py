"""BG/NBD against the published table, lifetimes, simulation and its own invariants (S2.12, S4.4)."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate import simulate_bgnbd

from byname.value import BgNbd, Triples
from byname.value.bgnbd import Likelihood
from byname.value.horizon import _one_pair, discounted_steps, orders_if_alive

positive = st.floats(-9, 9).map(np.exp).map(float)
histories = st.integers(0, 10_000).flatmap(
    lambda age: st.integers(0, min(age, 5_000)).flatmap(
        lambda x: st.tuples(st.just(x), st.integers(x, age) if x else st.just(0), st.just(age))
    )
)


def model_of(found: dict[str, Any]) -> BgNbd:
    return BgNbd(**found["parameters"])


def test_cdnow_gives_the_published_table(cdnow: Triples) -> None:
    model = BgNbd.fit(cdnow)
    assert model.converged
    assert not model.penalised
    assert model.people == 2357
    assert model.r == pytest.approx(0.2426, abs=5e-5)
    assert model.alpha_days / 7 == pytest.approx(4.4136, abs=5e-5)
    assert model.a == pytest.approx(0.7929, abs=5e-5)
    assert model.b == pytest.approx(2.4259, abs=5e-5)
    # A density per day is a seventh of a density per week, once for each repeat order.
    weeks = model.loglik + float(cdnow.repeat_orders @ cdnow.people) * np.log(7)
    assert weeks == pytest.approx(-9582.429, abs=5e-4)


def test_the_likelihood_is_that_of_lifetimes(cdnow: Triples, lifetimes: dict[str, Any]) -> None:
    assert model_of(lifetimes).log_likelihood(cdnow) == pytest.approx(lifetimes["loglik"], rel=1e-12)


def test_p_alive_is_that_of_lifetimes(lifetimes: dict[str, Any]) -> None:
    found = model_of(lifetimes).p_alive(*np.array(lifetimes["histories"]).T)
    np.testing.assert_allclose(found, lifetimes["p_alive"], rtol=1e-10)


@pytest.mark.parametrize("days", [7, 273, 1000])
def test_expected_orders_are_those_of_lifetimes(lifetimes: dict[str, Any], days: int) -> None:
    found = model_of(lifetimes).expected_orders(days, *np.array(lifetimes["histories"]).T)
    np.testing.assert_allclose(found, lifetimes["expected_orders"][str(days)], rtol=1e-9)


def test_parameters_are_found_again_in_simulated_people() -> None:
    true = {"r": 0.8, "alpha_days": 300.0, "a": 0.8, "b": 2.5}
    x, t_x, age = simulate_bgnbd(300_000, **true, cohort_days=3000, seed=20)
    model = BgNbd.fit(Triples.of_people(x, t_x, age)[0])
    assert model.converged
    for name, value in true.items():
        assert getattr(model, name) == pytest.approx(value, rel=0.04), name
    assert model.r / model.alpha_days == pytest.approx(0.8 / 300, rel=0.01)
    assert model.a / (model.a + model.b) == pytest.approx(0.8 / 3.3, rel=0.01)


def test_gradient_and_hessian_are_those_of_finite_differences(cdnow: Triples) -> None:
    likelihood = Likelihood.of(cdnow)
    at = np.log([0.4, 20.0, 1.3, 1.7])
    _, gradient, hessian = likelihood.evaluate(at)
    for i, unit in enumerate(np.eye(4) * 1e-4):
        (up, up_slope, _), (down, down_slope, _) = (
            likelihood.evaluate(at + unit),
            likelihood.evaluate(at - unit),
        )
        assert gradient[i] == pytest.approx((up - down) / 2e-4, rel=1e-5)
        np.testing.assert_allclose(hessian[i], (up_slope - down_slope) / 2e-4, rtol=1e-5)
    np.testing.assert_array_equal(hessian, hessian.T)


def test_the_start_on_a_part_of_the_triples_does_not_change_the_maximum() -> None:
    x, t_x, age = simulate_bgnbd(150_000, r=0.6, alpha_days=60, a=0.8, b=2.5, cohort_days=730, seed=3)
    likelihood = Likelihood.of(Triples.of_people(x, t_x, age)[0])
    assert likelihood.thinned() is not None
    model = BgNbd.fit(Triples.of_people(x, t_x, age)[0])
    at = np.log([model.r, model.alpha_days, model.a, model.b])
    _, gradient, hessian = likelihood.evaluate(at)
    # What a further step of Newton's would gain, in log-likelihood.
    assert abs(0.5 * gradient @ np.linalg.solve(hessian, gradient)) < 1e-9


def test_splitting_counts_over_rows_does_not_change_the_fit(cdnow: Triples) -> None:
    part = cdnow.people // 2
    split = Triples(
        *(np.tile(column, 2) for column in (cdnow.repeat_orders, cdnow.recency_days, cdnow.age_days)),
        people=np.concatenate((part, cdnow.people - part)),
    )
    one, two = BgNbd.fit(cdnow), BgNbd.fit(split)
    for name in ("r", "alpha_days", "a", "b", "loglik"):
        assert getattr(one, name) == pytest.approx(getattr(two, name), rel=1e-9)


DAYS = np.arange(1, 400)
ZERO = np.zeros(400, dtype=int)


@pytest.mark.parametrize(
    ("x", "t_x", "age", "converged"),
    [
        pytest.param([], [], [], False, id="nobody at all"),
        pytest.param([0], [0], [0], True, id="one person, today"),
        pytest.param([3], [30], [60], True, id="one person who repeats"),
        pytest.param(ZERO, ZERO, ZERO, True, id="everybody new today"),
        pytest.param(ZERO, ZERO, np.arange(400), True, id="nobody repeats"),
        pytest.param(DAYS, DAYS, DAYS, True, id="everybody buys every day"),
        pytest.param(DAYS // 10, DAYS // 10 * 10, DAYS, True, id="everybody every ten days"),
        pytest.param(np.minimum(DAYS, 1), np.minimum(DAYS, 1), DAYS, True, id="all leave after one"),
    ],
)
def test_without_a_maximum_inside_the_fit_is_finite_and_says_so(
    x: list[int], t_x: list[int], age: list[int], *, converged: bool
) -> None:
    model = BgNbd.fit(Triples.of_people(x, t_x, age)[0])
    assert model.penalised
    assert model.converged is converged
    assert all(0 < value < 1e8 for value in (model.r, model.alpha_days, model.a, model.b))
    expected = model.expected_orders(365, [0, 0, 5], [0, 0, 50], [0, 900, 60])
    assert np.isfinite(expected).all()
    assert (expected <= 366).all()


def test_nobody_is_promised_much_where_nobody_repeated() -> None:
    model = BgNbd.fit(Triples(ZERO, ZERO, np.arange(400), np.ones(400)))
    assert model.expected_orders(365, 0, 0, 200)[0] < 0.01


@given(positive, positive, positive, positive, st.lists(histories, min_size=1, max_size=5), st.floats(0, 5000))
@settings(max_examples=150, deadline=None)
def test_expectations_are_finite_ordered_and_bounded_for_any_parameters(
    r: float, alpha_days: float, a: float, b: float, rows: list[tuple[int, int, int]], days: float
) -> None:
    model = BgNbd(r, alpha_days, a, b)
    history = np.array(rows).T
    alive = model.p_alive(*history)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert (alive[history[0] == 0] == 1).all()
    orders = model.expected_orders(days, *history)
    later = model.expected_orders(days + 30, *history)
    discounted = model.orders_if_alive(days, 0.15, history[0], history[2]) * model.p_alive(*history)
    for found in (orders, later, discounted):
        assert np.isfinite(found).all()
        assert (found >= 0).all()
    assert (later >= orders * (1 - 1e-9)).all()
    assert (discounted <= orders * (1 + 1e-9)).all()
    # Nobody buys more often than at their rate while alive.
    assert (orders <= days * (r + history[0]) / (alpha_days + history[2]) * (1 + 1e-9)).all()


@given(positive, positive, positive, positive, histories, st.floats(0.1, 4000))
@settings(max_examples=100, deadline=None)
def test_the_quick_and_the_slow_integral_agree(
    r: float, alpha_days: float, a: float, b: float, row: tuple[int, int, int], days: float
) -> None:
    x, _, age = row
    steps = discounted_steps(days, 0, one_step=True)
    quick = orders_if_alive(r, alpha_days, a, b, steps, np.array([x]), np.array([age]))[0]
    slow = _one_pair(a, b + x, r + x, 1 / (alpha_days + age), np.array([days]))[0]
    assert quick == pytest.approx(slow, rel=1e-8)


def test_the_expectation_is_smooth_where_the_published_formula_divides_by_zero() -> None:
    around = [BgNbd(0.5, 30, a, 2.5).expected_orders(365, 4, 100, 200)[0] for a in (1 - 1e-7, 1, 1 + 1e-7)]
    assert around[1] == pytest.approx((around[0] + around[2]) / 2, rel=1e-10)


def test_the_discounted_sum_is_the_sum_of_discounted_months(lifetimes: dict[str, Any]) -> None:
    model = model_of(lifetimes)
    history = (2, 213, 272)
    ends = [30.4375 * month for month in range(1, 12)] + [340.0]
    upto = np.array([0, *(model.expected_orders(end, *history)[0] for end in ends)])
    by_hand = sum(np.diff(upto) / 1.1 ** (np.array(ends) / 365.25))
    discounted = model.orders_if_alive(340, 0.1, history[0], history[2]) * model.p_alive(*history)
    assert discounted[0] == pytest.approx(by_hand, rel=1e-10)


@pytest.mark.parametrize(
    ("x", "t_x", "age", "message"),
    [
        (1, 5, 4, "recency_days 5, age_days 4"),
        (0, 3, 9, "recency_days 3"),
        (-1, 0, 0, "repeat_orders -1"),
        (1, 1, 4_000_000, "age_days 4000000"),
        (1.5, 1, 4, "repeat_orders is 1.5"),
    ],
)
def test_an_impossible_history_is_refused_with_its_row(x: float, t_x: int, age: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Triples([x], [t_x], [age], [1])
