"""The company and its people at work, handed from one part of their life to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.demo.simulated.calendar import Calendar
    from byname.demo.simulated.log import Log
    from byname.demo.simulated.people import Nature
    from byname.demo.simulated.state import State

__all__ = ["World", "logistic"]


def logistic(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 / (1 + exp(-value))."""
    return 1 / (1 + np.exp(-value))


@dataclass
class World:
    """Everything that a week's life needs."""

    rng: np.random.Generator
    nature: Nature
    state: State
    log: Log
    calendar: Calendar

    def happens(self, chance: NDArray[Any]) -> NDArray[np.int64]:
        """The people to whom it happens, of a chance for each of all people."""
        return np.flatnonzero(self.rng.random(len(chance)) < chance)

    def among(self, who: NDArray[np.int64], chance: NDArray[Any] | float) -> NDArray[np.bool_]:
        """For each of some, whether it happens."""
        return np.asarray(self.rng.random(len(who)) < chance)

    def day_in(self, week: int, size: int) -> NDArray[np.int64]:
        """Some day of that week for each."""
        return week * 7 + self.rng.integers(0, 7, size)

    def within(self, day: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether the day lies in the history."""
        return np.asarray(day < self.calendar.days)
