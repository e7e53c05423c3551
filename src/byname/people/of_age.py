"""Children are known by name and by nothing else: whose records are read on, and whose are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.engines import Engine, Table
    from byname.people.corrections import Correction

__all__ = ["BORN", "Grown", "of_age"]

BORN = "birth"  # the detail, as a correction names it

# Of several birth dates, one that somebody states of themselves among them, the youngest counts: the strictest.
CHILDREN = statement(
    "people.children",
    """
    with born as (
        select record_id, birth_date from records
        union all
        select record_id, birth_date from stated
    )
    select distinct record_person.person_id
    from born
    join record_person on record_person.record_id = born.record_id
    where born.birth_date > cast($born_after as date)
    """,
)
GROWN = statement(
    "people.grown",
    """
    select record_person.*
    from record_person
    anti join children on children.person_id = record_person.person_id
    """,
)
PERSONS = statement(
    "people.grown_persons",
    "select persons.* from persons anti join children on children.person_id = persons.person_id",
)


@dataclass(frozen=True)
class Grown:
    """Whose records are read on.

    Attributes:
        record_person: their records.
        persons: person_id.
        children: how many people are younger.
    """

    record_person: Table
    persons: Table
    children: int


def of_age(
    engine: Engine,
    records: Table,
    record_person: Table,
    persons: Table,
    said: Sequence[Correction] = (),
    *,
    age: int,
    as_of: date,
) -> Grown:
    """Part the children from the grown.

    Args:
        engine: where the tables are.
        records: the facts, with `birth_date`.
        record_person: record_id, person_id and more.
        persons: person_id and more, everybody.
        said: what people corrected themselves, their date of birth perhaps.
        age: in years, from which on somebody is grown.
        as_of: the day.
    """
    leap = (as_of.month, as_of.day) == (2, 29)
    born_after = as_of.replace(year=as_of.year - age, day=28 if leap else as_of.day)
    children = engine.run(
        CHILDREN,
        records=records,
        stated=engine.arrow(_stated(said)),
        record_person=record_person,
        born_after=born_after,
    )
    count = engine.count(children)
    if not count:
        return Grown(record_person, persons, 0)
    return Grown(
        engine.run(GROWN, record_person=record_person, children=children),
        engine.run(PERSONS, persons=persons, children=children),
        count,
    )


def _stated(said: Sequence[Correction]) -> pa.Table:
    """The birth dates that people stated, by record."""
    born = [one for one in said if one.detail == BORN and _day(one.said)]
    fields = {"record_id": pa.array([one.record_id for one in born], pa.string())}
    return pa.table(fields | {"birth_date": pa.array([_day(one.said) for one in born], pa.date32())})


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
