"""Customer Influence Value: words of a person that helped or moved others, as a score of our own (S4.4).

Kumar et al., "Undervalued or Overvalued Customers", Journal of Service Research 13 (2010) 297-310, define it as the
value of other people's purchases that were moved. Records show whose answers were accepted, voted helpful and passed
on, not what anybody bought for it: so this is a score, ours. It becomes money only where an experiment has shown what
one point brings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from byname.engines import Engine, Table

__all__ = ["FORMULA", "Influence", "influence", "pagerank"]

FORMULA = "3 * accepted + ln(1 + helpful) + ln(1 + shared); score, ours"

_AN_ACCEPTED = 3.0
_DAMPING = 0.85  # Brin and Page (1998)
_CLOSE = 1e-10
_MOST_STEPS = 1_000  # .85 to the power of 142 is 1e-10 already

# One row a message whose writer we know, with whose message it answers.
SAID = statement(
    "value.words_said",
    """
    with known as (
        select record_person.person_id, messages.source, messages.account, messages.source_id, messages.in_reply_to,
               coalesce(messages.accepted, false) as accepted,
               greatest(coalesce(messages.helpful, 0), 0) as helpful,
               greatest(coalesce(messages.shared, 0), 0) as shared
        from messages
        join record_person on record_person.record_id = messages.record_id
        where messages.occurred_at is null or messages.occurred_at < $until
    ),
    asked as (
        select source, account, source_id, min(person_id) as person_id
        from known
        where source_id is not null
        group by source, account, source_id
    )
    select known.person_id, known.source, known.account, known.in_reply_to, asked.person_id as asked_id,
           known.accepted, known.helpful, known.shared
    from known
    left join asked on asked.source = known.source and asked.account = known.account
                   and asked.source_id = known.in_reply_to
    """,
)

# An answer to oneself is no answer, and accepting one's own is no acceptance. Counters of a source may hold any number.
COUNTED = statement(
    "value.influence_counted",
    """
    select person_id,
           count_if(accepted and (asked_id is null or asked_id <> person_id)) as accepted,
           cast(sum(helpful) as bigint) as helpful,
           cast(sum(shared) as bigint) as shared,
           count(distinct case when asked_id <> person_id then asked_id end) as answered_people
    from said
    group by person_id
    """,
)

# From who asked to who answered: each message that was answered counts once a pair, however long the talk under it.
TRUST = statement(
    "value.trust",
    """
    with answers as (
        select asked_id, person_id, source, account, in_reply_to, bool_or(accepted) as accepted
        from said
        where asked_id <> person_id
        group by asked_id, person_id, source, account, in_reply_to
    )
    select asked_id, person_id, count(*) + 3 * count_if(accepted) as weight
    from answers
    group by asked_id, person_id
    """,
)

PASSED_OVER = statement(
    "value.words_passed_over",
    """
    select count(*) filter (where asked_id = person_id) as selves,
           count(*) filter (where in_reply_to is not null and asked_id is null) as unknown
    from said
    """,
)

INFLUENCE = statement(
    "value.influence",
    """
    select counted.person_id, scored.influence_score, ranked.influence_rank_share,
           scored.influence_score * cast($point as double) as influence_value, counted.accepted, counted.helpful,
           counted.shared, counted.answered_people
    from counted
    join scored on scored.person_id = counted.person_id
    left join ranked on ranked.person_id = counted.person_id
    where scored.influence_score > 0e0 or ranked.person_id is not null
    """,
)


@dataclass(frozen=True)
class Influence:
    """Whose words helped others.

    Attributes:
        table: person_id, influence_score, influence_rank_share, influence_value, accepted, helpful, shared,
            answered_people. Who is in no talk with others has no rank share; who has moved nobody and is in no talk is
            left out.
        report: what was left out or cannot be known: (what, in words).
    """

    table: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def influence(
    engine: Engine, messages: Table, record_person: Table, *, influence_worth: float | None, until: datetime
) -> Influence:
    """Score what each person's words did for others: see `FORMULA`.

    Votes and shares come in heaps, on what has many already, so each counts less than the one before; an accepted
    answer is one person's word and counts in full. `influence_rank_share` is a PageRank over who answered whom: an
    answer to somebody whom many ask counts more. It is beside the score, not in it.

    Args:
        engine: where the tables are.
        messages: the newest version of each message.
        record_person: record_id and person_id.
        influence_worth: what one point of the score was shown to bring, from an experiment; None leaves
            influence_value unknown.
        until: the end of the as-of day, UTC.
    """
    said = engine.run(SAID, messages=messages, record_person=record_person, until=until)
    counted = engine.run(COUNTED, said=said)
    trust = engine.fetch(engine.run(TRUST, said=said), order_by=("asked_id", "person_id"))
    passed = engine.fetch(engine.run(PASSED_OVER, said=said)).to_pylist()[0]
    engine.drop(said)
    numbers = engine.fetch(counted, order_by=("person_id",))
    accepted, helpful, shared = (numbers.column(name).to_numpy() for name in ("accepted", "helpful", "shared"))
    score = _AN_ACCEPTED * accepted + np.log1p(helpful) + np.log1p(shared)
    scored = pa.table({"person_id": numbers.column("person_id"), "influence_score": pa.array(score, pa.float64())})
    report = [
        ("answers to oneself", passed["selves"], "not counted"),
        ("answers to a message that we do not have", passed["unknown"], "say nothing about who was helped"),
    ]
    return Influence(
        engine.run(
            INFLUENCE,
            counted=counted,
            scored=engine.arrow(scored),
            ranked=engine.arrow(_ranked(trust)),
            point=influence_worth,
        ),
        [
            *((what, f"{count:,}, {why}") for what, count, why in report if count),
            *([("votes on own words", "cannot be seen: sources give how many, not who")] if helpful.any() else []),
        ],
    )


def _ranked(trust: pa.Table) -> pa.Table:
    both = [*trust.column("asked_id").chunks, *trust.column("person_id").chunks]
    coded = pa.chunked_array(both, pa.string()).combine_chunks().dictionary_encode()
    numbers = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    start, end = np.split(numbers, 2)
    weight = trust.column("weight").cast("float64").to_numpy()
    share = pagerank(len(coded.dictionary), start, end, weight)
    return pa.table({"person_id": coded.dictionary, "influence_rank_share": pa.array(share, pa.float64())})


def pagerank(
    nodes: int, start: NDArray[np.int64], end: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Each node's share of the walks along the edges; they sum to 1, of shape (nodes,).

    Brin and Page, "The Anatomy of a Large-Scale Hypertextual Web Search Engine", Computer Networks 30 (1998) 107-117,
    by power iteration. Who points nowhere points to all alike.

    Args:
        nodes: how many; edges go by their numbers.
        start: where each edge begins, of shape (edges,).
        end: where it ends.
        weight: above 0.
    """
    from scipy.sparse import csr_array

    if not nodes:
        return np.empty(0)
    out = np.bincount(start, weights=weight, minlength=nodes)
    along = csr_array((weight / out[start], (end, start)), shape=(nodes, nodes))
    nowhere = out == 0
    share = np.full(nodes, 1 / nodes)
    for _ in range(_MOST_STEPS):
        before = share
        share = _DAMPING * (along @ before + before[nowhere].sum() / nodes) + (1 - _DAMPING) / nodes
        if np.abs(share - before).sum() < _CLOSE:
            break
    total: NDArray[np.float64] = share / share.sum()
    return total
