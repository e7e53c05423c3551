"""Were the lots kept? Arms that are not as drawn prove nothing, however large the difference.

Two signs. More or fewer are held out than were to be: the Bayes factor of any share against the one that was drawn
(Lindon and Malek, NeurIPS 2022, eq. 6), which may be looked at each day. And the arms differed before the contact
already, by more than lots can do.
"""

from __future__ import annotations

from math import exp, isfinite, lgamma, log
from typing import TYPE_CHECKING

from byname.proof.compare import difference

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ALPHA", "arms_as_drawn", "kept"]

ALPHA = 0.001  # of all tests with kept lots, this share is refused wrongly
_PRIOR = 100.0  # how near to the drawn share other shares are looked for: as after so many units
_FAR = 4.5  # errors apart before the contact: by lots once in 150,000 looks
_MIXED = 0.02  # of units in both arms: from here on the arms are not what they are called


def arms_as_drawn(treated: int, held_out: int, share: float) -> float:
    """An always valid p-value of the arms having this share held out; 1 where there is none to hold them against."""
    if not 0 < share < 1 or treated + held_out == 0:
        return 1.0
    a, b = _PRIOR * share, _PRIOR * (1 - share)
    factor = _log_beta(a + held_out, b + treated) - _log_beta(a, b) - held_out * log(share) - treated * log(1 - share)
    return min(1.0, exp(-min(factor, 700.0)))


def kept(
    *,
    treated: int,
    held_out: int,
    share: float,
    mixed: int,
    before: NDArray[np.float64],
    is_treated: NDArray[np.bool_],
    unit: NDArray[np.int64],
) -> str:
    """Say what is wrong with the arms; empty if nothing is.

    Args:
        treated: units that the records call treated, over or not.
        held_out: likewise.
        share: that was to be held out; 0 where nobody said.
        mixed: units that were in both arms, or were held out and reached all the same.
        before: what each person did in the time before the contact.
        is_treated: of shape (people,).
        unit: number of each person's unit.
    """
    if mixed > max(_MIXED * (treated + held_out), 1):
        return f"{mixed:,} were held out and reached all the same"
    if arms_as_drawn(treated, held_out, share) < ALPHA:
        return f"{held_out / (treated + held_out):.1%} are held out, and {share:.1%} were to be"
    found = difference(before, is_treated, unit)
    if found.se > 0 and isfinite(found.se) and abs(found.effect / found.se) > _FAR:
        return "the arms differed before the contact already, by more than lots can do"
    return ""


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)
