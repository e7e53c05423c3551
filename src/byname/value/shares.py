"""How sure a counted share is: 80% intervals, as beside every number of worth."""

from __future__ import annotations

from math import sqrt

__all__ = ["Z80", "wilson"]

Z80 = 1.2815515655446004  # a normal value lies within so many standard deviations with 80%


def wilson(hits: float, tries: float) -> tuple[float, float]:
    """80% score interval of a share; Wilson, JASA 22 (1927) 209-212. (0, 1) where nothing was tried.

    It never leaves 0 to 1 and has a width at 0 and at 1 too, where the plain normal interval has none.
    """
    if tries <= 0:
        return 0.0, 1.0
    share, square = hits / tries, Z80 * Z80
    middle = (share + square / (2 * tries)) / (1 + square / tries)
    away = Z80 / (1 + square / tries) * sqrt(share * (1 - share) / tries + square / (4 * tries * tries))
    return max(0.0, middle - away), min(1.0, middle + away)
