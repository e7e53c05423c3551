"""Looking more than once without fooling oneself.

Who looks at p < 0.05 forty times finds something in three of ten tests of nothing. A planned campaign has an end, so
its error is spent over the looks (`boundaries`): little at first, nearly all at the end. What goes on for ever has a
confidence sequence (`half_width`): it holds the truth at all looks at once, however many.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, inf, log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

type Floats = NDArray[np.float64]

__all__ = ["ALPHA", "PLANNED_UNITS", "always_chance", "boundaries", "half_width", "repeated_chance", "spent"]

ALPHA = 0.05
PLANNED_UNITS = 4_000  # where a confidence sequence is narrowest: a holdout of 10% then has 400
_POINTS = 240  # of the grid on which the path is followed
_NEVER = 8.0  # a boundary further out than this is not reached in practice
_STEPS = 40  # of bisection


def spent(fraction: float, alpha: float = ALPHA) -> float:
    """Of an error of `alpha` (both sides), how much may be spent by this fraction of the information.

    O'Brien-Fleming type: 4 (1 - Phi(z / sqrt(t))) with z the point of alpha/4 (Lan and DeMets, Biometrika 70 (1983)
    659-663, eq. for alpha1*, for each side with half the error).
    """
    if fraction <= 0:
        return 0.0
    normal = NormalDist()
    return min(4 * normal.cdf(normal.inv_cdf(alpha / 4) / sqrt(min(fraction, 1.0))), alpha)


@lru_cache(maxsize=512)
def boundaries(fractions: tuple[float, ...], alpha: float = ALPHA) -> tuple[float, ...]:
    """How many errors the effect must be from 0 at each look, for something to be found.

    The path's density is carried from look to look on a grid (Armitage, McPherson and Rowe, JRSS A 132 (1969) 235-244;
    Jennison and Turnbull 2000, chapter 19), and each boundary is set so that what leaves there is what may be spent.

    Args:
        fractions: of the information (people whose outcome is over, of all), rising, up to 1.
        alpha: error over all looks, both sides together.
    """
    found: list[float] = []
    at = density = np.empty(0)
    before = already = 0.0
    for fraction in fractions:
        now = spent(fraction, alpha)
        step = sqrt(fraction - before)
        if not found:
            boundary = min(-NormalDist().inv_cdf(now / 2), _NEVER) if now > 0 else _NEVER
        else:
            boundary = _boundary(at, density, step, sqrt(fraction), (now - already) / 2)
        already = now
        reach = boundary * sqrt(fraction)
        points = np.linspace(-reach, reach, _POINTS + 1)
        weights = _simpson(points)
        if found:
            density = _normal((points[:, None] - at[None, :]) / step) @ density / step * weights
        else:
            density = _normal(points / step) / step * weights
        at, before = points, fraction
        found.append(boundary)
    return tuple(found)


def repeated_chance(z: float, fractions: Sequence[float]) -> float:
    """The repeated p-value at the last of these looks: the least error at which this look finds something.

    Jennison and Turnbull, JRSS B 51 (1989) 305-361, section 5.

    Args:
        z: effect over its error, at the last look.
        fractions: of information at all looks so far.
    """
    looks = tuple(fractions)
    if not np.isfinite(z):
        return 1.0
    if len(looks) == 1 and looks[0] >= 1:
        return 2 * NormalDist().cdf(-abs(z))
    low, high = -30.0, 0.0  # of the logarithm
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if boundaries(looks, exp(middle))[-1] <= abs(z):
            high = middle
        else:
            low = middle
        if high - low < 1e-3:  # noqa: PLR2004 - a thousandth of it
            break
    return min(exp(high), 1.0)


def half_width(se: float, units: int, alpha: float = ALPHA, planned: int = PLANNED_UNITS) -> float:
    """Half the width of the asymptotic confidence sequence of a mean effect.

    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Annals of Statistics 52 (2024) 2613-2640, eq. 9; the number of
    units at which it is narrowest by their appendix B.2: rho^2 = (-2 ln a + ln(-2 ln a + 1)) / planned.

    Args:
        se: standard error of the effect.
        units: in both arms together.
        alpha: error over all looks, both sides.
        planned: where it is narrowest; fixed before any look.
    """
    if units < 1 or not np.isfinite(se):
        return inf
    grown = units * _rho_squared(planned)
    return se * sqrt(2 * (grown + 1) / grown * log(sqrt(grown + 1) / alpha))


def always_chance(z: float, units: int, planned: int = PLANNED_UNITS) -> float:
    """The always valid p-value: the least error at which the confidence sequence leaves out 0; one over an e-value.

    Args:
        z: effect over its error.
        units: in both arms together.
        planned: as for `half_width`.
    """
    if units < 1 or not np.isfinite(z):
        return 1.0
    grown = units * _rho_squared(planned)
    return min(1.0, sqrt(grown + 1) * exp(-z * z * grown / (2 * (grown + 1))))


def _rho_squared(planned: int) -> float:
    return (-2 * log(ALPHA) + log(-2 * log(ALPHA) + 1)) / planned


def _boundary(at: Floats, density: Floats, step: float, root: float, wanted: float) -> float:
    """Where the chance of being above, at this look, is what is wanted; bisection."""
    from scipy.special import ndtr

    low, high = 0.0, _NEVER
    for _ in range(_STEPS):
        middle = (low + high) / 2
        above = float(ndtr((at - middle * root) / step) @ density)
        low, high = (middle, high) if above > wanted else (low, middle)
    return high


def _normal(z: Floats) -> Floats:
    return np.asarray(np.exp(-z * z / 2) / sqrt(2 * np.pi))


def _simpson(points: Floats) -> Floats:
    weights = np.ones(len(points))
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    return np.asarray(weights * (points[1] - points[0]) / 3)
