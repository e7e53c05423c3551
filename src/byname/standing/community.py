"""How much each person takes part: posts, answers to others, ideas, votes, friends brought (S3.9).

The counts are what the records say. The score is **ours**, made of points that fade to nothing over 365 days; there is
no accepted formula for it. Nothing of what was written is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import Statement, statement
from byname.value.rows import day_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from byname.engines import Engine, Table

__all__ = ["POINTS", "community"]

# Half points, so that they add up exactly. Help that others confirmed is worth most beside a friend brought; what costs
# a click is worth least.
POINTS = {"post": 2, "answer": 4, "accepted": 6, "helpful": 1, "shared": 2, "idea": 4, "vote": 1, "referral": 6}
_A_DAY = 5  # of one kind count for the score: a flood is not engagement
_A_MESSAGE = 20  # votes or shares of one message count: one that went round the world is one

# An answer is a reply to somebody else: talking on in one's own thread is not.
WRITTEN = statement(
    "standing.community_written",
    """
    with own as (
        select record_person.person_id, messages.fact_id, messages.source, messages.account, messages.source_id,
               messages.in_reply_to, coalesce(messages.occurred_at, messages.known_at) as occurred_at,
               coalesce(messages.accepted, false) as accepted,
               greatest(coalesce(messages.helpful, 0), 0) as helpful,
               greatest(coalesce(messages.shared, 0), 0) as shared
        from messages
        join record_person on record_person.record_id = messages.record_id
        where messages.medium in ('community', 'post') and coalesce(messages.occurred_at, messages.known_at) < $until
    )
    select own.person_id, own.fact_id, own.occurred_at, own.accepted, own.helpful, own.shared,
           own.in_reply_to is not null and coalesce(first.person_id <> own.person_id, true) as is_answer
    from own
    left join own as first on first.source = own.source and first.account is not distinct from own.account
                          and first.source_id = own.in_reply_to
    """,
)

# One act a row; `times` is how many votes or shares a message got.
ACTS = statement(
    "standing.community_acts",
    """
    with others as (
        select record_id, fact_id, coalesce(occurred_at, known_at) as occurred_at, 'idea' as kind from ideas
        union all
        select record_id, fact_id, coalesce(occurred_at, known_at) as occurred_at, 'vote' as kind from votes
        union all
        select record_id, fact_id, coalesce(occurred_at, known_at) as occurred_at, 'referral' as kind from referrals
    )
    select person_id, fact_id, occurred_at, case when is_answer then 'answer' else 'post' end as kind, 1 as times
    from written
    union all
    select person_id, fact_id, occurred_at, 'accepted' as kind, 1 as times from written where accepted and is_answer
    union all
    select person_id, fact_id, occurred_at, 'helpful' as kind, helpful as times from written where helpful > 0
    union all
    select person_id, fact_id, occurred_at, 'shared' as kind, shared as times from written where shared > 0
    union all
    select record_person.person_id, others.fact_id, others.occurred_at, others.kind, 1 as times
    from others
    join record_person on record_person.record_id = others.record_id
    where others.occurred_at < $until
    """,
)

_DATED = """
    select acts.person_id, acts.fact_id, acts.kind, acts.times, acts.occurred_at, {day} as day
    from (select person_id, fact_id, kind, times, occurred_at from acts) as acts
"""

# Whole numbers up to the last step: a sum of doubles would depend on the order of the rows.
COMMUNITY = statement(
    "standing.community",
    """
    with placed as (
        select dated.person_id, dated.kind, dated.times, dated.occurred_at, dated.day, points.points,
               row_number() over (
                   partition by dated.person_id, dated.kind, dated.day order by dated.times desc, dated.fact_id
               ) as place
        from dated
        join points on points.kind = dated.kind
    ),
    summed as (
        select person_id,
               count_if(kind = 'post') as posts,
               count_if(kind = 'answer') as answers,
               count_if(kind = 'accepted') as accepted,
               coalesce(cast(sum(case when kind = 'helpful' then times end) as bigint), 0) as helpful,
               coalesce(cast(sum(case when kind = 'shared' then times end) as bigint), 0) as shared,
               count_if(kind = 'idea') as ideas,
               count_if(kind = 'vote') as votes,
               count_if(kind = 'referral') as referrals,
               max(occurred_at) as last_at,
               coalesce(cast(sum(
                   case when place <= $a_day
                        then points * least(times, $a_message)
                             * greatest(365 - date_diff('day', day, cast($as_of as date)), 0) end
               ) as bigint), 0) as point_days
        from placed
        group by person_id
    ),
    ranked as (
        select summed.*, rank() over (order by point_days) as lowest,
               count(*) over (partition by point_days) as alike, count(*) over () as everybody
        from summed
    )
    select person_id, posts, answers, accepted, helpful, shared, ideas, votes, referrals, last_at,
           cast(point_days as double) / 730e0 as score,
           (cast(lowest as double) - 1e0 + (cast(alike as double) - 1e0) / 2e0 + 5e-1)
           / nullif(cast(everybody as double), 0e0) as rank_share
    from ranked
    """,
)


def community(
    engine: Engine,
    *,
    messages: Table,
    ideas: Table,
    votes: Table,
    referrals: Table,
    record_person: Table,
    zone: str,
    as_of: date,
    until: datetime,
) -> Table:
    """Count what each person did among the others; who did nothing is not in it.

    Returns:
        person_id, posts, answers, accepted, helpful, shared, ideas, votes, referrals (counts over all time), last_at,
        score (points of ours: an act of today counts whole, one of a year ago nothing), rank_share (the share of these
        people whose score is lower, ties and the person counting half: between 0 and 1).

    Args:
        engine: where the tables are.
        messages: the newest version of each message; of the media community and post.
        ideas: the newest version of each idea; likewise votes and referrals.
        votes: support for ideas.
        referrals: the referrer's side is counted.
        record_person: record_id and person_id.
        zone: the company's IANA zone.
        as_of: the last day that counts.
        until: its end, UTC.
    """
    import pyarrow as pa

    written = engine.run(WRITTEN, messages=messages, record_person=record_person, until=until)
    acts = engine.run(
        ACTS, written=written, ideas=ideas, votes=votes, referrals=referrals, record_person=record_person, until=until
    )
    points = {"kind": pa.array(list(POINTS), pa.string()), "points": pa.array(list(POINTS.values()), pa.int64())}
    return engine.run(
        COMMUNITY,
        dated=engine.run(
            Statement("standing.community_dated", _DATED.format(day=day_of(engine, acts, zone))), acts=acts
        ),
        points=engine.arrow(pa.table(points)),
        as_of=as_of,
        a_day=_A_DAY,
        a_message=_A_MESSAGE,
    )
