"""Weights are learned from the company's own history, and kept only if they foretell better."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from byname.standing import refit as refitting
from byname.standing.refit import SIDES, refit
from byname.standing.weights import shipped

WEIGHTS = shipped()
KINDS = len(WEIGHTS.kinds)


def company(
    seed: int, people: int, factors: dict[str, float]
) -> tuple[np.ndarray[Any, Any], dict[str, np.ndarray[Any, Any]]]:
    """People whose outcomes follow the table with some kinds worth more or less."""
    rng = np.random.default_rng(seed)
    evidence = np.where(rng.random((people, KINDS)) < 0.12, rng.uniform(0.3, 1.0, (people, KINDS)), 0.0)
    times = np.array([factors.get(name, 1.0) for name in WEIGHTS.names])
    table = np.array([kind.weights for kind in WEIGHTS.kinds]) * times[:, None]
    logits = np.log(WEIGHTS.shares) + evidence @ table
    outcomes = {}
    scores = refitting._scored(logits, tuple(SIDES)).score
    for place, name in enumerate(SIDES):
        chance = 1 / (1 + np.exp(-(-1.0 + 0.8 * scores[:, place])))
        outcomes[name] = (rng.random(people) < chance).astype(float)
    return evidence, outcomes


def test_a_kind_that_tells_nothing_here_and_one_that_tells_more_are_found() -> None:
    evidence, outcomes = company(1, 20_000, {"late": 0.15, "low_rating": 2.0})
    found = refit(WEIGHTS, evidence, outcomes)
    assert found.kept
    assert found.gain > 2 * found.error > 0
    times = dict(zip(WEIGHTS.names, found.weights.times, strict=True))
    assert times["late"] < 0.75
    assert times["low_rating"] > 1.3
    assert 0.8 < times["promoter"] < 1.25
    assert "20,000 people" in found.weights.says


def test_where_the_shipped_weights_are_right_they_stay() -> None:
    kept = [refit(WEIGHTS, *company(seed, 3_000, {})).kept for seed in range(2, 8)]
    assert sum(kept) <= 1


@pytest.mark.parametrize("people", [0, 100])
def test_a_short_history_teaches_nothing(people: int) -> None:
    evidence, outcomes = company(9, people, {})
    found = refit(WEIGHTS, evidence, outcomes)
    assert not found.kept
    assert found.weights is WEIGHTS
    assert "too short" in found.says


def test_an_outcome_that_cannot_be_said_of_anybody_is_left_out() -> None:
    evidence, outcomes = company(10, 1_000, {})
    outcomes["left"] = np.full(1_000, np.nan)
    assert np.isfinite(refit(WEIGHTS, evidence, outcomes).gain)


def test_the_slope_is_that_of_the_loss() -> None:
    evidence, outcomes = company(11, 400, {})
    outcomes["grew"][::3] = np.nan
    rng = np.random.default_rng(0)
    at = rng.normal(0, 0.3, KINDS + 2 * len(outcomes) + KINDS * len(outcomes))
    _, slope = refitting._loss(at, WEIGHTS, evidence, outcomes)
    for place in rng.choice(len(at), 24, replace=False):
        step = np.zeros_like(at)
        step[place] = 1e-5
        up, _ = refitting._loss(at + step, WEIGHTS, evidence, outcomes)
        down, _ = refitting._loss(at - step, WEIGHTS, evidence, outcomes)
        assert slope[place] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-8)
