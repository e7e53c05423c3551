"""What a treatment did where nobody drew lots: the plain ways mislead, the doubly robust one does not (S0.8)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.standing.doubly_robust import LEAST, Design, TooFewError, _comparable, _logistic, design

type Array = np.ndarray[Any, Any]
TRUTH = 6.0


def company(people: int, seed: int) -> tuple[Array, Array, Array, Array]:
    """Level before, dip and severity; who was put right; level after; level at the bottom.

    Those with the worst trouble are looked after most, and a dip wears off in part by itself.
    """
    rng = np.random.default_rng(seed)
    level, severity = rng.normal(70, 10, people), rng.integers(1, 4, people).astype(np.float64)
    dip = 4 * severity + rng.gamma(2, 2, people)
    wanted = -0.3 + 1.2 * (severity - 2) - 0.03 * (level - 70) + 0.05 * (dip - 12)
    is_treated = rng.random(people) < 1 / (1 + np.exp(-wanted))
    after = level - 0.45 * dip - 1.5 * (severity - 2) + TRUTH * is_treated + rng.normal(0, 5, people)
    return np.column_stack([level, dip, severity]), is_treated, after, level - dip


def test_before_and_after_and_the_plain_difference_mislead_and_the_doubly_robust_one_covers_the_truth() -> None:
    """TERMS: of a true 6, before/after says 12.4 and difference-in-differences 4.1 to 7.7; doubly robust 6.0."""
    found: list[float] = []
    covered: list[bool] = []
    covered_raw: list[bool] = []
    covered_80: list[bool] = []
    before_after, twice = [], []
    for seed in range(200):
        known, is_treated, after, bottom = company(600, seed)
        effect = design(known, is_treated).effect(after)
        found.append(effect.effect)
        for where, (low, high) in (
            (covered, effect.interval(0.95)),
            (covered_80, effect.interval(0.8)),
            (covered_raw, effect.raw_interval(0.95)),
        ):
            where.append(low <= TRUTH <= high)
        before_after.append((after - bottom)[is_treated].mean())
        change = after - known[:, 0]
        twice.append(change[is_treated].mean() - change[~is_treated].mean())
    assert np.mean(before_after) > 2 * TRUTH
    assert np.mean(twice) < 4.5
    assert np.mean(covered_raw) < 0.1
    assert np.mean(found) == pytest.approx(TRUTH, abs=0.12)
    assert 0.91 <= np.mean(covered) <= 0.985
    assert 0.73 <= np.mean(covered_80) <= 0.87


@pytest.mark.parametrize("which", ["the propensity", "the outcome"])
def test_one_of_the_two_models_is_enough(which: str) -> None:
    rng = np.random.default_rng(11)
    people = 40_000
    known = rng.normal(size=(people, 2))
    line, step = 0.8 * known[:, 0] - 0.5 * known[:, 1], 2 * (known[:, 0] > 1.2) - 0.5
    treated_by, outcome_by = (line, 3 * step) if which == "the propensity" else (step, 3 * line)
    is_treated = rng.random(people) < 1 / (1 + np.exp(-treated_by))
    effect = design(known, is_treated).effect(outcome_by + 2 * is_treated + rng.normal(size=people))
    assert effect.effect == pytest.approx(2, abs=4 * effect.error)
    assert effect.error < 0.05
    assert abs(effect.raw - 2) > 10 * effect.raw_error


def test_it_is_what_other_programs_give() -> None:
    """The same estimate, put together from scikit-learn's models one person at a time."""
    from sklearn.linear_model import LogisticRegression, Ridge

    known, is_treated, after, _ = company(400, 5)
    made = design(known, is_treated)
    basis = made.basis[:, 1:]
    fold = np.arange(len(basis)) % 5
    means = np.zeros((2, len(basis)))
    for of in range(5):
        there = fold != of
        chances = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000).fit(basis[there], is_treated[there])
        wanted = np.clip(chances.predict_proba(basis[~there])[:, 1], 0.01, 0.99)
        assert made.propensity[~there] == pytest.approx(wanted, abs=1e-5)
        for place, side in enumerate((~is_treated, is_treated)):
            fitted = Ridge(alpha=1.0).fit(basis[there & side], after[there & side])
            means[place, ~there] = fitted.predict(basis[~there])
    scores = []
    for row in np.flatnonzero(made.kept):
        none, one = means[:, row]
        chance = made.propensity[row]
        rest = (after[row] - one) / chance if is_treated[row] else -(after[row] - none) / (1 - chance)
        scores.append(one - none + rest)
    effect = made.effect(after)
    assert effect.effect == pytest.approx(np.mean(scores), abs=1e-6)
    assert effect.error == pytest.approx(np.std(scores, ddof=1) / np.sqrt(len(scores)), rel=1e-6)


