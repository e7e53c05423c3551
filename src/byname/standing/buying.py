"""What buying and using say of people at the end of a day: steady, growing, late, lapsed, silent after an incident.

Everything is held against the person's own pace, drawn to the company's by one gap, so that who buys once a year is not
late in March, and one purchase tells nothing. The measures of a day use nothing after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

__all__ = ["Days", "Pace", "buying", "typical_gap", "using"]

_SHORTEST_GAP = 7.0  # days; who buys twice a week is not late on Friday
_LATE, _GONE = 1.5, 3.0  # own gaps of silence: from here on late, and lapsed; each is whole at twice that
_HALF_PRIOR = 2.0  # as in value.growth: purchases that both halves have before counting
_USE_WINDOW = 28
_HABIT = 4.0  # days of use in 28 from which a habit can fall


@dataclass(frozen=True)
class Days:
    """Days of people, sorted by person and day, as one searchable key.

    Attributes:
        people: how many; their numbers are 0 to people - 1.
        key: person * span + day, ascending, of shape (rows,).
        spent: cumulated spend before each row, of shape (rows + 1,).
        starts: where each person's rows begin, of shape (people + 1,).
    """

    people: int
    key: Ints
    spent: Floats
    starts: Ints

    SPAN = 1 << 20  # days: more than a calendar has

    @classmethod
    def of(cls, people: int, person: Ints, day: Ints, spent: Floats | None = None) -> Days:
        """Take rows in any order: person numbers, days since 1970, and what was spent."""
        key = person.astype(np.int64) * cls.SPAN + day
        order = np.argsort(key, kind="stable")
        amounts = np.zeros(len(key)) if spent is None else spent[order]
        starts = np.searchsorted(key[order], np.arange(people + 1, dtype=np.int64) * cls.SPAN)
        return cls(people, key[order], np.concatenate([[0.0], np.cumsum(amounts)]), starts)

    def before(self, day: Ints | int) -> Ints:
        """Of each person, the place after the last row up to and with that day, of shape (people,)."""
        who = np.arange(self.people, dtype=np.int64) * self.SPAN
        return np.searchsorted(self.key, who + day, side="right")

    def day(self, place: Ints) -> Ints:
        """The day of rows; of a place outside the table, 0."""
        if not len(self.key):
            return np.zeros(len(place), dtype=np.int64)
        return self.key[np.clip(place, 0, len(self.key) - 1)] % self.SPAN


@dataclass(frozen=True)
class Pace:
    """How each buys up to a day; arrays of shape (people,).

    Attributes:
        bought: purchase days.
        first: the first, in days since 1970; likewise last.
        gap: days between two, the person's own drawn to the company's by one gap.
        silent: days since the last.
    """

    bought: Ints
    first: Ints
    last: Ints
    gap: Floats
    silent: Ints

    @classmethod
    def at(cls, days: Days, day: int, usual: float) -> Pace:
        """The pace at the end of a day; `usual` is the company's gap in days."""
        until, start = days.before(day), days.starts[:-1]
        bought = until - start
        first, last = days.day(start), days.day(until - 1)
        gap = np.maximum((last - first + usual) / np.maximum(bought, 1), _SHORTEST_GAP)
        return cls(bought, first, last, np.where(bought > 0, gap, usual), day - last)


def typical_gap(days: Days, day: int) -> float:
    """The usual days between two purchases of one person up to a day: the median; 90 where nobody came twice."""
    same = np.diff(days.key // Days.SPAN) == 0
    gaps = np.diff(days.key % Days.SPAN)[same & (days.key[1:] % Days.SPAN <= day)]
    return float(np.median(gaps)) if len(gaps) else 90.0


def buying(days: Days, pace: Pace, day: int) -> dict[str, Floats]:
    """By kind of evidence, how strongly it holds of each person at the end of a day, 0 to 1."""
    silence = pace.silent / pace.gap
    again, often = pace.bought >= 2, pace.bought >= 3  # noqa: PLR2004 - one and two own cycles
    lapsed = np.where(again, np.clip((silence - _GONE) / _GONE, 0, 1), 0.0)
    late = np.where(again, np.clip((silence - _LATE) / _LATE, 0, 1), 0.0) * (1 - lapsed)
    change = _change(days, pace, day)
    here = 1 - np.maximum(late, lapsed)
    return {
        "bought": (pace.bought > 0) * 1.0,
        "steady": np.where(often, np.clip((pace.bought - 2) / 3, 1 / 3, 1) * here, 0.0),
        "growing": np.clip(change, 0, 1) * here,
        "shrinking": np.clip(-change, 0, 1) * (1 - lapsed),
        "late": late,
        "lapsed": lapsed,
    }


def _change(days: Days, pace: Pace, day: int) -> Floats:
    """Spend in the second half of the time as a customer over the first half, as a power of two; 0 if unsure."""
    middle = pace.first + (day - pace.first + 1) // 2
    start, half, until = days.starts[:-1], days.before(middle), days.before(day)
    whole = np.minimum(start + 1, until)  # the first purchase lies in the first half for everybody: it is left out
    half = np.clip(half, whole, until)
    early, late = days.spent[half] - days.spent[whole], days.spent[until] - days.spent[half]
    mean = (early + late) / np.maximum(until - whole, 1)
    prior = _HALF_PRIOR * np.maximum(mean, 0)
    ratio = (np.maximum(late, 0) + prior) / np.maximum(np.maximum(early, 0) + prior, 1e-9)
    tells = (pace.bought >= 4) & (mean > 0)  # noqa: PLR2004 - three repeat purchases are the fewest that can change
    return np.where(tells, np.log2(np.maximum(ratio, 1e-9)), 0.0)


def using(days: Days, day: int) -> dict[str, Floats]:
    """Use of the product in the last 28 days beside the 84 before, of those who had a habit."""
    now = days.before(day) - days.before(day - _USE_WINDOW)
    before = (days.before(day - _USE_WINDOW) - days.before(day - 4 * _USE_WINDOW)) / 3
    ratio = now / np.maximum(before, 1e-9)
    habit = before >= _HABIT
    return {
        "uses_less": np.where(habit, np.clip(1.5 - 2 * ratio, 0, 1), 0.0),
        "uses_steadily": np.where(habit, np.clip(2 * ratio - 1, 0, 1), 0.0),
    }


def after_incidents(incident: Ints, days: Days, pace: Pace, day: int) -> tuple[Ints, Floats]:
    """What followed each person's latest incident.

    Args:
        incident: day of the latest, of shape (people,); -1 where there is none.
        days: purchase days.
        pace: at the same day.
        day: the day.

    Returns:
        The day on which each bought on (-1 if not), and how strongly the silence since speaks, 0 to 1.
    """
    has = incident >= 0
    place = days.before(np.where(has, incident, 0))
    on = has & (place < days.before(day))
    silence = (day - incident) / pace.gap
    silent = np.where(has & ~on & (pace.bought >= 1), np.clip((silence - _LATE) / _LATE, 0, 1), 0.0)
    return np.where(on, days.day(place), -1), silent
