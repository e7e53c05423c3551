"""Looking more than once: published boundaries, the formula itself, and simulations of nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from byname.proof.sequential import (
    ALPHA,
    always_chance,
    boundaries,
    half_width,
    repeated_chance,
    spent,
)


def even(looks: int) -> tuple[float, ...]:
    return tuple(look / looks for look in range(1, looks + 1))


def test_five_even_looks_have_the_published_boundaries() -> None:
    """O'Brien-Fleming type spending, both sides 5%: as ldbounds and Reboussin et al. (2000) print them."""
    assert boundaries(even(5)) == pytest.approx((4.877, 3.357, 2.680, 2.290, 2.031), abs=6e-4)
    assert boundaries((1.0,)) == pytest.approx((1.959964,), abs=1e-6)
    assert boundaries((0.5, 1.0)) == pytest.approx((2.963, 1.969), abs=1e-3)


@pytest.mark.parametrize("fractions", [(0.5, 1.0), (0.3, 0.9), (0.4, 0.6, 1.0)])
def test_what_leaves_at_each_look_is_what_may_be_spent(fractions: tuple[float, ...]) -> None:
    """A second way: the multivariate normal's own integral over the box."""
    found = boundaries(fractions)
    for looks in range(1, len(fractions) + 1):
        t = np.array(fractions[:looks])
        correlation = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
        box = np.array(found[:looks])
        inside = multivariate_normal(cov=correlation).cdf(box, lower_limit=-box)
        assert 1 - inside == pytest.approx(spent(fractions[looks - 1]), abs=2e-5)


def test_forty_looks_at_nothing_find_something_in_no_more_than_one_of_twenty() -> None:
    """TERMS: 3.6-5.4% where peeking at 5% finds 29-33%; 20,000 paths of 40 looks, both designs at once."""
    rng = np.random.default_rng(1)
    paths, looks = 20_000, 40
    z = np.cumsum(rng.normal(size=(paths, looks)), axis=1) / np.sqrt(np.arange(1, looks + 1))
    error = 3 * math.sqrt(ALPHA * (1 - ALPHA) / paths)
    assert (np.abs(z) > 1.96).any(axis=1).mean() > 0.25
    planned = (np.abs(z) > np.array(boundaries(even(looks)))).any(axis=1).mean()
    assert ALPHA - error < planned < ALPHA + error
    units = 100 * np.arange(1, looks + 1)
    wide = np.array([half_width(1.0, int(one)) for one in units])
    assert (np.abs(z) > wide).any(axis=1).mean() < ALPHA


def test_looking_ten_times_costs_a_planned_campaign_less_than_a_tenth_of_its_power() -> None:
    rng = np.random.default_rng(2)
    paths, looks = 20_000, 40
    drift = 1.959964 + 0.841621  # 80% power for one look
    t = np.arange(1, looks + 1) / looks
    z = np.cumsum(rng.normal(size=(paths, looks)), axis=1) / np.sqrt(np.arange(1, looks + 1)) + drift * np.sqrt(t)
    found = (np.abs(z) > np.array(boundaries(even(looks)))).any(axis=1).mean()
    assert found / 0.8 > 0.9


@settings(deadline=None)
@given(st.floats(1e-3, 1e3), st.integers(10, 10**6), st.floats(0.001, 0.5), st.integers(100, 10**5))
def test_the_confidence_sequence_is_the_published_formula(se: float, n: int, alpha: float, planned: int) -> None:
    rho2 = (-2 * math.log(0.05) + math.log(-2 * math.log(0.05) + 1)) / planned
    inner = 2 * (n * rho2 + 1) / (n**2 * rho2) * math.log(math.sqrt(n * rho2 + 1) / alpha)
    assert half_width(se, n, alpha, planned) == pytest.approx(se * math.sqrt(n) * math.sqrt(inner))


@settings(deadline=None)
@given(st.floats(0, 8), st.integers(10, 10**5))
def test_the_always_valid_chance_is_the_error_at_which_the_sequence_just_touches_nothing(z: float, n: int) -> None:
    chance = always_chance(z, n)
    if chance < 1:
        assert half_width(1.0, n, chance) == pytest.approx(z, rel=1e-6)
    assert (chance <= ALPHA) == (z >= half_width(1.0, n)) or z == pytest.approx(half_width(1.0, n), rel=1e-6)


def test_the_sequence_is_narrowest_where_it_was_planned_to_be() -> None:
    widths = {n: half_width(1.0, n) for n in (1_000, 3_000, 4_000, 5_000, 20_000)}
    assert min(widths, key=lambda n: widths[n]) in {3_000, 4_000, 5_000}


@pytest.mark.parametrize("fractions", [(1.0,), (0.4, 0.7), even(5)])
def test_the_repeated_chance_is_five_in_a_hundred_on_the_boundary_and_falls_with_the_effect(
    fractions: tuple[float, ...],
) -> None:
    edge = boundaries(fractions)[-1]
    assert repeated_chance(edge, fractions) == pytest.approx(0.05, rel=0.01)
    assert repeated_chance(-edge, fractions) == pytest.approx(0.05, rel=0.01)
    chances = [repeated_chance(z, fractions) for z in (0.0, 1.0, edge, edge + 1)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == pytest.approx(1.0)


def test_no_look_and_no_number_find_nothing() -> None:
    assert repeated_chance(float("nan"), (0.5,)) == 1
    assert always_chance(float("nan"), 10) == 1
    assert always_chance(3.0, 0) == 1
    assert half_width(1.0, 0) == math.inf
    assert half_width(float("nan"), 5) == math.inf
    assert spent(0.0) == 0
    assert spent(1.0) == pytest.approx(0.05)
    assert boundaries(()) == ()
