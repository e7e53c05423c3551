"""The compiled loops: the best contacts of one person at given prices, and passes over many.

All that call `_best` stand in this module: what is compiled is kept by file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from byname.plan.choosing.compiled import compiled
from byname.plan.choosing.instance import MOST

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "JITTER",
    "JITTER_DAY",
    "JITTER_PERSON",
    "Open",
    "priced",
    "pushed",
    "regrets",
    "relieved",
    "resolved",
    "worth_of",
]

SLACK = 1e-6  # minutes, or money: what sums of doubles may be off
BETTER = 1e-9  # a share: what is better by less is not better
FORCED = 1e30  # above all money: a person in danger of neglect is left only if nothing else helps
# A number in [0, 1) for each person and day, so that equal days are not all the first day. SQL has no hash: this is one.
JITTER_PERSON, JITTER_DAY, JITTER = 40_503, 9_973, 1_009


class Open(NamedTuple):
    """What is open once the promised and the owed have their places; see `Instance` for the columns."""

    start: NDArray[np.int64]
    action: NDArray[np.int16]
    team: NDArray[np.int16]
    value: NDArray[np.float64]
    minutes: NDArray[np.float32]
    perk: NDArray[np.float32]
    days: NDArray[np.uint8]  # those on which it fits: an owed candidate has none
    cap: NDArray[np.uint8]
    had: NDArray[np.uint8]  # contacts that have their place
    fatigue: NDArray[np.float32]
    must: NDArray[np.bool_]  # and has no contact yet
    rest: NDArray[np.uint8]


@compiled
def _insert(top_w, top_j, d, most, action, w, j):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202 - compiled
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
def _best_two(top_w, top_j, action, gap, first, step, worth, slots, out_j, out_d):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """What two contacts are worth if it is more than one: the days in order, of each its best actions."""
    days = len(top_w)
    base = 2 * first + step
    for d in range(days - gap):
        for e in range(d + gap, days):
            if min(top_w[d, 0], top_w[e, 0]) <= first + step or top_w[d, 0] + top_w[e, 0] - base <= worth:
                continue
            for a in range(slots):
                for b in range(slots):
                    total = top_w[d, a] + top_w[e, b] - base
                    if total > worth and action[top_j[d, a]] != action[top_j[e, b]]:
                        worth = total
                        out_j[0], out_j[1] = top_j[d, a], top_j[e, b]
                        out_d[0], out_d[1] = d, e
    return worth


@compiled
def _best_three(top_w, top_j, action, gap, first, step, worth, slots, out_j, out_d):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """What three contacts are worth if it is more than fewer."""
    days = len(top_w)
    base = 3 * first + 3 * step
    for d in range(days - 2 * gap):
        for e in range(d + gap, days - gap):
            for f in range(e + gap, days):
                if min(top_w[d, 0], top_w[e, 0], top_w[f, 0]) <= first + 2 * step:
                    continue
                if top_w[d, 0] + top_w[e, 0] + top_w[f, 0] - base <= worth:
                    continue
                for slot in range(slots * slots * slots):
                    a, b, c = slot // (slots * slots), slot // slots % slots, slot % slots
                    total = top_w[d, a] + top_w[e, b] + top_w[f, c] - base
                    if total > worth:
                        p, q, r = action[top_j[d, a]], action[top_j[e, b]], action[top_j[f, c]]
                        if p != q and q != r and p != r:
                            worth = total
                            out_j[0], out_j[1], out_j[2] = top_j[d, a], top_j[e, b], top_j[f, c]
                            out_d[0], out_d[1], out_d[2] = d, e, f
    return worth


@compiled
def _best(o, i, price, perk_price, room, spare, tight, grain, top_w, top_j, out_j, out_d):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Fill out_j and out_d with the best contacts of person i, and say how many and what they are worth."""
    days = price.shape[1]
    most = min(int(o.cap[i]), MOST, days)
    step = float(o.fatigue[i])
    first = step * o.had[i]
    floor = -np.inf if o.must[i] else first
    top_w[:] = -np.inf
    top_j[:] = -1
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
                    w += grain * ((i * JITTER_PERSON + d * JITTER_DAY) % JITTER) / JITTER
                if w > floor:
                    none = False
                    _insert(top_w, top_j, d, most, o.action, w, j)
    if none:
        return 0, 0.0
    worth = -np.inf
    for d in range(days):
        if top_w[d, 0] > worth:
            worth = top_w[d, 0]
            out_j[0], out_d[0] = top_j[d, 0], d
    worth -= first
    count = 1
    gap = int(o.rest[i]) + 1
    if most > 1:
        more = _best_two(top_w, top_j, o.action, gap, first, step, worth, min(most, 2), out_j, out_d)
        if more > worth:
            worth, count = more, 2
    if most > 2:  # noqa: PLR2004
        more = _best_three(top_w, top_j, o.action, gap, first, step, worth, most, out_j, out_d)
        if more > worth:
            worth, count = more, 3
    return count, worth


@compiled
def _worth(o, i, day_of, price, perk_price):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
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
def _overfull(o, i, day_of, room, spare, scale, scale_perk):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
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
def _give_back(o, i, day_of, room, spare, sign):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
    """Give back what person i uses; with -1 take it."""
    for j in range(o.start[i], o.start[i + 1]):
        d = day_of[j]
        if d >= 0:
            room[o.team[j], d] += sign * o.minutes[j]
            spare[0] += sign * o.perk[j]


@compiled
def sweep(o, order, tight, leaving, patience, price, perk_price, scale, scale_perk, grain, room, spare, day_of, loss):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
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
        day_of: of shape (candidates,): the day of each, or -1; changed. Of shape (0,): nobody has anything, nor keeps it.
        loss: of shape (people,): money lost for each unit of money that is freed; infinite for those in no overfull place.

    Returns:
        What all who took something gain at these prices, and how many they are.
    """
    days = price.shape[1]
    top_w = np.empty((days, MOST))
    top_j = np.empty((days, MOST), np.int64)
    out_j = np.empty(MOST, np.int64)
    out_d = np.empty(MOST, np.int64)
    known = len(day_of) > 0
    gain = 0.0
    takers = 0
    for turn in range(len(order) if len(order) else len(o.cap)):
        i = order[turn] if len(order) else turn
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
        count, worth = _best(o, i, price, perk_price, room, spare[0], tight, grain, top_w, top_j, out_j, out_d)
        if count == 0 and o.must[i]:
            worth = -FORCED
        if leaving > 0:
            lost = min((now - worth) / freed, FORCED)
            if leaving == 1:
                loss[i] = lost
            take = leaving == 2 and lost <= loss[i] + patience
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
