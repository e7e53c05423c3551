"""How well an order of people tells whom a contact moves: the area between its curve and that of a random order.

Radcliffe, Direct Marketing Analytics Journal 1 (2007) 14-21: the k best by the score, what they brought where they were
reached, less what the same share of those held out did. Here a person: 0 is a random order, whatever the effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Ints = NDArray[np.int64]

__all__ = ["Curve", "qini", "qini_spread"]

_DRAWS = 100


@dataclass(frozen=True)
class Curve:
    """A score to be judged.

    Attributes:
        score: of shape (people,): who is moved most has the highest.
        is_treated: likewise.
        outcome: likewise.
        fold: which people were scored together: scores of different folds are not compared. All one by default.
    """

    score: Floats
    is_treated: Flags
    outcome: Floats
    fold: Ints | None = None


def qini(curve: Curve) -> float:
    """The area a person between the curve and the straight line, in the outcome's unit; NaN where an arm is empty.

    People of the same score come in together, in no order. With folds it is the mean over them.

    Args:
        curve: the score, and what came of it.
    """
    return _mean_area(curve, _lines(curve), np.ones(len(curve.score), dtype=np.int64))


def qini_spread(one: Curve, other: Curve, *, seed: int, draws: int = _DRAWS) -> tuple[float, float, float]:
    """Bootstrap standard deviations: of either, and of their difference, over the same draws of people.

    Args:
        one: a score.
        other: another of the same people.
        seed: of the draws.
        draws: how many.
    """
    rng = np.random.default_rng(seed)
    people = len(one.score)
    areas = np.empty((draws, 2))
    lines = _lines(one), _lines(other)
    for draw in range(draws):
        weight = np.bincount(rng.integers(0, people, people), minlength=people)
        areas[draw] = _mean_area(one, lines[0], weight), _mean_area(other, lines[1], weight)
    spread = np.nanstd(areas, axis=0, ddof=1)
    return float(spread[0]), float(spread[1]), float(np.nanstd(areas[:, 1] - areas[:, 0], ddof=1))


def _lines(curve: Curve) -> list[tuple[Ints, Ints]]:
    """For each fold its people from the highest score down, and the places where a score ends."""
    fold = np.zeros(len(curve.score), dtype=np.int64) if curve.fold is None else curve.fold
    found = []
    for one in np.unique(fold):
        rows = np.nonzero(fold == one)[0]
        rows = rows[np.argsort(-curve.score[rows], kind="stable")]
        ends = np.append(np.nonzero(np.diff(curve.score[rows]))[0], len(rows) - 1)
        found.append((rows, ends))
    return found


def _mean_area(curve: Curve, lines: list[tuple[Ints, Ints]], weight: Ints) -> float:
    return float(np.mean([_area(curve, rows, ends, weight) for rows, ends in lines])) if lines else float("nan")


def _area(curve: Curve, rows: Ints, ends: Ints, weight: Ints) -> float:
    count = weight[rows].astype(np.float64)
    treated, amount = curve.is_treated[rows], curve.outcome[rows] * count
    n1, n0, y1, y0 = (
        np.append(0.0, np.cumsum(np.where(side, column, 0.0))[ends])
        for column in (count, amount)
        for side in (treated, ~treated)
    )
    if n1[-1] == 0 or n0[-1] == 0:
        return float("nan")
    at = (n1 + n0) / (n1[-1] + n0[-1])
    # Where nobody of the best k was held out, there is nothing to take off yet.
    gain = (y1 - y0 * n1 / np.where(n0 > 0, n0, 1.0)) / n1[-1]
    return float(np.trapezoid(gain - at * gain[-1], at))
