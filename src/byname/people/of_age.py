"""Children are known by name and by nothing else: whose records are read on, and whose are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import date

    from byname.engines import Engine, Table

__all__ = ["Grown", "of_age"]

# Of several birth dates the youngest counts: the strictest.
CHILDREN = statement(
    "people.children",
    """
    select distinct record_person.person_id
    from records
    join record_person on record_person.record_id = records.record_id
    where records.birth_date > cast($born_after as date)
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


def of_age(engine: Engine, records: Table, record_person: Table, persons: Table, *, age: int, as_of: date) -> Grown:
    """Part the children from the grown.

    Args:
        engine: where the tables are.
        records: the facts, with `birth_date`.
        record_person: record_id, person_id and more.
        persons: person_id and more, everybody.
        age: in years, from which on somebody is grown.
        as_of: the day.
    """
    leap = (as_of.month, as_of.day) == (2, 29)
    born_after = as_of.replace(year=as_of.year - age, day=28 if leap else as_of.day)
    children = engine.run(CHILDREN, records=records, record_person=record_person, born_after=born_after)
    count = engine.count(children)
    if not count:
        return Grown(record_person, persons, 0)
    return Grown(
        engine.run(GROWN, record_person=record_person, children=children),
        engine.run(PERSONS, persons=persons, children=children),
        count,
    )
