"""What goes wrong and right with an order, who tells us, and what we make of it.

An incident hurts at once. Who tells us may be helped well or badly, soon or late, or never; who does not tell us gets
over most of it slowly, and the rest stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from byname.demo.simulated.world import World, logistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.demo.simulated.log import Rows

__all__ = ["BILL", "FAULTS", "LATE", "OUTAGE", "PRICE", "RUDE", "Told", "experience", "outage", "price_rise", "tell"]

FAULTS = ("late", "broken", "wrong", "bill", "outage", "price", "rude", "quality")
LATE, BROKEN, WRONG, BILL, OUTAGE, PRICE, RUDE, QUALITY = range(len(FAULTS))
_OFTEN = np.array([0.055, 0.03, 0.014, 0.012])  # late, broken, wrong, bill
_WORSE = 1.8  # so much trouble is had by some addresses, streets and drivers
_GAIN = 0.07
_SLOW_WEEKS = 9.0
_SLOW_ANSWER = 5  # days
_WORTH_A_COMPLAINT = 0.2  # less hurt than that and most only ask
_AGENTS = np.array([0.82, 0.7, 0.55, 0.42])  # how often each of those who answer puts things right

type Told = NDArray[np.int64]


def experience(world: World, week: int, who: NDArray[np.int64], orders: NDArray[np.int64]) -> None:
    """How this week's orders went. Each person has at most one a week."""
    rng, nature, state = world.rng, world.nature, world.state
    unlucky = np.where((who % 7) == 0, _WORSE, 1.0)  # some places are badly served
    chance = np.outer(unlucky, _OFTEN)
    chance[:, LATE] *= world.calendar.load(week)
    drawn = rng.random(len(who))[:, None]
    kind = (drawn > np.cumsum(chance, axis=1)).sum(axis=1)
    wrong = kind < len(_OFTEN)
    fine = who[~wrong]
    felt = rng.normal(state.rest[fine], 0.3)
    weight = np.minimum(2.5, 0.6 + nature.pace[fine] / _SLOW_WEEKS)
    state.mood[fine] += 0.12 * (felt - state.mood[fine]) * np.minimum(1, weight)
    state.bond[fine] = np.clip(state.bond[fine] + _GAIN * weight * (0.4 + felt), 0, 1.5)
    delighted = fine[world.among(fine, 0.03)]
    state.cheer(delighted, rng.gamma(2, 0.08, len(delighted)))
    strike(world, week, who[wrong], kind[wrong], orders[wrong])


def strike(world: World, week: int, who: Told, kind: NDArray[np.int64], orders: NDArray[np.int64]) -> None:
    """Something went wrong for these people, each at most once a call."""
    rng, nature, state = world.rng, world.nature, world.state
    severity = rng.lognormal(-0.9, 0.5, len(who))
    hurt = severity * (1.2 - 0.5 * nature.forgiving[who] - 0.3 * np.minimum(1, state.bond[who]))
    state.hurt(who, hurt)
    day = world.day_in(week, len(who)) + np.where(kind == LATE, 7, 3)
    boiling = state.swallowed[who] > nature.patience[who]
    says = logistic(-2.3 + 3.5 * nature.expressive[who] + 1.8 * severity + 0.9 * boiling)
    tells = world.among(who, says)
    goods = (kind == BROKEN) | (kind == WRONG)
    back = goods & world.among(who, np.where(tells, 0.75, 0.35))
    world.log.add("return", who=who[back], day=day[back] + 5, order=orders[back], reason=kind[back])
    numbers = world.log.add("incident", who=who, day=day, kind=kind, severity=severity, told=tells)
    state.rest[who[~tells]] -= 0.08 * hurt[~tells]
    tell(world, who[tells], kind[tells], day[tells], orders[tells], hurt[tells], numbers[tells])


