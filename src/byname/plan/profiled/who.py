"""Who each person is: name, place, language, clock, company, and whom of us they know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.profiled.countries import lands

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources

__all__ = ["who"]

COUNTRIES = statement("plan.countries", "select country from people where country is not null group by country")

# The given name that stands in the name we call them by; of several the listed customer's, a whole one, the newest.
GIVEN = statement(
    "plan.given_names",
    """
    select record_person.person_id, trim(records.given_name, ' ') as given_name
    from records
    join record_person on record_person.record_id = records.record_id
    join people on people.person_id = record_person.person_id
    where trim(coalesce(records.given_name, ''), ' ') <> ''
    qualify row_number() over (
        partition by record_person.person_id
        order by case when contains(lower(coalesce(people.name, '')), lower(trim(records.given_name, ' '))) then 0
                      else 1 end,
                 case when length(trim(records.given_name, ' ')) > 2 then 0 else 1 end,
                 case when records.role = 'customer' then 0 else 1 end,
                 coalesce(records.updated_at, records.created_at, records.known_at) desc nulls last,
                 records.given_name, records.record_id
    ) = 1
    """,
)

# The language of most of their words.
SPOKEN = statement(
    "plan.spoken",
    """
    select person_id, language
    from voice
    where person_id is not null and language is not null
    group by person_id, language
    qualify row_number() over (partition by person_id order by count(*) desc, language) = 1
    """,
)

WHO = statement(
    "plan.who",
    """
    with named as (select company_id, min(name) as company from companies group by company_id)
    select persons.person_id, people.anchor, coalesce(people.company_id, people.household_id, people.anchor) as unit,
           people.name, coalesce(given.given_name, people.name) as first_name, people.city,
           coalesce(lands.code, people.country) as country,
           coalesce(people.language, spoken.language) as language,
           coalesce(lands.zone, $zone) as time_zone, named.company, people.owner, known.employee as known_to,
           cast(people.first_seen as date) as first_seen_on
    from persons
    join people on people.person_id = persons.person_id
    left join given on given.person_id = persons.person_id
    left join spoken on spoken.person_id = persons.person_id
    left join lands on lands.country = people.country
    left join named on named.company_id = people.company_id
    left join known on known.person_id = persons.person_id
    """,
)


def who(engine: Engine, given: Sources, known: Table, day: Day) -> Table:
    """One row a person of `persons`.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        known: from `relations.known_to`: person_id and employee.
        day: on which we look.
    """
    written = engine.fetch(engine.run(COUNTRIES, people=given.people)).column("country").to_pylist()
    names = engine.run(GIVEN, records=given.facts["records"], record_person=given.record_person, people=given.people)
    return engine.run(
        WHO,
        persons=given.persons,
        people=given.people,
        companies=given.companies,
        given=names,
        spoken=engine.run(SPOKEN, voice=given.voice),
        lands=engine.arrow(lands(written, day.as_of.year)),
        known=known,
        zone=day.zone,
    )
