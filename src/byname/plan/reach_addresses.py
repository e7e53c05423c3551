"""Where each person can be reached: addresses on record, who comes or chats, what bounced, where they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.people.best_version import OWN_WORD
from byname.plan.channels import channel_sql

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches

__all__ = ["addresses_of", "came_back", "observed_in"]

_KEY = "translate(lower(trim({0}, ' ')), ' ()./-', '')"

# Words that came of themselves show where somebody is as well as an answer does.
OBSERVED = statement(
    "plan.channel_observed",
    f"""
    with events as (
        select person_id, channel, 1 as sent, case when answered then 1 else 0 end as answered, 0 as spoke
        from contacts
        where ago < 365 and channel is not null
        union all
        select person_id,
               case when medium in ('call note', 'care line') then 'phone'
                    else {channel_sql("coalesce(channel, medium)")} end as channel,
               0 as sent, 0 as answered, 1 as spoke
        from voice
        where person_id is not null and occurred_at < $until
          and occurred_at >= cast(cast($until as timestamp) - interval '365' day as timestamp)
    ),
    summed as (
        select person_id, channel, cast(sum(sent) as bigint) as sent, cast(sum(answered) as bigint) as answered,
               cast(sum(spoke) as bigint) as spoke
        from events
        where channel in ('email', 'sms', 'phone', 'whatsapp', 'letter', 'in_person')
        group by person_id, channel
    )
    select summed.*,
           cast(sum(answered + spoke) over (partition by channel) as double) as of_all_answered,
           cast(sum(sent + spoke) over (partition by channel) as double) as of_all_sent
    from summed
    """,  # noqa: S608 - ours
)

# Where an address is known, or the person can be met; the same phone is three channels, but not everybody chats.
# Whoever corrected an address is reached there, and no longer at one that a consent names.
ADDRESSES = statement(
    "plan.addresses",
    f"""
    with chats as (
        select distinct person_id from (
            select person_id from consents where channel = 'whatsapp'
            union all
            select person_id from wished where channel = 'whatsapp' and asked
            union all
            select person_id from observed where channel = 'whatsapp'
        ) as chatting
    ),
    comes as (
        select distinct person_id from (
            select dated.person_id
            from dated
            join orders on orders.source = dated.source and orders.account is not distinct from dated.account
                       and orders.source_id = dated.source_id
            where lower(orders.channel) in ('till', 'pos', 'store', 'in store', 'in person', 'branch', 'counter')
            union all
            select person_id from wished where channel = 'in_person' and asked
            union all
            select person_id from observed where channel = 'in_person'
        ) as coming
    ),
    own as (
        select person_id, 'email' as channel from people where email_from = $own_word
        union all
        select person_id, 'phone' as channel from people where phone_from = $own_word
        union all
        select person_id, 'sms' as channel from people where phone_from = $own_word
        union all
        select person_id, 'whatsapp' as channel from people where phone_from = $own_word
    ),
    known as (
        select person_id, 'email' as channel, email as address, true as is_best from people where email is not null
        union all
        select person_id, 'phone' as channel, phone as address, true as is_best from people where phone is not null
        union all
        select person_id, 'sms' as channel, phone as address, true as is_best from people where phone is not null
        union all
        select people.person_id, 'whatsapp' as channel, people.phone as address, true as is_best
        from people join chats on chats.person_id = people.person_id
        where people.phone is not null
        union all
        select person_id, 'letter' as channel, concat(
                   street, coalesce(', ' || postcode, ''), coalesce(', ' || city, ''), coalesce(', ' || country, '')
               ) as address, true as is_best
        from people
        where street is not null and (coalesce(postcode, city) is not null or address_from = $own_word)
        union all
        select person_id, 'in_person' as channel, cast(null as varchar) as address, true as is_best from comes
        union all
        select distinct consents.person_id, consents.channel, consents.address, false as is_best
        from consents
        anti join own on own.person_id = consents.person_id and own.channel = consents.channel
        where consents.address <> '' and consents.channel in ('email', 'sms', 'phone', 'whatsapp')
    )
    select known.person_id, known.channel, known.address, known.is_best,
           case when known.channel in ('letter', 'in_person') then ''
                when known.channel = 'email' then lower(trim(known.address, ' '))
                else {_KEY.format("known.address")} end as address_key,
           own.person_id is not null as is_own
    from known
    left join own on own.person_id = known.person_id and own.channel = known.channel
    semi join persons on persons.person_id = known.person_id
    """,  # noqa: S608 - ours
)

# The latest that came back from an address; where none is named, it is of whatever address they have.
CAME_BACK = statement(
    "plan.came_back",
    f"""
    with heard as (
        select person_id, coalesce(channel, 'email') as channel, kind, occurred_at, fact_id,
               coalesce(address, lower(trim(sent_to, ' ')), '') as address
        from responses
        where kind in ('bounced', 'opened', 'clicked', 'replied', 'bought')
    )
    select person_id, channel,
           case when channel = 'email' then address else {_KEY.format("address")} end as address_key,
           kind = 'bounced' as bounced
    from heard
    qualify row_number() over (
        partition by person_id, channel, address order by occurred_at desc, kind desc, fact_id
    ) = 1
    """,  # noqa: S608 - ours
)


def observed_in(engine: Engine, given: Sources, touched: Touches, day: Day) -> Table:
    """Within 365 days, by person and channel: sent, answered, spoke; and the channel's own sums beside them.

    Args:
        engine: where the tables are.
        given: the refresh's tables; of them the words.
        touched: contacts and what came back.
        day: on which we look.
    """
    return engine.run(OBSERVED, contacts=touched.contacts, voice=given.voice, until=day.until)


def addresses_of(engine: Engine, given: Sources, wished: Table, observed: Table) -> Table:
    """Every address of every channel: person_id, channel, address, is_best (of the directory), address_key, is_own.

    An own one is what the person corrected it to.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        wished: from `reach_wishes.wished_channels`: who asks to be met or to chat can be.
        observed: from `observed_in`: likewise who was.
    """
    return engine.run(
        ADDRESSES,
        people=given.people,
        persons=given.persons,
        consents=given.consents,
        wished=wished,
        observed=observed,
        dated=given.dated,
        orders=given.facts["orders"],
        own_word=OWN_WORD,
    )


def came_back(engine: Engine, touched: Touches) -> Table:
    """person_id, channel, address_key ('' where none was named), bounced: the latest from each address.

    Args:
        engine: where the table is.
        touched: what came back.
    """
    return engine.run(CAME_BACK, responses=touched.responses)
