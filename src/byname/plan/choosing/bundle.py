"""The least of a convex function of prices, from its values and slopes alone: a level bundle.

Each pass gives a plane that lies below the function. The next prices are those nearest to the best so far at which all
planes lie below a level between the best value and the least of the planes (Lemarechal, Nemirovskii and Nesterov 1995,
Mathematical Programming 69, pp. 111-147, the proximal level method). A price is never below nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    type Vector = NDArray[np.float64]

__all__ = ["Least", "Planes"]

_LEVEL = 0.6  # from the least of the planes (0) to the best so far (1)
_KEPT = 400  # planes
_LOOK = 5  # passes between two looks for the least of the planes


@dataclass(frozen=True)
class Least:
    """Where the least was found.

    Attributes:
        at: prices.
        value: of the function there.
        floor: no prices give less, as far as the planes say.
        passes: how often the function was asked.
    """

    at: Vector
    value: float
    floor: float
    passes: int


class Planes:
    """What is known of a convex function after some passes; it may be asked again with another linear part.

    Args:
        function: from prices to its value and a slope there.
        most: no price above is looked at.
    """

    def __init__(self, function: Callable[[Vector], tuple[float, Vector]], most: Vector) -> None:
        self._function = function
        self._scale = np.where(most > 0, most, 1.0)
        self._top = np.where(most > 0, 1.0, 0.0)
        self._slopes = np.empty((0, len(most)))
        self._heights = np.empty(0)

    def least(self, linear: Vector, first: Vector, *, within: float, passes: int) -> Least:
        """Minimise linear @ prices + function(prices) over 0 <= prices <= most.

        Args:
            linear: money for one unit of price.
            first: where to begin.
            within: stop when the best is this share of itself above the least of the planes.
            passes: stop after so many.
        """
        scaled = linear * self._scale
        at = np.minimum(first / self._scale, self._top)
        best_at, best, floor, used = at, np.inf, -np.inf, 0
        while used < passes:
            used += 1
            value = float(scaled @ at) + self._asked(at)
            if value < best:
                best, best_at = value, at
            slopes = self._slopes + scaled
            if used % _LOOK == 1 or best - floor <= within * abs(best):
                lowest, _ = _lowest(slopes, self._heights, self._top)
                floor = max(floor, lowest)
            if best - floor <= within * abs(best):
                break
            near = self._next(slopes, best, floor, best_at)
            if near is None:
                lowest, near = _lowest(slopes, self._heights, self._top)
                floor = max(floor, lowest)
            at = near
        return Least(best_at * self._scale, best, floor, used)

    def _asked(self, at: Vector) -> float:
        value, slope = self._function(at * self._scale)
        slope = slope * self._scale
        self._slopes = np.vstack([self._slopes, slope])[-_KEPT:]
        self._heights = np.append(self._heights, value - slope @ at)[-_KEPT:]
        return value

    def _next(self, slopes: Vector, best: float, floor: float, centre: Vector) -> Vector | None:
        level = floor + _LEVEL * (best - floor)
        near = _nearest(slopes, level - self._heights, centre, self._top)
        return None if near is None else np.clip(near, 0.0, self._top)


def _lowest(slopes: Vector, heights: Vector, top: Vector) -> tuple[float, Vector]:
    """The least of the planes between 0 and top, and where."""
    from scipy.optimize import linprog

    size = max(float(np.abs(heights).max()), float(np.abs(slopes).max()), 1e-300)
    found = linprog(
        np.append(np.zeros(len(top)), 1.0),
        A_ub=np.hstack([slopes / size, -np.ones((len(slopes), 1))]),
        b_ub=-heights / size,
        bounds=[*((0.0, each) for each in top), (None, None)],
        method="highs",
    )
    if found.x is None:
        return -np.inf, np.zeros(len(top))
    return float(found.x[-1]) * size, np.asarray(found.x[:-1])


def _nearest(slopes: Vector, heights: Vector, centre: Vector, top: Vector) -> Vector | None:
    """The point nearest to the centre with slopes @ x <= heights and 0 <= x <= top; None if none was found.

    Least distance programming by non-negative least squares (Lawson and Hanson 1974, Solving Least Squares Problems,
    ch. 23, algorithm LDP).
    """
    from scipy.optimize import nnls

    width = len(centre)
    bounds = np.vstack([-slopes, np.eye(width), -np.eye(width)])
    sides = np.concatenate([slopes @ centre - heights, -centre, centre - top])
    size = np.maximum(np.abs(bounds).max(axis=1), 1e-300)
    bounds, sides = bounds / size[:, None], sides / size
    try:
        weights, _ = nnls(np.vstack([bounds.T, sides]), np.append(np.zeros(width), 1.0))
    except RuntimeError:
        return None
    rest = np.append(bounds.T @ weights, sides @ weights - 1.0)
    if abs(rest[-1]) < 1e-12:  # noqa: PLR2004 - there is none
        return None
    found: Vector = centre - rest[:-1] / rest[-1]
    return found if (bounds @ (found - centre) >= sides - 1e-6).all() else None
