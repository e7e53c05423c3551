"""The calendar of a shop: how much busier a month is than the mean month, and a clock that runs faster then.

On that clock a person's purchases come at a steady rate again, so that every purchase model is right as it is: days of
histories and horizons are the clock's (a change of time makes a Poisson process with a changing rate a steady one;
Ross, Stochastic Processes, 2nd ed., section 2.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self

import numpy as np

from byname.value.triples import Triples

if TYPE_CHECKING:
    from datetime import date

    from byname.value.contract import PurchaseModel
    from byname.value.rows import Floats, Ints

__all__ = ["SHORTEST", "Calendar", "Daily"]

_MONTHS = 12
# So many purchases count as known before any was seen: a month of a small shop is drawn toward the mean one.
_PRIOR = 20.0
# Every calendar month twice: one December may be an accident, and hides in the trend.
SHORTEST = 2 * 365  # days


@dataclass(frozen=True)
class Daily:
    """First and repeat purchases on each day of a company's history.

    Attributes:
        first_day: day 0.
        firsts: people who bought for the first time, shape (days,).
        repeats: people who bought again, shape (days,).
    """

    first_day: date
    firsts: Floats
    repeats: Floats

    def until(self, day: date) -> Daily:
        """What was known at the end of that day."""
        known = max((day - self.first_day).days + 1, 0)
        return Daily(self.first_day, self.firsts[:known], self.repeats[:known])


@dataclass(frozen=True)
class Calendar:
    """How fast each calendar month runs; 1 for the mean.

    Attributes:
        pace: January to December, shape (12,); mean 1.
    """

    pace: Floats

    @classmethod
    def of(cls, daily: Daily, model: PurchaseModel) -> Self | None:
        """Learn the pace of months: repeat purchases over what a model without seasons expects of the same people.

        So a growing shop is not a season. None where the history is shorter than two years.
        """
        days = len(daily.repeats)
        if days < SHORTEST:
            return None
        # Who is new has bought nothing again yet; the expectation is the same for all who came on one day.
        a_day = np.diff([float(model.expected_orders(float(day), 0, 0, 0)[0]) for day in range(days)], prepend=0.0)
        expected = np.convolve(daily.firsts, a_day)[:days]
        months = _months(daily.first_day - timedelta(days=1), days)
        bought = np.bincount(months, daily.repeats, minlength=_MONTHS)
        foreseen = np.bincount(months, expected, minlength=_MONTHS)
        scale = bought.sum() / max(float(foreseen.sum()), 1e-9)
        pace = (bought + _PRIOR) / (foreseen * scale + _PRIOR)
        return cls(pace / pace.mean())

    def ahead(self, day: date, days: float) -> float:
        """The clock's days from the end of a day until so many days later."""
        whole = int(np.ceil(days))
        return float(self.pace[_months(day, whole)].sum()) * (days / whole) if whole else 0.0

    def retimed(self, day: date, recency_days: Ints, age_days: Ints) -> tuple[Ints, Ints]:
        """t_x and T at the end of a day in whole days of the clock; shapes (rows,)."""
        longest = int(age_days.max(initial=0))
        paces = self.pace[_months(day - timedelta(days=longest), longest)][::-1]
        back = np.concatenate(([0.0], np.cumsum(paces)))
        age = np.rint(back[age_days]).astype(np.int64)
        last = np.rint(back[age_days - recency_days]).astype(np.int64)
        recency = age - last
        recency = np.where(recency_days > 0, np.maximum(recency, 1), 0)
        return recency, np.maximum(age, recency)

    def triples(self, day: date, of: Triples) -> Triples:
        """Histories on the clock, with the people of each."""
        recency, age = self.retimed(day, of.recency_days, of.age_days)
        return Triples(of.repeat_orders, recency, age, of.people)


def _months(after: date, days: int) -> Ints:
    """The calendar month, from 0, of each of so many days after a day."""
    first = np.datetime64(after, "D") + np.timedelta64(1, "D")
    found: Ints = (first + np.arange(days).astype("timedelta64[D]")).astype("datetime64[M]").astype(np.int64) % _MONTHS
    return found