def tell(
    world: World,
    who: Told,
    kind: NDArray[np.int64],
    day: NDArray[np.int64],
    orders: NDArray[np.int64],
    hurt: NDArray[np.float64],
    incidents: NDArray[np.int64],
) -> None:
    """They write to us in private; we answer, promise, keep or break the promise, and ask how it was."""
    rng, nature, state = world.rng, world.nature, world.state
    inside = world.within(day)
    who, kind, day, orders, incidents = (one[inside] for one in (who, kind, day, orders, incidents))
    hurt = hurt[inside]
    angry = nature.polite[who] + rng.normal(0, 0.25, len(who)) < 0.35 + 0.3 * hurt
    complains = angry | (world.among(who, 0.55) & (hurt > _WORTH_A_COMPLAINT))
    state.last_complained[who[complains]] = day[complains]
    state.swallowed[who] = 0
    helped = _help(world, who, hurt)
    rated = helped["answered"] & world.among(who, np.minimum(1, 0.1 + 0.9 * nature.answers[who]))
    judged = state.mood[who] * 0.5 + helped["outcome"] * 0.8 + rng.normal(0, 0.5, len(who))
    boils = np.clip(-state.mood[who] - 0.5, 0, 0.5) * 2
    tickets = world.log.add(
        "ticket", who=who, day=day, kind=kind, order=orders, incident=incidents, complains=complains, angry=angry,
        tone=_tone(world, who), wait=np.where(helped["answered"], helped["wait"], -1), agent=helped["agent"],
        outcome=helped["outcome"], rated=np.where(rated, np.where(judged > 0, 1, -1), 0),
        leaving=world.among(who, nature.options[who] * boils),
    )  # fmt: skip
    made = helped["promised"]
    due = day + rng.integers(2, 9, len(who))
    late = ~helped["kept"] & world.among(who, 0.5)
    world.log.add(
        "promise", who=who[made], day=day[made], due=due[made], kept=helped["kept"][made], late=late[made],
        agent=helped["agent"][made], ticket=tickets[made],
    )  # fmt: skip


def _help(world: World, who: Told, hurt: NDArray[np.float64]) -> Rows:
    """What we do for those who told us, and what it does to them."""
    rng, state, size = world.rng, world.state, len(who)
    answered = world.among(who, 0.94)
    wait = np.ceil(rng.lognormal(0.5, 0.9, size)).astype(np.int64)
    agent = rng.integers(0, len(_AGENTS), size)
    skill = _AGENTS[agent] * np.where(wait > _SLOW_ANSWER, 0.6, 1.0)
    good = answered & world.among(who, skill)
    rude = answered & ~good & world.among(who, 0.15)
    promised = answered & world.among(who, 0.45)
    kept = promised & world.among(who, np.where(good, 0.92, 0.35))
    change = np.where(good, 0.85 * hurt + rng.normal(0.02, 0.08, size), -0.2 * hurt - 0.25 * rude - 0.2 * ~answered)
    state.mood[who] += change - np.where(promised & ~kept, 0.15, 0)
    state.bond[who] = np.maximum(0, state.bond[who] + np.where(good, 0.06, -0.1))
    state.rest[who] -= np.where(good, 0, 0.15 * hurt)
    outcome = np.where(good, 1, -1)
    return {
        "answered": answered, "wait": wait, "agent": agent, "outcome": outcome, "promised": promised, "kept": kept,
    }  # fmt: skip


def _tone(world: World, who: Told) -> NDArray[np.float64]:
    """How the words sound: the mood, made kinder by politeness, and by chance."""
    mood = world.state.mood[who]
    kinder = np.where(mood < 0, 1 - 0.7 * world.nature.polite[who], 0.8)
    return np.asarray(mood * kinder + world.rng.normal(0, 0.22, len(who)))


def outage(world: World, week: int) -> None:
    """The app is down for two days: those who use it mind."""
    who = world.happens(0.7 * (world.nature.uses & world.state.active))
    strike(world, week, who, np.full(len(who), OUTAGE), np.full(len(who), -1))


def price_rise(world: World, week: int) -> None:
    """Everything is dearer from now on; the thrifty mind, and it stays with them."""
    who = np.flatnonzero(world.state.active)
    minds = 0.28 * world.nature.thrift[who] * world.rng.lognormal(0, 0.4, len(who))
    world.state.mood[who] -= minds
    world.state.rest[who] -= 0.5 * minds
    loud = who[world.among(who, 0.25 * world.nature.expressive[who] * world.nature.thrift[who])]
    size = len(loud)
    tell(
        world, loud, np.full(size, PRICE), world.day_in(week, size), np.full(size, -1),
        0.15 + 0.2 * world.nature.thrift[loud], np.full(size, -1),
    )  # fmt: skip
