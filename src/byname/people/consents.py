"""May we write to this person? On a merge the strictest holds, for every channel and purpose.

Given belongs to an address. Withdrawn and objection belong to the person, and so to all addresses. An unticked box is
"not given": no withdrawal. A withdrawal made with us ends only by the person's own later act with us; an imported one
also by a later, dated opt-in of the same source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.facts.schema import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["consents"]

CONSENTS = statement(
    "people.consents",
    """
    with said as (
        select owners.person_id, facts_consents.channel, facts_consents.purpose,
               lower(trim(coalesce(facts_consents.address, ''), ' ')) as address, facts_consents.state,
               facts_consents.source, facts_consents.occurred_at,
               coalesce(facts_consents.occurred_at, facts_consents.updated_at, facts_consents.known_at) as said_at,
               case when facts_consents.source = 'byname' or facts_consents.by_whom = 'person' then 'us'
                    else facts_consents.source || '|' || facts_consents.account end as origin
        from facts_consents
        join owners on owners.record_id = facts_consents.record_id
        where coalesce(facts_consents.occurred_at, facts_consents.updated_at, facts_consents.known_at) < $until
    ),
    lifted as (
        select distinct held.person_id, held.channel, held.purpose, held.origin, held.said_at
        from said as held
        join said as later on later.person_id = held.person_id and later.channel = held.channel
                          and later.purpose = held.purpose and later.origin = held.origin
                          and later.occurred_at > held.said_at
        where held.state = 'withdrawn' and later.state = 'given'
    ),
    withdrawn as (
        select said.person_id, said.channel, said.purpose, said.said_at, said.source,
               'withdrew with ' || case when said.origin = 'us' then 'us' else said.source end
                   || '; holds for all addresses of this person' as reason
        from said
        left join lifted on lifted.person_id = said.person_id and lifted.channel = said.channel
                        and lifted.purpose = said.purpose and lifted.origin = said.origin
                        and lifted.said_at = said.said_at
        where said.state = 'withdrawn' and lifted.person_id is null
    ),
    objected as (
        select owners.person_id, lower(trim(coalesce(facts_preferences.value, ''), ' ')) as value,
               coalesce(facts_preferences.occurred_at, facts_preferences.known_at) as said_at,
               facts_preferences.source, facts_preferences.kind
        from facts_preferences
        join owners on owners.record_id = facts_preferences.record_id
        where facts_preferences.kind in ('objection', 'restriction')
          and coalesce(facts_preferences.occurred_at, facts_preferences.known_at) < $until
          and (facts_preferences.until is null or facts_preferences.until >= $until)
    ),
    asked as (select distinct person_id, channel, purpose, address from said),
    barred as (
        select person_id, channel, purpose, said_at, source, reason from withdrawn
        union all
        select asked.person_id, asked.channel, asked.purpose, objected.said_at, objected.source,
               'asked us to stop (' || objected.kind || '); holds for all addresses of this person' as reason
        from (select distinct person_id, channel, purpose from asked) as asked
        join objected on objected.person_id = asked.person_id
                     and objected.value in ('', 'all', asked.channel, asked.purpose)
    ),
    firmest as (
        select person_id, channel, purpose, said_at, source, reason
        from barred
        qualify row_number() over (
            partition by person_id, channel, purpose
            order by said_at desc, source nulls last, reason nulls last
        ) = 1
    ),
    newest as (
        select person_id, channel, purpose, address, state, said_at, source
        from said
        where state <> 'withdrawn'
        qualify row_number() over (
            partition by person_id, channel, purpose, address, origin
            order by said_at desc, case when state = 'given' then 1 else 0 end, source nulls last
        ) = 1
    ),
    granted as (
        select person_id, channel, purpose, address, said_at, source
        from newest
        where state = 'given'
        qualify row_number() over (
            partition by person_id, channel, purpose, address order by said_at desc, source nulls last
        ) = 1
    )
    select asked.person_id, asked.channel, asked.purpose, asked.address,
           case when firmest.person_id is not null then 'withdrawn'
                when granted.person_id is not null then 'given'
                else 'not given' end as state,
           coalesce(firmest.said_at, granted.said_at) as since,
           coalesce(firmest.source, granted.source) as source,
           case when firmest.person_id is not null then firmest.reason
                when granted.person_id is not null then 'given with ' || granted.source || ' for this address'
                else 'nobody ticked a box for this address' end as reason
    from asked
    left join firmest on firmest.person_id = asked.person_id and firmest.channel = asked.channel
                     and firmest.purpose = asked.purpose
    left join granted on granted.person_id = asked.person_id and granted.channel = asked.channel
                     and granted.purpose = asked.purpose and granted.address = asked.address
    """,
)


def consents(engine: Engine, facts: Mapping[str, Table], record_person: Table, *, until: datetime) -> Table:
    """One row for each person, channel, purpose and address: person_id, channel, purpose, address, state, since, …

    Args:
        engine: where the tables are.
        facts: the newest version of each fact, by table; `consents` and `preferences` may be absent.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
    """
    absent = {
        f"facts_{name}": facts.get(name) or engine.arrow(table(name).arrow_schema().empty_table())
        for name in ("consents", "preferences")
    }
    return engine.run(CONSENTS, owners=record_person, until=until, **absent)
