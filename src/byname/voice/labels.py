"""What the company itself knows of how words were meant: ratings beside them, and corrections by staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.voice.levels import LEVEL
from byname.voice.wording import WORDING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["Labelled", "labelled"]

MOST = 20_000  # texts to learn from; more teach little and take long

# How a ticket was solved says nothing of how it was worded, so ratings about tickets are left out.
RATED = statement(
    "voice.rated",
    f"""
    with rated as (
        select source, account, source_id,
               min({LEVEL}) as label
        from ratings
        where scale in ('nps', 'csat', 'stars') and coalesce(about_kind, '') <> 'ticket'
          and coalesce(occurred_at, known_at) < $until
        group by source, account, source_id
    )
    select messages.fact_id, messages.row_hash, messages.record_id, messages.medium, rated.label,
           {WORDING} as words
    from messages
    join rated on rated.source = messages.source and rated.account = messages.account
              and rated.source_id = messages.source_id
    where coalesce(messages.text, messages.subject) is not null
      and coalesce(messages.occurred_at, messages.known_at) < $until
    """,  # noqa: S608 - ours
)
# The rarest hashes are a random part that stays the same from day to day.
SOME_RATED = statement(
    "voice.some_rated",
    f"""
    select rated.words, rated.medium, rated.label, record_person.person_id, rated.fact_id
    from rated
    join record_person on record_person.record_id = rated.record_id
    order by rated.row_hash, rated.fact_id
    limit {MOST}
    """,  # noqa: S608 - ours
)
# The newest correction of each text and kind of label holds.
CORRECTED = statement(
    "voice.corrected",
    f"""
    with said as (
        select substr(value, 1, 32) as fact_id, substr(value, 34, 40) as label,  -- a fact's id is 32 letters long
               coalesce(occurred_at, known_at) as said_at, decisions.fact_id as decision_id
        from decisions
        where kind = 'label' and value is not null and coalesce(occurred_at, known_at) < $until
    )
    select said.fact_id, said.label, messages.medium, record_person.person_id,
           {WORDING} as words
    from said
    join messages on messages.fact_id = said.fact_id
    join record_person on record_person.record_id = messages.record_id
    qualify row_number() over (
        partition by said.fact_id,
                     case when said.label in ('negative', 'neutral', 'positive') then 'feeling'
                          else replace(said.label, 'not ', '') end
        order by said.said_at desc, said.decision_id desc
    ) = 1
    """,  # noqa: S608 - ours
)


@dataclass(frozen=True)
class Labelled:
    """Texts of which it is known how they were meant.

    Attributes:
        rated: words, medium, label (-1, 0, 1), person_id, fact_id.
        corrected: fact_id, label (in words), medium, person_id, words.
        count: how many of both.
    """

    rated: Table
    corrected: Table
    count: int


def labelled(engine: Engine, facts: Mapping[str, Table], record_person: Table, *, until: datetime) -> Labelled:
    """Ratings beside words, and corrections.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
    """
    every = engine.run(RATED, messages=facts["messages"], ratings=facts["ratings"], until=until)
    rated = engine.run(SOME_RATED, rated=every, record_person=record_person)
    corrected = engine.run(
        CORRECTED,
        decisions=facts["decisions"],
        messages=facts["messages"],
        record_person=record_person,
        until=until,
    )
    return Labelled(rated, corrected, engine.count(rated) + engine.count(corrected))
