"""Needs come at each person's own pace; where they are met depends on mood, habit, price and what else there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from byname.demo.simulated.people import BULK, COMPANY, GIFTS
from byname.demo.simulated.world import World, logistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LINES", "buy", "subscribe"]

LINES = 3  # an order has at most so many different products
_GIFT_SEASON = 1.2
_SLOW = 9.0  # weeks
_PRICES = np.array([14.9, 24.5, 39.0, 59.0])


def buy(world: World, week: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Who buys this week, and the numbers of their orders."""
    rng, nature, state = world.rng, world.nature, world.state
    needs = np.flatnonzero(state.active & (state.due <= week + 1))
    season = world.calendar.season(week)
    buys_gifts = nature.kind[needs] == GIFTS
    put_off = buys_gifts & (season < _GIFT_SEASON) & world.among(needs, 0.85)
    state.due[needs[put_off]] = week + 4
    needs = needs[~put_off]
    pull = (
        1.1
        + 2.2 * state.mood[needs]
        + 2.2 * state.habit[needs] * nature.inertia[needs]
        + 0.8 * state.bond[needs]
        - 1.6 * nature.options[needs]
        - 5 * nature.thrift[needs] * (world.calendar.price(week) - 1)
    )
    bought = world.among(needs, logistic(pull))
    first = state.brought_by[needs] >= 0
    bought |= first & (state.habit[needs] == 0)
    state.due[needs] = week + _gaps(world, needs) / season
    state.habit[needs] = np.where(
        bought, state.habit[needs] + 0.15 * (1 - state.habit[needs]), 0.8 * state.habit[needs]
    )
    who = needs[bought]
    return who, _order(world, week, who, rng)


def _gaps(world: World, who: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weeks to the next need: gamma about the pace, and now and then a long pause."""
    shape = world.nature.regularity[who]
    gaps = world.rng.gamma(shape, world.nature.pace[who] / shape)
    pause = world.among(who, 0.03)
    return np.maximum(0.3, np.where(pause, gaps * (1 + world.rng.pareto(1.5, len(who))), gaps))


def _order(world: World, week: int, who: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    nature = world.nature
    size = len(who)
    many = np.isin(nature.kind[who], (COMPANY, BULK))
    spend = nature.basket[who] * np.exp(rng.normal(0, 0.35, size)) * world.calendar.price(week)
    lines = 1 + rng.binomial(LINES - 1, np.where(many, 0.6, 0.3))
    product = rng.integers(0, 12, (size, LINES))
    price = _PRICES[product % len(_PRICES)] * world.calendar.price(week)
    quantity = np.maximum(1, np.rint(spend[:, None] / lines[:, None] / price)).astype(np.int64)
    return world.log.add(
        "order",
        who=who,
        day=world.day_in(week, size),
        lines=lines,
        discounted=rng.random(size) < 0.08 + 0.15 * np.minimum(1, nature.thrift[who]),
        phoned=many & (world.among(who, 0.2)),
        **{f"product{at}": product[:, at] for at in range(LINES)},
        **{f"price{at}": price[:, at] for at in range(LINES)},
        **{f"quantity{at}": quantity[:, at] for at in range(LINES)},
    )


def subscribe(world: World, week: int) -> None:
    """Subscriptions begin out of liking or for convenience, and end long after the liking does."""
    nature, state = world.nature, world.state
    begins = 0.0022 * logistic(2 * state.mood + nature.inertia) * nature.uses * state.active * ~state.subscribed
    who = world.happens(begins)
    state.subscribed[who] = True
    world.log.add("subscribed", who=who, day=world.day_in(week, len(who)), plan=world.rng.integers(0, 2, len(who)))
    away = state.subscribed & ~state.active
    unhappy = state.subscribed & (state.mood < 0)
    ends = np.where(away, 0.3, np.where(unhappy, 0.03 * (1 - nature.inertia) * -state.mood, 0.0008))
    who = world.happens(ends * state.subscribed)
    state.subscribed[who] = False
    world.log.add("unsubscribed plan", who=who, day=world.day_in(week, len(who)))
