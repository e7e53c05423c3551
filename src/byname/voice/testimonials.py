"""A shortlist of testimonials for a person to look at: words are shown as usable only while permission lasts (S0.4, S0.5).

Permission is a decision of the kind "quote": who gave it, for what (its scope), from when until when; for all their
words, or for one text, whose id it then bears. What was said of the text stands above what was said of all, but for a
withdrawal of all that came later. That a review is public does not make it ours to use elsewhere. Who gave none may be
asked; their words stay where they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import date, datetime

    from byname.engines import Engine, Table

__all__ = ["testimonials"]

# An undo that was itself undone ends nothing. A refusal is a decision too: the newest holds.
PERMITTED = statement(
    "voice.quotes_permitted",
    """
    with undone as (
        select undo.value as fact_id
        from decisions as undo
        anti join decisions as again on again.kind = 'undo' and again.value = undo.fact_id
        where undo.kind = 'undo' and coalesce(undo.occurred_at, undo.known_at) < $until
    ),
    given as (
        select record_person.person_id, decisions.fact_id, decisions.value as scope, decisions.until as ends_at,
               decisions.by_whom, coalesce(decisions.occurred_at, decisions.known_at) as permitted_at,
               case when coalesce(decisions.source, '') = 'byname'
                     and regexp_matches(coalesce(decisions.source_id, ''), '^[0-9a-f]{32,64}-quote\\z')
                    then replace(decisions.source_id, '-quote', '') else '' end as text_id
        from decisions
        join record_person on record_person.record_id = decisions.record_id
        anti join undone on undone.fact_id = decisions.fact_id
        where decisions.kind in ('quote', 'quote permitted')
          and coalesce(decisions.occurred_at, decisions.known_at) < $until
    )
    select person_id, text_id, scope, ends_at, by_whom, permitted_at,
           coalesce(lower(trim(scope, ' ')), '') in
               ('no', 'none', 'refused', 'withdrawn', 'not permitted', 'not given') as refused,
           ends_at is not null and ends_at <= $until as expired
    from given
    qualify row_number() over (partition by person_id, text_id order by permitted_at desc, fact_id) = 1
    """,
)
# The clearest of each person. Doubtful words, such as sarcasm, are nobody's praise.
PRAISE = statement(
    "voice.quotable",
    """
    select fact_id, person_id, occurred_at, medium, coalesce(public, false) as public, about, quote,
           coalesce(positive, 0e0) + coalesce(recommends, 0e0) + coalesce(praise, 0e0) as strength
    from voice
    where person_id is not null and quote is not null and sensitive is false and coalesce(uncertain, false) is false
      and coalesce(topic, '') <> 'sensitive' and occurred_at < $until
      and (contains(coalesce(intents, ''), 'praise') or contains(coalesce(intents, ''), 'recommends'))
      and not contains(coalesce(intents, ''), 'complaint') and not contains(coalesce(intents, ''), 'leaving')
      and coalesce(positive, 0e0) >= 0.5e0
    qualify row_number() over (
        partition by person_id
        order by coalesce(positive, 0e0) + coalesce(recommends, 0e0) + coalesce(praise, 0e0) desc, occurred_at desc,
                 fact_id
    ) = 1
    """,
)
SHORTLIST = statement(
    "voice.testimonials",
    """
    with holding as (
        select praised.fact_id, permitted.person_id, permitted.scope, permitted.permitted_at, permitted.ends_at,
               permitted.refused, permitted.expired
        from praised
        join permitted on permitted.person_id = praised.person_id
        where permitted.text_id = '' or permitted.text_id = praised.fact_id
        qualify row_number() over (
            partition by praised.fact_id
            order by case when permitted.text_id <> '' or permitted.refused then 0 else 1 end,
                     permitted.permitted_at desc, permitted.text_id desc
        ) = 1
    ),
    stated as (
        select praised.*, permitted.scope, permitted.permitted_at, permitted.ends_at,
               coalesce(worth.clv, 0e0) as worth,
               case when permitted.person_id is null then 'ask'
                    when permitted.refused then 'refused'
                    when permitted.expired then 'expired'
                    else 'permitted' end as state
        from praised
        left join holding as permitted on permitted.fact_id = praised.fact_id
        left join worth on worth.person_id = praised.person_id
    ),
    ranked as (
        select stated.*, row_number() over (partition by state order by strength desc, fact_id) as place
        from stated
        where state <> 'refused'
    )
    select person_id, fact_id, cast(occurred_at as date) as said_on, medium, public, about, state, scope,
           cast(permitted_at as date) as permitted_on, cast(ends_at as date) as ends_on,
           case when state = 'permitted' then quote end as quote, strength, worth,
           case when state = 'permitted'
                then 'permitted on ' || cast(cast(permitted_at as date) as varchar)
                     || coalesce(' for: ' || scope, '')
                     || coalesce(', until ' || cast(cast(ends_at as date) as varchar), ', without an end: ask again in time')
                when state = 'expired'
                then 'expired on ' || cast(cast(ends_at as date) as varchar) || ': not to be used; ask again'
                else 'no permission: not to be used; ask' end as says
    from ranked
    where place <= 50
    """,
)


def testimonials(
    engine: Engine, voice: Table, decisions: Table, record_person: Table, worth: Table, *, as_of: date, until: datetime
) -> tuple[Table, list[tuple[str, str]]]:
    """Up to 50 people each whose praise may be quoted, whose permission has ended, and who may be asked for it.

    Who refused is not listed at all. An end of permission counts from the instant that it is: over at or before the
    end of the as-of day is expired.

    Args:
        engine: where the tables are.
        voice: messages read, of known people.
        decisions: the fact table.
        record_person: record_id, person_id.
        worth: person_id, clv.
        as_of: the last day.
        until: its end, UTC.

    Returns:
        person_id, fact_id, said_on, medium, public, about, state (permitted, expired, ask), scope, permitted_on,
        ends_on, quote (only where permitted; personal data masked), strength (0 to 3: positive, praise and
        recommendation), worth (clv), says; and report lines.
    """
    permitted = engine.run(PERMITTED, decisions=decisions, record_person=record_person, until=until)
    praised = engine.run(PRAISE, voice=voice, until=until)
    table = engine.run(SHORTLIST, praised=praised, permitted=permitted, worth=worth)
    states = engine.fetch(table).column("state").to_pylist()
    told = ", ".join(
        f"{states.count(state):,} {says}"
        for state, says in (("permitted", "to quote"), ("expired", "expired"), ("ask", "to ask"))
        if state in states
    )
    return table, [("testimonials", f"on {as_of.isoformat()}: {told or 'nobody praised in words that can be quoted'}")]
