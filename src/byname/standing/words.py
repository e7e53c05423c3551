"""Evidence from what people said and how they rated us: one piece or a few for each message and each rating.

What counts is how the words feel, whether they were asked for, and whether others can read them: an unhappy word in
private that nobody asked for is a complaint, one in a survey is criticism when asked. Sensitive words are no evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.voice.levels import LEVEL
from byname.voice.wording import ASKED

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["said"]

# A rating on its own scale as -1, 0 or 1, and how strongly.
LEVELS = statement(
    "standing.levels",
    f"""
    with rated as (
        select record_person.person_id, ratings.fact_id, ratings.source, ratings.account, ratings.source_id,
               ratings.scale, ratings.score, ratings.about_kind, ratings.about,
               coalesce(ratings.occurred_at, ratings.known_at) as occurred_at
        from ratings
        join record_person on record_person.record_id = ratings.record_id
        where coalesce(ratings.occurred_at, ratings.known_at) < $until
    )
    select rated.*,
           {LEVEL} as level,
           case when scale = 'nps' and score >= 10e0 then 1.2e0
                when scale = 'nps' and score <= 3e0 then 1.3e0
                when scale = 'nps' and score >= 5e0 and score < 7e0 then 0.6e0
                when scale in ('csat', 'stars') and score >= 4e0 and score < 5e0 then 0.7e0
                when scale in ('csat', 'stars') and score <= 1e0 then 1.2e0
                else 1e0 end as strength
    from rated
    """,  # noqa: S608 - ours
)

# A rating beside the words knows better how they were meant; a doubtful reading counts half.
TONED = statement(
    "standing.toned",
    f"""
    with beside as (
        select source, account, source_id, min(level) as level
        from levels
        where scale <> 'ces' and coalesce(about_kind, '') <> 'ticket' and level is not null
        group by source, account, source_id
    )
    select voice.person_id, voice.fact_id, voice.source, voice.account, voice.source_id, voice.occurred_at,
           voice.medium, voice.thread, voice.answered_at, voice.status,
           substr(coalesce(voice.quote, voice.masked, ''), 1, 140) as words,
           {ASKED} as asked,
           coalesce(voice.public, voice.medium in ('review', 'post', 'community')) as public,
           voice.intents,
           case when voice.uncertain and beside.level is null then 0.5e0 else 1e0 end as strength,
           beside.level is not null as is_rated,
           case when beside.level is not null and voice.intents not like '%leaving%' then beside.level
                when voice.intents like '%leaving%' or voice.intents like '%complaint%' then -1
                -- Probabilities do not travel: where not calibrated they have to be clear, and a question is none.
                when voice.calibrated and voice.negative >= 0.6e0 then -1
                when voice.negative >= 0.9e0 and voice.intents not like '%question%' then -1
                when voice.positive >= 0.6e0 or voice.intents like '%praise%' or voice.intents like '%recommends%'
                    or voice.intents like '%thanks%' then 1
                else 0 end as tone
    from voice
    left join beside on beside.source = voice.source and beside.account = voice.account
                    and beside.source_id = voice.source_id
    where not voice.sensitive and voice.negative is not null
    """,  # noqa: S608 - ours
)

WORDS = statement(
    "standing.words",
    """
    with pieces as (
        select toned.*, case
            when tone = -1 and public and not asked then 'public_criticism'
            when tone = -1 and asked then 'criticism_asked'
            when tone = -1 then 'complaint'
            when tone = 1 and public and not asked
                and (intents like '%praise%' or intents like '%recommends%' or is_rated) then 'public_praise'
            when tone = 1 and asked then 'praise_asked'
            when tone = 1 and (intents like '%praise%' or intents like '%recommends%') then 'praise'
            when tone = 1 and intents like '%thanks%' then 'thanks'
            when tone = 1 then 'praise' end as kind
        from toned
        union all
        select toned.*, 'threat_to_leave' as kind from toned where intents like '%leaving%'
        union all
        select toned.*, 'idea' as kind from toned where intents like '%idea%' and not asked
    )
    select person_id, fact_id, kind, occurred_at, occurred_at as begins, cast(null as timestamp) as ends,
           strength * case when asked and is_rated then 0.6e0 else 1e0 end as strength,
           case kind when 'public_criticism' then 'criticised in public'
                     when 'criticism_asked' then 'criticised when asked'
                     when 'complaint' then 'complained'
                     when 'threat_to_leave' then 'spoke of leaving'
                     when 'public_praise' then 'praised in public, unasked'
                     when 'praise_asked' then 'praised when asked'
                     when 'praise' then 'praised, unasked'
                     when 'thanks' then 'said thank you'
                     else 'had an idea' end
           || ' on {{day}}'
           || coalesce(' (' || medium || ')', '')
           || case when words = '' then '' else ': "' || words || '"' end as says
    from pieces
    where kind is not null
    """,
)

# A complaint waits from the third day on until it is answered or closed.
OPEN = statement(
    "standing.open_complaints",
    """
    select person_id, fact_id, 'complaint_open' as kind, occurred_at,
           cast(occurred_at + interval '3' day as timestamp) as begins,
           answered_at as ends, strength,
           'has waited since {{day}} for an answer to a complaint' as says
    from toned
    where tone = -1 and not asked
      and medium in ('ticket', 'mail', 'care line', 'call note', 'community', 'message', 'post')
      and (answered_at > cast(occurred_at + interval '3' day as timestamp)
           or answered_at is null
              and coalesce(status, 'open') not in ('solved', 'closed', 'resolved', 'answered', 'done'))
    """,
)

RATINGS = statement(
    "standing.ratings",
    """
    with worded as (
        select distinct source, account, source_id from voice
    ),
    complained as (
        select person_id, source, account, source_id, thread, min(occurred_at) as occurred_at
        from toned where tone = -1 and not asked
        group by person_id, source, account, source_id, thread
    ),
    settled as (
        select levels.fact_id, bool_or(true) as after_complaint
        from levels
        join complained on complained.person_id = levels.person_id and complained.source = levels.source
                       and (levels.about = complained.source_id or levels.about = complained.thread)
        where levels.about_kind = 'ticket' and complained.occurred_at <= levels.occurred_at
        group by levels.fact_id
    ),
    pieces as (
        select levels.*, worded.source_id is not null as has_words,
               coalesce(settled.after_complaint, false) as after_complaint
        from levels
        left join worded on worded.source = levels.source and worded.account = levels.account
                        and worded.source_id = levels.source_id
        left join settled on settled.fact_id = levels.fact_id
        where levels.level is not null
    ),
    named as (
        select pieces.*, case
            when scale = 'nps' then case level when 1 then 'promoter' when 0 then 'passive' else 'detractor' end
            when scale = 'ces' then case level when 1 then 'easy' when -1 then 'hard' end
            when after_complaint then case level when 1 then 'recovered' when -1 then 'let_down' end
            when about_kind <> 'ticket' and has_words then null       -- the words beside it are the piece
            when level = 1 then 'good_rating' when level = 0 then 'middling_rating'
            else 'low_rating' end as kind
        from pieces
    )
    select person_id, fact_id, kind, occurred_at, occurred_at as begins, cast(null as timestamp) as ends,
           strength,
           case kind when 'promoter' then 'would recommend us'
                     when 'passive' then 'neither recommends nor warns'
                     when 'detractor' then 'would not recommend us'
                     when 'easy' then 'found it easy'
                     when 'hard' then 'found it hard'
                     when 'recovered' then 'was content with how a complaint was settled'
                     when 'let_down' then 'was unhappy with how a complaint was settled'
                     when 'good_rating' then 'gave a good rating'
                     when 'middling_rating' then 'gave a middling rating'
                     else 'gave a low rating' end
           || ' on {{day}}'
           || ' (' || cast(cast(round(score) as bigint) as varchar) || ' ' || scale || ')' as says
    from named
    where kind is not null
    """,
)


def said(engine: Engine, voice: Table, ratings: Table, record_person: Table, *, until: datetime) -> list[Table]:
    """Pieces of evidence from words and ratings: person_id, fact_id, kind, occurred_at, begins, ends, strength, says.

    Args:
        engine: where the tables are.
        voice: what each message was read as.
        ratings: the facts.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
    """
    levels = engine.run(LEVELS, ratings=ratings, record_person=record_person, until=until)
    toned = engine.run(TONED, voice=voice, levels=levels)
    return [
        engine.run(WORDS, toned=toned),
        engine.run(OPEN, toned=toned),
        engine.run(RATINGS, levels=levels, toned=toned, voice=voice),
    ]
