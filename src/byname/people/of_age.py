"""Children are known by name and by nothing else: whose records are read on, and whose are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import date

    from byname.engines import Engine, Table

__all__ = ["of_age"]

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


def of_age(engine: Engine, records: Table, record_person: Table, *, age: int, as_of: date) -> tuple[Table, int]:
    """The records of grown people, and how many children there are.

    Args:
        engine: where the tables are.
        records: the facts, with `birth_date`.
        record_person: record_id, person_id and more.
        age: in years, from which on somebody is grown.
        as_of: the day.
    """
    leap = (as_of.month, as_of.day) == (2, 29)
    born_after = as_of.replace(year=as_of.year - age, day=28 if leap else as_of.day)
    children = engine.run(CHILDREN, records=records, record_person=record_person, born_after=born_after)
    count = engine.count(children)
    return (engine.run(GROWN, record_person=record_person, children=children), count) if count else (record_person, 0)
