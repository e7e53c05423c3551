"""A company's own past, read from its purchases by day: what windows and back-tests are made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from byname.engines import statement
from byname.value.ids import id_below
from byname.value.rows import Rows, rows_at
from byname.value.seasons import SHORTEST, Daily
from byname.value.windows import Past

if TYPE_CHECKING:
    from datetime import date

    from byname.engines import Engine, Table
    from byname.value.rows import Floats, Ints

__all__ = ["past_of"]

# More people tell no more of the errors of a prediction, and take time.
_ENOUGH = 50_000

BOUGHT = statement(
    "value.bought",
    "select min(day) as first, count(distinct person_id) as people from days where day <= cast($as_of as date)",
)
# A part of the people, the same one in every window.
SAMPLED = statement(
    "value.sampled",
    """
    select person_id, row_number() over (order by person_id) as place
    from days
    where person_id < $below and day <= cast($as_of as date)
    group by person_id
    """,
)
SAMPLED_DAYS = statement(
    "value.sampled_days",
    "select days.* from days join sampled on sampled.person_id = days.person_id",
)
LATER = statement(
    "value.later",
    """
    select person_id, cast(sum(spent) as decimal(18, 4)) as later
    from days
    where day > cast($as_of as date) and day <= cast($until as date)
    group by person_id
    """,
)
WINDOW = statement(
    "value.window",
    """
    select features.*, sampled.place, coalesce(later.later, cast(0 as decimal(18, 4))) as later
    from features
    join sampled on sampled.person_id = features.person_id
    left join later on later.person_id = features.person_id
    """,
)

# Who bought on each day, and for whom it was the first time.
DAILY = statement(
    "value.daily",
    """
    with first_days as (select person_id, min(day) as first from days group by person_id)
    select days.day, count_if(days.day = first_days.first) as firsts, count_if(days.day > first_days.first) as repeats
    from days
    join first_days on first_days.person_id = days.person_id
    where days.day <= cast($as_of as date)
    group by days.day
    """,
)


def past_of(engine: Engine, days: Table, as_of: date) -> Past:
    """The past of a company up to a day, over at most about 50,000 of its people.

    Args:
        engine: where the table is.
        days: one row for each person and purchase day, from `rows.days_bought`.
        as_of: the last day that may be seen.
    """
    bought = engine.fetch(engine.run(BOUGHT, days=days, as_of=as_of)).to_pylist()[0]
    people, first = int(bought["people"]), bought["first"] or as_of

    @cache
    def part() -> _Sample:
        """Taken when it is first asked for: a policy that serves reads no windows."""
        return _sample(engine, days, as_of, min(1.0, _ENOUGH / max(people, 1)))

    length = max((as_of - first).days + 1, 1)
    daily = _daily(engine, part().days, first, as_of) if length >= SHORTEST else Daily(first, *np.zeros((2, length)))
    return Past(lambda day, until: _window(engine, part(), day, until), daily, people)


def _daily(engine: Engine, days: Table, first: date, as_of: date) -> Daily:
    """First and repeat purchases by day; what a calendar is learned from."""
    length = (as_of - first).days + 1
    firsts, repeats = np.zeros(length), np.zeros(length)
    found = engine.fetch(engine.run(DAILY, days=days, as_of=as_of), order_by=("day",))
    at = (found.column("day").to_numpy() - np.datetime64(first, "D")).astype(np.int64)
    firsts[at], repeats[at] = found.column("firsts").to_numpy(), found.column("repeats").to_numpy()
    return Daily(first, firsts, repeats)


@dataclass(frozen=True, slots=True)
class _Sample:
    """A part of the buyers with all that they bought; what windows are read from.

    Attributes:
        days: as from `days_bought`.
        people: person_id and place, a number from 1 on.
    """

    days: Table
    people: Table


def _sample(engine: Engine, days: Table, as_of: date, share: float) -> _Sample:
    """Take about that share of the people; all of them for 1."""
    people = engine.run(SAMPLED, days=days, below=id_below(share), as_of=as_of)
    return _Sample(days if share >= 1 else engine.run(SAMPLED_DAYS, days=days, sampled=people), people)


def _window(engine: Engine, of: _Sample, day: date, until: date) -> tuple[Rows, Floats, Ints]:
    """Buyers at the end of a day, in the order of their ids; what each spent until another day; each one's place."""
    features = rows_at(engine, of.days, day, wide=True)
    later = engine.run(LATER, days=of.days, as_of=day, until=until)
    table = engine.run(WINDOW, features=features, later=later, sampled=of.people)
    found = engine.fetch(table, order_by=("person_id",))
    for made in (features, later, table):
        engine.drop(made)
    return Rows.of(found), found.column("later").cast("float64").to_numpy(), found.column("place").to_numpy()
