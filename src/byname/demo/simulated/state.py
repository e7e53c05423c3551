"""What changes in a person's life with the company from week to week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.demo.simulated.people import Nature

__all__ = ["LONG_AGO", "State", "begin"]

LONG_AGO = -100_000  # a day before every other


@dataclass
class State:
    """One entry a person.

    Attributes:
        mood: satisfaction, about -1..1, without bounds.
        rest: where satisfaction comes to rest: taste, less what was never put right.
        bond: what good experience has built up, 0..1.5.
        habit: how far buying from us goes without thinking, 0..1.
        came: has ever come.
        gone: has left for reasons of their own.
        left: has left because of us.
        left_day: the day of either; `LONG_AGO` for who is there.
        due: the week of the next need.
        swallowed: incidents since they last complained.
        fed_up: weeks for which they have been minded to go.
        subscribed: pays for a subscription.
        brought_by: who brought them, -1 for nobody.
        mails: newsletters that reached them.
        may_write: may be written to.
        last_public, last_brought, last_helped, last_complained: the day of the latest of each act.
    """

    mood: NDArray[np.float64]
    rest: NDArray[np.float64]
    bond: NDArray[np.float64]
    habit: NDArray[np.float64]
    came: NDArray[np.bool_]
    gone: NDArray[np.bool_]
    left: NDArray[np.bool_]
    left_day: NDArray[np.int64]
    due: NDArray[np.float64]
    swallowed: NDArray[np.int64]
    fed_up: NDArray[np.int64]
    subscribed: NDArray[np.bool_]
    brought_by: NDArray[np.int64]
    mails: NDArray[np.int64]
    may_write: NDArray[np.bool_]
    last_public: NDArray[np.int64]
    last_brought: NDArray[np.int64]
    last_helped: NDArray[np.int64]
    last_complained: NDArray[np.int64]

    @property
    def active(self) -> NDArray[np.bool_]:
        """Who is a customer now."""
        return self.came & ~self.gone & ~self.left

    def hurt(self, who: NDArray[np.int64], by: NDArray[np.float64]) -> None:
        """Something went wrong. Each person at most once a call."""
        self.mood[who] -= by
        self.bond[who] = np.maximum(0, self.bond[who] - 0.2 * by)
        self.swallowed[who] += 1

    def cheer(self, who: NDArray[np.int64], by: NDArray[np.float64]) -> None:
        """Something went well. Each person at most once a call."""
        self.mood[who] += by


def begin(rng: np.random.Generator, nature: Nature) -> State:
    """Before the first week: some are customers of old, with a bond and a mood."""
    size = len(nature)
    old = nature.joins == 0

    def days() -> NDArray[np.int64]:
        return np.full(size, LONG_AGO, np.int64)

    def no() -> NDArray[np.bool_]:
        return np.zeros(size, np.bool_)

    return State(
        mood=nature.taste + rng.normal(0, 0.2, size),
        rest=nature.taste.copy(),
        bond=np.where(old, np.clip(rng.normal(0.35, 0.25, size) + 0.4 * nature.taste, 0, 1.2), 0),
        habit=np.where(old, rng.beta(2, 2, size), 0),
        came=no(),
        gone=no(),
        left=no(),
        left_day=days(),
        due=np.where(old, rng.random(size) * nature.pace, nature.joins),
        swallowed=np.zeros(size, np.int64),
        fed_up=np.zeros(size, np.int64),
        subscribed=no(),
        brought_by=np.full(size, -1, np.int64),
        mails=np.zeros(size, np.int64),
        may_write=nature.opted_in.copy(),
        last_public=days(),
        last_brought=days(),
        last_helped=days(),
        last_complained=days(),
    )
