"""Log-odds of phrases and changes of counts: against published figures, simulation and a second way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from byname.voice.log_odds import log_odds
from byname.voice.rising import direction, false_discoveries, more_often, rate_ratio, share_interval

counts = st.integers(0, 400)


def test_log_odds_are_equations_16_19_and_22_worked_by_hand() -> None:
    # y = 30 of 200 here, 10 of 300 there, alpha_w = 4, alpha_0 = 50.
    delta, zeta = log_odds(np.array([30.0]), np.array([10.0]), 200, 300, prior=np.array([4.0]), prior_all=50)
    expected = np.log(34 / (200 + 50 - 30 - 4)) - np.log(14 / (300 + 50 - 10 - 4))
    assert delta[0] == pytest.approx(expected, rel=1e-12)
    assert zeta[0] == pytest.approx(expected / np.sqrt(1 / 34 + 1 / 14), rel=1e-12)


def test_log_odds_and_their_errors_are_those_of_drawn_posteriors() -> None:
    random = np.random.default_rng(1)
    here, there, prior, everything = 300, 150, 20.0, 400.0
    drawn = [
        stats.beta(y + prior, n + everything - y - prior).rvs(200_000, random_state=random)
        for y, n in ((here, 5_000), (there, 6_000))
    ]
    apart = stats.logistic.ppf(drawn[0]) - stats.logistic.ppf(drawn[1])
    delta, zeta = log_odds(
        np.array([300.0]), np.array([150.0]), 5_000, 6_000, prior=np.array([prior]), prior_all=everything
    )
    assert delta[0] == pytest.approx(apart.mean(), rel=0.01)
    assert zeta[0] == pytest.approx(apart.mean() / apart.std(), rel=0.05)


def test_a_stronger_prior_draws_the_log_odds_toward_none() -> None:
    here, there = np.array([9.0]), np.array([1.0])
    weak, strong = (
        log_odds(here, there, 100, 100, prior=np.array([0.05 * size]), prior_all=size)[1][0] for size in (10.0, 1_000.0)
    )
    assert weak > 2 * strong > 0


def test_the_exact_interval_of_a_ratio_is_a_published_one() -> None:
    # R's documentation of poisson.test: 11 cases in 800 person-years and 21 in 3,011 (Danish lung cancer, ages 55-59).
    ratio, low, high = rate_ratio(np.array([11]), np.array([21]), 3_011 / 800)
    assert (ratio[0], low[0], high[0]) == pytest.approx((1.971488, 0.8584264, 4.2772659), rel=1e-6)


@settings(deadline=None)
@given(counts, counts, st.sampled_from([1, 2, 3, 12.5]))
def test_the_interval_is_what_a_search_of_binomial_tails_finds(now: int, before: int, spans: float) -> None:
    _, low, high = rate_ratio(np.array([now]), np.array([before]), spans)
    share = lambda ratio: ratio / (ratio + spans)  # noqa: E731
    if now:
        assert stats.binom.sf(now - 1, now + before, share(low[0])) == pytest.approx(0.025, rel=1e-6)
    else:
        assert low[0] == 0
    if before:
        assert stats.binom.cdf(now, now + before, share(high[0])) == pytest.approx(0.025, rel=1e-6)
    else:
        assert np.isinf(high[0])


def test_nothing_that_is_steady_is_said_to_rise_or_fall_more_than_one_time_in_twenty() -> None:
    random = np.random.default_rng(5)
    now, before = random.poisson(12, 20_000), random.poisson(36, 20_000)
    _, low, high = rate_ratio(now, before, 3)
    assert np.mean((low > 1) | (high < 1)) < 0.05
    doubled = rate_ratio(random.poisson(60, 2_000), random.poisson(90, 2_000), 3)
    assert np.mean(doubled[1] > 1) > 0.9


def test_directions_are_said_only_where_they_are_sure() -> None:
    assert [direction(*ends) for ends in ((1.1, 3), (0.2, 0.9), (0.5, 2), (1, 1))] == [
        "rising", "falling", "no sure change", "no sure change"
    ]  # fmt: skip


def test_the_chance_of_more_is_the_one_sided_exact_one() -> None:
    found = more_often(np.array([5, 0, 3]), np.array([0, 9, 1]), 9)
    assert found == pytest.approx([0.1**5, 1.0, 4 * 0.1**3 * 0.9 + 0.1**4])


def test_false_discoveries_are_those_of_scipy_and_untested_ones_count() -> None:
    chances = np.random.default_rng(2).random(50) ** 4
    expected = stats.false_discovery_control(chances, method="by")
    assert false_discoveries(chances, 50) == pytest.approx(expected, rel=1e-4)
    few = np.array([1e-6, 0.2])
    whole = stats.false_discovery_control(np.concatenate([few, np.ones(998)]), method="by")[:2]
    assert false_discoveries(few, 1_000) == pytest.approx(whole, rel=1e-4)
    assert false_discoveries(np.empty(0), 0).size == 0


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_the_interval_of_a_share_is_scipys_exact_one(hits: int, misses: int) -> None:
    low, high = share_interval(hits, hits + misses)
    if hits + misses:
        exact = stats.binomtest(hits, hits + misses).proportion_ci(method="exact")
        assert (low, high) == pytest.approx((exact.low, exact.high), abs=1e-9)
    else:
        assert (low, high) == (0, 1)
