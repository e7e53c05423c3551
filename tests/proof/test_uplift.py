"""Whom does it move: one rule, a learner only where it is better, and nothing where nothing is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.proof.qini import Curve, qini, qini_spread
from byname.proof.uplift import Rule, best_rule, uplift

type Array = np.ndarray[Any, Any]
NAMES = ("orders", "days", "spend", "mails")


def company(people: int, seed: int, gain: str) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    known = rng.normal(size=(people, 4))
    is_treated = rng.random(people) < 0.5
    moved = {
        "even": np.full(people, 0.2),
        "rule": 0.5 * (known[:, 1] > 0.0),
        "both": 1.2 * np.sign(known[:, 0] * known[:, 2]),
    }[gain]
    return known, is_treated, known[:, 3] + rng.normal(size=people) + moved * is_treated


def test_an_even_effect_moves_nobody_more_than_others() -> None:
    used = [
        uplift(known, NAMES, treated, outcome).use
        for known, treated, outcome in (company(3_000, seed, "even") for seed in range(3))
    ]
    assert set(used) == {"nothing"}


def test_one_cut_is_found_and_no_learner_is_put_in_its_place() -> None:
    """TERMS: no learner clearly beats "bought this before" on the classic test; then the rule is used."""
    known, is_treated, outcome = company(4_000, 1, "rule")
    found = uplift(known, NAMES, is_treated, outcome)
    assert found.use == "rule"
    assert found.rule is not None
    assert (found.rule.column, found.rule.above) == (1, True)
    assert found.rule.cut == pytest.approx(0.0, abs=0.1)
    assert "days over" in found.says


def test_two_things_that_only_matter_together_need_the_learner() -> None:
    known, is_treated, outcome = company(5_000, 2, "both")
    found = uplift(known, NAMES, is_treated, outcome)
    assert found.use == "learner"
    assert found.learner_qini > found.rule_qini + found.learner_spread
    assert uplift(known, NAMES, is_treated, outcome) == found


def test_too_few_or_nothing_that_varies_says_nothing() -> None:
    known, is_treated, outcome = company(600, 3, "rule")
    assert uplift(known, NAMES, is_treated, outcome).use == "nothing"
    known, is_treated, outcome = company(3_000, 3, "rule")
    assert uplift(known, NAMES, is_treated, np.zeros(3_000)).use == "nothing"
    assert uplift(known[:, :0], (), is_treated, outcome).use == "nothing"
    assert best_rule(np.ones((3_000, 1)), is_treated, outcome) is None


def test_the_area_of_a_perfect_order_and_of_its_reverse_is_known() -> None:
    """Half of the people gain 1, the others nothing: the curve rises to 1/2 at half and stays: area 1/8."""
    moved = np.repeat([1.0, 0.0], 4_000)
    is_treated = np.arange(8_000) % 2 == 0
    outcome = moved * is_treated
    fine = Curve(moved * 10 - np.arange(8_000) / 8_000, is_treated, outcome)
    assert qini(fine) == pytest.approx(0.125, abs=1e-3)
    assert qini(Curve(-fine.score, is_treated, outcome)) == pytest.approx(-0.125, abs=1e-3)
    assert qini(Curve(moved, is_treated, outcome)) == pytest.approx(0.125, abs=1e-3)
    assert qini(Curve(np.ones(8_000), is_treated, outcome)) == pytest.approx(0.0, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6))
def test_the_area_is_that_of_the_curve_drawn_person_by_person(seed: int) -> None:
    """A second implementation, in a loop, with ties."""
    rng = np.random.default_rng(seed)
    score, outcome = rng.integers(0, 4, 40).astype(float), rng.normal(size=40)
    is_treated = rng.random(40) < 0.5
    is_treated[:2] = True, False
    points = [(0.0, 0.0)]
    for cut in sorted(set(score), reverse=True):
        best = score >= cut
        reached, held = best & is_treated, best & ~is_treated
        ratio = reached.sum() / held.sum() if held.any() else 0.0
        off = outcome[held].sum() * ratio
        points.append((best.mean(), (outcome[reached].sum() - off) / is_treated.sum()))
    area = sum((x1 - x0) * (y0 + y1) / 2 for (x0, y0), (x1, y1) in pairwise(points))
    assert qini(Curve(score, is_treated, outcome)) == pytest.approx(area - points[-1][1] / 2)


def test_the_bootstrap_spread_is_that_of_new_samples() -> None:
    areas = []
    for seed in range(60):
        known, is_treated, outcome = company(1_000, seed, "rule")
        areas.append(qini(Curve(known[:, 1], is_treated, outcome)))
    known, is_treated, outcome = company(1_000, 99, "rule")
    one = Curve(known[:, 1], is_treated, outcome)
    spread, same, apart = qini_spread(one, one, seed=1)
    assert spread == pytest.approx(np.std(areas), rel=0.35)
    assert (same, apart) == (spread, 0.0)


def test_an_empty_arm_has_no_area() -> None:
    assert np.isnan(qini(Curve(np.arange(4.0), np.ones(4, dtype=bool), np.ones(4))))


def test_a_rule_names_one_side() -> None:
    known = np.array([[1.0], [3.0]])
    assert Rule(0, 2.0, above=True).score(known).tolist() == [0.0, 1.0]
    assert Rule(0, 2.0, above=False).score(known).tolist() == [1.0, 0.0]
    assert Rule(0, 2.0, above=False).says(["orders"]) == "orders at most 2"
