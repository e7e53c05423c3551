"""The difference between two arms, with its error: by people, by units of people who share an arm, within strata."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Ints = NDArray[np.int64]

__all__ = [
    "Difference",
    "as_normal",
    "as_student",
    "by_unit",
    "difference",
    "interval",
    "pooled_error",
    "post_stratified",
]

_AS_GOOD_AS_NORMAL = 1e4  # degrees of freedom
_FEW = 5  # units of an arm: a stratum with fewer has no error of its own, and is put together with others


@dataclass(frozen=True)
class Difference:
    """Treated less held out.

    Attributes:
        effect: difference of the means a person, in the outcome's unit; NaN where an arm is empty.
        se: its standard error; NaN where an arm has fewer than two units.
        mean_treated: NaN where there are none.
        mean_held_out: likewise.
        treated: units.
        held_out: units.
        freedom: degrees of freedom after Welch (Biometrika 34 (1947) 28-35, eq. 28); NaN where there is no error.
    """

    effect: float
    se: float
    mean_treated: float
    mean_held_out: float
    treated: int
    held_out: int
    freedom: float


@dataclass(frozen=True)
class _Arm:
    mean: float
    variance: float  # of the mean
    units: int


def by_unit(unit: Ints) -> tuple[Ints, int]:
    """Number units from 0 on, in the order of their numbers; and how many there are."""
    _, of = np.unique(unit, return_inverse=True)
    return of.astype(np.int64), int(of.max(initial=-1)) + 1


def difference(outcome: Floats, is_treated: Flags, unit: Ints | None = None) -> Difference:
    """Hold the arms against each other; people of one unit share an arm and are not independent.

    The mean of an arm is that of its people. Its error counts units: with units of one it is Welch's, else the
    linearised cluster error of a ratio (Cochran, Sampling Techniques, 3rd ed. 1977, eq. 6.13; Liang and Zeger,
    Biometrika 73 (1986) 13-22).

    Args:
        outcome: of shape (people,), finite.
        is_treated: of shape (people,).
        unit: number of each person's unit; by default each is one.
    """
    return _between(*(_arm(outcome[side], None if unit is None else unit[side]) for side in (is_treated, ~is_treated)))


def post_stratified(outcome: Floats, is_treated: Flags, stratum: Ints, unit: Ints | None = None) -> Difference:
    """Hold the arms against each other within strata, each with the weight of its people.

    Miratrix, Sekhon and Yu, JRSS B 75 (2013) 369-396, eqs. 3 and 16. Strata with fewer than five units in an arm are
    put together; where that leaves too few, so is everybody.

    Args:
        outcome: of shape (people,), finite.
        is_treated: of shape (people,).
        stratum: what was known of each before lots were drawn, as a number.
        unit: number of each person's unit; by default each is one.
    """
    whole = difference(outcome, is_treated, unit)
    groups = _large_enough(is_treated, stratum, unit) if len(outcome) else None
    if groups is None:
        return whole
    arms: list[list[tuple[float, _Arm]]] = [[], []]
    for one in np.unique(groups):
        weight = float((groups == one).mean())
        for side, of in ((is_treated, arms[0]), (~is_treated, arms[1])):
            here = (groups == one) & side
            of.append((weight, _arm(outcome[here], None if unit is None else unit[here])))
    treated, held_out = (
        _Arm(
            sum(weight * arm.mean for weight, arm in of), sum(weight**2 * arm.variance for weight, arm in of), count
        )
        for of, count in zip(arms, (whole.treated, whole.held_out), strict=True)
    )  # fmt: skip
    return _between(treated, held_out)


def pooled_error(outcome: Floats, is_treated: Flags, unit: Ints | None = None) -> float:
    """The standard error with one spread for both arms; NaN where there are too few units.

    A small arm that happens to lack the few large buyers has a small mean and looks surer of it than it is. With the
    spread of all that cannot be.

    Args:
        outcome: of shape (people,), finite; less what is known of their strata.
        is_treated: of shape (people,).
        unit: number of each person's unit; by default each is one.
    """
    squares, weight, units = 0.0, 0.0, 0
    for side in (is_treated, ~is_treated):
        people = int(side.sum())
        if not people:
            return np.nan
        apart = outcome[side] - outcome[side].mean()
        of, count = (None, people) if unit is None else by_unit(unit[side])
        apart = apart if of is None else np.bincount(of, weights=apart, minlength=count)
        squares += float(apart @ apart)
        weight += count / people**2
        units += count
    return float(np.sqrt(squares / (units - 2) * weight)) if units > 2 else np.nan  # noqa: PLR2004 - two means


def interval(found: Difference, share: float = 0.95, critical: float | None = None) -> tuple[float, float]:
    """Low and high end of the effect; both NaN where there is no error.

    Args:
        found: a difference.
        share: how often such an interval holds the truth, looked at once.
        critical: how many errors wide on either side, for a large sample, where it is looked at more than once; it is
            widened as Student's curve is wider than the normal one (Jennison and Turnbull 2000, section 3.8).
    """
    normal = NormalDist()
    critical = normal.inv_cdf((1 + share) / 2) if critical is None else critical
    half = as_student(critical, found.freedom) * found.se
    return found.effect - half, found.effect + half


def as_student(critical: float, freedom: float) -> float:
    """The point of Student's curve with the tail that the normal curve has past `critical`."""
    from scipy.special import ndtr, stdtrit

    if not freedom < _AS_GOOD_AS_NORMAL:  # NaN too
        return critical
    return -float(stdtrit(freedom, ndtr(-critical)))


