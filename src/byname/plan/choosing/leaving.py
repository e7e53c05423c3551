"""Why an action is not in a person's plan."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.plan.choosing.compiled import compiled
from byname.plan.choosing.instance import MOST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.plan.choosing.instance import Instance
    from byname.plan.choosing.open import Open

    type Array = NDArray[Any]

__all__ = ["Left", "left"]


class Left(IntEnum):
    """Why an action was left out; -1 stands for one that was not."""

    WORTH = 0  # not worth what its minutes cost
    BETTER = 1  # another contact of the same person is worth more, and there is no day, cap or patience for both
    BUDGET = 2  # the person's budget of contacts is used up
    MINUTES = 3  # worth it, and no minutes (or perk money) left that it would fit into
    DAYS = 4  # no day on which it is possible


# From what stops an action first to what stops it last; of several channels the one that came furthest says why.
_REACHED = np.array([2, 3, 1, 4, 0], np.int8)


def left(
    instance: Instance,
    rest: Open,
    day_of: NDArray[np.int8],
    price: NDArray[np.float64],
    perk_price: float,
) -> NDArray[np.int8]:
    """Say for each candidate why its action was left out: a `Left`, the same for all channels; -1 if it was not.

    Args:
        instance: what there was.
        rest: what was open after the promised and the owed: its caps are used.
        day_of: the day of each candidate, or -1.
        price: money a minute, of shape (teams, days).
        perk_price: money for one of the perk budget.
    """
    found = np.empty(instance.candidates, np.int8)
    first = instance.owed | (instance.promised >= 0)
    _left(
        instance.start, instance.action, instance.team, instance.value, instance.minutes, instance.perk, instance.days,
        first, rest.cap, rest.had, instance.rest, instance.free_from, instance.fatigue,
        day_of, price, perk_price, _REACHED, found,
    )  # fmt: skip
    return found


@compiled
def _left(  # noqa: C901, PLR0912 - compiled whole
    start: Array,
    action: Array,
    team: Array,
    value: Array,
    minutes: Array,
    perk: Array,
    days: Array,
    first: Array,
    cap: Array,
    had: Array,
    rest: Array,
    free_from: Array,
    fatigue: Array,
    day_of: Array,
    price: Array,
    perk_price: float,
    reached: Array,
    found: Array,
) -> None:
    width = price.shape[1]
    full = (1 << width) - 1
    for i in range(len(cap)):
        near, taken, count = 0, 0, 0
        for j in range(start[i], start[i + 1]):
            d = int(day_of[j])
            if d >= 0:
                taken |= 1 << d
                count += 1
                for other in range(max(0, d - int(rest[i])), min(width, d + int(rest[i]) + 1)):
                    near |= 1 << other
        for j in range(start[i], start[i + 1]):
            possible = int(days[j]) & full
            if first[j]:
                found[j] = 4 if possible & ~taken == 0 else 3
                continue
            possible &= ~((1 << int(free_from[i])) - 1)
            best, beside = -np.inf, -np.inf
            for d in range(width):
                if (possible >> d) & 1:
                    w = value[j] - price[team[j], d] * minutes[j] - perk_price * perk[j]
                    best = max(best, w)
                    if not (near >> d) & 1:
                        beside = max(beside, w)
            if possible == 0:
                found[j] = 4
            elif cap[i] == 0:
                found[j] = 2
            elif best <= 0.0:
                found[j] = 0
            elif count > 0 and (count - had[i] >= min(cap[i], MOST) or beside <= float(fatigue[i]) * count):
                found[j] = 1
            else:
                found[j] = 3
        for j in range(start[i], start[i + 1]):
            for k in range(start[i], start[i + 1]):
                if action[k] == action[j]:
                    if day_of[k] >= 0:
                        found[j] = -1
                        break
                    if reached[found[k]] > reached[found[j]]:
                        found[j] = found[k]
