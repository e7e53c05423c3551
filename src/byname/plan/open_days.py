"""On which of the next seven days somebody may be contacted, and between which minutes, by the clocks of those dates.

The company works from 09:00 to 17:00 by its own clock; the person is awake outside the quiet hours by theirs. Both are
taken on the very date, so that a change of clocks on one side moves the hours that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from byname.plan.quiet_words import Quiet, quiet_wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["DAYS", "WORK_FROM", "WORK_TO", "Hours", "Open", "open_week"]

DAYS = 7
WORK_FROM, WORK_TO = 9 * 60, 17 * 60
_SLOT = 15  # minutes: no zone's offset is finer
_LEAST = 60 // _SLOT  # slots: a day with less is no day
_DAY = 1_440
_SATURDAY = 5


@dataclass(frozen=True)
class Hours:
    """What holds for everybody.

    Attributes:
        zone: the company's IANA zone.
        quiet_from: from when people are left in peace, by their own clock.
        quiet_to: until when.
        weekend: whether Saturday and Sunday are days like others.
    """

    zone: str
    quiet_from: str = "20:00"
    quiet_to: str = "08:00"
    weekend: bool = False


@dataclass(frozen=True)
class Open:
    """When somebody may be contacted.

    Attributes:
        mask: bit d is set if they may be contacted on the as-of day + d.
        from_minute: of the company's day, the same on all open days; 0 where no day is open.
        to_minute: likewise, exclusive.
    """

    mask: int
    from_minute: int
    to_minute: int


def open_week(zone: str, as_of: date, hours: Hours, quiet: Sequence[Quiet] = (), paused_days: int = 0) -> Open:
    """The open days of a week.

    A day is open if it is a working day on both sides, is none of the person's closed days, lies after their pause, and
    leaves at least 60 minutes in one piece. Where no day leaves them, such as for somebody on the other side of the
    world, the days stand without minutes: a letter may still go, a call may not.

    Args:
        zone: the person's IANA zone.
        as_of: day 0.
        hours: what holds for everybody.
        quiet: the person's own quiet times; all of them hold.
        paused_days: as many days from the as-of day on are closed.
    """
    weekday, minute = _local(zone, hours.zone, as_of)
    always = Quiet(spans=quiet_wish(f"{hours.quiet_from}-{hours.quiet_to}").spans) if _has_quiet(hours) else Quiet()
    closed = np.zeros(7, bool)
    for one in (always, *quiet):
        closed[list(one.closed)] = True
    if not hours.weekend:
        closed[_SATURDAY:] = True
    free = ~closed[weekday]
    ours = np.array([hours.weekend or (as_of + timedelta(days=day)).weekday() < _SATURDAY for day in range(DAYS)])
    ours &= np.arange(DAYS) >= paused_days
    days = free.any(axis=1) & ours
    for begins, ends in (span for one in (always, *quiet) for span in one.spans):
        free &= (minute >= ends) | (minute + _SLOT <= begins)
        free &= minute + _SLOT - _DAY <= begins  # a slot over midnight
    free &= ours[:, None]
    return _together(free, days)


def _has_quiet(hours: Hours) -> bool:
    return hours.quiet_from != hours.quiet_to


@lru_cache(maxsize=1024)
def _local(zone: str, company: str, as_of: date) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The person's weekday and minute of the day at each slot of our working hours, each of shape (7, slots)."""
    theirs, ours = ZoneInfo(zone), ZoneInfo(company)
    found = []
    for day in range(DAYS):
        midnight = datetime.combine(as_of + timedelta(days=day), time(), tzinfo=ours)
        for minute in range(WORK_FROM, WORK_TO, _SLOT):
            wall = midnight + timedelta(minutes=minute)  # by our own clock, whatever it did at night
            there = wall.astimezone(UTC).astimezone(theirs)
            found.append((there.weekday(), there.hour * 60 + there.minute))
    slots = np.array(found).reshape(DAYS, -1, 2)
    return slots[..., 0], slots[..., 1]


def _together(free: NDArray[np.bool_], days: NDArray[np.bool_]) -> Open:
    """The longest piece that all open days have in common; where they have none, the hour that most of them have."""
    hours = np.lib.stride_tricks.sliding_window_view(free, _LEAST, axis=1).all(axis=2)
    is_open = hours.any(axis=1)
    if not is_open.any():
        return Open(_mask(days), 0, 0)
    counts = hours[is_open].sum(axis=0)
    if counts.max() < is_open.sum():
        is_open &= hours[:, int(counts.argmax())]
    begins, ends = _longest(free[is_open].all(axis=0))
    return Open(_mask(is_open), WORK_FROM + begins * _SLOT, WORK_FROM + ends * _SLOT)


def _mask(days: NDArray[np.bool_]) -> int:
    return sum(1 << day for day in np.flatnonzero(days).tolist())


def _longest(free: NDArray[np.bool_]) -> tuple[int, int]:
    """Where the longest run of true begins and ends; of two the first."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], free, [False]))))
    begins, ends = edges[::2], edges[1::2]
    at = int((ends - begins).argmax())
    return int(begins[at]), int(ends[at])
