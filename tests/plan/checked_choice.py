"""Check a plan against every limit, written apart from what makes it: no loop of the kernel is used here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from byname.errors import BynameError
from byname.plan.choosing.instance import MOST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.plan.choosing.choice import Choice
    from byname.plan.choosing.instance import Instance

__all__ = ["check"]

_OFF = 1e-4  # minutes or money: what sums of floats may be off


def check(instance: Instance, choice: Choice) -> None:
    """Raise if a plan breaks a limit, or says of itself what is not so.

    Raises:
        BynameError: names the limit and the first person or team that it is broken for.
    """
    chosen, day = choice.chosen, choice.day.astype(np.int64)
    if not len(chosen) == len(day) or len(np.unique(chosen)) < len(chosen):
        raise _broken("the chosen", "a candidate twice, or without a day", "each once, with its day")
    person = _person(instance, chosen)
    promised = instance.promised[chosen]
    kept = (promised >= 0) & (promised == day)
    free = (promised < 0) & ~instance.owed[chosen]  # a promise that was moved is owed
    _days(instance, chosen, day, person, free)
    _budgets(instance, chosen, person, free, kept)
    _rest(instance, day, person, free)
    _capacities(instance, choice, kept)
    _promises(instance, chosen, person, day)
    _owed(instance, choice, kept)
    _reached(instance, choice, person)
    _figures(instance, choice, person)


def _broken(where: str, found: str, expected: str) -> BynameError:
    return BynameError(where=f"plan, {where}", found=found, expected=expected)


def _none(broken: NDArray[np.bool_], person: NDArray[np.int64], where: str, expected: str) -> None:
    if broken.any():
        raise _broken(where, f"person number {person[np.flatnonzero(broken)[0]]} without it", expected)


def _person(instance: Instance, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(instance.start) - 1), np.diff(instance.start))[chosen]


def _days(
    instance: Instance,
    chosen: NDArray[np.int64],
    day: NDArray[np.int64],
    person: NDArray[np.int64],
    free: NDArray[np.bool_],
) -> None:
    if ((day < 0) | (day >= instance.capacity.shape[1])).any():
        raise _broken("days", "a day outside", f"0 to {instance.capacity.shape[1] - 1}")
    possible = (instance.days[chosen].astype(np.int64) // 2**day) % 2 == 1
    _none(~possible, person, "days", "a day on which the candidate is possible")
    _none(free & (day < instance.free_from[person]), person, "rest since the last contact", "no contact before its end")
    for what, key in (("one contact a person and day", day), ("an action once", instance.action[chosen])):
        pairs = np.stack([person, key.astype(np.int64)], axis=1)
        if len(np.unique(pairs, axis=0)) < len(pairs):
            raise _broken(what, "two", "one")


def _budgets(
    instance: Instance,
    chosen: NDArray[np.int64],
    person: NDArray[np.int64],
    free: NDArray[np.bool_],
    kept: NDArray[np.bool_],
) -> None:
    people = len(instance.cap)
    # A promise that could not keep its day was moved: it counts as kept.
    fixed = kept | (instance.promised[chosen] >= 0)
    bound = fixed & ~instance.owed[chosen]
    left = np.maximum(instance.cap.astype(np.int64) - np.bincount(person[bound], minlength=people), 0)
    count = np.bincount(person[free & ~fixed], minlength=people)
    _none(count > np.minimum(left, MOST), np.arange(people), "budget of contacts", "no more contacts than the cap")


def _rest(instance: Instance, day: NDArray[np.int64], person: NDArray[np.int64], free: NDArray[np.bool_]) -> None:
    order = np.lexsort((day, person))
    for step in range(1, len(instance.capacity[0])):
        one, two = order[:-step], order[step:]
        near = (person[one] == person[two]) & (day[two] - day[one] <= instance.rest[person[one]])
        _none(near & (free[one] | free[two]), person[one], "rest between contacts", "the days of rest between them")


def _capacities(instance: Instance, choice: Choice, kept: NDArray[np.bool_]) -> None:
    chosen, day = choice.chosen, choice.day.astype(np.int64)
    used, promised = np.zeros(instance.capacity.shape), np.zeros(instance.capacity.shape)
    minutes = instance.minutes[chosen].astype(np.float64)
    np.add.at(used, (instance.team[chosen], day), minutes)
    np.add.at(promised, (instance.team[chosen[kept]], day[kept]), minutes[kept])
    over = used > np.maximum(instance.capacity, promised) + _OFF
    if over.any():
        team, when = np.argwhere(over)[0]
        raise _broken(f"team {team}, day {when}", f"{used[team, when]:.2f} minutes", f"{instance.capacity[team, when]}")
    perk = instance.perk[chosen].astype(np.float64)
    if perk.sum() > max(instance.perks, perk[kept].sum()) + _OFF:
        raise _broken("perk budget", f"{perk.sum():.2f}", f"at most {instance.perks:.2f}")
    if not np.allclose(used, choice.used) or not np.isclose(perk.sum(), choice.perks_used):
        raise _broken("what is used", f"{choice.used.tolist()}", f"{used.tolist()}")


def _promises(instance: Instance, chosen: NDArray[np.int64], person: NDArray[np.int64], day: NDArray[np.int64]) -> None:
    """Each promise is kept on its day, unless the day is not possible or the person has another promise in its way."""
    promise = np.flatnonzero(instance.promised >= 0)
    when = instance.promised[promise].astype(np.int64)
    owner = _person(instance, promise)
    possible = (when < instance.capacity.shape[1]) & ((instance.days[promise].astype(np.int64) // 2**when) % 2 == 1)
    fixed = instance.promised[chosen] == day
    taken = {*zip(person[fixed].tolist(), day[fixed].tolist(), strict=True)}
    actions = {*zip(person[fixed].tolist(), instance.action[chosen][fixed].tolist(), strict=True)}
    for mine, on, at, action in zip(
        possible.tolist(), when.tolist(), owner.tolist(), instance.action[promise].tolist(), strict=True
    ):
        if mine and (at, on) not in taken and (at, action) not in actions:
            raise _broken(f"promise to person number {at}", "no contact on its day", f"one on day {on}")


def _owed(instance: Instance, choice: Choice, kept: NDArray[np.bool_]) -> None:
    """What is owed is left only if beside the promised and the owed there was no day and no room for it."""
    chosen, day = choice.chosen, choice.day.astype(np.int64)
    first = kept | instance.owed[chosen] | (instance.promised[chosen] >= 0)
    room, person = instance.capacity.copy(), _person(instance, chosen)
    np.subtract.at(room, (instance.team[chosen[first]], day[first]), instance.minutes[chosen[first]].astype(np.float64))
    spare = instance.perks - instance.perk[chosen[first]].sum(dtype=np.float64)
    mine = {*zip(person[first].tolist(), day[first].tolist(), strict=True)}
    done = {*zip(person[first].tolist(), instance.action[chosen[first]].tolist(), strict=True)}
    for j in np.flatnonzero(instance.owed & ~np.isin(np.arange(instance.candidates), chosen)).tolist():
        owner = int(_person(instance, np.array([j]))[0])
        for on in range(room.shape[1]):
            fits = instance.minutes[j] <= room[instance.team[j], on] - _OFF and instance.perk[j] <= spare - _OFF
            possible = int(instance.days[j]) // 2**on % 2 == 1 and (owner, on) not in mine
            if fits and possible and (owner, int(instance.action[j])) not in done:
                raise _broken(f"owed to person number {owner}", "left out", f"a contact on day {on}, which had room")


def _reached(instance: Instance, choice: Choice, person: NDArray[np.int64]) -> None:
    """Who is in danger of neglect and was not reached has no candidate that fits into what is left."""
    has = np.zeros(len(instance.cap), np.bool_)
    has[person] = True
    missing = np.flatnonzero(instance.must & ~has & (np.diff(instance.start) > 0))
    if not np.array_equal(np.sort(choice.unreached), missing):
        raise _broken("the unreached", f"{choice.unreached.tolist()}", f"{missing.tolist()}")
    room = instance.capacity - choice.used
    lost = np.flatnonzero((instance.must & ~has)[np.repeat(np.arange(len(has)), np.diff(instance.start))])
    owner = _person(instance, lost)
    plain = ~instance.owed[lost] & (instance.promised[lost] < 0) & (instance.cap[owner] > 0)
    plain &= instance.perk[lost] <= instance.perks - choice.perks_used - _OFF
    for on in range(room.shape[1]):
        open_ = (instance.days[lost].astype(np.int64) // 2**on % 2 == 1) & (on >= instance.free_from[owner])
        fits = plain & open_ & (instance.minutes[lost] <= room[instance.team[lost], on] - _OFF)
        _none(fits, owner, "danger of neglect", "a contact, for which there is room")


def _figures(instance: Instance, choice: Choice, person: NDArray[np.int64]) -> None:
    count = np.bincount(person, minlength=len(instance.cap)).astype(np.float64)
    tired = (instance.fatigue.astype(np.float64) * count * (count - 1) / 2).sum()
    value = instance.value[choice.chosen].sum() - tired
    if not np.isclose(value, choice.value, rtol=1e-9, atol=1e-6):
        raise _broken("value", f"{choice.value}", f"{value}")
    if choice.value > choice.bound + 1e-9 * abs(choice.bound) + 1e-9:
        raise _broken("bound", f"{choice.bound}, below the plan's {choice.value}", "no plan above it")
    chosen = np.isin(np.arange(instance.candidates), choice.chosen)
    owner = _person(instance, np.arange(instance.candidates))
    key = owner * (int(instance.action.max(initial=0)) + 1) + instance.action
    if not np.array_equal(choice.left == -1, np.isin(key, key[chosen])):
        raise _broken("reasons", "an action left out without one, or in the plan with one", "one for each left out")
