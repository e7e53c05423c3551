"""How sure a counted share is: 80% intervals as beside every number of worth, or others."""

from __future__ import annotations

from math import sqrt

__all__ = ["Z80", "Z95", "wilson"]

Z80 = 1.2815515655446004  # a normal value lies within so many standard deviations with 80%
Z95 = 1.959963984540054


def wilson(hits: float, tries: float, *, z: float = Z80) -> tuple[float, float]:
    """Score interval of a share, 80% by default; Wilson, JASA 22 (1927) 209-212. (0, 1) where nothing was tried.

    It never leaves 0 to 1 and has a width at 0 and at 1 too, where the plain normal interval has none.

    Args:
        hits: how often it was so.
        tries: of how many.
        z: standard deviations to each side.
    """
    if tries <= 0:
        return 0.0, 1.0
    share, square = hits / tries, z * z
    middle = (share + square / (2 * tries)) / (1 + square / tries)
    away = z / (1 + square / tries) * sqrt(share * (1 - share) / tries + square / (4 * tries * tries))
    return max(0.0, middle - away), min(1.0, middle + away)
