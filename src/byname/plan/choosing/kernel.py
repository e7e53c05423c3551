"""The compiled loops: the best contacts of one person at given prices, and passes over many.

All that call `_best` stand in this module: what is compiled is kept by file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from byname.plan.choosing.compiled import compiled
from byname.plan.choosing.instance import MOST
from byname.plan.choosing.open import (
    BETTER,
    FORCED,
    JITTER,
    JITTER_ACTION,
    JITTER_DAY,
    JITTER_PERSON,
    SLACK,
    Scratch,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.plan.choosing.open import Open

    type Array = NDArray[Any]

__all__ = ["sweep"]


@compiled
def _insert(top_w: Array, top_j: Array, d: int, most: int, action: Array, w: float, j: int) -> None:
    """Keep the best candidates of day d, one an action, best first."""
    s = 0
    while s < most and top_j[d, s] >= 0 and w <= top_w[d, s]:
        if action[top_j[d, s]] == action[j]:
            return
        s += 1
    if s == most:
        return
    e = s
    while e < most - 1 and top_j[d, e] >= 0 and action[top_j[d, e]] != action[j]:
        e += 1
    while e > s:
        top_w[d, e] = top_w[d, e - 1]
        top_j[d, e] = top_j[d, e - 1]
        e -= 1
    top_w[d, s] = w
    top_j[d, s] = j


@compiled
def _best_two(t: Scratch, action: Array, gap: int, first: float, step: float, worth: float) -> float:
    """What two contacts are worth if it is more than one: the days in order, of each its best actions."""
    days, slots = t.top_w.shape
    slots = min(slots, 2)
    base = 2 * first + step
    for d in range(days - gap):
        for e in range(d + gap, days):
            if min(t.top_w[d, 0], t.top_w[e, 0]) <= first + step or t.top_w[d, 0] + t.top_w[e, 0] - base <= worth:
                continue
            for a in range(slots):
                for b in range(slots):
                    total = t.top_w[d, a] + t.top_w[e, b] - base
                    if total > worth and action[t.top_j[d, a]] != action[t.top_j[e, b]]:
                        worth = total
                        t.out_j[0], t.out_j[1] = t.top_j[d, a], t.top_j[e, b]
                        t.out_d[0], t.out_d[1] = d, e
    return worth


@compiled
def _best_three(t: Scratch, action: Array, gap: int, first: float, step: float, worth: float) -> float:
    """What three contacts are worth if it is more than fewer."""
    days, slots = t.top_w.shape
    base = 3 * first + 3 * step
    for d in range(days - 2 * gap):
        for e in range(d + gap, days - gap):
            for f in range(e + gap, days):
                if min(t.top_w[d, 0], t.top_w[e, 0], t.top_w[f, 0]) <= first + 2 * step:
                    continue
                if t.top_w[d, 0] + t.top_w[e, 0] + t.top_w[f, 0] - base <= worth:
                    continue
                for slot in range(slots * slots * slots):
                    a, b, c = slot // (slots * slots), slot // slots % slots, slot % slots
                    total = t.top_w[d, a] + t.top_w[e, b] + t.top_w[f, c] - base
                    if total > worth:
                        p, q, r = action[t.top_j[d, a]], action[t.top_j[e, b]], action[t.top_j[f, c]]
                        if p not in (q, r) and q != r:
                            worth = total
                            t.out_j[0], t.out_j[1], t.out_j[2] = t.top_j[d, a], t.top_j[e, b], t.top_j[f, c]
                            t.out_d[0], t.out_d[1], t.out_d[2] = d, e, f
    return worth


@compiled
def _best(  # noqa: C901, PLR0912 - compiled whole
    o: Open,
    i: int,
    price: Array,
    perk_price: float,
    room: Array,
    spare: float,
    tight: bool,  # noqa: FBT001 - compiled
    grain: float,
    top: Scratch,
) -> tuple[int, float]:
    """Fill the scratch with the best contacts of person i, and say how many and what they are worth."""
    days = price.shape[1]
    most = min(int(o.cap[i]), MOST, days)
    step = float(o.fatigue[i])
    first = step * o.had[i]
    floor = -np.inf if o.must[i] else first
    top.top_w[:] = -np.inf
    top.top_j[:] = -1
    none = True
    for j in range(o.start[i], o.start[i + 1]):
        mask = int(o.days[j])
        gross = o.value[j] - perk_price * o.perk[j]
        if mask == 0 or most == 0 or gross + grain <= floor or (tight and o.perk[j] > spare + SLACK):
            continue
        t = o.team[j]
        for d in range(days):
            if (mask >> d) & 1 and not (tight and o.minutes[j] > room[t, d] + SLACK):
                w = gross - price[t, d] * o.minutes[j]
                if grain > 0.0:
                    lot = (i * JITTER_PERSON + (d + 1) * (int(o.action[j]) * JITTER_ACTION + JITTER_DAY)) % JITTER
                    w += grain * lot / JITTER
                if w > floor:
                    none = False
                    _insert(top.top_w, top.top_j, d, most, o.action, w, j)
    if none:
        return 0, 0.0
    worth = -np.inf
    for d in range(days):
        if top.top_w[d, 0] > worth:
            worth = top.top_w[d, 0]
            top.out_j[0], top.out_d[0] = top.top_j[d, 0], d
    worth -= first
    count = 1
    gap = int(o.rest[i]) + 1
    if most > 1:
        more = _best_two(top, o.action, gap, first, step, worth)
        if more > worth:
            worth, count = more, 2
    if most > 2:  # noqa: PLR2004
        more = _best_three(top, o.action, gap, first, step, worth)
        if more > worth:
            worth, count = more, 3
    return count, worth


@compiled
def _worth(o: Open, i: int, day_of: Array, price: Array, perk_price: float) -> float:
    """What the contacts of person i are worth at these prices."""
    worth = 0.0
    count = 0
    for j in range(o.start[i], o.start[i + 1]):
        d = day_of[j]
        if d >= 0:
            worth += o.value[j] - price[o.team[j], d] * o.minutes[j] - perk_price * o.perk[j]
            worth -= float(o.fatigue[i]) * (o.had[i] + count)
            count += 1
    if o.must[i] and count == 0:
        return -FORCED
    return worth


@compiled
def _overfull(o: Open, i: int, day_of: Array, room: Array, spare: Array, scale: Array, scale_perk: float) -> float:
    """What person i uses of overfull places, in money."""
    freed = 0.0
    for j in range(o.start[i], o.start[i + 1]):
        d = day_of[j]
        if d >= 0:
            if room[o.team[j], d] < -SLACK:
                freed += scale[o.team[j], d] * o.minutes[j]
            if spare[0] < -SLACK:
                freed += scale_perk * o.perk[j]
    return freed


@compiled
def _give_back(o: Open, i: int, day_of: Array, room: Array, spare: Array, sign: float) -> None:
    """Give back what person i uses; with -1 take it."""
    for j in range(o.start[i], o.start[i + 1]):
        d = day_of[j]
        if d >= 0:
            room[o.team[j], d] += sign * o.minutes[j]
            spare[0] += sign * o.perk[j]


@compiled
def sweep(  # noqa: C901, PLR0912 - compiled whole
    o: Open,
    order: Array,
    tight: bool,  # noqa: FBT001 - a compiled function has no keywords alone
    leaving: int,
    patience: float,
    price: Array,
    perk_price: float,
    scale: Array,
    scale_perk: float,
    grain: float,
    room: Array,
    spare: Array,
    day_of: Array,
    loss: Array,
) -> tuple[float, int]:
    """Choose the best contacts for one person after the other; `passes` says what each use of it is for.

    One function for all uses: the best of a person is long to compile, and is compiled once for each function it is in.

    Args:
        o: an `Open`.
        order: persons, in the order of their turn; of shape (0,): all, in their own.
        tight: only within what is left.
        leaving: only persons in overfull places: 1 to fill their loss, 2 to let them go.
        patience: leaving: by how much more than foreseen a person may lose; else what must be gained.
        price: money a minute, of shape (teams, days).
        perk_price: money for one of the perk budget.
        scale: like `price`, nowhere 0: what a freed minute counts.
        scale_perk: likewise.
        grain: money: preferences among equal days reach from nothing to this.
        room: minutes left, below 0 where a day is overfull; changed.
        spare: of shape (1,): perk money left; changed.
        day_of: of shape (candidates,): the day of each, or -1; changed. Of shape (0,): nobody has, nor keeps, anything.
        loss: of shape (people,): money lost for each unit of money freed; infinite for those in no overfull place.

    Returns:
        What all who took something gain at these prices, and how many they are.
    """
    days = price.shape[1]
    out_j, out_d = np.empty(MOST, np.int64), np.empty(MOST, np.int64)
    top = Scratch(np.empty((days, MOST)), np.empty((days, MOST), np.int64), out_j, out_d)
    known, some = len(day_of) > 0, len(order) > 0
    gain = 0.0
    takers = 0
    for turn in range(len(order) if some else len(o.cap)):
        i = order[turn] if some else turn
        freed = 1.0
        if leaving > 0:
            freed = _overfull(o, i, day_of, room, spare, scale, scale_perk)
            if leaving == 1:
                loss[i] = np.inf
            if freed == 0.0:
                continue
        now = -FORCED if o.must[i] else 0.0
        if known:
            now = _worth(o, i, day_of, price, perk_price)
            if tight:
                _give_back(o, i, day_of, room, spare, 1.0)
        count, worth = _best(o, i, price, perk_price, room, spare[0], tight, grain, top)
        if count == 0 and o.must[i]:
            worth = -FORCED
        if leaving > 0:
            lost = min((now - worth) / freed, FORCED)
            if leaving == 1:
                loss[i] = lost
            take = leaving > 1 and lost <= loss[i] + patience
        else:
            take = count > 0 and worth > now + max(patience, BETTER * abs(now))
        if known and not tight and take:
            _give_back(o, i, day_of, room, spare, 1.0)
        if take:
            gain += worth
            takers += 1
            if known:
                day_of[o.start[i] : o.start[i + 1]] = -1
            for s in range(count):
                j = out_j[s]
                room[o.team[j], out_d[s]] -= o.minutes[j]
                spare[0] -= o.perk[j]
                if known:
                    day_of[j] = out_d[s]
        elif known and tight:
            _give_back(o, i, day_of, room, spare, -1.0)
    return gain, takers
