"""Every contact that reached a person, with what came back on it: all teams, channels, tools and people alike (S2.7).

Who was held out was not contacted, so such a row is none. Service is what the person's own business with us asks for:
it is shown and counted apart, never against the budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.engines import Statement, statement
from byname.plan.channels import channel_sql
from byname.value.rows import day_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day

__all__ = ["OF_SERVICE", "Touches", "touches"]

# Where a tool does not say what kind it was, its purpose tells, else the team.
OF_SERVICE = """
    case when kind is not null then kind = 'service'
         when purpose is not null then purpose in ('service', 'contract')
         else coalesce(team = 'service', false) end
"""

REACHED = statement(
    "plan.touches_reached",
    f"""
    select record_person.person_id, contacts.fact_id, contacts.source, contacts.account, contacts.source_id,
           coalesce(contacts.occurred_at, contacts.known_at) as occurred_at,
           {channel_sql("contacts.channel")} as channel, contacts.address, lower(contacts.team) as team,
           contacts.employee, contacts.campaign, contacts.action, contacts.goal, contacts.cost,
           lower(contacts.kind) as kind, lower(contacts.purpose) as purpose
    from contacts
    join record_person on record_person.record_id = contacts.record_id
    where coalesce(contacts.arm, '') <> 'held out' and coalesce(contacts.occurred_at, contacts.known_at) < $until
    """,  # noqa: S608 - ours
)

# An answer names its contact by our id or by the source's; another tool may answer for the one that sent.
RESPONSES = statement(
    "plan.touches_responses",
    """
    with said as (
        select answers.fact_id, record_person.person_id, answers.source, answers.account, answers.contact_id,
               lower(answers.kind) as kind, lower(trim(coalesce(answers.address, ''), ' ')) as address,
               coalesce(answers.occurred_at, answers.updated_at, answers.known_at) as occurred_at
        from answers
        left join record_person on record_person.record_id = answers.record_id
        where coalesce(answers.occurred_at, answers.updated_at, answers.known_at) < $until
    ),
    pairs as (
        select said.fact_id, reached.fact_id as contact_id
        from said join reached on reached.fact_id = said.contact_id
        union all
        select said.fact_id, reached.fact_id as contact_id
        from said join reached on reached.source_id = said.contact_id and reached.source = said.source
                              and reached.account is not distinct from said.account
        union all
        select said.fact_id, reached.fact_id as contact_id
        from said join reached on reached.source_id = said.contact_id and reached.person_id = said.person_id
    ),
    linked as (select fact_id, min(contact_id) as contact_id from pairs group by fact_id)
    select coalesce(said.person_id, reached.person_id) as person_id, said.fact_id, said.kind, said.occurred_at,
           linked.contact_id, reached.address as sent_to,
           coalesce(reached.channel, case when said.address like '%@%' then 'email'
                                          when said.address <> '' then 'phone' end) as channel,
           nullif(said.address, '') as address
    from said
    left join linked on linked.fact_id = said.fact_id
    left join reached on reached.fact_id = linked.contact_id
    where coalesce(said.person_id, reached.person_id) is not null
    """,
)

_TOUCHES = """
    with dated as (
        select fact_id as dated_id, {day} as day from reached
    ),
    back as (
        select contact_id,
               bool_or(kind in ('opened', 'clicked', 'replied', 'bought')) as opened,
               bool_or(kind in ('clicked', 'replied', 'bought')) as answered,
               bool_or(kind = 'replied') as replied
        from responses
        where contact_id is not null
        group by contact_id
    )
    select reached.person_id, reached.fact_id, reached.occurred_at, dated.day, reached.channel, reached.address,
           reached.team, reached.employee, reached.campaign, reached.action, reached.goal, reached.cost, reached.kind,
           {of_service} as is_service,
           greatest(date_diff('day', dated.day, cast($as_of as date)), 0) as ago,
           coalesce(back.opened, false) as opened, coalesce(back.answered, false) as answered,
           coalesce(back.replied, false) as replied
    from reached
    join dated on dated.dated_id = reached.fact_id
    left join back on back.contact_id = reached.fact_id
"""


@dataclass(frozen=True)
class Touches:
    """What we did and what came back.

    Attributes:
        contacts: person_id, fact_id, occurred_at (UTC), day (in the company's zone), ago (days before the as-of day),
            channel, address, team, employee, campaign, action, goal, cost, kind, is_service, opened (or more),
            answered (clicked, replied or bought), replied.
        responses: person_id, fact_id, kind, occurred_at, contact_id (the contact's fact), channel, address, sent_to.
    """

    contacts: Table
    responses: Table


def touches(engine: Engine, facts: Mapping[str, Table], record_person: Table, day: Day) -> Touches:
    """Bring contacts and answers together.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact; of them contacts and answers.
        record_person: record_id and person_id.
        day: on which we look.
    """
    reached = engine.run(REACHED, contacts=facts["contacts"], record_person=record_person, until=day.until)
    responses = engine.run(
        RESPONSES, answers=facts["answers"], reached=reached, record_person=record_person, until=day.until
    )
    local = day_of(engine, reached, day.zone)
    sql = Statement("plan.touches", _TOUCHES.format(day=local, of_service=OF_SERVICE))
    return Touches(engine.run(sql, reached=reached, responses=responses, as_of=day.as_of), responses)
