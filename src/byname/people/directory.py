"""The people table of the snapshot: one row a person, with the name by which to call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.people.identify import People

__all__ = ["directory"]

# What colleagues decided is no sign of the person.
SEEN = statement(
    "people.seen",
    """
    select person_id, min(occurred_at) as first_at, max(occurred_at) as last_at
    from timeline
    where coalesce(source, '') <> 'byname'
       or kind not in ('owner', 'note', 'standing', 'done', 'not now', 'not right')
    group by person_id
    """,
)

DIRECTORY = statement(
    "people.directory",
    """
    select persons.person_id, persons.anchor, details.name, details.email, details.phone, details.street,
           details.postcode, details.city, details.country, current_company.company_id, household_of.household_id,
           details.language,
           case when owners.person_id is not null then owners.employee else details.owner end as owner,
           details.name_from, details.email_from, details.phone_from,
           details.address_from,
           least(seen.first_at, details.created_at) as first_seen,
           seen.last_at as last_seen,
           counted.records
    from persons
    join details on details.person_id = persons.person_id
    join counted on counted.person_id = persons.person_id
    left join seen on seen.person_id = persons.person_id
    left join household_of on household_of.person_id = persons.person_id
    left join current_company on current_company.person_id = persons.person_id
    left join owners on owners.person_id = persons.person_id
    """,
)


def directory(
    engine: Engine, people: People, timeline: Table, households: Table, current_company: Table, owners: Table
) -> Table:
    """One row a person, with the columns of the snapshot's `people`.

    Args:
        engine: where the tables are.
        people: who is who.
        timeline: for when each was first and last seen.
        households: household_id and person_id.
        current_company: person_id and company_id.
        owners: who looks after whom by a colleague's word, which stands above what records say.
    """
    seen = engine.run(SEEN, timeline=timeline)
    return engine.run(
        DIRECTORY,
        persons=people.persons,
        details=people.details,
        counted=people.counted,
        seen=seen,
        household_of=households,
        current_company=current_company,
        owners=owners,
    )
