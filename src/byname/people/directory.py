"""The people table of the snapshot: one row a person, with the name by which to call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.people.identify import People

__all__ = ["directory"]

SEEN = statement(
    "people.seen",
    """
    select person_id, min(occurred_at) as first_at, max(occurred_at) as last_at
    from timeline
    group by person_id
    """,
)

DIRECTORY = statement(
    "people.directory",
    """
    select persons.person_id, persons.anchor, details.name, details.email, details.phone, details.city,
           details.country, details.language, details.owner,
           least(seen.first_at, details.created_at) as first_seen,
           seen.last_at as last_seen,
           counted.records
    from persons
    join details on details.person_id = persons.person_id
    join counted on counted.person_id = persons.person_id
    left join seen on seen.person_id = persons.person_id
    """,
)


def directory(engine: Engine, people: People, timeline: Table) -> Table:
    """One row a person, with the columns of the snapshot's `people`."""
    seen = engine.run(SEEN, timeline=timeline)
    return engine.run(DIRECTORY, persons=people.persons, details=people.details, counted=people.counted, seen=seen)