def test_a_yes_or_no_gives_a_difference_of_shares() -> None:
    rng = np.random.default_rng(2)
    covered, found = [], []
    for _ in range(150):
        known = rng.normal(size=(500, 1))
        is_treated = rng.random(500) < 1 / (1 + np.exp(-known[:, 0]))
        chance = 1 / (1 + np.exp(-(known[:, 0] - 0.5)))
        # Each has its own chance; putting it right takes a third of it away.
        left = (rng.random(500) < chance * np.where(is_treated, 2 / 3, 1.0)).astype(np.float64)
        made = design(known, is_treated)
        truth = -(chance / 3)[made.kept].mean()
        effect = made.effect(left)
        low, high = effect.interval(0.95)
        covered.append(low <= truth <= high)
        found.append(effect.effect - truth)
    assert np.mean(found) == pytest.approx(0, abs=0.012)
    assert np.mean(covered) >= 0.9


def test_the_bound_is_that_of_the_published_rule() -> None:
    """Propensities even between 0 and 1: the rule's integral is 2 ln((1 - a) / a) / (1 - 2 a), solved for a."""
    from scipy.optimize import brentq

    wanted = brentq(lambda a: 1 / (a * (1 - a)) - 4 * np.log((1 - a) / a) / (1 - 2 * a), 0.01, 0.3)
    chances = np.linspace(0, 1, 200_002)[1:-1]
    kept = chances[_comparable(chances)]
    assert kept.min() == pytest.approx(wanted, abs=1e-3)
    assert kept.max() == pytest.approx(1 - wanted, abs=1e-3)
    assert _comparable(np.full(100, 0.3)).all()


def test_who_is_always_looked_after_is_left_out() -> None:
    rng = np.random.default_rng(4)
    known = np.concatenate([rng.normal(0, 1, 1_000), rng.normal(30, 1, 100)])[:, None]
    is_treated = (known[:, 0] > 15) | (rng.random(1_100) < 0.4)
    made = design(known, is_treated)
    assert not made.kept[1_000:].any()
    assert made.kept[:1_000].mean() > 0.95


def test_weighting_makes_both_sides_alike() -> None:
    known, is_treated, _, _ = company(4_000, 8)
    made = design(known, is_treated)
    columns = made.basis[:, 1:4]
    plain = np.abs(columns[is_treated].mean(axis=0) - columns[~is_treated].mean(axis=0)).max()
    assert plain > 0.5
    assert made.apart < 0.1


def test_the_same_person_twice_is_not_two_people() -> None:
    known, is_treated, after, _ = company(500, 3)
    once = design(known, is_treated, np.arange(500)).effect(after)
    twice = design(np.repeat(known, 2, axis=0), np.repeat(is_treated, 2), np.repeat(np.arange(500), 2))
    again = twice.effect(np.repeat(after, 2))
    assert again.error == pytest.approx(once.error, rel=0.05)
    assert again.raw_error == pytest.approx(once.raw_error, rel=1e-9)
    alone = design(np.repeat(known, 2, axis=0), np.repeat(is_treated, 2)).effect(np.repeat(after, 2))
    assert alone.error == pytest.approx(once.error / np.sqrt(2), rel=0.1)


def test_too_few_on_a_side_give_no_number() -> None:
    known, is_treated, after, _ = company(300, 1)
    few = np.flatnonzero(is_treated)[: LEAST - 1]
    rows = np.concatenate([few, np.flatnonzero(~is_treated)])
    with pytest.raises(TooFewError, match=f"{LEAST - 1} people treated"):
        design(known[rows], is_treated[rows])
    with pytest.raises(TooFewError, match="expected 10 at least of either"):
        design(known, is_treated).effect((after > np.sort(after)[-4]).astype(np.float64))
    # Thirty rows of one person are one person.
    with pytest.raises(TooFewError, match="1 people"):
        design(known, is_treated, np.where(is_treated, 0, np.arange(300) + 1))


def test_a_column_that_foretells_all_does_not_break_the_fit() -> None:
    basis = np.column_stack([np.ones(60), np.repeat([-1.0, 1.0], 30)])
    chance = _logistic(basis, np.repeat([0.0, 1.0], 30))(basis)
    assert chance[0] < 0.1
    assert chance[-1] > 0.9
    assert np.isfinite(chance).all()


def made_of(numbers: list[int]) -> tuple[Design, Array]:
    known, is_treated, after, _ = company(200, numbers[0])
    return design(known, is_treated), after + np.resize(np.array(numbers, dtype=np.float64), 200)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=20), st.floats(0.1, 10), st.floats(-50, 50))
def test_another_unit_and_another_zero_change_the_effect_as_they_should(
    numbers: list[int], times: float, plus: float
) -> None:
    made, outcome = made_of(numbers)
    plain, other = made.effect(outcome), made.effect(times * outcome + plus)
    assert other.effect == pytest.approx(times * plain.effect, rel=1e-6, abs=1e-6)
    assert other.error == pytest.approx(times * plain.error, rel=1e-6)
    low, high = plain.interval(0.95)
    assert low < plain.interval(0.8)[0] < plain.effect < high


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_the_other_way_round_the_effect_has_the_other_sign(seed: int) -> None:
    known, is_treated, after, _ = company(250, seed)
    one, other = design(known, is_treated), design(known, ~is_treated)
    assert other.propensity == pytest.approx(1 - one.propensity, abs=1e-7)
    assert other.effect(after).effect == pytest.approx(-one.effect(after).effect, abs=1e-5)
