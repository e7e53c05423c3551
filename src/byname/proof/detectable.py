"""What a test can see before it starts, and how many people it takes to see something.

Both sides at 5% and a power of 80%, for one look at the end. An open-ended holdout is looked at all the time and sees
less: `smallest_effect` takes the number of errors that its interval is wide.
"""

from __future__ import annotations

from math import ceil, inf, sqrt
from statistics import NormalDist

__all__ = ["POWER", "smallest_effect", "smallest_sample"]

POWER = 0.8
_BOTH_SIDES = 0.05


def smallest_effect(
    spread: float, treated: float, held_out: float, *, power: float = POWER, critical: float | None = None
) -> float:
    """The smallest true effect that such a test finds with this power; infinite where an arm is empty.

    (z_critical + z_power) spread sqrt(1/n1 + 1/n0): Bloom, Evaluation Review 19 (1995) 547-556, eq. 1.

    Args:
        spread: standard deviation of the outcome (adjusted, where the comparison is) from unit to unit.
        treated: units.
        held_out: units.
        power: how often it is to be found.
        critical: how many errors the effect must be from 0; for one look at 5% by default.
    """
    if min(treated, held_out) <= 0:
        return inf
    return (_critical(critical) + NormalDist().inv_cdf(power)) * spread * sqrt(1 / treated + 1 / held_out)


def smallest_sample(
    effect: float, spread: float, share: float, *, power: float = POWER, critical: float | None = None
) -> float:
    """How many units it takes, both arms together, to find an effect; infinite where none would do.

    Args:
        effect: the true effect, in the outcome's unit.
        spread: standard deviation of the outcome.
        share: of units held out, 0 to 1.
        power: how often it is to be found.
        critical: as for `smallest_effect`.
    """
    if effect == 0 or not 0 < share < 1:
        return inf
    wide = (_critical(critical) + NormalDist().inv_cdf(power)) * spread / abs(effect)
    return ceil(wide**2 * (1 / share + 1 / (1 - share)) * (1 - 1e-12))


def _critical(critical: float | None) -> float:
    return NormalDist().inv_cdf(1 - _BOTH_SIDES / 2) if critical is None else critical
