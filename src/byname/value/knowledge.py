"""Customer Knowledge Value: ideas of a person that were used or that others want, as a score of our own (S4.6).

There is no accepted formula for it (Kumar et al., Journal of Service Research 13 (2010) 297-310, name it and leave it
open). So: how many ideas were put to use, and how many other people stand behind them; score, ours. It becomes money
only where the company says what an idea that was used is worth to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.value.dated import best_tenth

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["FORMULA", "Knowledge", "knowledge"]

FORMULA = "3 * ideas used + ln(1 + votes of others, those of the best tenth twice); score, ours"

_AN_IDEA_USED = 3.0

# An idea is used from the day on that it was; where only the status says so, it is used now.
HAD = statement(
    "value.ideas_had",
    """
    select record_person.person_id, ideas.fact_id, ideas.source, ideas.account, ideas.source_id,
           case when ideas.shipped_at is null then lower(coalesce(ideas.status, '')) = 'shipped'
                else ideas.shipped_at < $until end as used
    from ideas
    join record_person on record_person.record_id = ideas.record_id
    where ideas.occurred_at is null or ideas.occurred_at < $until
    """,
)

# A person has one voice an idea, over all their records: the latest that they said.
VOICES = statement(
    "value.idea_voices",
    """
    with cast_votes as (
        select had.fact_id, had.person_id as author_id, record_person.person_id as voter_id,
               coalesce(votes.weight, 1e0) as weight, votes.occurred_at, votes.fact_id as vote_id
        from votes
        join had on had.source = votes.source and had.account = votes.account and had.source_id = votes.idea_id
        join record_person on record_person.record_id = votes.record_id
        where votes.occurred_at is null or votes.occurred_at < $until
    )
    select fact_id, author_id, voter_id, weight
    from cast_votes
    where author_id <> voter_id
    qualify row_number() over (
        partition by fact_id, voter_id order by coalesce(occurred_at, timestamp '1970-01-01') desc, vote_id desc
    ) = 1
    """,
)

VOTES_TOLD = statement(
    "value.votes_told",
    """
    select count(*) as told,
           count(*) filter (where had.fact_id is null) as of_no_idea,
           count(*) filter (where had.fact_id is not null and record_person.person_id is null) as of_nobody,
           count(*) filter (where had.person_id = record_person.person_id) as own
    from votes
    left join had on had.source = votes.source and had.account = votes.account and had.source_id = votes.idea_id
    left join record_person on record_person.record_id = votes.record_id
    where votes.occurred_at is null or votes.occurred_at < $until
    """,
)

IDEAS_TOLD = statement(
    "value.ideas_told",
    """
    select count(*) filter (where had.fact_id is null) as of_nobody
    from ideas
    left join had on had.fact_id = ideas.fact_id
    where ideas.occurred_at is null or ideas.occurred_at < $until
    """,
)

# Those against an idea take from its support, never from another idea's.
SUPPORT = statement(
    "value.idea_support",
    """
    with backed as (
        select voices.fact_id,
               count_if(voices.weight > 0e0) as votes_of_others,
               greatest(cast(sum(
                   case when voices.weight > 0e0 then 1 when voices.weight < 0e0 then -1 else 0 end
                   * case when best.person_id is null then 1 else 2 end
               ) as bigint), 0) as support
        from voices
        left join best on best.person_id = voices.voter_id
        group by voices.fact_id
    )
    select had.person_id, count(*) as ideas, count_if(had.used) as ideas_used,
           cast(sum(coalesce(backed.votes_of_others, 0)) as bigint) as votes_of_others,
           cast(sum(coalesce(backed.support, 0)) as bigint) as support
    from had
    left join backed on backed.fact_id = had.fact_id
    group by had.person_id
    """,
)

KNOWLEDGE = statement(
    "value.knowledge",
    """
    select supported.person_id, supported.ideas, supported.ideas_used, supported.votes_of_others,
           scored.knowledge_score,
           cast(supported.ideas_used as double) * cast($idea as double) as knowledge_value
    from supported
    join scored on scored.person_id = supported.person_id
    """,
)


@dataclass(frozen=True)
class Knowledge:
    """Whose ideas help.

    Attributes:
        table: person_id, ideas, ideas_used, votes_of_others, knowledge_score, knowledge_value: who had an idea.
        report: what was left out, and why: (what, in words).
    """

    table: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def knowledge(
    engine: Engine,
    ideas: Table,
    votes: Table,
    record_person: Table,
    worth: Table,
    *,
    idea_worth: float | None,
    until: datetime,
) -> Knowledge:
    """Score each person's ideas: see `FORMULA`.

    Votes come in heaps, so each counts less than the one before. Who votes is worth knowing too: a voter among the best
    tenth by clv counts twice.

    Args:
        engine: where the tables are.
        ideas: the newest version of each idea.
        votes: the newest version of each vote.
        record_person: record_id and person_id.
        worth: person_id, clv and spend_total.
        idea_worth: what an idea that was used is worth, in the company's currency; None leaves knowledge_value unknown.
        until: the end of the as-of day, UTC.
    """
    had = engine.run(HAD, ideas=ideas, record_person=record_person, until=until)
    voices = engine.run(VOICES, votes=votes, had=had, record_person=record_person, until=until)
    supported = engine.run(SUPPORT, had=had, voices=voices, best=best_tenth(engine, worth))
    told = engine.fetch(
        engine.run(VOTES_TOLD, votes=votes, had=had, record_person=record_person, until=until)
    ).to_pylist()[0]
    ideas_of_nobody = engine.fetch(engine.run(IDEAS_TOLD, ideas=ideas, had=had, until=until)).to_pylist()[0]
    numbers = engine.fetch(supported, order_by=("person_id",))
    used, support = (numbers.column(name).to_numpy() for name in ("ideas_used", "support"))
    score = pa.array(_AN_IDEA_USED * used + np.log1p(support), pa.float64())
    scored = engine.arrow(pa.table({"person_id": numbers.column("person_id"), "knowledge_score": score}))
    report = [
        ("ideas of nobody", ideas_of_nobody["of_nobody"], "left out: no customer that we know"),
        ("votes on an idea that is nobody's, or that we do not have", told["of_no_idea"], "left out"),
        ("votes of nobody", told["of_nobody"], "left out: they may be the author's own"),
        ("votes on own ideas", told["own"], "not counted"),
    ]
    return Knowledge(
        engine.run(KNOWLEDGE, supported=supported, scored=scored, idea=idea_worth),
        [(what, f"{count:,}, {why}") for what, count, why in report if count],
    )
