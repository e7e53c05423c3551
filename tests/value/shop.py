"""A shop of simulated people, day by day, and a past made of arrays: what back-tests take, without an engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byname.value.rows import Rows
from byname.value.seasons import Daily
from byname.value.windows import Past

FIRST = date(2024, 1, 1)


@dataclass(frozen=True)
class Shop:
    """Purchase days: whose, when (days after FIRST), how much; each person and day at most once."""

    person: NDArray[np.int64]
    day: NDArray[np.int64]
    spent: NDArray[np.float64]
    group: NDArray[np.int64] | None = None

    @property
    def people(self) -> int:
        return int(self.person.max()) + 1

    def times(self, factor: float) -> Shop:
        """The same shop in another unit of money."""
        return Shop(self.person, self.day, self.spent * factor)

    def until(self, day: int) -> Shop:
        """Without what came after."""
        known = self.day <= day
        return Shop(self.person[known], self.day[known], self.spent[known])

    def rows(self, day: date) -> tuple[Rows, NDArray[np.int64]]:
        """Buyers at the end of a day, and who they are."""
        at = (day - FIRST).days
        known = self.day <= at
        whose, when, spent = self.person[known], self.day[known], self.spent[known]
        count = np.bincount(whose, minlength=self.people)
        ids = np.flatnonzero(count)
        first = np.full(self.people, 1 << 30)
        np.minimum.at(first, whose, when)
        last = np.full(self.people, -1)
        np.maximum.at(last, whose, when)

        def total(where: Any) -> NDArray[np.float64]:
            return np.bincount(whose[where], spent[where], minlength=self.people)[ids]

        def within(days: int) -> dict[str, Any]:
            where = when > at - days
            return {
                f"spend_{days}": total(where),
                f"days_{days}": np.bincount(whose[where], minlength=self.people)[ids] * 1.0,
            }

        most = np.zeros(self.people)
        np.maximum.at(most, whose, spent)
        return Rows(
            orders=count[ids],
            repeat_orders=count[ids] - 1,
            recency_days=(last - first)[ids],
            age_days=at - first[ids],
            spend_total=total(slice(None)),
            first_spend=total(when == first[whose]),
            last_spend=total(when == last[whose]),
            most_spend=most[ids],
            grp=np.zeros(len(ids), dtype=np.int64) if self.group is None else self.group[ids],
            **within(30), **within(91), **within(182), **within(365),
        ), ids  # fmt: skip

    def later(self, ids: NDArray[np.int64], day: date, until: date) -> NDArray[np.float64]:
        """What each of them spent after a day, until another."""
        where = (self.day > (day - FIRST).days) & (self.day <= (until - FIRST).days)
        return np.bincount(self.person[where], self.spent[where], minlength=self.people)[ids]

    def past(self) -> Past:
        """The shop as a back-test looks at it."""
        first = np.full(self.people, 1 << 30)
        np.minimum.at(first, self.person, self.day)
        new = self.day == first[self.person]
        days = int(self.day.max()) + 1
        daily = Daily(
            FIRST,
            np.bincount(self.day[new], minlength=days).astype(np.float64),
            np.bincount(self.day[~new], minlength=days).astype(np.float64),
        )

        def read(day: date, until: date) -> tuple[Rows, NDArray[np.float64], NDArray[np.int64]]:
            rows, ids = self.rows(day)
            return rows, self.later(ids, day, until), ids

        return Past(read, daily, self.people)


def simulated(people: int, days: int, *, seed: int, pace: NDArray[np.float64] | None = None) -> Shop:
    """A shop of Pareto/NBD people (rate: gamma .8 and 60 days; life: exponential around 300 days) who come over time.

    Args:
        people: how many.
        days: how long the shop is open.
        seed: the same seed, the same shop.
        pace: January to December, how much busier a month is; as if all were alike without.
    """
    random = np.random.default_rng(seed)
    came = random.integers(0, int(days * 0.8), people)
    rate = random.gamma(0.8, 1 / 60, people)
    life = random.exponential(300, people)
    calendar = np.array([(FIRST + timedelta(days=one)).month - 1 for one in range(days)])
    each_day = np.ones(days) if pace is None else pace[calendar]
    grid = np.arange(days)[None, :]
    here = (grid > came[:, None]) & (grid <= (came + life)[:, None])
    bought = (random.random((people, days)) < -np.expm1(-rate[:, None] * each_day[None, :])) & here
    bought[np.arange(people), came] = True
    whose, when = np.nonzero(bought)
    mean = random.gamma(4, 8, people)
    return Shop(whose, when, np.round(random.gamma(5, mean[whose] / 5), 2) + 0.01)
