"""How sure the shares are that move from one standing to another.

Of a row of counts, Dirichlet(1/2 + counts) is what a census would leave open: how a share of so many people varies. Who
moved is read from labels that err, which leaves more open. The part of the information that is missing widens what was
learned of the step itself (Louis, JRSS B 44 (1982) 226-233, eq. 3.2), and who of these people moved comes on top. A
beta distribution of that mean and variance gives the range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.standing.markov import Smoothed

type Floats = NDArray[np.float64]

__all__ = ["Shares", "shares"]

_PRIOR = 0.5
_RANGE = (0.1, 0.9)
_MOST_MISSING = 0.95  # labels that tell less than a twentieth of the truth give no range worth the name


@dataclass(frozen=True)
class Shares:
    """Of those who stood somewhere, the share that stands elsewhere a step later; of shape (days - 1, states, states).

    Attributes:
        share: the estimate; rows sum to 1, 0 where nobody stood there.
        low: lower end of the 80% range.
        high: its upper end.
    """

    share: Floats
    low: Floats
    high: Floats


def shares(found: Smoothed) -> Shares:
    """The shares that moved at each step, with 80% ranges.

    Args:
        found: from `markov.smooth`.
    """
    from scipy.stats import beta

    states = found.counts.shape[-1]
    whole = found.counts.sum(axis=-1, keepdims=True)
    middle = (found.counts + _PRIOR) / (whole + _PRIOR * states)
    spread = middle * (1 - middle)
    census = spread / (whole + _PRIOR * states + 1)
    people = np.maximum(whole, 1e-9)
    # What was taken from all other steps is not missing: it was learned there.
    own = whole / (whole + found.usual[:, None, None])
    missing = np.minimum(found.doubt / (people * spread) * own, _MOST_MISSING)
    variance = np.minimum(census / (1 - missing) + found.doubt / people**2, 0.9 * spread)
    weight = spread / variance - 1
    low, high = (beta.ppf(end, middle * weight, (1 - middle) * weight) for end in _RANGE)
    return Shares(found.counts / people, np.asarray(low), np.asarray(high))
