"""Where nobody drew lots: what is refused, and what passes and is still not proven."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from byname.proof.observed import Side, observed

type Array = np.ndarray[Any, Any]


def company(
    people: int, seed: int, *, hidden: float = 0.0, known: float = 0.5, effect: float = 0.0
) -> tuple[Side, Side, Array]:
    """People with a level that is on record and a warmth that is not; who is reached hangs on either."""
    rng = np.random.default_rng(seed)
    level, warm = rng.normal(size=(2, people))
    is_treated = rng.random(people) < 1 / (1 + np.exp(-(known * level + hidden * warm)))
    year, before, then = (level + 0.7 * warm + rng.normal(size=people) for _ in range(3))
    noted = np.column_stack([level, rng.normal(size=people)])
    after = Side(np.column_stack([noted, before]), {"spend": then + effect * is_treated})
    return after, Side(np.column_stack([noted, year]), {"spend": before}), is_treated


def test_what_was_chosen_by_what_is_on_record_passes_and_is_near_the_truth() -> None:
    found = [observed(*company(3_000, seed, effect=0.5)[:2], "spend", company(3_000, seed)[2]) for seed in range(8)]
    passed = [one for one in found if not one.refused]
    assert len(passed) >= 6
    assert all(one.low < 0.5 < one.high for one in passed[:1])
    assert np.mean([one.effect for one in passed]) == pytest.approx(0.5, abs=0.05)


def test_who_is_chosen_by_what_is_not_on_record_is_refused_by_the_time_before() -> None:
    """S1.15: a mailing to those who were about to buy proves nothing, whatever came of it."""
    for seed in range(3):
        after, before, is_treated = company(3_000, seed, hidden=1.0)
        found = observed(after, before, "spend", is_treated)
        assert "differed before the contact already" in found.refused
        assert np.isnan([found.effect, found.low, found.high, found.se]).all()


def test_who_nearly_always_is_reached_has_nobody_to_be_held_against() -> None:
    rng = np.random.default_rng(0)
    level = rng.normal(size=3_000)
    is_treated = level + 0.05 * rng.normal(size=3_000) > 0
    side = Side(level[:, None], {"spend": rng.normal(size=3_000)})
    found = observed(side, side, "spend", is_treated)
    assert found.refused
    assert np.isnan(found.effect)


def test_too_few_to_check_are_too_few_to_say() -> None:
    after, before, is_treated = company(40, 1)
    assert observed(after, before, "spend", is_treated).refused.startswith("too few")
    some = np.zeros(40, dtype=bool)
    assert observed(after, before, "spend", some).refused.startswith("too few")


def test_a_placebo_that_could_not_have_shown_anything_lets_nothing_pass() -> None:
    """Even arms, few people: the placebo's range is wider than what it would have to show."""
    for seed in range(12):
        after, before, is_treated = company(120, seed, known=0.0)
        assert observed(after, before, "spend", is_treated).refused


def test_a_placebo_that_never_varies_is_no_placebo_against_it() -> None:
    after, before, is_treated = company(3_000, 2)
    flat = Side(before.known, before.outcomes | {"bought": np.ones(3_000)})
    assert observed(after, flat, "spend", is_treated) == observed(after, before, "spend", is_treated)
