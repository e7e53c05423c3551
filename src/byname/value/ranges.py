"""Ranges, medians and chances of being among the best, calibrated on what really happened after earlier days.

People are put in order of their expected spend. For each place in that order, past windows tell how what was spent
relates to what was expected: its quantiles, and how many were among the real top tenth. Nothing is assumed about the
shape of the errors (split conformal prediction: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman, JASA 113 (2018),
1094-1111), and the uncertainty of the parameters is in it, as is each person's own randomness.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from byname.value.scores import top

if TYPE_CHECKING:
    from collections.abc import Sequence

type Floats = NDArray[np.float64]

__all__ = ["Places", "Ranges", "Tops", "coverage"]

_BINS = 50
_A_BIN = 40  # people: a tenth of them is not yet one lucky person
_INSIDE = 0.8


@dataclass(frozen=True)
class Places:
    """From an expected spend to a place between 0 (the least) and 1, by the order of one population."""

    expected: Floats
    share: Floats

    @classmethod
    def of(cls, expected: Floats) -> Self:
        """Take 200 steps through a population, or a sample of it."""
        steps = np.linspace(0, 1, 201)
        quantiles = np.quantile(expected, steps) if len(expected) else np.zeros(len(steps))
        distinct, first = np.unique(quantiles, return_index=True)
        last = np.append(first[1:], len(steps)) - 1
        return cls(distinct, (steps[first] + steps[last]) / 2)

    def __call__(self, expected: Floats) -> Floats:
        """The place of each."""
        return np.interp(expected, self.expected, self.share)


def _bins(place: Floats) -> tuple[NDArray[np.intp], int]:
    count = int(np.clip(len(place) // _A_BIN, 1, _BINS))
    return np.minimum((place * count).astype(np.intp), count - 1), count


@dataclass(frozen=True)
class Ranges:
    """By place: quantiles of spent over expected.

    Attributes:
        place: middles of the bins, shape (bins,).
        ratios: the quantiles .1, .5, .8 and .9, shape (bins, 4).
    """

    place: Floats
    ratios: Floats

    @classmethod
    def of(cls, place: Floats, expected: Floats, actual: Floats) -> Self:
        """Learn from what was expected of people at earlier days and what they spent; shapes (people,)."""
        which, count = _bins(place)
        ratio = actual / np.maximum(expected, 1e-300)
        ratio[expected <= 0] = 0.0
        middles, ratios = [], []
        for one in range(count):
            inside = ratio[which == one]
            if len(inside):
                middles.append((one + 0.5) / count)
                ratios.append(np.quantile(inside, (0.1, 0.5, 0.8, 0.9)))
        return cls(np.array(middles or [0.5]), np.array(ratios or [[0.0] * 4]))

    def of_people(self, place: Floats, expected: Floats) -> tuple[Floats, Floats, Floats]:
        """Low, median and high of what each will spend: four in five are within low and high.

        Where a tenth or more of the like spent nothing, low is 0 and high is what four fifths stayed under.
        """
        low, median, fifth, tenth = (np.interp(place, self.place, column) * expected for column in self.ratios.T)
        high = np.where(low > 0, tenth, fifth)
        return low, median, np.maximum(high, median)


@dataclass(frozen=True)
class Tops:
    """By place: the chance of being among the top tenth of a period.

    Attributes:
        place: middles of the bins, shape (bins,).
        chance: never falling with the place, shape (bins,).
    """

    place: Floats
    chance: Floats

    @classmethod
    def of(cls, windows: Sequence[tuple[Floats, Floats]]) -> Self:
        """Learn from who was in the top tenth of earlier periods: place and spend by period; no spend, not in it."""
        from scipy.optimize import isotonic_regression

        place, among = (
            np.concatenate(parts) for parts in zip(*((one, _among(spent)) for one, spent in windows), strict=True)
        )
        which, count = _bins(place)
        people = np.bincount(which, minlength=count).astype(np.float64)
        found = np.flatnonzero(people)
        share = np.bincount(which, among, minlength=count)[found] / people[found]
        if not len(found):
            return cls(np.array([0.5]), np.array([0.0]))
        chance = isotonic_regression(share, weights=people[found]).x
        return cls((found + 0.5) / count, np.asarray(chance, dtype=np.float64))

    def of_people(self, place: Floats) -> Floats:
        """The chance of each."""
        return np.interp(place, self.place, self.chance)


def _among(actual: Floats) -> Floats:
    among = np.zeros(len(actual))
    among[top(actual, 0.1)] = 1.0
    among[actual <= 0] = 0.0
    return among


def coverage(actual: Floats, low: Floats, high: Floats) -> float:
    """The share of people who were inside their range; nominal .8.

    Where the whole range is 0, the zeros among the people count for no more than the nominal share (randomised at the
    tie: nobody can be told apart there).
    """
    if not len(actual):
        return 0.0
    tie = high <= 0
    inside = float(((actual >= low) & (actual <= high) & ~tie).sum())
    zeros = float((tie & (actual <= 0)).sum())
    return (inside + min(zeros, _INSIDE * float(tie.sum()))) / len(actual)
