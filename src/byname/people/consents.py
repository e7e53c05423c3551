"""May we write to this person? On a merge the strictest holds, for every channel and purpose.

Given belongs to one address. Withdrawn belongs to the person, and so do an objection and a restriction: they hold for
all addresses on that channel and purpose. An unticked box is "not given", never a withdrawal.

One rule says what was done with us. A withdrawal is **made with us** if its source is `byname` or its `by_whom` is
`person`: no import widens what a person narrowed. It ends only by the person's **own act with us**: given, source
`byname` and `by_whom` `person`, dated later. An imported withdrawal ends by that too, or by a later, dated opt-in of
the same source, account and record. At the same instant the stricter holds. A withdrawal that ended has still ended
the grants before it: only a grant dated after it counts. An objection ends by its own `until`, never by an opt-in.

A withdrawal that names no channel or no purpose, and an objection whose value names none that we know, hold for all
of them. A grant that names none grants nothing.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.facts.schema import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["CHANNELS", "PURPOSES", "consents"]

CHANNELS = ("email", "sms", "phone", "whatsapp", "letter")
PURPOSES = ("contract", "service", "feedback", "marketing", "public")

# Each thing said, with what its ending hangs on. `usual` is every channel with every purpose.
SAID = statement(
    "people.consents_said",
    """
    with counted as (
        select owners.person_id, facts_consents.record_id, coalesce(facts_consents.source, '') as source,
               coalesce(facts_consents.account, 'main') as account, facts_consents.occurred_at,
               coalesce(facts_consents.occurred_at, facts_consents.updated_at, facts_consents.known_at) as said_at,
               lower(replace(trim(coalesce(facts_consents.channel, ''), ' '), '-', '')) as channel,
               lower(trim(coalesce(facts_consents.purpose, ''), ' ')) as purpose,
               lower(trim(coalesce(facts_consents.address, ''), ' ')) as address,
               case when facts_consents.state in ('given', 'withdrawn') then facts_consents.state
                    else 'not given' end as state,
               coalesce(facts_consents.source, '') = 'byname' or coalesce(facts_consents.by_whom, '') = 'person'
                   as with_us,
               coalesce(facts_consents.source, '') = 'byname' and coalesce(facts_consents.by_whom, '') = 'person'
                   as own_act
        from facts_consents
        join owners on owners.record_id = facts_consents.record_id
        where coalesce(facts_consents.occurred_at, facts_consents.known_at) < $until
    ),
    spelled as (
        select person_id, record_id, source, account, occurred_at, said_at, channel, purpose, state, with_us, own_act,
               case when regexp_matches(address, '^[+0-9 ()./-]+\\z') then translate(address, ' ()./-', '')
                    else address end as address
        from counted
    ),
    wide as (
        select * from spelled where state = 'withdrawn' and (channel = '' or purpose = '')
    ),
    pairs as (
        select widely.person_id, usual.channel, usual.purpose
        from (select distinct person_id from wide) as widely
        cross join usual
        union
        select spelled.person_id, spelled.channel, spelled.purpose
        from spelled semi join wide on wide.person_id = spelled.person_id
        where spelled.channel <> '' and spelled.purpose <> ''
    ),
    heard as (
        select person_id, record_id, source, account, occurred_at, said_at, channel, purpose, state, with_us, own_act,
               address
        from spelled
        where channel <> '' and purpose <> ''
        union all
        select wide.person_id, wide.record_id, wide.source, wide.account, wide.occurred_at, wide.said_at,
               pairs.channel, pairs.purpose, wide.state, wide.with_us, wide.own_act,
               case when wide.channel = '' then '' else wide.address end as address
        from wide
        join pairs on pairs.person_id = wide.person_id
                  and (wide.channel = '' or wide.channel = pairs.channel)
                  and (wide.purpose = '' or wide.purpose = pairs.purpose)
    ),
    beside as (
        select heard.*,
               max(case when state = 'given' and own_act then occurred_at end)
                   over (partition by person_id, channel, purpose) as own_act_at,
               max(case when state = 'given' then occurred_at end)
                   over (partition by person_id, record_id, source, account, channel, purpose) as opted_in_at,
               max(case when state = 'withdrawn' then said_at end)
                   over (partition by person_id, channel, purpose) as withdrew_at
        from heard
    )
    select person_id, channel, purpose, address, state, source, account, said_at,
           case when source = 'byname' then 'us' else source end as told,
           case when occurred_at is null then 'not later than ' else 'on ' end
               || cast(cast(said_at as date) as varchar) as told_at,
           state = 'withdrawn' and (
               coalesce(own_act_at > said_at, false) or (not with_us and coalesce(opted_in_at > said_at, false))
           ) as ended,
           state = 'given' and withdrew_at is not null and not coalesce(occurred_at > withdrew_at, false) as overtaken
    from beside
    """,
)

# What an objection or a restriction holds for. A value that names no channel and no purpose that we know names all.
OBJECTED = statement(
    "people.consents_objected",
    """
    with objections as (
        select owners.person_id, coalesce(facts_preferences.source, '') as source, facts_preferences.kind,
               facts_preferences.occurred_at, facts_preferences.until,
               coalesce(
                   facts_preferences.occurred_at, facts_preferences.updated_at, facts_preferences.known_at
               ) as said_at,
               trim(regexp_replace(
                   replace(lower(coalesce(facts_preferences.value, '')), '-', ''), '[^a-z0-9]+', ' ', 'g'
               ), ' ') as value
        from facts_preferences
        join owners on owners.record_id = facts_preferences.record_id
        where facts_preferences.kind in ('objection', 'restriction')
          and coalesce(facts_preferences.occurred_at, facts_preferences.known_at) < $until
          and (facts_preferences.until is null or facts_preferences.until >= $until)
    ),
    pairs as (
        select objecting.person_id, usual.channel, usual.purpose
        from (select distinct person_id from objections) as objecting
        cross join usual
        union
        select said.person_id, said.channel, said.purpose
        from said semi join objections on objections.person_id = said.person_id
    ),
    taken as (
        select objections.*, pairs.channel, pairs.purpose,
               objections.value in (
                   pairs.channel, pairs.purpose,
                   pairs.channel || ' ' || pairs.purpose, pairs.purpose || ' ' || pairs.channel
               ) as named
        from objections
        join pairs on pairs.person_id = objections.person_id
    ),
    understood as (
        select taken.*, bool_or(named) over (partition by person_id, value) as names_something from taken
    )
    select person_id, channel, purpose, source, said_at,
           case when kind = 'objection' then 'objected with ' else 'asked to restrict the use of their data with ' end
               || case when source = 'byname' then 'us' else source end
               || case when occurred_at is null then ' not later than ' else ' on ' end
               || cast(cast(said_at as date) as varchar)
               || coalesce(', until ' || cast(cast(until as date) as varchar), '')
               || '; holds for all addresses of this person' as reason
    from understood
    where named or not names_something
    """,
)

CONSENTS = statement(
    "people.consents",
    """
    with barred as (
        select person_id, channel, purpose, said_at, source,
               'withdrew with ' || told || ' ' || told_at || '; holds for all addresses of this person' as reason
        from said
        where state = 'withdrawn' and not ended
        union all
        select person_id, channel, purpose, said_at, source, reason from objected
    ),
    first_bar as (
        select person_id, channel, purpose, said_at, source, reason
        from barred
        qualify row_number() over (partition by person_id, channel, purpose order by said_at, source, reason) = 1
    ),
    last_withdrawal as (
        select person_id, channel, purpose, said_at, source,
               'withdrew with ' || told || ' ' || told_at || ' and has not agreed again for this address' as reason
        from said
        where state = 'withdrawn'
        qualify row_number() over (
            partition by person_id, channel, purpose order by said_at desc, source, told_at
        ) = 1
    ),
    newest as (
        select person_id, channel, purpose, address, state, said_at, source, told, told_at
        from said
        where state <> 'withdrawn' and not overtaken
        qualify row_number() over (
            partition by person_id, channel, purpose, address, source, account
            order by said_at desc, case when state = 'given' then 1 else 0 end, told_at
        ) = 1
    ),
    answer as (
        select person_id, channel, purpose, address, state, said_at, source,
               case when state = 'not given' then 'the box with ' || told || ' was not ticked ' || told_at
                    when address = '' then 'agreed with ' || told || ' ' || told_at || '; no address is named'
                    else 'agreed with ' || told || ' ' || told_at || ', for this address' end as reason
        from newest
        qualify row_number() over (
            partition by person_id, channel, purpose, address
            order by case when state = 'given' then 0 else 1 end, said_at desc, source, told_at
        ) = 1
    ),
    named as (
        select distinct person_id, channel, purpose, address from said
    ),
    asked as (
        select person_id, channel, purpose, address from named
        union all
        select first_bar.person_id, first_bar.channel, first_bar.purpose, '' as address
        from first_bar
        anti join named on named.person_id = first_bar.person_id and named.channel = first_bar.channel
                       and named.purpose = first_bar.purpose
    )
    select asked.person_id, asked.channel, asked.purpose, asked.address,
           case when first_bar.person_id is not null then 'withdrawn'
                else coalesce(answer.state, 'not given') end as state,
           coalesce(first_bar.said_at, answer.said_at, last_withdrawal.said_at) as since,
           coalesce(first_bar.source, answer.source, last_withdrawal.source) as source,
           coalesce(first_bar.reason, answer.reason, last_withdrawal.reason) as reason
    from asked
    left join first_bar on first_bar.person_id = asked.person_id and first_bar.channel = asked.channel
                       and first_bar.purpose = asked.purpose
    left join answer on answer.person_id = asked.person_id and answer.channel = asked.channel
                    and answer.purpose = asked.purpose and answer.address = asked.address
    left join last_withdrawal on last_withdrawal.person_id = asked.person_id
                             and last_withdrawal.channel = asked.channel and last_withdrawal.purpose = asked.purpose
    """,
)


def consents(engine: Engine, facts: Mapping[str, Table], record_person: Table, *, until: datetime) -> Table:
    """One row for each person, channel, purpose and address; by channel and purpose a person withdrew all or none.

    The columns are person_id, channel, purpose, address, state ("given", "withdrawn", "not given"), since (when what
    decided was said, UTC), source (who says so) and reason (a sentence; its days are UTC). An address is in lower case,
    a number without blanks and marks. It is empty where none is named: a person who objected and of whom no consent
    is known has such rows. Whoever asks about an address that has no row must ask whether the person withdrew.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact, by table; `consents` and `preferences` may be absent. All versions of
            `consents` may be given too: then an undated opt-in does not end a withdrawal of which it is a new version.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC; what happened then or later does not count.
    """
    import pyarrow as pa

    absent = {
        name: facts.get(name) or engine.arrow(table(name).arrow_schema().empty_table())
        for name in ("consents", "preferences")
    }
    usual = engine.arrow(
        pa.Table.from_pylist(
            [{"channel": channel, "purpose": purpose} for channel, purpose in product(CHANNELS, PURPOSES)]
        )
    )
    said = engine.run(SAID, facts_consents=absent["consents"], owners=record_person, usual=usual, until=until)
    objected = engine.run(
        OBJECTED, facts_preferences=absent["preferences"], owners=record_person, usual=usual, said=said, until=until
    )
    found = engine.run(CONSENTS, said=said, objected=objected)
    for done in (said, objected, usual):
        engine.drop(done)
    return found
