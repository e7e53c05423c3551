"""What we promised to whom, and whether it was kept (S3.17): a list for whoever talks to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["promised"]

PROMISED = statement(
    "standing.promised",
    """
    select record_person.person_id, promises.fact_id, promises.what,
           coalesce(promises.occurred_at, promises.known_at) as made_at,
           promises.due_at, promises.employee,
           case when promises.kept_at < $until then promises.kept_at end as kept_at,
           case when promises.kept_at < $until
                then case when promises.due_at is not null
                               and cast(promises.kept_at as date) > cast(promises.due_at as date) then 'kept late'
                          else 'kept' end
                when promises.due_at < $until then 'broken'
                else 'open' end as state
    from promises
    join record_person on record_person.record_id = promises.record_id
    where coalesce(promises.occurred_at, promises.known_at) < $until
    """,
)


def promised(engine: Engine, promises: Table, record_person: Table, *, until: datetime) -> Table:
    """One row a promise: person_id, fact_id, what, made_at, due_at, employee, kept_at, state.

    Args:
        engine: where the tables are.
        promises: the facts.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC; what comes after is not known yet.
    """
    return engine.run(PROMISED, promises=promises, record_person=record_person, until=until)
