"""Evidence from what people did for us and what happened to them, beside buying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from byname.engines import Engine, Statement, Table

__all__ = ["done"]

REFERRALS = statement(
    "standing.referrals",
    """
    select referrer_id as person_id, fact_id, 'referral' as kind, occurred_at, occurred_at as begins,
           cast(null as timestamp) as ends, 1e0 as strength,
           'brought a friend on {{day}}' as says
    from brought
    where occurred_at is not null
    """,
)

HELPED = statement(
    "standing.helped",
    """
    select person_id, fact_id, 'helped_others' as kind, occurred_at, occurred_at as begins,
           cast(null as timestamp) as ends,
           case when accepted then 1.2e0 else 0.7e0 end as strength,
           case when accepted then 'gave another customer the answer' else 'helped other customers' end
           || ' on {{day}}' as says
    from helpful
    """,
)

# In public, to somebody else's question; a review that many found helpful is praise or criticism already.
HELPFUL = statement(
    "standing.helpful",
    """
    select record_person.person_id, messages.fact_id, coalesce(messages.accepted, false) as accepted,
           coalesce(messages.occurred_at, messages.known_at) as occurred_at
    from messages
    join record_person on record_person.record_id = messages.record_id
    where coalesce(messages.occurred_at, messages.known_at) < $until
      and messages.in_reply_to is not null
      and messages.medium in ('community', 'post')
      and (messages.accepted or coalesce(messages.helpful, 0) >= 2)
    """,
)

IDEAS = statement(
    "standing.ideas",
    """
    select record_person.person_id, ideas.fact_id, 'idea' as kind, ideas.occurred_at, ideas.occurred_at as begins,
           cast(null as timestamp) as ends, 1e0 as strength,
           'had an idea for us on {{day}}'
           || coalesce(': "' || substr(ideas.title, 1, 100) || '"', '') as says
    from ideas
    join record_person on record_person.record_id = ideas.record_id
    where ideas.occurred_at < $until
    """,
)

ANSWERS = statement(
    "standing.answers",
    """
    with pieces as (
        select record_person.person_id, answers.fact_id, answers.occurred_at,
               case answers.kind when 'clicked' then 'answered_us' when 'replied' then 'answered_us'
                                 when 'unsubscribed' then 'unsubscribed' when 'complained' then 'marked_as_spam'
                                 end as kind,
               case answers.kind when 'clicked' then 0.5e0 else 1e0 end as strength
        from answers
        join record_person on record_person.record_id = answers.record_id
        where answers.occurred_at < $until
    )
    select person_id, fact_id, kind, occurred_at, occurred_at as begins, cast(null as timestamp) as ends, strength,
           case kind when 'answered_us' then 'answered what we sent'
                     when 'unsubscribed' then 'unsubscribed' else 'reported our mail as spam' end
           || ' on {{day}}' as says
    from pieces
    where kind is not null
    """,
)

RETURNS = statement(
    "standing.returns",
    """
    select record_person.person_id, returns.fact_id,
           case when regexp_matches(lower(coalesce(returns.reason, '')), 'damag|def[ei][ck]t|fault|broken|wrong')
                  or regexp_matches(lower(coalesce(returns.reason, '')), 'quality|late|missing|described|kaputt|falsch')
                then 'fault_return' else 'returned' end as kind,
           returns.occurred_at, returns.occurred_at as begins, cast(null as timestamp) as ends, 1e0 as strength,
           'gave something back on {{day}}'
           || coalesce(': ' || substr(returns.reason, 1, 80), '') as says
    from returns
    join record_person on record_person.record_id = returns.record_id
    where returns.occurred_at < $until
    """,
)

CONTRACTS = statement(
    "standing.contracts",
    """
    with held as (
        select record_person.person_id, subscriptions.fact_id, subscriptions.plan, subscriptions.started_at,
               case when subscriptions.ended_at < $until then subscriptions.ended_at end as ended_at
        from subscriptions
        join record_person on record_person.record_id = subscriptions.record_id
        where subscriptions.started_at < $until
    ),
    last_end as (
        select person_id, max(coalesce(ended_at, timestamp '9999-01-01 00:00:00')) as ended_at
        from held group by person_id
    )
    select person_id, fact_id, 'contract_runs' as kind, started_at as occurred_at,
           cast(started_at + interval '180' day as timestamp) as begins, ended_at as ends, 1e0 as strength,
           'has kept ' || coalesce('"' || plan || '"', 'a contract') || ' since {{day}}' as says
    from held
    union all
    select held.person_id, held.fact_id, 'contract_ended' as kind, held.ended_at as occurred_at,
           held.ended_at as begins, cast(null as timestamp) as ends, 1e0 as strength,
           'ended ' || coalesce('"' || held.plan || '"', 'a contract') || ' on {{day}}' as says
    from held
    join last_end on last_end.person_id = held.person_id and last_end.ended_at = held.ended_at
    where held.ended_at is not null
    """,
)

INCIDENTS = statement(
    "standing.incident_pieces",
    """
    select person_id, fact_id,
           case kind when 'broken promise' then 'promise_broken' when 'kept promise' then 'promise_kept'
                     else 'incident' end as kind,
           occurred_at, occurred_at as begins, cast(null as timestamp) as ends,
           case when kind = 'kept promise' then 1e0 else 0.4e0 + 0.3e0 * cast(severity as double) end as strength, says
    from incidents
    where not said and fact_id is not null  -- words and returns are evidence by themselves, an event happened to all
    """,
)

STAYED = statement(
    "standing.stayed",
    """
    select person_id, cast(null as varchar) as fact_id, 'stayed' as kind, cast(since as timestamp) as occurred_at,
           cast(cast(since as timestamp) + interval '60' day as timestamp) as begins,
           cast(null as timestamp) as ends, 1e0 as strength, says
    from stress
    where stayed and kind <> 'promise'
    """,
)


def done(
    engine: Engine,
    facts: Mapping[str, Table],
    *,
    brought: Table,
    stress: Table,
    incidents: Table,
    record_person: Table,
    until: datetime,
) -> list[Table]:
    """Pieces of evidence from acts and events, with the columns of `words.said`.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table.
        brought: who was brought by whom, from `value.referrals`.
        stress: who stayed through which event, from `value.stress`.
        incidents: what went wrong or was kept, from `incidents.incidents`.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
    """

    def of_facts(what: Statement, **table: Table) -> Table:
        return engine.run(what, record_person=record_person, until=until, **table)

    return [
        engine.run(REFERRALS, brought=brought),
        engine.run(HELPED, helpful=of_facts(HELPFUL, messages=facts["messages"])),
        of_facts(IDEAS, ideas=facts["ideas"]),
        of_facts(ANSWERS, answers=facts["answers"]),
        of_facts(RETURNS, returns=facts["returns"]),
        of_facts(CONTRACTS, subscriptions=facts["subscriptions"]),
        engine.run(INCIDENTS, incidents=incidents),
        engine.run(STAYED, stress=stress),
    ]
