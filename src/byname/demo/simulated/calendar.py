"""The time in which the simulated company lives: whole weeks that end on the as-of day, and what happened in some."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Calendar"]

_WEEKS = 156
_SEASON = (0.85, 0.85, 0.9, 1.0, 1.1, 1.0, 0.9, 0.85, 0.95, 1.05, 1.35, 1.75)  # buying, by month
_FAULTS_AT_FULL_LOAD = 0.8  # parcels go astray when there are many of them


@dataclass(frozen=True)
class Calendar:
    """Three years of weeks up to and with `as_of`.

    Attributes:
        as_of: the last day.
        price_rise: the week in which everything became dearer.
        outage: the week in which the app was down.
        raised: the price after the rise, as a multiple of that before.
    """

    as_of: date
    weeks: int = _WEEKS
    price_rise: int = 109
    outage: int = 133
    raised: float = 1.12

    @property
    def days(self) -> int:
        """How many days there are; the last one is `as_of`."""
        return self.weeks * 7

    @property
    def first(self) -> date:
        """The first day."""
        return self.as_of - timedelta(days=self.days - 1)

    def date(self, day: int) -> date:
        """The date of a day that is counted from 0."""
        return self.first + timedelta(days=int(day))

    def season(self, week: int) -> float:
        """How much is bought at that time of the year, as a multiple of the usual."""
        return _SEASON[self.date(week * 7).month - 1]

    def load(self, week: int) -> float:
        """How likely parcels go wrong then, as a multiple of the usual."""
        return 1 + _FAULTS_AT_FULL_LOAD * max(0.0, self.season(week) - 1) * 2

    def price(self, week: int) -> float:
        """The price level."""
        return self.raised if week >= self.price_rise else 1.0

    def quarter_ends(self) -> NDArray[np.int64]:
        """The days at the end of each quarter of a year before `as_of`, oldest first, and `as_of` itself."""
        ends = [self.days - 1]
        while True:
            last = self.date(ends[-1])
            end = date(last.year, (last.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
            if end < self.first:
                return np.array(ends[::-1], np.int64)
            ends.append((end - self.first).days)
