"""What would have been without the event: how many buy again at other moments, and after promises that were kept.

People stop buying at any time, so "80% stayed" says nothing alone. Beside an event stand dates without one, every 30
days from it: the same people-definition, the same time to come back. What differs from date to date is a part of the
range: an ordinary date differs from the others too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.value.ids import id_below
from byname.value.shares import Z80, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.engines import Engine, Statement, Table

__all__ = ["Baseline", "Counted", "beside", "moments", "of_placebos", "of_promises", "placebo_days"]

_EVERY = 30
_MOST = 12  # a year of them, so that each season is there once
# Who was driven away is missing from all that follows, and would make the next date look bad: so the year from which
# its people come is to be free of events, and the least time to come back after it.
_BEFORE, _AFTER = timedelta(days=365), timedelta(days=30)
_YEAR = 365
_PAST = timedelta(days=730)  # how far back a person's gaps are looked at
_ENOUGH = 3  # dates, to tell how much they differ
_PEOPLE = 50_000  # more tell no more of the baseline, and take time

BUYERS = statement("value.stress_buyers", "select count(distinct person_id) as people, min(day) as first_day from days")

PART = statement("value.stress_part", "select * from days where person_id < $below", lazy=True)

PLACEBOS = statement(
    "value.placebos_summed",
    """
    select event, count(*) as counted, count(back_on) as stayed
    from came_back
    where days_given <= limit_days
    group by event
    """,
)


@dataclass(frozen=True, slots=True)
class Counted:
    """So many stayed, of so many whose time is over."""

    stayed: int
    people: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """What stands beside an event.

    Attributes:
        parts: one for each date without an event; one in all for promises that were kept.
        says: what it is, in words.
    """

    parts: tuple[Counted, ...]
    says: str


def moments(made: Sequence[tuple[str, str, date, date, int]]) -> pa.Table:
    """Moments to which people may be exposed.

    Args:
        made: event, kind, first and last day, and how much time to come back may be counted.
    """
    begins = [one[2] for one in made]
    return pa.table(
        {
            "event": pa.array([one[0] for one in made], pa.string()),
            "kind": pa.array([one[1] for one in made], pa.string()),
            "begins": pa.array(begins, pa.date32()),
            "ends": pa.array([one[3] for one in made], pa.date32()),
            "limit_days": pa.array([one[4] for one in made], pa.int64()),
            "looked_at_from": pa.array([day - _PAST for day in begins], pa.date32()),
        }
    )


def of_promises(kept: Counted) -> Baseline:
    """Beside broken promises stand those that were kept in time."""
    if not kept.people:
        return Baseline((), "no promise that was kept in time to put beside")
    return Baseline((kept,), f"beside {kept.people:,} promises that were kept in time")


def of_placebos(
    engine: Engine,
    days: Table,
    spans: Sequence[tuple[date, date]],
    as_of: date,
    statements: tuple[Statement, Statement],
) -> list[Baseline]:
    """For each event, what happens at dates without one.

    Args:
        engine: where the table is.
        days: person_id, day, order_id.
        spans: first and last day of each event.
        as_of: the last day that counts.
        statements: who is exposed to moments, and who came back.
    """
    known = engine.fetch(engine.run(BUYERS, days=days)).to_pylist()[0]
    dates = [placebo_days(span, spans, known["first_day"] or as_of, as_of) for span in spans]
    made = [
        (f"{place} {day}", "", day, day + (ends - begins), _limit(ends, as_of))
        for place, ((begins, ends), found) in enumerate(zip(spans, dates, strict=True))
        for day in found
    ]
    part = _part(engine, days, known["people"])
    exposing, coming_back = statements
    exposed = engine.run(exposing, days=part, moments=engine.arrow(moments(made)))
    came_back = engine.run(coming_back, exposed=exposed, days=part, as_of=as_of)
    counted = engine.fetch(engine.run(PLACEBOS, came_back=came_back), order_by=("event",)).to_pylist()
    engine.drop(exposed)
    engine.drop(came_back)
    of = {row["event"]: Counted(row["stayed"], row["counted"]) for row in counted}
    found = [tuple(of[name] for day in each if (name := f"{place} {day}") in of) for place, each in enumerate(dates)]
    return [
        Baseline(parts, f"beside {len(parts):,} dates without an event")
        if parts
        else Baseline((), "no date without an event to put beside")
        for parts in found
    ]


def _part(engine: Engine, days: Table, people: int) -> Table:
    """Days of about 50,000 people; of all where there are not more."""
    return engine.run(PART, days=days, below=id_below(min(1.0, _PEOPLE / max(people, 1))))


def _limit(ends: date, as_of: date) -> int:
    """The longest time to come back that is over by now."""
    return min(_YEAR, (as_of - ends).days)


def placebo_days(
    span: tuple[date, date], spans: Sequence[tuple[date, date]], first_day: date, as_of: date
) -> list[date]:
    """Dates without an event, every 30 days from this one on both sides, the nearest first, 12 at most.

    From each as much time has passed as from the event itself, and as much of the past is known, up to two years; no
    event lies in the year before it or in the 30 days after it.
    """
    begins, ends = span
    length, limit = ends - begins, _limit(ends, as_of)
    past = min(_PAST.days, (begins - first_day).days)
    earliest, latest = first_day + timedelta(days=past), as_of - length - timedelta(days=limit)
    if limit < _AFTER.days or past < 1:
        return []
    steps = range(1, max((begins - earliest).days, (latest - begins).days, 0) // _EVERY + 1)
    found = [begins + timedelta(days=sign * _EVERY * step) for step in steps for sign in (-1, 1)]
    return [
        day
        for day in found
        if earliest <= day <= latest
        and not any(one <= day + length + _AFTER and day - _BEFORE <= other for one, other in spans)
    ][:_MOST]


def beside(event: Counted, baseline: Baseline) -> dict[str, object]:
    """The share that stayed with its range, that of the baseline, the difference with its range, and words."""
    names = ("share", "share_low", "share_high", "baseline", "difference", "difference_low", "difference_high")
    told: dict[str, object] = dict.fromkeys(names)
    if not event.people:
        return told | {"says": "nobody's time to buy again is over yet"}
    share = event.stayed / event.people
    low, high = wilson(event.stayed, event.people)
    told |= {"share": share, "share_low": low, "share_high": high}
    said = f"{share:.0%} of {event.people:,} bought again in their usual time"
    if not baseline.parts:
        return told | {"says": f"{said}; {baseline.says}"}
    usual, away = _expected(event, baseline)
    difference = share - usual
    told |= {
        "baseline": usual,
        "difference": difference,
        "difference_low": max(-1.0, difference - away),
        "difference_high": min(1.0, difference + away),
    }
    return told | {"says": f"{said}; {usual:.0%} {baseline.says}"}


def _expected(event: Counted, baseline: Baseline) -> tuple[float, float]:
    """What the event's share would be without it, and half the width of the difference's 80% range."""
    from scipy.special import stdtrit

    parts = baseline.parts
    stayed, people = sum(one.stayed for one in parts), sum(one.people for one in parts)
    # It is mostly the same people at every date, so many dates are not so many people.
    once = Counted(round(stayed / len(parts)), max(1, round(people / len(parts))))
    chance = Z80 * sqrt(_variance(event) + _variance(once))
    if len(parts) < _ENOUGH:
        return stayed / people, chance
    # An event is one more date, and differs from the others as they differ among themselves.
    between = float(np.var([one.stayed / one.people for one in parts], ddof=1)) * (1 + 1 / len(parts))
    return stayed / people, max(chance, float(stdtrit(len(parts) - 1, 0.9)) * sqrt(between))


def _variance(of: Counted) -> float:
    """Of a share, with one more that stayed and one that left: at 0 and 1 it would be nothing."""
    share = (of.stayed + 1) / (of.people + 2)
    return share * (1 - share) / of.people
