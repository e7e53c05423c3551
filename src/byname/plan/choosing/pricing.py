"""The prices of a team's minutes and of the perk budget at which what people would use is what there is.

With a price per minute the problem falls apart by person (Lagrange's relaxation of the capacities; Fisher 1981,
Management Science 27, pp. 1-18), and what all gain plus what the capacities cost is never less than the best plan: the
bound. It is convex in the prices. The bundle looks for its least on a sample of people, first with one price a team for
all days, then with one a day; a few passes over all correct what the sample cannot know: after each, the sample's
capacities are shifted until at these prices the sample says what all say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from byname.plan.choosing.bundle import Planes
from byname.plan.choosing.open import Open
from byname.plan.choosing.passes import grain, pass_over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.plan.choosing.firsts import Firsts
    from byname.plan.choosing.passes import Pass

    type Vector = NDArray[np.float64]

__all__ = ["Prices", "ceilings", "prices", "sample"]

SAMPLE = 8_000  # people
PASSES = 6  # over all
_LOOKS, _LOOKS_AGAIN = 200, 40  # at the sample
_WORTH_A_PASS = 1e-6  # of the bound


@dataclass(frozen=True)
class Prices:
    """Prices, and the bound that they prove.

    Attributes:
        at: money a minute for each team and day (as capacity.ravel()), then money for one of the perk budget.
        bound: no plan of what is open is worth more.
        passes: over all people.
        looks: over the sample.
    """

    at: Vector
    bound: float
    passes: int
    looks: int


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


def ceilings(rest: Open, capacity: Vector, shape: tuple[int, int]) -> Vector:
    """Prices above which nobody needs to look: there, even if all else were free of a choice, minutes would be left.

    Args:
        rest: the people, all or a sample.
        capacity: minutes of each team and day, then perk money: for these people.
        shape: teams and days.
    """
    found = np.zeros(len(capacity))
    hard = np.repeat(rest.must, np.diff(rest.start))
    for place in range(len(capacity)):
        team, day = divmod(place, shape[1])
        perk = place == len(capacity) - 1
        size = rest.perk if perk else rest.minutes
        mine = (rest.days > 0) if perk else (rest.team == team) & ((rest.days >> day) & 1 > 0)
        mine = np.flatnonzero(mine & (size > 0) & ((rest.value > 0) | hard))
        size = size[mine].astype(np.float64)
        density = rest.value[mine] / size
        order = np.argsort(-np.where(hard[mine], np.inf, density), kind="stable")
        over = np.flatnonzero(np.cumsum(size[order]) > capacity[place])
        if len(over):
            at = order[over[0]]
            found[place] = max(density.max() * 2, 0.0) if hard[mine][at] else max(density[at], 0.0)
    return found


def prices(first: Firsts, everybody: Pass, *, begin: Vector | None = None, within: float = 1e-5) -> Prices:
    """Find prices with a bound near the least.

    Args:
        first: what is open, and the minutes and perk money for it.
        everybody: the pass over all that is open (`pass_over`, or another engine's).
        begin: prices to begin with, such as yesterday's.
        within: how near to the least the sample's bound must be, as a share.
    """
    rest, shape, limits = first.rest, first.room.shape, first.limits
    if not rest.days.any():
        return Prices(np.zeros(len(limits)), 0.0, 0, 0)
    some = sample(rest, SAMPLE)
    share = len(some.cap) / len(rest.cap)
    few = pass_over(some, shape, grain(rest))
    scaled = limits * share
    # The sample is a sample: prices up to twice what it says are looked at.
    most = 2 * ceilings(some, scaled, shape)
    planes = Planes(few, most)
    start, looks = _one_price(few, planes, scaled, most, shape, begin, within)
    best, passes = Prices(start, np.inf, 0, 0), 0
    for turn in range(PASSES):
        found = planes.least(scaled, start, within=within, passes=_LOOKS if turn == 0 else _LOOKS_AGAIN)
        looks += found.passes
        gain, slope = everybody(found.at)
        passes += 1
        bound = gain + float(limits @ found.at)
        better = bound < best.bound * (1 - _WORTH_A_PASS)
        if bound < best.bound:
            best = Prices(found.at, bound, 0, 0)
        if some is rest or not better:
            break
        scaled = share * (limits + slope) - few(found.at)[1]
        start = found.at
    return Prices(best.at, best.bound, passes, looks)


def _one_price(
    few: Pass, planes: Planes, limits: Vector, most: Vector, shape: tuple[int, int], first: Vector | None, within: float
) -> tuple[Vector, int]:
    """One price a team, the same on all days; what begins is yesterday's."""
    teams, days = shape
    widen = np.zeros((len(limits), teams + 1))
    widen[np.arange(teams * days), np.repeat(np.arange(teams), days)] = 1.0
    widen[-1, -1] = 1.0

    def narrow(at: Vector) -> tuple[float, Vector]:
        each = widen @ at
        value, slope = few(each)
        planes.learn(each, value, slope)
        return value, slope @ widen

    top = np.append(most[:-1].reshape(shape).max(axis=1), most[-1])
    begin = top / 4 if first is None else np.append(first[:-1].reshape(shape).mean(axis=1), first[-1])
    found = Planes(narrow, top).least(limits @ widen, begin, within=within, passes=100)
    return np.minimum(widen @ found.at, most), found.passes
