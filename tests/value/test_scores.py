"""Scores by hand and against a slow second way (S2.17, S3.19)."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.value.scores import came_true, capture, gini, mean_absolute_error, total_error

MONEY = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), min_size=1, max_size=40)


def slow_area(actual: list[float], by: list[float]) -> float:
    """The mean share of the spend held by the first k people, less the diagonal's; ties share what they spent."""
    pairs = sorted(zip(by, actual, strict=True), key=lambda pair: -pair[0])
    shared = [float(np.mean([spent for key, spent in pairs if key == mine])) for mine, _ in pairs]
    held = [sum(shared[: k + 1]) / sum(shared) for k in range(len(shared))]
    return float(np.mean(held)) - (len(held) + 1) / (2 * len(held))


@given(MONEY)
@settings(deadline=None)
def test_gini_is_the_area_under_the_curve_of_shares(rows: list[tuple[int, int]]) -> None:
    actual, predicted = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    perfect = slow_area(list(actual), list(actual)) if actual.sum() else 0.0
    expected = slow_area(list(actual), list(predicted)) / perfect if abs(perfect) > 1e-12 else 0.0
    if abs(perfect) > 1e-12:
        np.testing.assert_allclose(gini(actual, predicted), expected, atol=1e-9)
    assert np.isfinite(gini(actual, predicted))


def test_the_right_order_is_one_the_wrong_one_minus_one_and_no_order_nought() -> None:
    actual = np.array([1.0, 2.0, 3.0, 10.0])
    assert gini(actual, actual * 7 + 3) == 1.0
    np.testing.assert_allclose(gini(actual, -actual), -1.0)
    np.testing.assert_allclose(gini(actual, np.ones(4)), 0.0, atol=1e-12)


def test_capture_counts_the_spend_of_those_who_were_foretold_and_are_at_the_top() -> None:
    actual = np.arange(20.0)
    assert capture(actual, actual) == 1.0
    foretold = actual.copy()
    foretold[18] = -1  # the second best was not seen coming
    np.testing.assert_allclose(capture(actual, foretold), 19 / 37)
    assert came_true(actual, foretold, 2) == 1


def test_nobody_and_nothing_are_no_trouble() -> None:
    none, zeros = np.zeros(0), np.zeros(5)
    assert [gini(none, none), capture(none, none), mean_absolute_error(none, none), total_error(none, none)] == [0] * 4
    assert [gini(zeros, zeros), capture(zeros, zeros), total_error(zeros, zeros), came_true(zeros, zeros, 2)] == [0] * 4


def test_the_total_is_too_high_or_too_low_by_a_share() -> None:
    assert total_error(np.array([50.0, 50.0]), np.array([80.0, 40.0])) == np.float64(120) / 100 - 1
