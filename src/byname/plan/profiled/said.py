"""What each person said and how they rated us: open questions and complaints, praise, threats, scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.profiled.ago import ago
from byname.plan.profiled.praised import praised_by_name

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources

__all__ = ["said"]

_NAMED_DAYS = 180

SPOKE = statement(
    "plan.spoke",
    """
    select person_id, max(occurred_at) as spoke_at,
           max(case when contains(coalesce(intents, ''), 'leaving') then occurred_at end) as threatened_at
    from voice
    where person_id is not null and occurred_at < $until
    group by person_id
    """,
)
PRAISED = statement(
    "plan.praised",
    """
    select person_id, occurred_at as praised_at, coalesce(public, false) as praise_public
    from voice
    where person_id is not null and occurred_at < $until and sensitive is not true
      and (contains(coalesce(intents, ''), 'praise') or contains(coalesce(intents, ''), 'thanks'))
    qualify row_number() over (partition by person_id order by occurred_at desc, fact_id) = 1
    """,
)

# What waits, oldest first; of a private matter it is not said what it is about.
WAITS = statement(
    "plan.waits",
    """
    with oldest as (
        select waiting.person_id, nullif(voice.topic, 'sensitive') as complaint_topic
        from waiting
        left join voice on voice.fact_id = waiting.fact_id and voice.sensitive is not true
        where waiting.kind = 'complaint'
        qualify row_number() over (
            partition by waiting.person_id order by waiting.occurred_at, waiting.fact_id
        ) = 1
    ),
    counted as (
        select person_id, count_if(kind = 'complaint') as open_complaints,
               count_if(kind = 'question') as open_questions,
               max(case when kind = 'complaint' then waited_days end) as oldest_complaint_days,
               max(case when kind = 'question' then waited_days end) as oldest_question_days
        from waiting
        group by person_id
    )
    select counted.person_id, counted.open_complaints, counted.open_questions, counted.oldest_complaint_days,
           counted.oldest_question_days, oldest.complaint_topic
    from counted
    left join oldest on oldest.person_id = counted.person_id
    """,
)

# Of two ratings at one moment the lower counts, as everywhere. The lower half is below the middle of the scale.
RATED = statement(
    "plan.rated",
    """
    with scored as (
        select record_person.person_id, ratings.fact_id, ratings.source, ratings.account, ratings.source_id,
               lower(ratings.scale) as scale, ratings.score,
               coalesce(ratings.occurred_at, ratings.known_at) as rated_at
        from ratings
        join record_person on record_person.record_id = ratings.record_id
        where coalesce(ratings.occurred_at, ratings.known_at) < $until and coalesce(lower(ratings.scale), '') <> 'rank'
    ),
    worded as (
        select distinct source, account, source_id from voice where negative is not null
    ),
    latest as (
        select scored.person_id, scored.rated_at,
               worded.source_id is null
               and case scored.scale when 'nps' then scored.score < 5e0 when 'ces' then scored.score < 4e0
                                     when 'csat' then scored.score < 3e0 when 'stars' then scored.score < 3e0
                                     else false end as rated_low
        from scored
        left join worded on worded.source = scored.source and worded.account is not distinct from scored.account
                        and worded.source_id = scored.source_id
        qualify row_number() over (
            partition by scored.person_id order by scored.rated_at desc, scored.score, scored.fact_id
        ) = 1
    ),
    nps as (
        select person_id, cast(round(score) as bigint) as last_nps
        from scored
        where scale = 'nps'
        qualify row_number() over (partition by person_id order by rated_at desc, score, fact_id) = 1
    )
    select latest.person_id, latest.rated_at, latest.rated_low, nps.last_nps
    from latest
    left join nps on nps.person_id = latest.person_id
    """,
)

SAID = statement(
    "plan.said",
    f"""
    with effort as (
        select person_id, max(occurred_at) as hard_at from hard group by person_id
    ),
    quotes as (select person_id, min(state) as testimonial from testimonials group by person_id)
    select persons.person_id, {ago("spoke.spoke_at")} as days_since_word,
           coalesce(waits.open_complaints, 0) as open_complaints, waits.oldest_complaint_days, waits.complaint_topic,
           coalesce(waits.open_questions, 0) as open_questions, waits.oldest_question_days,
           {ago("praised.praised_at")} as days_since_praise, coalesce(praised.praise_public, false) as praise_public,
           named.praised_employee, {ago("spoke.threatened_at")} as threatened_days, rated.last_nps,
           {ago("rated.rated_at")} as rated_days, coalesce(rated.rated_low, false) as rated_low,
           case when {ago("effort.hard_at")} <= 91 then {ago("effort.hard_at")} end as hard_days, quotes.testimonial
    from persons
    left join spoke on spoke.person_id = persons.person_id
    left join waits on waits.person_id = persons.person_id
    left join praised on praised.person_id = persons.person_id
    left join named on named.person_id = persons.person_id
    left join rated on rated.person_id = persons.person_id
    left join effort on effort.person_id = persons.person_id
    left join quotes on quotes.person_id = persons.person_id
    """,  # noqa: S608 - ours
)


def said(engine: Engine, given: Sources, day: Day) -> Table:
    """One row a person.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        day: on which we look.
    """
    return engine.run(
        SAID,
        persons=given.persons,
        spoke=engine.run(SPOKE, voice=given.voice, until=day.until),
        waits=engine.run(WAITS, waiting=given.told["waiting"], voice=given.voice),
        praised=engine.run(PRAISED, voice=given.voice, until=day.until),
        named=praised_by_name(engine, given.voice, day, days=_NAMED_DAYS),
        rated=engine.run(
            RATED,
            ratings=given.facts["ratings"],
            record_person=given.record_person,
            voice=given.voice,
            until=day.until,
        ),
        hard=given.told["hard"],
        testimonials=given.told["testimonials"],
        as_of=day.as_of,
    )
