"""Three years of life, a week at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from byname.demo.simulated import buying, speaking, trouble
from byname.demo.simulated.log import Log
from byname.demo.simulated.people import RARE, Nature, draw
from byname.demo.simulated.state import State, begin
from byname.demo.simulated.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.demo.simulated.calendar import Calendar

__all__ = ["Lived", "Moment", "live"]

_CAMPAIGN_EVERY = 13  # weeks
_DRIFT = 0.035
_RETURN = 0.02


@dataclass(frozen=True)
class Moment:
    """The state at the end of a day, as far as the truth needs it; arrays of one entry a person."""

    day: int
    came: NDArray[np.bool_]
    mood: NDArray[np.float64]
    bond: NDArray[np.float64]
    acted: NDArray[np.int64]
    complained: NDArray[np.int64]


@dataclass(frozen=True)
class Lived:
    """What happened, and what nobody saw."""

    nature: Nature
    state: State
    log: Log
    calendar: Calendar
    moments: tuple[Moment, ...]


def live(rng: np.random.Generator, people: int, calendar: Calendar) -> Lived:
    """Let that many people live.

    Args:
        rng: the source of chance.
        people: how many.
        calendar: the weeks and what happens in them.
    """
    nature = draw(rng, people, calendar.weeks)
    world = World(rng, nature, begin(rng, nature), Log(), calendar)
    ends = calendar.quarter_ends()
    moments = []
    for week in range(calendar.weeks):
        _week(world, week)
        moments += [_moment(world.state, int(end)) for end in ends if end // 7 == week]
    return Lived(nature, world.state, world.log, calendar, tuple(moments))


def _week(world: World, week: int) -> None:
    nature, state = world.nature, world.state
    state.came |= nature.joins == week
    _drift(world)
    if week == world.calendar.price_rise:
        trouble.price_rise(world, week)
    if week == world.calendar.outage:
        trouble.outage(world, week)
    who, orders = buying.buy(world, week)
    trouble.experience(world, week, who, orders)
    _send_back(world, week, who, orders)
    speaking.review(world, week, who, orders)
    speaking.boil_over(world, week)
    speaking.say_kind_things(world, week)
    speaking.bring(world, week)
    speaking.help_others(world, week)
    speaking.think(world, week)
    speaking.ask(world, week)
    buying.subscribe(world, week)
    _use(world, week)
    _mail(world, week)
    _leave(world, week)


def _drift(world: World) -> None:
    """Moods wander and come to rest; bonds and habits wear off; now and then life itself lifts or lowers a mood."""
    rng, state = world.rng, world.state
    size = len(state.mood)
    state.mood += _RETURN * (state.rest - state.mood) + rng.normal(0, _DRIFT, size)
    who = world.happens(np.full(size, 0.003))
    state.mood[who] += rng.normal(0, 0.35, len(who))
    state.rest += rng.normal(0, 0.008, size)
    state.bond *= 0.996
    state.habit *= 0.995


def _send_back(world: World, week: int, who: NDArray[np.int64], orders: NDArray[np.int64]) -> None:
    """Some send back what is not to their liking, without any ill feeling."""
    back = world.among(who, 0.025)
    day = world.day_in(week, int(back.sum())) + 8
    world.log.add("return", who=who[back], day=day, order=orders[back], reason=np.full(int(back.sum()), -1))


def _use(world: World, week: int) -> None:
    """The app is used out of need and liking; a visit to the site needs less."""
    nature, state = world.nature, world.state
    often = 0.35 * np.exp(np.clip(1.1 * state.mood, -2, 1)) * nature.uses * state.active
    times = world.rng.poisson(often)
    who = np.repeat(np.arange(len(nature)), times)
    world.log.add("use", who=who, day=world.day_in(week, len(who)), what=world.rng.integers(0, 5, len(who)))


def _mail(world: World, week: int) -> None:
    """Newsletters go to those who may be written to; some have enough of them, happy or not."""
    nature, state = world.nature, world.state
    if week % _CAMPAIGN_EVERY == _CAMPAIGN_EVERY - 1:
        who = np.flatnonzero(state.came & state.may_write)
        state.mails[who] += 1
        world.log.add("mail", who=who, day=np.full(len(who), week * 7 + 1), campaign=week // _CAMPAIGN_EVERY)
    enough = state.may_write & (state.mails >= nature.mail_bearing)
    cross = np.clip(-state.mood, 0, 1)
    who = world.happens(0.2 * enough + (0.006 * state.left + 0.002 * cross) * state.may_write)
    state.may_write[who] = False
    world.log.add(
        "withdrawn", who=who, day=world.day_in(week, len(who)), words=world.among(who, 0.15),
        spam=world.among(who, 0.03 + 0.1 * (state.mood[who] < 0)),
    )  # fmt: skip


def _leave(world: World, week: int) -> None:
    """People move away or need it no longer, content as they may be; others have had enough, and go when they can."""
    nature, state = world.nature, world.state
    away = world.happens(0.0011 * state.active)
    minded = state.active & (state.mood < -0.3 - 0.4 * nature.inertia)
    state.fed_up = np.where(minded, state.fed_up + 1, np.maximum(0, state.fed_up - 1))
    ready = minded & (state.fed_up > 3 + 20 * nature.inertia) & (nature.kind != RARE)
    enough = world.happens(0.09 * nature.options * ready)
    enough = enough[~np.isin(enough, away)]
    state.gone[away] = True
    state.left[enough] = True
    for who, why in ((away, 0), (enough, 1)):
        day = world.day_in(week, len(who))
        state.left_day[who] = day
        says = world.among(who, 0.12 if why == 0 else 0.25 * nature.expressive[who])
        world.log.add(
            "farewell", who=who[says], day=day[says], why=np.full(int(says.sum()), why), tone=state.mood[who[says]]
        )
        if why:
            state.last_complained[who[says]] = day[says]


def _moment(state: State, day: int) -> Moment:
    acted = np.maximum(np.maximum(state.last_public, state.last_brought), state.last_helped)
    return Moment(day, state.came.copy(), state.mood.copy(), state.bond.copy(), acted, state.last_complained.copy())
