"""What has its place before anything is weighed: what was promised keeps its day, then what is owed.

Of what is owed, the candidates whose last possible day is nearest come first, then those worth most for each minute:
for one person that loses nothing which could be placed (earliest deadline first; Jackson 1955), over many it is a rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.plan.choosing.compiled import compiled
from byname.plan.choosing.open import SLACK, Open

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.plan.choosing.instance import Instance

    type Array = NDArray[Any]

__all__ = ["Firsts", "firsts"]


@dataclass(frozen=True)
class Firsts:
    """What has its place, and what is open after it.

    Attributes:
        day_of: of shape (candidates,): the day of each, or -1.
        rest: what is open.
        room: minutes left, of shape (teams, days); never below 0.
        spare: perk money left.
        worth: of what has its place: values less fatigue.
    """

    day_of: NDArray[np.int8]
    rest: Open
    room: NDArray[np.float64]
    spare: float
    worth: float

    @property
    def limits(self) -> NDArray[np.float64]:
        """Minutes of each team and day, then perk money."""
        return np.append(self.room.ravel(), self.spare)


def firsts(instance: Instance) -> Firsts:
    """Give the promised and the owed their places.

    A promised candidate keeps its day whatever the minutes are. If its day is not possible any more, or the person has
    another promise on it, it is treated as owed: it moves to the first day that has room.
    """
    teams_days = instance.capacity.shape
    day_of = np.full(instance.candidates, -1, np.int8)
    teams = range(teams_days[0])
    demand = np.array([instance.minutes[instance.team == team].sum(dtype=np.float64) for team in teams])
    # What can never be used up is not infinite: its price times its minutes must be a number.
    room = np.minimum(instance.capacity, demand[:, None] + 1.0)
    spare = np.array([min(instance.perks, float(instance.perk.sum(dtype=np.float64)) + 1.0)])
    first = np.flatnonzero(instance.owed | (instance.promised >= 0))
    first = first[_turns(instance, first)]
    _place(*_columns(instance), first, instance.owner(first), instance.promised, room, spare, day_of)
    room = np.maximum(room, 0.0)
    spare[0] = max(spare[0], 0.0)
    days = np.zeros(instance.candidates, np.uint8)
    cap, had = instance.cap.copy(), np.zeros(instance.people, np.uint8)
    must = instance.must.copy()
    worth = _open(
        *_columns(instance),
        instance.value, instance.owed, instance.promised, instance.rest, instance.free_from, instance.fatigue,
        room, spare, day_of, days, cap, had, must,
    )  # fmt: skip
    rest = Open(
        instance.start, instance.action, instance.team, instance.value, instance.minutes, instance.perk,
        days, cap, had, instance.fatigue, must, instance.rest,
    )  # fmt: skip
    return Firsts(day_of, rest, room, float(spare[0]), float(worth))


def _columns(instance: Instance) -> tuple[Array, Array, Array, Array, Array, Array]:
    return (instance.start, instance.action, instance.team, instance.minutes, instance.perk, instance.days)


def _turns(instance: Instance, first: NDArray[np.int64]) -> NDArray[np.int64]:
    last = np.floor(np.log2(np.maximum(instance.days[first], 1)))
    per_minute = instance.value[first] / np.maximum(instance.minutes[first], 1e-3)
    found: NDArray[np.int64] = np.lexsort((first, -per_minute, last, instance.promised[first] < 0))
    return found


@compiled
def _takes(start: Array, action: Array, i: int, j: int, day_of: Array) -> tuple[bool, int]:
    """Whether person i has the action of candidate j, and the days taken, as bits."""
    same = False
    taken = 0
    for k in range(start[i], start[i + 1]):
        if day_of[k] >= 0:
            taken |= 1 << int(day_of[k])
            same = same or action[k] == action[j]
    return same, taken


@compiled
def _place(
    start: Array,
    action: Array,
    team: Array,
    minutes: Array,
    perk: Array,
    days: Array,
    first: Array,
    owner: Array,
    promised: Array,
    room: Array,
    spare: Array,
    day_of: Array,
) -> None:
    """Place the promised on their days, then the others of the first on the first day that has room."""
    width = room.shape[1]
    for turn in range(len(first)):
        j = first[turn]
        d = int(promised[j])
        if 0 <= d < width and (int(days[j]) >> d) & 1:
            same, taken = _takes(start, action, owner[turn], j, day_of)
            if not same and not (taken >> d) & 1:
                day_of[j] = d
                room[team[j], d] -= minutes[j]
                spare[0] -= perk[j]
    for d in range(width):
        for turn in range(len(first)):
            j = first[turn]
            if day_of[j] >= 0 or not (int(days[j]) >> d) & 1:
                continue
            if minutes[j] > room[team[j], d] + SLACK or perk[j] > spare[0] + SLACK:
                continue
            same, taken = _takes(start, action, owner[turn], j, day_of)
            if not same and not (taken >> d) & 1:
                day_of[j] = d
                room[team[j], d] -= minutes[j]
                spare[0] -= perk[j]


@compiled
def _open(  # noqa: C901 - compiled whole
    start: Array,
    action: Array,
    team: Array,
    minutes: Array,
    perk: Array,
    days: Array,
    value: Array,
    owed: Array,
    promised: Array,
    rest: Array,
    free_from: Array,
    fatigue: Array,
    room: Array,
    spare: Array,
    day_of: Array,
    left: Array,
    cap: Array,
    had: Array,
    must: Array,
) -> float:
    """Fill the days that are left to each candidate, and what is left of each person's limits; worth of the placed."""
    width = room.shape[1]
    worth = 0.0
    for i in range(len(cap)):
        allowed = ((1 << width) - 1) & ~((1 << int(free_from[i])) - 1)
        reachable = False
        for j in range(start[i], start[i + 1]):
            d = int(day_of[j])
            if d >= 0:
                worth += value[j] - float(fatigue[i]) * had[i]
                had[i] += 1
                if not owed[j] and cap[i] > 0:
                    cap[i] -= 1
                for near in range(max(0, d - int(rest[i])), min(width, d + int(rest[i]) + 1)):
                    allowed &= ~(1 << near)
        for j in range(start[i], start[i + 1]):
            if cap[i] == 0 or owed[j] or promised[j] >= 0 or perk[j] > spare[0] + SLACK:
                continue
            mask = int(days[j]) & allowed
            if had[i] > 0 and _takes(start, action, i, j, day_of)[0]:
                continue
            for d in range(width):
                if (mask >> d) & 1 and minutes[j] > room[team[j], d] + SLACK:
                    mask &= ~(1 << d)
            left[j] = mask
            reachable = reachable or mask != 0
        must[i] = must[i] and had[i] == 0 and reachable
    return worth
