"""What holds for every purchase model, whichever it is (S2.12, S4.4)."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate import simulate_bgnbd, simulate_pareto_nbd

from byname.value import Triples
from byname.value.bgnbd import BgNbd
from byname.value.contract import MODELS, PurchaseModel
from byname.value.newton import Maximum

type Model = type[PurchaseModel]

pytestmark = pytest.mark.parametrize("kind", MODELS, ids=[kind.name for kind in MODELS])

logarithms = st.lists(st.floats(-9, 9), min_size=4, max_size=4).map(np.array)
histories = st.integers(0, 3_000).flatmap(
    lambda age: st.integers(0, 5_000).flatmap(
        lambda x: st.tuples(st.just(x), st.integers(0, age) if x else st.just(0), st.just(age))
    )
)
populations = st.lists(st.tuples(histories, st.integers(0, 1000)), min_size=1, max_size=8)
NOBODY = np.zeros(0, dtype=int)
DAYS = np.arange(1, 400)
ZERO = np.zeros(400, dtype=int)
EXTREMES: dict[str, tuple[Any, Any, Any]] = {
    "nobody": (NOBODY, NOBODY, NOBODY),
    "one person of today": ([0], [0], [0]),
    "one person who repeats": ([3], [30], [60]),
    "everybody new today": (ZERO, ZERO, ZERO),
    "nobody repeats": (ZERO, ZERO, np.arange(400)),
    "all histories the same": (np.full(500, 4), np.full(500, 90), np.full(500, 120)),
    "a hundred thousand purchases": ([100_000, 0, 1], [400, 0, 20], [400, 200, 300]),
    "a hundred thousand purchases on the first day": ([100_000], [0], [0]),
    "everybody buys every day": (DAYS, DAYS, DAYS),
    "all leave after one": (np.minimum(DAYS, 1), np.minimum(DAYS, 1), DAYS),
    "a very old company": ([5, 0, 2], [90_000, 0, 40_000], [100_000, 100_000, 99_000]),
}


def given_by(kind: Model, theta: Any) -> PurchaseModel:
    """The model with these logarithms, known exactly."""
    found = Maximum(np.asarray(theta, dtype=float), 0.0, 0, converged=True, penalised=False, hessian=np.eye(4))
    return exactly(kind.of(found))


def exactly(model: Any) -> PurchaseModel:
    known: PurchaseModel = replace(model, spread=np.zeros((4, 4)))
    return known


@given(theta=logarithms, rows=st.lists(histories, min_size=1, max_size=6), days=st.floats(0, 4000))
@settings(max_examples=60, deadline=None)
def test_what_is_said_of_people_is_a_probability_and_a_finite_number(
    kind: Model, theta: Any, rows: list[tuple[int, int, int]], days: float
) -> None:
    model = given_by(kind, theta)
    x, t_x, age = np.array(rows).T
    alive = model.p_alive(x, t_x, age)
    assert ((alive >= 0) & (alive <= 1)).all()
    orders = model.expected_orders(days, x, t_x, age)
    later = model.expected_orders(days + 30, x, t_x, age)
    discounted = model.orders_if_alive(days, 0.15, x, age) * alive
    for found in (orders, later, discounted):
        assert np.isfinite(found).all()
        assert (found >= 0).all()
    assert (later >= orders * (1 - 1e-9)).all()
    assert (discounted <= orders * (1 + 1e-9)).all()
    # Nobody buys more often than at their rate while alive.
    bound = days * (np.exp(theta[0]) + x) / (np.exp(theta[1]) + age)
    assert (orders <= bound * (1 + 1e-9)).all()
    drawn = model.draws(days, x, t_x, age, count=3, seed=1)
    assert drawn.shape == (3, len(x))
    assert (drawn >= 0).all()


@given(theta=logarithms, people=populations)
@settings(max_examples=40, deadline=None)
def test_the_likelihood_is_finite_and_depends_on_counts_only(kind: Model, theta: Any, people: Any) -> None:
    rows = [(*history, count) for history, count in people]
    model = given_by(kind, theta)
    whole = model.log_likelihood(Triples(*np.array(rows).T))
    assert np.isfinite(whole)
    split = [
        (x, t_x, age, part) for x, t_x, age, count in reversed(rows) for part in (count // 3, 0, count - count // 3)
    ]
    assert model.log_likelihood(Triples(*np.array(split).T)) == pytest.approx(whole, rel=1e-9, abs=1e-6)


@given(theta=logarithms, rows=st.lists(histories, min_size=1, max_size=6), unit=st.integers(2, 7))
@settings(max_examples=40, deadline=None)
def test_another_unit_of_time_changes_the_density_and_nothing_else(
    kind: Model, theta: Any, rows: list[tuple[int, int, int]], unit: int
) -> None:
    x, t_x, age = np.array(rows).T
    model = given_by(kind, theta)
    # Times have alpha in them, and beta where people leave in time.
    times = np.array([0, 1, 0, kind.name == "Pareto/NBD"]) * np.log(unit)
    other = given_by(kind, theta + times)
    ones = np.ones(len(x), dtype=int)
    value = other.log_likelihood(Triples(x, unit * t_x, unit * age, ones)) + x.sum() * np.log(unit)
    assert value == pytest.approx(model.log_likelihood(Triples(x, t_x, age, ones)), rel=1e-7, abs=1e-6)
    np.testing.assert_allclose(
        other.p_alive(x, unit * t_x, unit * age), model.p_alive(x, t_x, age), rtol=1e-6, atol=1e-9
    )
    np.testing.assert_allclose(
        other.orders_if_alive(90.0 * unit, 0.0, x, unit * age), model.orders_if_alive(90.0, 0.0, x, age), rtol=1e-6
    )


@pytest.mark.parametrize("case", EXTREMES)
def test_a_fit_converges_or_says_so_and_is_never_nan(kind: Model, case: str) -> None:
    x, t_x, age = EXTREMES[case]
    model = kind.fit(Triples.of_people(x, t_x, age)[0])
    # With all purchases at one moment the likelihood has no bound: the rate runs to the edge, prior or not.
    assert model.converged is (case not in {"nobody", "a hundred thousand purchases on the first day"})
    assert np.isfinite(model.loglik)
    assert np.isfinite(model.logarithms).all()
    assert (np.abs(model.logarithms) < 25).all()
    assert np.isfinite(model.spread).all()
    assert (np.linalg.eigvalsh(model.spread) > 0).all()
    assert model.penalised
    assert model.identified
    history = ([0, 0, 5, 100_000], [0, 0, 50, 300], [0, 900, 60, 300])
    for found in (model.p_alive(*history), model.expected_orders(365, *history)):
        assert np.isfinite(found).all()
    assert (model.draws(365, *history, count=40, seed=2) >= 0).all()


def test_what_the_data_do_not_tell_is_said(kind: Model) -> None:
    for case, said in (
        ("nobody", "nobody has bought"),
        ("nobody repeats", "how often people buy cannot be told"),
        ("everybody buys every day", "nobody seems ever to leave"),
    ):
        assert said in kind.fit(Triples.of_people(*EXTREMES[case])[0]).identified, case


def test_people_who_never_leave_are_not_given_a_dropout(kind: Model) -> None:
    x, t_x, age = simulate_bgnbd(3000, r=0.8, alpha_days=40, a=1e-9, b=1.0, cohort_days=700, seed=8)
    model = kind.fit(Triples.of_people(x, t_x, age)[0])
    assert model.converged
    assert model.identified == "nobody seems ever to leave: the dropout cannot be told from these data"
    # What is expected is usable all the same.
    assert model.expected_orders(365, 10, 300, 310)[0] == pytest.approx(365 * 10.8 / 350, rel=0.05)


def test_a_usual_shop_is_identified_with_known_parameters(kind: Model, cdnow: Triples) -> None:
    model = kind.fit(cdnow)
    assert model.converged
    assert model.identified == ""
    assert (np.linalg.eigvalsh(model.spread) > 0).all()
    assert (np.sqrt(np.diag(model.spread)) < 0.7).all()


def test_the_spread_is_that_of_fits_to_resampled_people(kind: Model) -> None:
    """Fits to twenty samples of one population differ about as much as the spread of one says."""
    fits = []
    for seed in range(20):
        x, t_x, age = simulate_pareto_nbd(5000, r=0.8, alpha_days=60, s=0.8, beta_days=90, cohort_days=900, seed=seed)
        fits.append(kind.fit(Triples.of_people(x, t_x, age)[0]))
    seen = np.std([fit.logarithms for fit in fits], axis=0, ddof=1)
    said = np.sqrt(np.mean([np.diag(fit.spread) for fit in fits], axis=0))
    # 20 fits know a standard deviation to a sixth.
    np.testing.assert_allclose(seen, said, rtol=0.5)


def test_the_order_and_the_splitting_of_rows_do_not_change_a_fit(kind: Model, cdnow: Triples) -> None:
    order = np.random.default_rng(3).permutation(len(cdnow)).repeat(2)
    columns = [column[order] for column in (cdnow.repeat_orders, cdnow.recency_days, cdnow.age_days, cdnow.people)]
    half = columns[3] // 2
    columns[3] = np.where(np.arange(len(order)) % 2, half, columns[3] - half)
    one, two = kind.fit(cdnow), kind.fit(Triples(*columns))
    np.testing.assert_allclose(one.logarithms, two.logarithms, rtol=1e-6)
    assert one.loglik == pytest.approx(two.loglik, rel=1e-10)


def test_the_fit_is_a_maximum(kind: Model, cdnow: Triples) -> None:
    model = kind.fit(cdnow)
    assert model.loglik == pytest.approx(model.log_likelihood(cdnow), rel=1e-12)
    _, gradient, hessian = kind.likelihood(cdnow).evaluate(model.logarithms)
    assert abs(0.5 * gradient @ np.linalg.solve(hessian, gradient)) < 1e-9
    np.testing.assert_allclose(model.spread, np.linalg.inv(-hessian), rtol=1e-4)


def test_one_time_buyers_may_be_gone_but_for_bgnbd(kind: Model, cdnow: Triples) -> None:
    """BG/NBD's known fault: it lets people leave only after a repeat purchase."""
    alive = kind.fit(cdnow).p_alive(0, 0, 270)[0]
    if kind is BgNbd:
        assert alive == 1
    else:
        assert 0.2 < alive < 0.7


@pytest.mark.parametrize("days", [20.0, 400.0])
def test_the_mean_of_draws_is_what_is_expected(kind: Model, cdnow: Triples, days: float) -> None:
    model = exactly(kind.fit(cdnow))
    history = ([0, 1, 2, 7, 29, 60], [0, 200, 213, 206, 259, 80], [270, 272, 272, 270, 272, 90])
    drawn = model.draws(days, *history, count=40_000, seed=6)
    error = drawn.std(axis=0) / np.sqrt(len(drawn))
    assert (np.abs(drawn.mean(axis=0) - model.expected_orders(days, *history)) < 4.5 * error + 1e-6).all()


def test_draws_are_the_same_by_seed_and_vary_with_the_parameters(kind: Model, cdnow: Triples) -> None:
    model = kind.fit(cdnow)
    history = ([7, 2], [206, 213], [270, 272])
    one, again, other = (model.draws(365, *history, count=500, seed=seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    # As good as the parameters are known here, they add little.
    assert one.mean(axis=0) == pytest.approx(model.expected_orders(365, *history), rel=0.35)
