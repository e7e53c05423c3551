"""Less noise by what is known from before: CUPED, with the cut that it really made.

Deng, Xu, Kohavi and Walker, WSDM 2013, eqs. 4 and 5: the outcome less theta times what the same person did before the
contact. Lots are blind to it, so nothing but noise is taken away. On purchases it cut a quarter to two fifths of the
variance; nobody can promise that for other records, so the cut is measured and shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from byname.proof.compare import by_unit, difference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.proof.compare import Difference

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Ints = NDArray[np.int64]

__all__ = ["Adjusted", "adjusted", "theta"]


@dataclass(frozen=True)
class Adjusted:
    """An adjusted comparison.

    Attributes:
        found: the difference of the adjusted outcome; its means are those of the outcome as it was.
        theta: what was taken off for each unit of the covariate; 0 where it does not vary.
        cut: the share of the difference's variance that is gone, measured; negative if it made it worse, NaN where
            there is no variance.
        outcome: the adjusted outcome, of shape (people,).
    """

    found: Difference
    theta: float
    cut: float
    outcome: Floats


def theta(outcome: Floats, before: Floats, is_treated: Flags, unit: Ints | None = None) -> float:
    """The slope within arms, pooled over both, of unit totals: what takes most variance away."""
    products = squares = 0.0
    for side in (is_treated, ~is_treated):
        if not side.any():
            continue
        y, x = (column[side] - column[side].mean() for column in (outcome, before))
        if unit is not None:
            of, units = by_unit(unit[side])
            y, x = (np.bincount(of, weights=column, minlength=units) for column in (y, x))
        products += float(x @ y)
        squares += float(x @ x)
    return products / squares if squares > 0 else 0.0


def adjusted(outcome: Floats, before: Floats, is_treated: Flags, unit: Ints | None = None) -> Adjusted:
    """Compare the arms after taking off what was to be expected by the time before.

    Args:
        outcome: of shape (people,), finite.
        before: the same person's covariate, known before lots were drawn.
        is_treated: of shape (people,).
        unit: number of each person's unit; by default each is one.
    """
    slope = theta(outcome, before, is_treated, unit)
    middle = float(before.mean()) if len(before) else 0.0
    less = outcome - slope * (before - middle)
    plain, found = difference(outcome, is_treated, unit), difference(less, is_treated, unit)
    cut = 1 - (found.se / plain.se) ** 2 if plain.se > 0 else np.nan
    kept = replace(found, mean_treated=plain.mean_treated, mean_held_out=plain.mean_held_out)
    return Adjusted(kept, slope, float(cut), less)
