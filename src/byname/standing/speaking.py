"""Whether a person speaks of us, and whether they would recommend us: saying, apart from doing (S0.17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.voice.wording import ASKED

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["speaking"]

# Within a year: a word of three years ago is no speaking of today.
SPEAKING = statement(
    "standing.speaking",
    f"""
    with words as (
        select person_id, {ASKED} as asked
        from voice
        where occurred_at >= cast(cast($until as timestamp) - interval '365' day as timestamp)
        union all
        select record_person.person_id, true as asked
        from ratings
        join record_person on record_person.record_id = ratings.record_id
        where coalesce(ratings.occurred_at, ratings.known_at) < $until
          and coalesce(ratings.occurred_at, ratings.known_at)
              >= cast(cast($until as timestamp) - interval '365' day as timestamp)
        union all
        select referrer_id as person_id, false as asked
        from brought
        where occurred_at >= cast(cast($until as timestamp) - interval '365' day as timestamp)
    )
    select person_id, case when bool_or(not asked) then 'unprompted' else 'when asked' end as speaks
    from words
    group by person_id
    """,  # noqa: S608 - ours
)

# The latest answer holds; of two at one moment the lower.
WOULD = statement(
    "standing.would",
    """
    with answered as (
        select record_person.person_id, ratings.score, coalesce(ratings.occurred_at, ratings.known_at) as occurred_at
        from ratings
        join record_person on record_person.record_id = ratings.record_id
        where ratings.scale = 'nps' and coalesce(ratings.occurred_at, ratings.known_at) < $until
    ),
    latest as (select person_id, max(occurred_at) as occurred_at from answered group by person_id)
    select answered.person_id, min(answered.score) >= 9e0 as would_recommend, min(answered.score) as nps
    from answered
    join latest on latest.person_id = answered.person_id and latest.occurred_at = answered.occurred_at
    group by answered.person_id
    """,
)


def speaking(
    engine: Engine, voice: Table, ratings: Table, brought: Table, record_person: Table, *, until: datetime
) -> tuple[Table, Table]:
    """Who speaks within a year (person_id, speaks), and who would recommend us (person_id, would_recommend, nps).

    Args:
        engine: where the tables are.
        voice: what each message was read as.
        ratings: the facts.
        brought: who was brought by whom.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
    """
    speaks = engine.run(
        SPEAKING, voice=voice, ratings=ratings, brought=brought, record_person=record_person, until=until
    )
    return speaks, engine.run(WOULD, ratings=ratings, record_person=record_person, until=until)
