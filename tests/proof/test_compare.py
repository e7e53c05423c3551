"""Differences between arms, each against a second implementation."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t, ttest_ind

from byname.proof.compare import as_normal, as_student, by_unit, difference, interval, pooled_error, post_stratified
from byname.proof.cuped import adjusted

type Array = np.ndarray[Any, Any]


def made(people: int, seed: int) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    before = rng.gamma(0.5, 20, people)
    is_treated = rng.random(people) < 0.7
    return 0.6 * before + rng.normal(0, 8, people) + 2.0 * is_treated, before, is_treated


@settings(deadline=None, max_examples=30)
@given(st.integers(6, 200), st.integers(0, 10**6))
def test_people_alone_are_compared_as_welch_does(people: int, seed: int) -> None:
    outcome, _, is_treated = made(people, seed)
    is_treated[:2], is_treated[2:4] = True, False
    found = difference(outcome, is_treated)
    theirs = ttest_ind(outcome[is_treated], outcome[~is_treated], equal_var=False)
    assert found.effect / found.se == pytest.approx(theirs.statistic)
    assert found.freedom == pytest.approx(theirs.df)
    assert interval(found, 0.9) == pytest.approx(tuple(theirs.confidence_interval(0.9)))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6))
def test_units_of_one_are_people_and_copies_of_people_add_no_knowledge(seed: int) -> None:
    outcome, _, is_treated = made(60, seed)
    is_treated[:2], is_treated[2:4] = True, False
    alone, units = difference(outcome, is_treated), difference(outcome, is_treated, np.arange(60) + 7)
    assert astuple(units) == pytest.approx(astuple(alone))
    copied = difference(np.repeat(outcome, 5), np.repeat(is_treated, 5), np.repeat(np.arange(60), 5))
    assert copied.se == pytest.approx(alone.se)
    assert copied.treated == alone.treated


def test_households_are_counted_as_such_or_chance_would_pass_for_an_effect() -> None:
    """200 tests of nothing, members of a household alike: by people the error is too small, by units it is right."""
    rng = np.random.default_rng(3)
    wrong = {"people": 0, "units": 0}
    for _ in range(200):
        size = rng.integers(1, 6, 120)
        unit = np.repeat(np.arange(120), size)
        is_treated = (rng.random(120) < 0.5)[unit]
        outcome = rng.normal(size=120)[unit] + 0.3 * rng.normal(size=len(unit))
        for name, of in (("people", None), ("units", unit)):
            low, high = interval(difference(outcome, is_treated, of))
            wrong[name] += not low <= 0 <= high
    assert wrong["people"] > 30
    assert wrong["units"] < 20


def test_strata_are_weighed_by_their_people_and_match_the_formula_and_regression() -> None:
    outcome, before, is_treated = made(600, 5)
    stratum = np.digitize(before, [1, 8, 20])
    found = post_stratified(outcome, is_treated, stratum)
    effect = variance = 0.0
    for one in range(4):
        here, weight = stratum == one, (stratum == one).mean()
        arms = [outcome[here & side] for side in (is_treated, ~is_treated)]
        effect += weight * (arms[0].mean() - arms[1].mean())
        variance += weight**2 * sum(arm.var(ddof=1) / len(arm) for arm in arms)
    assert found.effect == pytest.approx(effect)
    assert found.se == pytest.approx(np.sqrt(variance))
    # The same by a regression with every stratum's own intercept and effect, averaged.
    dummies = (stratum[:, None] == np.arange(4)).astype(float)
    slopes = np.linalg.lstsq(np.hstack([dummies, dummies * is_treated[:, None]]), outcome, rcond=None)[0][4:]
    assert found.effect == pytest.approx(float(slopes @ dummies.mean(axis=0)))
    assert found.se < difference(outcome, is_treated).se


def test_strata_too_small_for_an_error_are_put_together() -> None:
    outcome, _, is_treated = made(200, 6)
    everybody = difference(outcome, is_treated)
    assert post_stratified(outcome, is_treated, np.arange(200)).se == pytest.approx(everybody.se)
    few = np.where(np.arange(200) < 3, 1, 0)
    assert post_stratified(outcome, is_treated, few).effect == pytest.approx(everybody.effect)
    assert np.isfinite(post_stratified(outcome, is_treated, np.arange(200) % 50).se)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6))
def test_the_adjusted_effect_is_that_of_a_regression_on_the_time_before(seed: int) -> None:
    """CUPED with a slope pooled within arms is the analysis of covariance (Deng et al. 2013; Lin 2013)."""
    outcome, before, is_treated = made(300, seed)
    found = adjusted(outcome, before, is_treated)
    columns = np.column_stack([np.ones(300), is_treated, before])
    _, effect, slope = np.linalg.lstsq(columns, outcome, rcond=None)[0]
    assert found.theta == pytest.approx(slope)
    assert found.found.effect == pytest.approx(effect)
    assert found.found.mean_treated == pytest.approx(outcome[is_treated].mean())
    assert found.cut == pytest.approx(1 - (found.found.se / difference(outcome, is_treated).se) ** 2)


def test_the_cut_is_the_squared_correlation_and_nothing_where_the_time_before_says_nothing() -> None:
    rng = np.random.default_rng(8)
    before, noise = rng.normal(size=(2, 40_000))
    is_treated = rng.random(40_000) < 0.5
    assert adjusted(0.6 * before + 0.8 * noise, before, is_treated).cut == pytest.approx(0.36, abs=0.02)
    assert adjusted(noise, before, is_treated).cut == pytest.approx(0.0, abs=0.002)
    flat = adjusted(noise, np.ones(40_000), is_treated)
    assert (flat.theta, flat.cut) == (0.0, 0.0)


@pytest.mark.parametrize("arms", [(0, 0), (5, 0), (0, 5), (1, 5), (1, 1)])
def test_an_arm_that_is_empty_or_of_one_has_no_error_and_raises_nothing(arms: tuple[int, int]) -> None:
    is_treated = np.repeat([True, False], arms)
    outcome = np.arange(float(sum(arms)))
    unit = np.where(is_treated, 1, 2)
    for found in (
        difference(outcome, is_treated),
        difference(outcome, is_treated, unit),
        post_stratified(outcome, is_treated, np.zeros(sum(arms), np.int64)),
        adjusted(outcome, outcome, is_treated).found,
    ):
        assert np.isnan(found.se)
        assert all(np.isnan(end) for end in interval(found))


def test_nothing_varies_gives_an_error_of_nought() -> None:
    found = adjusted(np.ones(10), np.ones(10), np.arange(10) < 5)
    assert (found.found.effect, found.found.se, found.theta) == (0.0, 0.0, 0.0)
    assert np.isnan(found.cut)


@settings(deadline=None)
@given(st.floats(-6, 6), st.floats(3, 20_000))
def test_students_curve_and_the_normal_one_have_the_same_tails(z: float, freedom: float) -> None:
    there = as_student(z, freedom)
    if freedom < 1e4:
        assert t.sf(there, freedom) == pytest.approx(norm.sf(z), rel=1e-6)
    assert as_normal(there, freedom) == pytest.approx(z, abs=1e-6)


def test_units_are_numbered_in_order() -> None:
    of, count = by_unit(np.array([9, 4, 9, 7]))
    assert (of.tolist(), count) == ([2, 0, 2, 1], 3)
    assert by_unit(np.array([], dtype=np.int64))[1] == 0


def test_the_pooled_error_is_students_and_a_small_arm_without_large_buyers_is_not_surer_than_the_whole() -> None:
    outcome, _, is_treated = made(400, 7)
    theirs = ttest_ind(outcome[is_treated], outcome[~is_treated], equal_var=True)
    assert (outcome[is_treated].mean() - outcome[~is_treated].mean()) / pooled_error(
        outcome, is_treated
    ) == pytest.approx(theirs.statistic)
    assert pooled_error(outcome, is_treated, np.arange(400)) == pytest.approx(pooled_error(outcome, is_treated))
    copied = (np.repeat(outcome, 3), np.repeat(is_treated, 3), np.repeat(np.arange(400), 3))
    assert pooled_error(*copied) == pytest.approx(pooled_error(outcome, is_treated))
    spend = np.where(np.arange(400) < 20, 1_000.0, outcome)
    few = np.arange(400) < 350
    assert pooled_error(spend, few) > 2 * difference(spend, few).se
    assert np.isnan(pooled_error(outcome, np.ones(400, dtype=bool)))
