"""Which candidates to believe, and how much: weights chosen on the company's own earlier windows.

Ensemble selection with replacement (Caruana, Niculescu-Mizil, Crew and Ksikes, ICML 2004): candidates are added one at
a time, each time the one that makes the average best; how often one was taken is its weight. A blend was safer than one
winner on every shop tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from byname.value.scores import gini

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.value.rows import Floats

__all__ = ["blend", "weights"]

_ROUNDS = 20


def blend(predicted: Mapping[str, Floats], chosen: Mapping[str, float]) -> Floats:
    """The weighted mean of candidates that were brought to one level, shape (people,).

    Args:
        predicted: spend by candidate, shape (people,).
        chosen: weight by candidate; they sum to 1.
    """
    total = np.zeros(len(next(iter(predicted.values()))))
    for name, weight in chosen.items():
        total += weight * predicted[name]
    return total


def weights(predicted: Sequence[Mapping[str, Floats]], actual: Sequence[Floats]) -> dict[str, float]:
    """Choose weights on windows.

    Args:
        predicted: for each window, spend by candidate, all brought to the same total: shape (people,).
        actual: for each window, what was spent, shape (people,).

    Returns:
        Weight by candidate, in the candidates' order; only those that were taken. They sum to 1.
    """
    names = list(predicted[0])
    sums = [np.zeros(len(spent)) for spent in actual]
    taken: list[str] = []
    for _ in range(_ROUNDS):
        scores = {
            name: np.mean(
                [
                    gini(spent, before + window[name])
                    for spent, before, window in zip(actual, sums, predicted, strict=True)
                ]
            )
            for name in names
        }
        best = max(names, key=lambda name: scores[name])  # the first of equals
        taken.append(best)
        sums = [before + window[best] for before, window in zip(sums, predicted, strict=True)]
    return {name: taken.count(name) / _ROUNDS for name in names if name in taken}
