"""What a test can see before it starts, and many tests at once."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control
from tests.proof.made import ago, spent
from tests.value.made import AS_OF, Checked

from byname.engines import Engine
from byname.proof.compare import difference, interval
from byname.proof.detectable import smallest_effect, smallest_sample
from byname.proof.foreseen import detectable
from byname.proof.many import adjusted_chances

type Array = np.ndarray[Any, Any]


def test_the_textbook_sample_for_half_a_deviation_is_63_an_arm() -> None:
    """Both sides 5%, power 80%, normal curve: 2 (1.96 + 0.8416)^2 / 0.25 = 62.8 (Cohen 1988 has 64 by Student's)."""
    assert smallest_sample(0.5, 1.0, 0.5) == 126
    assert smallest_effect(1.0, 63, 63) == pytest.approx(0.4991, abs=1e-4)


@settings(deadline=None)
@given(st.floats(0.01, 10), st.floats(0.1, 100), st.floats(0.01, 0.99))
def test_the_sample_for_an_effect_sees_it_and_one_fewer_does_not(effect: float, spread: float, share: float) -> None:
    units = smallest_sample(effect, spread, share)
    assert smallest_effect(spread, units * (1 - share), units * share) <= effect * (1 + 1e-9)
    if units > 1:
        assert smallest_effect(spread, (units - 1) * (1 - share), (units - 1) * share) >= effect * (1 - 1e-9)


def test_an_effect_of_that_size_is_found_in_four_of_five_tests() -> None:
    rng = np.random.default_rng(4)
    treated = np.arange(1_000) >= 100
    effect = smallest_effect(1.0, 900, 100)
    hits = 0
    for _ in range(600):
        low, high = interval(difference(rng.normal(size=1_000) + effect * treated, treated))
        hits += not low <= 0 <= high
    assert hits / 600 == pytest.approx(0.8, abs=0.05)


def test_an_empty_arm_or_no_effect_is_never_seen() -> None:
    assert smallest_effect(1.0, 10, 0) == math.inf
    assert smallest_sample(0.0, 1.0, 0.5) == math.inf
    assert smallest_sample(1.0, 1.0, 0.0) == math.inf


def test_what_the_own_spend_lets_one_see_is_measured_on_the_last_90_days(duck_engine: Engine) -> None:
    """Of those who had bought before: a person who came yesterday has no time before (S1.15)."""
    engine = cast("Engine", Checked(duck_engine))
    rows = []
    for n in range(400):
        level = float(n % 20)
        rows += [(f"p{n}", ago(300), 1.0), (f"p{n}", ago(120), level), (f"p{n}", ago(30), level + (n % 7))]
    rows += [(f"new{n}", ago(5), 1000.0) for n in range(50)]
    found = detectable(engine, spent(engine, rows), as_of=AS_OF, share=0.1)
    now = np.array([n % 20 + n % 7 for n in range(400)])
    assert found.customers == 400
    assert found.mean == pytest.approx(now.mean())
    assert found.cut == pytest.approx(np.corrcoef(now, np.arange(400) % 20)[0, 1] ** 2, abs=0.01)
    left = now.std(ddof=1) * math.sqrt(1 - found.cut)
    assert found.smallest == pytest.approx(smallest_effect(left, 360, 40) / now.mean())
    assert found.needed == smallest_sample(found.mean / 10, left, 0.1)


@pytest.mark.parametrize("rows", [[], [("p1", ago(200), 5.0)], [("p1", ago(200), 5.0), ("p2", ago(200), 5.0)]])
def test_without_spend_nothing_can_be_seen_and_nothing_is_raised(duck_engine: Engine, rows: list[Any]) -> None:
    found = detectable(duck_engine, spent(duck_engine, rows), as_of=AS_OF)
    assert math.isnan(found.smallest)
    assert found.customers == len(rows)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=12), st.integers(0, 12))
def test_many_are_adjusted_as_benjamini_and_hochberg_do_and_what_was_no_test_stays_out(
    chances: list[float], gap: int
) -> None:
    place = min(gap, len(chances))
    found = adjusted_chances([*chances[:place], math.nan, *chances[place:]])
    assert math.isnan(found[place])
    rest = np.delete(found, place)
    if chances:
        assert rest == pytest.approx(false_discovery_control(np.array(chances)))
