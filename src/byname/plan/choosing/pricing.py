"""The prices of a team's minutes and of the perk budget at which what people would use is what there is.

With a price per minute the problem falls apart by person (Lagrange's relaxation of the capacities; Fisher 1981,
Management Science 27, pp. 1-18), and what all gain plus what the capacities cost is never less than the best plan: the
bound. It is convex in the prices. Its least is looked for on a sample of people: one price a team by a bundle, then one
a day (`balancing`). A few passes over all correct what the sample cannot know: after each, the sample's capacities are
shifted until at these prices the sample says what all say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from byname.plan.choosing.balancing import COARSE, balanced
from byname.plan.choosing.bundle import Planes
from byname.plan.choosing.open import Open
from byname.plan.choosing.passes import GRAIN, grain, pass_over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.plan.choosing.firsts import Firsts
    from byname.plan.choosing.passes import Pass

    type Vector = NDArray[np.float64]

__all__ = ["Prices", "ceilings", "prices", "sample"]

SAMPLE = 8_000  # people
PASSES = 5  # over all
_LOOKS, _LOOKS_WEEK = 100, 150  # at the sample
_STEP = 0.02
_WORTH_A_PASS = 1e-6  # of the bound


@dataclass(frozen=True)
class Prices:
    """Prices, and the bound that they prove.

    Attributes:
        at: money a minute for each team and day (as capacity.ravel()), then money for one of the perk budget.
        bound: no plan of what is open is worth more.
        passes: over all people.
        grain: money: the lots of people among equal days, at which these prices balance them.
    """

    at: Vector
    bound: float
    passes: int
    grain: float


def sample(rest: Open, size: int) -> Open:
    """Draw some people, always the same; all if there are no more."""
    people = len(rest.cap)
    if people <= size:
        return rest
    drawn = np.sort(np.random.default_rng(0).choice(people, size, replace=False, shuffle=False))
    length = rest.start[drawn + 1] - rest.start[drawn]
    start = np.zeros(size + 1, np.int64)
    np.cumsum(length, out=start[1:])
    kept = np.repeat(rest.start[drawn] - start[:-1], length) + np.arange(start[-1])
    candidates = (column[kept] for column in rest[1:7])
    return Open(start, *candidates, *(column[drawn] for column in rest[7:]))


def ceilings(rest: Open, limits: Vector) -> Vector:
    """Prices above which nobody needs to look: there, even if all else were free of a choice, minutes would be left.

    Args:
        rest: the people, all or a sample.
        limits: minutes of each team, all days together, then perk money: for these people.
    """
    found = np.zeros(len(limits))
    hard = np.repeat(rest.must, np.diff(rest.start))
    for place, limit in enumerate(limits):
        perk = place == len(limits) - 1
        size = rest.perk if perk else rest.minutes
        able = (rest.days > 0) & (size > 0) & ((rest.value > 0) | hard)
        mine = np.flatnonzero(able if perk else able & (rest.team == place))
        size = size[mine].astype(np.float64)
        density = rest.value[mine] / size
        order = np.argsort(-np.where(hard[mine], np.inf, density), kind="stable")
        over = np.flatnonzero(np.cumsum(size[order]) > limit)
        if len(over):
            at = order[over[0]]
            found[place] = max(density.max() if hard[mine][at] else density[at], 0.0)
    return found


def prices(first: Firsts, everybody: Pass, *, begin: Vector | None = None, within: float = 1e-5) -> Prices:
    """Find prices with a bound near the least.

    Args:
        first: what is open, and the minutes and perk money for it.
        everybody: the pass over all that is open (`pass_over`, or another engine's).
        begin: prices to begin with, such as yesterday's.
        within: how near to the least the sample's bound must be, as a share.
    """
    rest, limits = first.rest, first.limits
    if not rest.days.any():
        return Prices(np.zeros(len(limits)), 0.0, 0, 0.0)
    some = sample(rest, SAMPLE)
    week = _Week(first, some, grain(rest))
    best, passes = Prices(np.zeros(len(limits)), np.inf, 0, 0.0), 0
    at = week.one_price(begin, within)
    for turn in range(PASSES if some is not rest or week.lots > week.little else 1):
        at = week.better(at, within, turn)
        gain, slope = everybody(at, week.lots)
        exact = gain if week.lots == week.little else everybody(at, week.little)[0]
        bound = exact + float(limits @ at)
        passes += 1 if week.lots == week.little else 2
        near = bound >= best.bound * (1 - _WORTH_A_PASS)
        if bound < best.bound:
            best = Prices(at, bound, 0, week.lots)
        if near:
            break
        week.correct(at, slope)
    return Prices(best.at, best.bound, passes, best.grain)


class _Week:
    """The sample, with capacities that are shifted until it says what all say.

    Attributes:
        little: the grain that decides nothing but between equal days.
        lots: the grain at which prices are looked for.
    """

    def __init__(self, first: Firsts, some: Open, little: float) -> None:
        self._shape, self._limits = first.room.shape, first.limits
        self._share = len(some.cap) / len(first.rest.cap)
        self._scaled = self._limits * self._share
        self._few = pass_over(some, self._shape, little)
        self._wide = np.zeros((len(self._limits), self._shape[0] + 1))
        self._wide[np.arange(first.room.size), np.repeat(np.arange(self._shape[0]), self._shape[1])] = 1.0
        self._wide[-1, -1] = 1.0
        # The sample is a sample: prices up to twice what it says are looked at.
        self._planes = Planes(self._narrow, 2 * ceilings(some, self._scaled @ self._wide))
        self.little = little
        self.lots = little if self._shape[1] == 1 else little * COARSE / GRAIN

    def _narrow(self, at: Vector) -> tuple[float, Vector]:
        value, slope = self._few(self._wide @ at)
        return value, slope @ self._wide

    def one_price(self, begin: Vector | None, within: float) -> Vector:
        """One price a team, the same on all its days."""
        narrow = np.zeros(self._wide.shape[1]) if begin is None else begin @ self._wide / self._wide.sum(axis=0)
        found = self._planes.least(self._scaled @ self._wide, narrow, within=within, passes=_LOOKS)
        return np.asarray(self._wide @ found.at)

    def better(self, at: Vector, within: float, turn: int) -> Vector:
        """Prices for the capacities as they are now."""
        if self._shape[1] > 1:
            step, passes = (_STEP, _LOOKS_WEEK) if turn == 0 else (_STEP / 2, _LOOKS_WEEK // 3)
            return balanced(self._few, self._scaled, at, grain=self.lots, step=step, passes=passes)
        if turn == 0:
            return at
        return self._planes.least(self._scaled, at, within=within, passes=_LOOKS).at

    def correct(self, at: Vector, slope: Vector) -> None:
        """Shift the capacities by what all use at these prices more than the sample says."""
        self._scaled = np.maximum(self._share * (self._limits + slope) - self._few(at, self.lots)[1], 0.0)