def as_normal(z: float, freedom: float) -> float:
    """The point of the normal curve with the tail that Student's has past `z`: the other way round."""
    from scipy.special import ndtri, stdtr

    if not freedom < _AS_GOOD_AS_NORMAL:
        return z
    return -float(np.sign(z) * ndtri(max(stdtr(freedom, -abs(z)), 1e-300)))


def _arm(outcome: Floats, unit: Ints | None) -> _Arm:
    people = len(outcome)
    if not people:
        return _Arm(np.nan, np.nan, 0)
    mean = float(outcome.mean())
    if unit is None:
        return _Arm(mean, float(outcome.var(ddof=1)) / people if people > 1 else np.nan, people)
    of, units = by_unit(unit)
    if units == 1:
        return _Arm(mean, np.nan, 1)
    influence = np.bincount(of, weights=outcome - mean, minlength=units)
    return _Arm(mean, float((influence**2).sum()) * units / (units - 1) / people**2, units)


def _between(treated: _Arm, held_out: _Arm) -> Difference:
    variance = treated.variance + held_out.variance
    freedom = np.nan
    if variance > 0 and np.isfinite(variance):
        spread = sum(arm.variance**2 / (arm.units - 1) for arm in (treated, held_out))
        freedom = variance**2 / spread if spread > 0 else np.inf
    return Difference(
        treated.mean - held_out.mean,
        float(np.sqrt(variance)),
        treated.mean,
        held_out.mean,
        treated.units,
        held_out.units,
        float(freedom),
    )


def _large_enough(is_treated: Flags, stratum: Ints, unit: Ints | None) -> Ints | None:
    """Strata numbered from 0, the small ones as one; None if that is too small as well."""
    groups, count = by_unit(stratum)
    units = np.zeros((count, 2), dtype=np.int64)
    for place, side in enumerate((is_treated, ~is_treated)):
        here = groups[side]
        if unit is not None:
            # One row a unit and stratum.
            here = np.unique(np.column_stack([here, unit[side]]), axis=0)[:, 0]
        units[:, place] = np.bincount(here, minlength=count)
    small = (units < _FEW).any(axis=1)
    if not small.any():
        return groups
    if small.all():
        return None
    least = units[small].sum(axis=0).min() >= _FEW
    # Too few even together: they join the largest.
    target = count if least else int(np.where(small, -1, units.sum(axis=1)).argmax())
    return np.where(small[groups], target, groups)
