"""Who says what, unasked and asked, in public and in private.

Acts come of thresholds and opportunities: a friend who needs something, an order that surprised, a cup that is full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from byname.demo.simulated.trouble import FAULTS, QUALITY, tell
from byname.demo.simulated.world import World, logistic

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ask", "boil_over", "bring", "complain", "help_others", "review", "say_kind_things", "think"]

_FULL = -0.35  # below this mood a cup that is full runs over
_SURVEY_EVERY = 26  # weeks
_STARS = (-0.75, -0.35, 0.0, 0.4)


def stars(world: World, who: NDArray[np.int64], about: float = 0.3) -> NDArray[np.int64]:
    """1 to 5, of the mood and by chance; most ratings are high."""
    felt = world.state.mood[who] + world.rng.normal(0.12, about, len(who)) + 0.08 * world.nature.style[who]
    return 1 + np.searchsorted(_STARS, felt)


def complain(world: World, who: NDArray[np.int64], day: NDArray[np.int64]) -> None:
    """In public where they are of that kind, else to us."""
    rng, nature, state = world.rng, world.nature, world.state
    public = world.among(who, nature.public[who])
    loud, quiet = who[public], who[~public]
    state.last_complained[loud] = day[public]
    forum = world.among(loud, 0.3) & nature.uses[loud]
    kinds = rng.integers(0, len(FAULTS), len(loud))
    world.log.add(
        "post", who=loud[forum], day=day[public][forum], good=False, kind=kinds[forum], thread=-1, accepted=False,
        helpful=rng.poisson(1.5, int(forum.sum())), tone=state.mood[loud[forum]],
    )  # fmt: skip
    loud, when, kinds = loud[~forum], day[public][~forum], kinds[~forum]
    score = np.minimum(3, stars(world, loud))
    _write_review(world, loud, when, score, kinds, asked=False)
    kinds = np.where(world.among(quiet, 0.5), QUALITY, rng.integers(0, 4, len(quiet)))
    none = np.full(len(quiet), -1)
    tell(world, quiet, kinds, day[~public], none, 0.2 + 0.2 * rng.random(len(quiet)), none)


def boil_over(world: World, week: int) -> None:
    """Who has swallowed more than they bear says so, if they are of those who speak."""
    nature, state = world.nature, world.state
    full = (state.swallowed >= nature.patience) & (state.mood < _FULL) & state.came & ~state.gone
    who = world.happens(0.15 * nature.expressive * full)
    state.swallowed[who] = 0
    complain(world, who, world.day_in(week, len(who)))


def review(world: World, week: int, who: NDArray[np.int64], orders: NDArray[np.int64]) -> None:
    """After an order: some are invited and answer, some write because they were surprised."""
    nature, state = world.nature, world.state
    surprise = np.abs(state.mood[who] - 0.15)
    invited = world.among(who, 0.5)
    answers = invited & world.among(who, 0.03 + 0.3 * nature.answers[who] * np.minimum(1, 0.4 + surprise))
    day = world.day_in(week, len(who)) + 9
    _write_review(
        world, who[answers], day[answers], stars(world, who[answers]), None, asked=True, orders=orders[answers]
    )
    moved = (state.mood[who] > 0.55) | (state.mood[who] < -0.5)  # noqa: PLR2004 - few are moved to write unasked
    unasked = ~answers & moved & world.among(who, 0.35 * nature.expressive[who] * nature.public[who])
    unasked &= state.last_public[who] < week * 7 - 90
    score = stars(world, who[unasked], 0.15)
    _write_review(world, who[unasked], day[unasked], score, None, asked=False, orders=orders[unasked])


def _write_review(
    world: World,
    who: NDArray[np.int64],
    day: NDArray[np.int64],
    score: NDArray[np.int64],
    kinds: NDArray[np.int64] | None,
    *,
    asked: bool,
    orders: NDArray[np.int64] | None = None,
) -> None:
    inside = world.within(day)
    who, day, score = who[inside], day[inside], score[inside]
    kinds = world.rng.integers(0, 4, len(who)) if kinds is None else kinds[inside]
    orders = np.full(len(who), -1) if orders is None else orders[inside]
    if not asked:
        good, bad = score >= 4, score <= 2  # noqa: PLR2004 - stars
        world.state.last_public[who[good]] = day[good]
        world.state.last_complained[who[bad]] = day[bad]
    world.log.add(
        "review", who=who, day=day, stars=score, kind=kinds, asked=asked, order=orders,
        tone=(score - 3) / 2 + world.rng.normal(0, 0.25, len(who)), words=world.among(who, 0.8),
        site=np.where(world.among(who, 0.25), 1, 0),
    )  # fmt: skip


def say_kind_things(world: World, week: int) -> None:
    """Thanks and praise to us, praise in the forum, and plain questions of people in any mood."""
    nature, state = world.nature, world.state
    happy = np.clip(state.mood, 0, 1.2) * state.active * nature.expressive
    who = world.happens(0.012 * happy)
    world.log.add("note", who=who, day=world.day_in(week, len(who)), what=1, tone=state.mood[who])
    who = world.happens(0.012 * happy * nature.public * nature.uses)
    day = world.day_in(week, len(who))
    state.last_public[who] = day
    world.log.add(
        "post", who=who, day=day, good=True, kind=world.rng.integers(0, 4, len(who)), thread=-1, accepted=False,
        helpful=world.rng.poisson(2, len(who)), tone=state.mood[who],
    )  # fmt: skip
    who = world.happens(0.0035 * state.active)
    world.log.add("note", who=who, day=world.day_in(week, len(who)), what=0, tone=state.mood[who] * 0.3)


def bring(world: World, week: int) -> None:
    """A friend needs such a thing: who likes us, or the reward, brings them. Some would have come anyway."""
    rng, nature, state = world.rng, world.nature, world.state
    bar = 0.45 - 0.25 * np.minimum(1, state.bond)
    likes = state.came & (state.mood > bar) & (state.bond > 0.2)  # noqa: PLR2004 - who knows us
    hunts = nature.bounty & state.active & (state.mood > -0.2)  # noqa: PLR2004 - not if they are cross
    who = world.happens(0.018 * nature.sociable * likes + 0.02 * hunts)
    waiting = np.flatnonzero(~state.came & (nature.joins > week))
    friends = rng.permutation(waiting)[: len(who)]
    who = who[: len(friends)]
    day = world.day_in(week, len(who))
    state.last_brought[who] = day
    state.brought_by[friends] = who
    state.came[friends] = True
    state.due[friends] = week
    state.mood[friends] += 0.1
    seen = world.among(who, 0.8)  # the rest is never recorded
    anyway = nature.joins[friends] < world.calendar.weeks
    world.log.add("referral", who=who, day=day, friend=friends, anyway=anyway, seen=seen)


def help_others(world: World, week: int) -> None:
    """In the community: some ask, and the helpful answer, most of them because they like to help."""
    nature, state = world.nature, world.state
    who = world.happens(0.004 * nature.uses * state.active)
    world.log.add(
        "post", who=who, day=world.day_in(week, len(who)), good=True, kind=-1, thread=-1, accepted=False, helpful=0,
        tone=0.0,
    )  # fmt: skip
    open_questions = world.log.count("post")
    chance = 0.16 * nature.helper * state.active * logistic(3 * state.mood + 1)
    who = world.happens(chance)
    if not open_questions:
        return
    day = world.day_in(week, len(who))
    accepted = world.among(who, 0.35)
    helpful = world.rng.poisson(2.0, len(who))
    useful = accepted | (helpful >= 2)  # noqa: PLR2004 - several found it so
    state.last_helped[who[useful]] = day[useful]
    world.log.add(
        "post", who=who, day=day, good=True, kind=-2, thread=open_questions - 1, accepted=accepted, helpful=helpful,
        tone=0.2,
    )  # fmt: skip


def think(world: World, week: int) -> None:
    """Ideas come to the inventive, content or not; others vote for them."""
    nature, state = world.nature, world.state
    who = world.happens(0.012 * nature.inventive * state.active)
    number = world.log.add(
        "idea", who=who, day=world.day_in(week, len(who)), what=world.rng.integers(0, 1000, len(who)),
        fate=world.rng.choice(4, len(who), p=[0.55, 0.2, 0.12, 0.13]),
    )  # fmt: skip
    ideas = int(number[-1]) + 1 if len(number) else world.log.count("idea")
    if ideas:
        voter = world.happens(0.0015 * nature.uses * state.active)
        about = world.rng.integers(max(0, ideas - 20), ideas, len(voter))
        world.log.add("vote", who=voter, day=(week + 1) * 7 - 1, idea=about)


def ask(world: World, week: int) -> None:
    """The half-yearly survey: would you recommend us? The delighted and the cross answer more often than the rest."""
    rng, nature, state = world.rng, world.nature, world.state
    turn = np.arange(len(nature)) % _SURVEY_EVERY == week % _SURVEY_EVERY
    recent = state.came & (state.left_day < 0)
    extreme = np.minimum(1, np.abs(state.mood))
    who = world.happens(turn * recent * np.minimum(0.9, 0.05 + 0.7 * nature.answers * (0.6 + 0.6 * extreme)))
    size = len(who)
    felt = np.tanh(1.4 * state.mood[who])
    raw = 6.9 + np.where(felt < 0, 3.4, 2.6) * felt + 0.5 * state.bond[who] + nature.style[who]
    score = np.clip(np.rint(raw + rng.normal(0, 0.8, size)), 0, 10)
    tone = np.where(state.mood[who] < 0, state.mood[who] * (1 - 0.6 * nature.polite[who]), state.mood[who])
    world.log.add(
        "nps", who=who, day=world.day_in(week, size), score=score.astype(np.int64),
        words=world.among(who, 0.25 + 0.3 * nature.expressive[who]), tone=tone + rng.normal(0, 0.2, size),
        kind=rng.integers(0, 4, size),
    )  # fmt: skip
