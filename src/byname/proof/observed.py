"""Where nobody drew lots: what can be said all the same, and mostly that nothing can.

Doubly robust (`standing.doubly_robust`) on what was known before: what people bought, how often, how lately, how long.
Who writes to the best buyers has chosen them by more than that, so two checks come first, and either refuses. Overlap:
most of those who were reached must have somebody alike who was not, and what was known must be even afterwards.
Placebo: the same method on the time before the contact, in which it can have done nothing, must show nothing, and be
sharp enough to have shown something (Rosenbaum 2002, Observational Studies, chapter 6; Lipsitch, Tchetgen and Cohen,
Epidemiology 21 (2010) 383-388). What passes is still not proven, and never called uplift.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from byname.standing.doubly_robust import TooFewError, design

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Ints = NDArray[np.int64]

__all__ = ["Observed", "Side", "observed", "refused"]

_EVEN = 0.1  # of a standard deviation left between the sides: Austin, Statistics in Medicine 28 (2009) 3083-3107
_KEPT = 0.5  # of those reached must have somebody to be held against
_NOTHING = 0.2  # of a standard deviation: the placebo must be shown to be smaller than this
_SURE = 0.95


@dataclass(frozen=True)
class Side:
    """One look at the same people: what was known by a day, and what came of them after it.

    Attributes:
        known: of shape (people, columns), finite.
        outcomes: name → of shape (people,).
    """

    known: Floats
    outcomes: Mapping[str, Floats]


@dataclass(frozen=True)
class Observed:
    """What records say of a campaign without lots: not proven, whatever it is.

    Attributes:
        effect: doubly robust; NaN where it is refused.
        low: of its 95% range, if all that decides was on record.
        high: likewise.
        se: its standard error.
        treated: people reached who could be compared.
        others: people not reached who could be compared.
        refused: why nothing is said; empty if something is.
    """

    effect: float
    low: float
    high: float
    se: float
    treated: int
    others: int
    refused: str


def observed(after: Side, before: Side, outcome: str, is_treated: Flags, unit: Ints | None = None) -> Observed:
    """Compare who was reached with who was not, unless a check forbids it.

    Args:
        after: what was known by the contact, and the outcome after it.
        before: what was known the outcome's days before the contact, and placebo outcomes: of the days between.
        outcome: the name of the one asked for.
        is_treated: of shape (people,).
        unit: number of each person's unit.
    """
    treated, others = int(is_treated.sum()), int((~is_treated).sum())
    try:
        if why := _placebo(before, is_treated, unit):
            return refused(treated, others, why)
        found = design(after.known, is_treated, unit)
        if why := _overlap(found.kept, is_treated, found.apart):
            return refused(treated, others, why)
        effect = found.effect(after.outcomes[outcome])
    except TooFewError as error:
        return refused(treated, others, f"too few: {error}")
    low, high = effect.interval(_SURE)
    kept = found.kept
    return Observed(
        effect.effect,
        low,
        high,
        effect.error,
        int((kept & is_treated).sum()),
        int((kept & ~is_treated).sum()),
        "",
    )


def refused(treated: int, others: int, why: str) -> Observed:
    """Nothing is said, and why."""
    return Observed(np.nan, np.nan, np.nan, np.nan, treated, others, why)


def _overlap(kept: Flags, is_treated: Flags, apart: float) -> str:
    share = float(kept[is_treated].mean())
    if share < _KEPT:
        return f"{1 - share:.0%} of those reached have nobody alike who was not"
    if apart > _EVEN:
        return f"the two sides differ by {apart:.2f} standard deviations in what was known, after all adjustment"
    return ""


def _placebo(before: Side, is_treated: Flags, unit: Ints | None) -> str:
    """What the contact cannot have done yet must be shown to be nothing."""
    found = design(before.known, is_treated, unit)
    if why := _overlap(found.kept, is_treated, found.apart):
        return why
    wide = NormalDist().inv_cdf((1 + _SURE) / 2)
    for name, outcome in before.outcomes.items():
        spread = float(outcome[found.kept].std())
        if spread == 0:
            continue
        effect = found.effect(outcome)
        if abs(effect.effect) > wide * effect.error:
            return (
                f"those reached differed before the contact already ({name}: {effect.effect / spread:+.2f} standard "
                "deviations among people alike), so they were chosen by what is not on record"
            )
        if abs(effect.effect) + wide * effect.error > _NOTHING * spread:
            return f"too few to show that those reached were like the others before ({name})"
    return ""
