"""Prices of a team's days, from one price for all its days.

Most people can be reached on several days, and go where it is cheapest: at the least of the bound the days of a team
cost the same, and the function has an edge there that a bundle walks along slowly. So each person is given a small lot
of her own for each day (the grain): then a day that is a little dearer loses a few people and not all, and each price
can be led by whether its day is over or under its minutes: the same sign again, a longer step; the other sign, half a
step (Riedmiller and Braun 1993, IEEE Conference on Neural Networks, pp. 586-591, RPROP).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.plan.choosing.passes import Pass

    type Vector = NDArray[np.float64]

__all__ = ["COARSE", "balanced"]

COARSE = 2e-2  # of the mean value: the grain while days are balanced
_LONGER, _SHORTER = 1.2, 0.5
_NEAR = 3.0  # a step is shortened when a day is off by less than a third of its minutes


def balanced(few: Pass, limits: Vector, start: Vector, *, grain: float, step: float, passes: int) -> Vector:
    """Lead prices until people use of each day what there is.

    Args:
        few: the pass over the people of a sample.
        limits: their minutes of each team and day, then perk money.
        start: prices to begin with.
        grain: money: the lots reach from nothing to this.
        step: the first step, as a share of a price.
        passes: how many.

    Returns:
        Of all prices seen those at which least, in money, is over or under.
    """
    at, usual = start.copy(), max(float(start.mean()), 1e-300)
    steps = np.maximum(at, 0.1 * usual) * step
    last = np.zeros(len(at))
    best, best_at = np.inf, at
    for _ in range(passes):
        _, slope = few(at, grain)
        over = -slope - limits
        over = np.where(at > 0, over, np.maximum(over, 0.0))
        off = float(np.abs(over) @ np.maximum(at, 0.01 * usual))
        if off < best:
            best, best_at = off, at
        sign = np.sign(over)
        steps = steps * np.where(sign * last < 0, _SHORTER, np.where(sign * last > 0, _LONGER, 1.0))
        last = sign
        share = np.abs(over) / np.maximum(limits, 1e-9)
        at = np.maximum(at + sign * steps * np.minimum(1.0, _NEAR * share), 0.0)
    return best_at
