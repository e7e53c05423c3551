"""Whom to contact, with what, on which day: a plan within everybody's limits, and how far it may be from the best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from byname.plan.choosing.firsts import Firsts
    from byname.plan.choosing.instance import Instance
    from byname.plan.choosing.open import Open
    from byname.plan.choosing.passes import Pass

    type Everybody = Callable[[Firsts], Pass]

__all__ = ["Choice", "choose"]

_WITHIN = 3e-5  # of the bound, for one day
_WITHIN_A_WEEK = 2e-4
_ROUGH, _ROUGH_PEOPLE = 2e-3, 3.0  # of few people the plan is further from the bound than that: one contact is much


@dataclass(frozen=True, eq=False)
class Choice:
    """A plan.

    Attributes:
        chosen: candidates, in their order.
        day: of each chosen, counted from 0.
        prices: money a minute, of shape (teams, days): what the last minute is worth elsewhere.
        perk_price: money for one of the perk budget.
        value: of the plan: values less fatigue. A sum of expectations: never to be shown as a result.
        bound: no plan is worth more that keeps the promised and the owed where this one has them, and reaches
            everybody in danger of neglect whom this one reaches.
        gap: (bound - value) / |bound|; 0 if both are 0.
        used: minutes, of shape (teams, days).
        perks_used: perk money.
        left: of shape (candidates,): why the action was left out, a `Left`; -1 if it was not.
        unreached: persons in danger of neglect who have candidates and no contact.
        passes: over all people, to find the prices.
    """

    chosen: NDArray[np.int64]
    day: NDArray[np.int8]
    prices: NDArray[np.float64]
    perk_price: float
    value: float
    bound: float
    gap: float
    used: NDArray[np.float64]
    perks_used: float
    left: NDArray[np.int8]
    unreached: NDArray[np.int64]
    passes: int


def choose(
    instance: Instance,
    prices: NDArray[np.float64] | None = None,
    perk_price: float = 0.0,
    *,
    everybody: Everybody | None = None,
) -> Choice:
    """Choose contacts for everybody: the most value within minutes, budgets of contacts, rest and perk money.

    What was promised keeps its day; what is owed comes next (see `firsts`); then all else is weighed by prices
    (`pricing`) and made to fit (`repairing`). The same instance gives the same plan.

    Args:
        instance: candidates and limits.
        prices: money a minute to begin with, of shape (teams, days), such as yesterday's; they save time only.
        perk_price: likewise.
        everybody: makes the pass over all people on another engine from what is open (`by_query`).
    """
    from byname.plan.choosing.firsts import firsts
    from byname.plan.choosing.leaving import left

    first = firsts(instance)
    begin = None if prices is None else np.append(np.broadcast_to(prices, instance.capacity.shape).ravel(), perk_price)
    plan = _plan(first, begin, everybody)
    price, perk_price = plan.at[:-1].reshape(instance.capacity.shape), float(plan.at[-1])
    day_of = np.where(first.day_of >= 0, first.day_of, plan.day_of)
    chosen = np.flatnonzero(day_of >= 0)
    day, team = day_of[chosen], instance.team[chosen]
    used = np.zeros(instance.capacity.shape)
    np.add.at(used, (team, day), instance.minutes[chosen])
    value, bound = first.worth + plan.value, first.worth + plan.bound
    return Choice(
        chosen=chosen,
        day=day,
        prices=price,
        perk_price=perk_price,
        value=value,
        bound=bound,
        gap=max(bound - value, 0.0) / abs(bound) if bound else 0.0,
        used=used,
        perks_used=float(instance.perk[chosen].sum(dtype=np.float64)),
        left=left(instance, first.rest, day_of, price, perk_price),
        unreached=_unreached(instance, chosen),
        passes=plan.passes,
    )


def _unreached(instance: Instance, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    missing = instance.must & (np.diff(instance.start) > 0)
    missing[instance.owner(chosen)] = False
    found: NDArray[np.int64] = np.flatnonzero(missing)
    return found


@dataclass(frozen=True)
class _Plan:
    """Of what is open: days, prices, worth and bound."""

    day_of: NDArray[np.int8]
    at: NDArray[np.float64]
    value: float
    bound: float
    unreached: NDArray[np.int64]
    passes: int


def _plan(first: Firsts, begin: NDArray[np.float64] | None, everybody: Everybody | None) -> _Plan:
    plan = _tried(first, first.rest, begin, everybody)
    if not len(plan.unreached):
        return plan
    # They cannot all be reached, so prices rise without end: those for whom nothing was left are let go.
    again = _tried(first, _released(first.rest, plan.unreached), plan.at, everybody)
    best = min(plan, again, key=lambda one: (len(one.unreached), -one.value))
    reached = replace(first, rest=_released(first.rest, best.unreached))
    gain, _ = _pass(reached, everybody)(again.at)
    bound = gain + float(first.limits @ again.at)
    return replace(best, at=again.at, bound=bound, passes=plan.passes + again.passes + 1)


def _tried(first: Firsts, rest: Open, begin: NDArray[np.float64] | None, everybody: Everybody | None) -> _Plan:
    from byname.plan.choosing.pricing import prices
    from byname.plan.choosing.repairing import repaired

    now = replace(first, rest=rest)
    rough = min(_ROUGH, _ROUGH_PEOPLE / max(len(rest.cap), 1))
    within = _WITHIN if first.room.shape[1] == 1 else max(_WITHIN_A_WEEK, rough)
    found = prices(now, _pass(now, everybody), begin=begin, within=within)
    draft = repaired(now, found.at, found.bound, found.grain)
    # Those let go are still better reached.
    unreached = draft.unreached(first.rest.must)
    return _Plan(draft.day_of, found.at, draft.worth(), found.bound, unreached, found.passes)


def _pass(first: Firsts, everybody: Everybody | None) -> Pass:
    from byname.plan.choosing.passes import grain, pass_over

    return pass_over(first.rest, first.room.shape, grain(first.rest)) if everybody is None else everybody(first)


def _released(rest: Open, persons: NDArray[np.int64]) -> Open:
    must = rest.must.copy()
    must[persons] = False
    return rest._replace(must=must)
