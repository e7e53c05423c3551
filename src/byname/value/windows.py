"""Earlier days: what was known then, what was spent after it, and how a prediction did.

A window is one such day. The newest ones are the most like today; the same season a year ago knows of Christmas.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from byname.value.candidates import PLAIN
from byname.value.scores import came_true, capture, gini, mean_absolute_error, total_error
from byname.value.shares import Z80

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from byname.value.rows import Floats, Ints, Rows
    from byname.value.seasons import Daily

__all__ = [
    "FEWEST_PEOPLE",
    "YEAR",
    "Past",
    "Record",
    "Score",
    "Window",
    "calibration",
    "earlier",
    "record",
    "score",
    "season_seen",
]

YEAR = 365
FEWEST_PEOPLE = 30  # for a window to say anything
_SHORTEST = 14  # days
_APART = (0, 14, 28)  # days before the newest window
_FIRST = 50
_TENTH = 10


@dataclass(frozen=True)
class Past:
    """A company's own past, as a back-test looks at it.

    Attributes:
        read: buyers at the end of a day, what each spent after it until another day, and a number of each person.
        daily: first and repeat purchases by day.
        people: buyers in all; `read` may give a sample of them.
    """

    read: Callable[[date, date], tuple[Rows, Floats, Ints]]
    daily: Daily
    people: int

    @property
    def first(self) -> date:
        """The day of the first purchase."""
        return self.daily.first_day


@dataclass(frozen=True)
class Window:
    """Buyers at an earlier day, and what each spent in the days after it."""

    day: date
    days: int
    rows: Rows
    spent: Floats
    place: Ints


@dataclass(frozen=True)
class Score:
    """How one candidate did on one window; units in `byname.value.scores`."""

    day: str
    days: int
    candidate: str
    people: int
    gini: float
    capture: float
    mae: float
    total_error: float
    coverage: float | None = None


@dataclass(frozen=True)
class Record:
    """Of the first people by prediction at an earlier day, how many were among as many real first ones.

    Attributes:
        day: the day of the prediction.
        days: the days that were predicted.
        first: how many first people.
        came_true: of the blend's.
        plain: of the plain rule's, past spend.
        held_out: the weights were chosen without these days.
    """

    day: str
    days: int
    first: int
    came_true: int
    plain: int
    held_out: bool


def earlier(past: Past, as_of: date, days: int, apart: Sequence[int] = _APART) -> list[Window]:
    """The newest windows of that length, the same season a year ago, and the one before, as far as history goes."""
    if days < _SHORTEST:
        return []
    newest = as_of - timedelta(days=days)
    wanted = [newest - timedelta(days=back) for back in apart]
    for day in (newest - timedelta(days=days), as_of - timedelta(days=YEAR)):
        if (day - past.first).days >= days and day + timedelta(days=days) <= as_of and day not in wanted:
            wanted.append(day)
    found = []
    for day in wanted:
        if (day - past.first).days < _SHORTEST:
            continue
        rows, spent, place = past.read(day, day + timedelta(days=days))
        if len(rows) >= FEWEST_PEOPLE and int((spent > 0).sum()) >= _TENTH:
            found.append(Window(day, days, rows, spent, place))
    return found


def season_seen(first: date, as_of: date, horizon_days: int) -> bool:
    """Was each calendar month of the horizon seen before the as-of day?"""

    def months(begin: date, days: int) -> set[int]:
        return {(begin + timedelta(days=one)).month for one in range(min(days, 366))}

    return months(as_of + timedelta(days=1), horizon_days) <= months(first, (as_of - first).days + 1)


def score(window: Window, name: str, values: Floats, held: float | None = None) -> Score:
    """How one prediction did on a window."""
    spent = window.spent
    return Score(
        window.day.isoformat(),
        window.days,
        name,
        len(spent),
        gini(spent, values),
        capture(spent, values),
        mean_absolute_error(spent, values),
        total_error(spent, values),
        held,
    )


def calibration(window: Window, expected: Floats) -> tuple[tuple[int, float, float, float, float], ...]:
    """By up to twenty places from the least: people, mean expected and real spend, and the latter's 80% range."""
    order = np.argsort(expected, kind="stable")
    found = []
    for part in np.array_split(order, min(20, max(1, len(order) // _TENTH))):
        spent = window.spent[part]
        mean, away = float(spent.mean()), float(Z80 * spent.std() / np.sqrt(len(part)))
        found.append((len(part), float(expected[part].mean()), mean, max(mean - away, 0.0), mean + away))
    return tuple(found)


def record(window: Window, expected: Floats, predicted: Mapping[str, Floats], *, held_out: bool) -> Record:
    """How many of the first people by prediction came true, beside the plain rule."""
    first = min(_FIRST, max(1, len(expected) // _TENTH))
    return Record(
        window.day.isoformat(),
        window.days,
        first,
        came_true(window.spent, expected, first),
        came_true(window.spent, predicted[PLAIN], first),
        held_out,
    )
