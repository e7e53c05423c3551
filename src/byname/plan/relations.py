"""Whom of us each person knows, and what each employee has with whom (S0.32, S3.21).

The owner on record is known; else whoever helped, sold, called or was praised most and last. Where the settings list
employees, only these count: who has left no longer looks after anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.discretion import discretion
from byname.plan.profiled.praised import praised_by_name
from byname.plan.staff import staff

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches

__all__ = ["client_book", "discretion", "known_to", "meetings"]

# Each time that an employee and a person had to do with each other. Praise by name counts twice: they were remembered.
MEETINGS = statement(
    "plan.meetings",
    """
    with every as (
        select voice.person_id, voice.employee, coalesce(voice.answered_at, voice.occurred_at) as met_at, 1 as weight
        from voice
        where voice.person_id is not null and voice.employee is not null
        union all
        select dated.person_id, orders.employee, dated.occurred_at as met_at, 1 as weight
        from dated
        join orders on orders.source = dated.source and orders.account is not distinct from dated.account
                   and orders.source_id = dated.source_id
        where orders.employee is not null
        union all
        select contacts.person_id, contacts.employee, contacts.occurred_at as met_at, 1 as weight
        from contacts
        where contacts.employee is not null and coalesce(contacts.channel, '') in ('phone', 'in_person', 'whatsapp')
        union all
        select person_id, praised_employee as employee, praised_at as met_at, 2 as weight
        from praised
    )
    select every.person_id, coalesce(staff.employee, trim(every.employee, ' ')) as employee, every.met_at, every.weight,
           staff.employee is not null as is_staff
    from every
    left join staff on staff.alias = lower(trim(every.employee, ' '))
    where trim(every.employee, ' ') <> '' and every.met_at < $until
    """,
)

# The nearer the more: of the last quarter four times, of the last year twice, of the year before once.
KNOWN = statement(
    "plan.known_to",
    """
    with near as (
        select person_id, employee, met_at,
               weight * case when date_diff('day', cast(met_at as date), cast($as_of as date)) <= 91 then 4
                             when date_diff('day', cast(met_at as date), cast($as_of as date)) <= 365 then 2
                             else 1 end as points
        from meetings
        where (is_staff or not $listed) and date_diff('day', cast(met_at as date), cast($as_of as date)) <= 730
    ),
    best as (
        select person_id, employee, count(*) as times, max(met_at) as last_at
        from near
        group by person_id, employee
        qualify row_number() over (
            partition by person_id order by cast(sum(points) as bigint) desc, max(met_at) desc, employee
        ) = 1
    ),
    owned as (
        select people.person_id, coalesce(staff.employee, trim(people.owner, ' ')) as employee
        from people
        left join staff on staff.alias = lower(trim(people.owner, ' '))
        where trim(coalesce(people.owner, ''), ' ') <> '' and (staff.employee is not null or not $listed)
    ),
    everybody as (select person_id from owned union select person_id from best)
    select everybody.person_id, coalesce(owned.employee, best.employee) as employee,
           owned.employee is not null as is_owner,
           case when owned.employee is not null then 'looks after them'
                else 'met ' || cast(best.times as varchar) || case when best.times = 1 then ' time' else ' times' end
                     || ' within two years, last on ' || cast(cast(best.last_at as date) as varchar) end as says
    from everybody
    left join owned on owned.person_id = everybody.person_id
    left join best on best.person_id = everybody.person_id
    """,
)

# Who knows whom, and who gave a word that is still to be kept, be they the one or the other.
BOOK = statement(
    "plan.client_book",
    """
    with words as (
        select promises.person_id, coalesce(staff.employee, trim(promises.employee, ' ')) as employee, promises.what,
               promises.due_at, promises.state, promises.fact_id
        from promises
        left join staff on staff.alias = lower(trim(promises.employee, ' '))
        where promises.state in ('open', 'broken') and trim(coalesce(promises.employee, ''), ' ') <> ''
    ),
    first_word as (
        select person_id, employee, what, due_at, state
        from words
        qualify row_number() over (
            partition by person_id, employee
            order by case state when 'broken' then 0 else 1 end, due_at nulls last, fact_id
        ) = 1
    ),
    met as (
        select person_id, employee, min(met_at) as since, max(met_at) as last_at, count(*) as times
        from meetings
        group by person_id, employee
    ),
    pairs as (
        select person_id, employee from known
        union
        select person_id, employee from first_word
    )
    select pairs.employee, pairs.person_id, known.employee is not null as is_known, met.since, met.last_at,
           coalesce(met.times, 0) as times, first_word.what as promised, first_word.due_at, profile.clv,
           profile.name,
           coalesce(known.says, 'gave them a word')
           || coalesce('; promised "' || first_word.what || '"'
                       || coalesce(' for ' || cast(cast(first_word.due_at as date) as varchar), '')
                       || case when first_word.state = 'broken' then ', and it is overdue' else '' end, '')
           || case when profile.open_complaints > 0 then '; waits for an answer to a complaint' else '' end
           || coalesce('; ' || profile.coming_occasion || ' this week', '') as says
    from pairs
    join profile on profile.person_id = pairs.person_id
    left join known on known.person_id = pairs.person_id and known.employee = pairs.employee
    left join met on met.person_id = pairs.person_id and met.employee = pairs.employee
    left join first_word on first_word.person_id = pairs.person_id and first_word.employee = pairs.employee
    """,
)


def meetings(engine: Engine, given: Sources, touched: Touches, day: Day) -> Table:
    """Each time that an employee and a person met: person_id, employee, met_at, weight, is_staff (in the settings).

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        touched: our contacts; of them calls, visits and chats: a mailing has an employee whom nobody met.
        day: on which we look.
    """
    return engine.run(
        MEETINGS,
        voice=given.voice,
        dated=given.dated,
        orders=given.facts["orders"],
        contacts=touched.contacts,
        praised=praised_by_name(engine, given.voice, day, days=730),
        staff=staff(engine, day.settings),
        until=day.until,
    )


def known_to(engine: Engine, given: Sources, met: Table, day: Day) -> Table:
    """The employee whom each person knows: person_id, employee, is_owner, says. Who knows nobody is not in it.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        met: from `meetings`.
        day: on which we look.
    """
    return engine.run(
        KNOWN,
        meetings=met,
        people=given.people,
        staff=staff(engine, day.settings),
        as_of=day.as_of,
        listed=bool(day.settings.employees),
    )


def client_book(engine: Engine, given: Sources, profile: Table, known: Table, met: Table, day: Day) -> Table:
    """Each employee's people: whom they know, and to whom they gave a word that is still to be kept.

    Returns:
        employee, person_id, is_known, since and last_at (UTC, of what is on record; null where nothing is), times,
        promised, due_at (of the oldest broken promise, else the next), clv, name, says.

    Args:
        engine: where the tables are.
        given: the refresh's tables; of them the promises.
        profile: from `profile.profile`.
        known: from `known_to`.
        met: from `meetings`.
        day: on which we look.
    """
    return engine.run(
        BOOK,
        profile=profile,
        known=known,
        meetings=met,
        promises=given.stands["promises"],
        staff=staff(engine, day.settings),
    )
