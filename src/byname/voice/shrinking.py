"""Shares of few, shrunk toward what all have in common: a beta-binomial model fitted to all of them at once.

Empirical Bayes (Efron and Morris, JASA 70 (1975) 311; for binomials, Kleinman, JASA 68 (1973) 46): each share is
Beta(mean·size, (1 − mean)·size), and mean and size are those under which what was seen is likeliest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["shrunk_shares"]

# Nothing tells a share apart from the mean beyond the last size; below the first the prior would have two peaks.
_SIZES = np.geomspace(2, 1e5, 300)
_HALF = 0.5


def shrunk_shares(
    hits: NDArray[np.float64], of: NDArray[np.float64], *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """Each share's posterior mean and interval, and the mean of all.

    Args:
        hits: how many had it, shape (n,); may be broken numbers, where each stands for a share.
        of: of how many, shape (n,), above 0.
        level: of the interval.

    Returns:
        share, low, high, each of shape (n,), and the common mean (nan where there is nothing).
    """
    from scipy.stats import beta

    if not hits.size:
        return hits, hits, hits, float("nan")
    mean, size = _fitted(hits, of)
    a, b = mean * size + hits, (1 - mean) * size + of - hits
    tail = (1 - level) / 2
    return a / (a + b), np.asarray(beta.ppf(tail, a, b)), np.asarray(beta.ppf(1 - tail, a, b)), mean


def _fitted(hits: NDArray[np.float64], of: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and size of the likeliest prior; one alone has no spread, so it is its own, held back by two."""
    from scipy.optimize import minimize_scalar

    pooled = float((hits.sum() + _HALF) / (of.sum() + 1))
    if hits.size == 1:
        return pooled, float(_SIZES[0])

    def likeliest(size: float) -> tuple[float, float]:
        found = minimize_scalar(
            lambda mean: -_likelihood(hits, of, mean, size), bounds=(1e-6, 1 - 1e-6), method="bounded"
        )
        return float(-found.fun), float(found.x)

    at_pooled = [_likelihood(hits, of, pooled, size) for size in _SIZES]
    near = int(np.argmax(at_pooled))
    grid = _SIZES[max(near - 20, 0) : near + 21]
    best = max(grid.tolist(), key=lambda size: likeliest(size)[0])
    return likeliest(best)[1], best


def _likelihood(hits: NDArray[np.float64], of: NDArray[np.float64], mean: float, size: float) -> float:
    """Log-likelihood of the beta-binomial, without what does not depend on the prior."""
    from scipy.special import betaln

    a, b = mean * size, (1 - mean) * size
    return float((betaln(a + hits, b + of - hits) - betaln(a, b)).sum())
