"""How good a prediction of spend was: for who is best, for how much, and for the range.

All take arrays of shape (people,) and give one number; none is ever NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

__all__ = ["came_true", "capture", "gini", "mean_absolute_error", "top", "total_error"]


def gini(actual: Floats, predicted: Floats) -> float:
    """Normalised Gini: 1 for the perfect order, 0 for none.

    The area between the concentration curve of the actual spend, people sorted by prediction, and the diagonal, over
    that of people sorted by what they really spent. People with the same prediction share what they spent.
    """
    perfect = _area(actual, actual)
    return _area(actual, predicted) / perfect if perfect else 0.0


def _area(actual: Floats, by: Floats) -> float:
    total, people = float(actual.sum()), len(actual)
    if not people or total <= 0:
        return 0.0
    order = np.argsort(-by, kind="stable")
    ranked, keys = actual[order], by[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    counts = np.diff(np.append(starts, people))
    shared = np.repeat(np.add.reduceat(ranked, starts) / counts, counts)
    return float(np.cumsum(shared).sum()) / (total * people) - (people + 1) / (2 * people)


def top(values: Floats, share: float) -> NDArray[np.intp]:
    """The indices of the first share of people by value, at least one; ties by place."""
    count = max(1, round(share * len(values)))
    return np.argsort(-values, kind="stable")[:count]


def capture(actual: Floats, predicted: Floats, share: float = 0.1) -> float:
    """The part of the real top tenth's spend that belongs to people who were predicted to be in it."""
    if not len(actual):
        return 0.0
    real = top(actual, share)
    spent = float(actual[real].sum())
    caught = np.intersect1d(real, top(predicted, share), assume_unique=True)
    return float(actual[caught].sum()) / spent if spent > 0 else 0.0


def came_true(actual: Floats, predicted: Floats, count: int) -> int:
    """How many of the first people by prediction were among as many first people by what they really spent."""
    if not len(actual):
        return 0
    share = count / len(actual)
    both = np.intersect1d(top(actual, share), top(predicted, share), assume_unique=True)
    return int((actual[both] > 0).sum())


def mean_absolute_error(actual: Floats, predicted: Floats) -> float:
    """Mean of the absolute differences, in units of money."""
    return float(np.abs(actual - predicted).mean()) if len(actual) else 0.0


def total_error(actual: Floats, predicted: Floats) -> float:
    """By what share all predictions together were too high (or, negative, too low)."""
    total = float(actual.sum())
    return float(predicted.sum()) / total - 1 if total > 0 else 0.0
