"""Rising or falling: how many people now against how many before, said only when it is sure.

Counts of people in two spans of time are compared by the exact conditional test of two Poisson rates: given their sum,
the first is binomial (Przyborowski and Wilenski, Biometrika 31 (1940) 313; interval by Clopper and Pearson).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["direction", "false_discoveries", "more_often", "rate_ratio", "share_interval"]


def rate_ratio(
    now: NDArray[np.int64], before: NDArray[np.int64], spans: float, *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Rate now over rate before, and its exact interval.

    Args:
        now: count in one span, shape (n,).
        before: count in all earlier spans together, shape (n,).
        spans: how long the earlier time is, in spans (exposure before / exposure now).
        level: of the interval.

    Returns:
        ratio (nan where there was nothing before), low, high (inf where there was nothing before).
    """
    from scipy.stats import beta

    tail = (1 - level) / 2
    a, b = now.astype(float), before.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(a > 0, beta.ppf(tail, np.maximum(a, 1), b + 1), 0.0)
        high = np.where(b > 0, beta.ppf(1 - tail, a + 1, np.maximum(b, 1)), 1.0)
        ratio = np.where(b > 0, a * spans / b, np.nan)
        return ratio, spans * low / (1 - low), spans * high / (1 - high)


def direction(low: float, high: float) -> str:
    """rising, falling, or neither sure."""
    return "rising" if low > 1 else "falling" if high < 1 else "no sure change"


def more_often(
    now: NDArray[np.int64], before: NDArray[np.int64], spans: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """The chance of as many as now or more, if nothing had changed: one-sided, exact."""
    from scipy.stats import binom

    return np.asarray(binom.sf(now - 1, now + before, 1 / (1 + np.asarray(spans))))


def false_discoveries(chances: NDArray[np.float64], tested: int, *, related: bool = True) -> NDArray[np.float64]:
    """Adjusted p values: the share of false alarms if everything up to this one is taken.

    Benjamini and Hochberg, JRSS B 57 (1995) 289, where tests are independent; Benjamini and Yekutieli, Annals of
    Statistics 29 (2001) 1165, where they are not, as of words that come together.

    Args:
        chances: p values of those looked at, shape (n,).
        tested: how many were tested in all; those that are not given count as 1.
        related: whether one test's outcome tells of another's.
    """
    order = np.argsort(chances, kind="stable")
    harmonic = np.log(tested) + np.euler_gamma + 1 / (2 * tested) if related and tested else 1.0
    raised = chances[order] * tested * max(harmonic, 1.0) / np.arange(1, chances.size + 1)
    adjusted = np.empty_like(raised)
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return adjusted


def share_interval(hits: float, of: float, *, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson, Biometrika 26 (1934) 404); 0 to 1 where there is nothing."""
    from scipy.stats import beta

    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, of - hits + 1)) if hits > 0 else 0.0
    return low, float(beta.ppf(1 - tail, hits + 1, of - hits)) if hits < of else 1.0
