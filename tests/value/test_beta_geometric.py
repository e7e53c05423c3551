"""Shifted beta-geometric against the published fits, beta functions, simulation and its own invariants."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import betaln

from byname.value.beta_geometric import BetaGeometric, Contracts

# Share of 1,000 people after each of seven years; Fader and Hardie (2007), table 1.
HIGH_END = [869, 743, 653, 593, 551, 517, 491]
REGULAR = [631, 468, 382, 326, 289, 262, 241]
positive = st.floats(-9, 9).map(np.exp).map(float)


def rows(survivors: list[int]) -> tuple[list[int], list[bool], list[int]]:
    """Who ended at each renewal, and who still runs."""
    lost = [before - after for before, after in zip([1000, *survivors], survivors, strict=False)]
    return [*range(7), 7], [True] * 7 + [False], [*lost, survivors[-1]]


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta"), [(REGULAR, 0.704, 1.182), (HIGH_END, 0.668, 3.806)], ids=["regular", "high end"]
)
def test_the_published_data_give_the_published_parameters(survivors: list[int], alpha: float, beta: float) -> None:
    model = BetaGeometric.fit(*rows(survivors))
    assert model.converged
    assert not model.penalised
    assert model.identified == ""
    assert model.people == 1000
    assert model.alpha == pytest.approx(alpha, abs=5e-4)
    assert model.beta == pytest.approx(beta, abs=5e-4)
    # A fit to the shares that it was made on, to two per cent of people.
    np.testing.assert_allclose(model.survival(np.arange(1, 8)), np.array(survivors) / 1000, atol=0.02)


def test_the_likelihood_is_that_of_beta_functions_and_so_is_the_maximum() -> None:
    data = rows(REGULAR)
    n, gone, people = (np.array(column) for column in data)

    def printed(theta: np.ndarray) -> float:
        alpha, beta = np.exp(theta)
        ended, running = betaln(alpha + 1, beta + n), betaln(alpha, beta + n)
        return float(people @ (np.where(gone, ended, running) - betaln(alpha, beta)))

    assert BetaGeometric(0.9, 2.0).log_likelihood(*data) == pytest.approx(printed(np.log([0.9, 2.0])), rel=1e-12)
    other = minimize(lambda theta: -printed(theta), np.zeros(2), method="Nelder-Mead", tol=1e-11)
    np.testing.assert_allclose(BetaGeometric.fit(*data).logarithms, other.x, atol=1e-5)


def test_gradient_and_hessian_are_those_of_finite_differences() -> None:
    contracts = Contracts.of(*rows(HIGH_END))
    at = np.log([0.5, 2.0])
    _, gradient, hessian = contracts.evaluate(at)
    for i, unit in enumerate(np.eye(2) * 1e-4):
        (up, up_slope, _), (down, down_slope, _) = contracts.evaluate(at + unit), contracts.evaluate(at - unit)
        assert gradient[i] == pytest.approx((up - down) / 2e-4, rel=1e-6)
        np.testing.assert_allclose(hessian[i], (up_slope - down_slope) / 2e-4, rtol=1e-6)


def test_parameters_are_found_again_in_simulated_contracts() -> None:
    random = np.random.default_rng(11)
    people = 200_000
    lasts = random.geometric(random.beta(0.8, 4.0, people)) - 1
    seen = random.integers(0, 40, people)
    model = BetaGeometric.fit(np.minimum(lasts, seen), lasts < seen)
    errors = np.sqrt(np.diag(model.spread))
    assert (errors < 0.015).all()
    assert (np.abs(model.logarithms - np.log([0.8, 4.0])) < 3 * errors).all()


def test_survival_retention_and_the_periods_to_come_agree() -> None:
    model = BetaGeometric(0.668, 3.806)
    n = np.arange(12)
    np.testing.assert_allclose(model.survival(n + 1), model.survival(n) * model.retention(n), rtol=1e-12)
    np.testing.assert_allclose(model.survival(n), np.exp(betaln(0.668, 3.806 + n) - betaln(0.668, 3.806)), rtol=1e-12)
    by_hand = sum(model.survival(3 + k) / model.survival(3) / 1.1**k for k in range(1, 6))
    assert model.expected_periods(3, 5, discount_per_period=0.1) == pytest.approx(by_hand, rel=1e-12)
    assert (np.diff(model.retention(n)) > 0).all()


@given(positive, positive, st.lists(st.integers(0, 400), min_size=1, max_size=5), st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_what_is_said_is_bounded_for_any_parameters(
    alpha: float, beta: float, survived: list[int], horizon: int
) -> None:
    model = BetaGeometric(alpha, beta)
    for share in (model.survival(survived), model.retention(survived)):
        assert ((share >= 0) & (share <= 1)).all()
    periods = model.expected_periods(survived, horizon)
    longer = model.expected_periods(survived, horizon + 1)
    discounted = model.expected_periods(survived, horizon, discount_per_period=0.02)
    assert ((periods >= 0) & (periods <= horizon)).all()
    assert (longer >= periods).all()
    assert (discounted <= periods).all()
    drawn = model.draws(survived, horizon, count=3, seed=1)
    assert ((drawn >= 0) & (drawn <= horizon)).all()


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.integers(0, 500)), max_size=8), st.integers(0, 10_000))
@settings(max_examples=100, deadline=None)
def test_any_contracts_give_a_fit_that_is_finite_and_depends_on_counts_only(
    contracts: list[tuple[int, bool, int]], seed: int
) -> None:
    columns = [np.array([row[place] for row in contracts], dtype=int) for place in range(3)]
    model = BetaGeometric.fit(*columns)
    assert np.isfinite(model.loglik)
    assert np.isfinite(model.logarithms).all()
    assert (np.linalg.eigvalsh(model.spread) > 0).all()
    assert model.converged is (model.people > 0)
    assert bool(model.identified) or not model.penalised
    one_by_one = np.repeat(np.arange(len(contracts)), columns[2])
    order = np.random.default_rng(seed).permutation(one_by_one)
    again = BetaGeometric.fit(columns[0][order], columns[1][order])
    np.testing.assert_allclose(again.logarithms, model.logarithms, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("periods", "ended", "said"),
    [
        ([], [], "no contract has come"),
        ([0, 0], [False, False], "no contract has come"),
        ([5, 9, 12], [False] * 3, "no contract has ended"),
        ([0] * 50, [True] * 50, "ended at its first renewal"),
        ([6] * 50, [True] * 50, ""),
    ],
)
def test_what_the_data_do_not_tell_is_said(periods: list[int], ended: list[bool], said: str) -> None:
    model = BetaGeometric.fit(periods, ended)
    assert model.penalised
    assert model.identified
    assert said in model.identified
    assert np.isfinite(model.expected_periods([0, 24], 36)).all()


def test_the_mean_of_draws_is_what_is_expected_and_the_seed_decides() -> None:
    model = BetaGeometric.fit(*rows(REGULAR))
    known = replace(model, spread=np.zeros((2, 2)))
    drawn = known.draws([0, 3, 20], 12, count=40_000, seed=3)
    error = drawn.std(axis=0) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - known.expected_periods([0, 3, 20], 12)) < 4 * error).all()
    np.testing.assert_array_equal(model.draws(4, 9, count=50, seed=1), model.draws(4, 9, count=50, seed=1))


@pytest.mark.parametrize(
    ("periods", "ended", "people", "message"),
    [
        ([1, -2], [True, True], None, "row 1: periods is -2"),
        ([1.5], [True], None, "row 0: periods is 1.5"),
        ([1], [True, False], None, "equally long"),
        ([1], [True], [-1], "row 0: people is -1"),
    ],
)
def test_impossible_contracts_are_refused_with_their_row(
    periods: list[float], ended: list[bool], people: list[int] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        BetaGeometric.fit(periods, ended, people)
