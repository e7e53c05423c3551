"""Which phrases belong to one group of texts more than to another: log-odds with an informative Dirichlet prior.

Plain ratios name the rarest words and plain differences the commonest; a prior made of all texts shrinks both, and the
difference is then put beside its own uncertainty.
Monroe, Colaresi, Quinn, Fightin' Words, Political Analysis 16 (2008) 372-403, equations 16 to 22.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["log_odds"]

_LEAST = 0.5  # what everybody says would have endless odds


def log_odds(
    here: NDArray[np.float64],
    there: NDArray[np.float64],
    all_here: float,
    all_there: float,
    *,
    prior: NDArray[np.float64],
    prior_all: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much likelier each phrase is here than there, and that in standard errors.

    Args:
        here: how often each phrase is in the first group, shape (phrases,).
        there: the same of the second.
        all_here: of how many in the first group, so that `here / all_here` is the share.
        all_there: the same of the second.
        prior: pseudo-counts of each phrase (alpha_w), above 0, shape (phrases,).
        prior_all: pseudo-counts of all (alpha_0).

    Returns:
        delta (equation 16) and zeta = delta / sqrt(variance) (equations 19 and 22), each of shape (phrases,).
    """
    first, second = here + prior, there + prior
    without = (np.maximum(all_here + prior_all - first, _LEAST), np.maximum(all_there + prior_all - second, _LEAST))
    odds = np.log(first / without[0]) - np.log(second / without[1])
    return odds, odds / np.sqrt(1 / first + 1 / second)
