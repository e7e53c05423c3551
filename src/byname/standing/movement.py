"""Who moved between the standings, when, after what; and how all of them flow, with ranges (S1.9, S2.18)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.standing.adding import UNKNOWN, label
from byname.standing.corrections import BELIEVED
from byname.standing.flows import shares
from byname.standing.markov import MISSING, confusion_of, smooth
from byname.standing.sentences import BEHAVIOUR
from byname.standing.states import STATES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.standing.markov import Smoothed
    from byname.standing.stand import Stood
    from byname.standing.weights import Weights

__all__ = ["Movement", "marks", "movement"]

_LIKELY = 0.5  # that somebody moved in a quarter, from which on it is told

# What speaks most for where they went, against where they came from, of what happened in that quarter.
AFTER = statement(
    "standing.after",
    """
    with pulled as (
        select moved.person_id, moved.day, evidence.fact_id, evidence.says, evidence.kind, evidence.occurred_at,
               case moved.to_standing when 'neutral' then evidence.neutral
                    when 'dissatisfied' then evidence.dissatisfied
                    when 'actively_dissatisfied' then evidence.actively_dissatisfied
                    when 'loyal' then evidence.loyal else evidence.advocate end
               - case moved.from_standing when 'neutral' then evidence.neutral
                    when 'dissatisfied' then evidence.dissatisfied
                    when 'actively_dissatisfied' then evidence.actively_dissatisfied
                    when 'loyal' then evidence.loyal else evidence.advocate end as pull
        from moved
        join evidence on evidence.person_id = moved.person_id
                     and cast(evidence.occurred_at as date) > moved.since
                     and cast(evidence.occurred_at as date) <= moved.day
    )
    select person_id, day, fact_id, says
    from pulled
    where pull > 1e-2
    qualify row_number() over (
        partition by person_id, day order by cast(round(pull * 1e6) as bigint) desc, occurred_at desc, kind,
                                             fact_id nulls last
    ) = 1
    """,
)
# Dated pieces as they counted when they were new: what moved somebody two years ago has faded since. What buying and
# using say is of today only. A colleague's word stands above them, whatever became of it since.
MARKS = statement(
    "standing.marks",
    """
    select pieces.person_id, pieces.fact_id, pieces.kind, pieces.occurred_at, pieces.says,
           pieces.strength * kinds.neutral as neutral, pieces.strength * kinds.dissatisfied as dissatisfied,
           pieces.strength * kinds.actively_dissatisfied as actively_dissatisfied,
           pieces.strength * kinds.loyal as loyal, pieces.strength * kinds.advocate as advocate
    from pieces
    join kinds on kinds.kind = pieces.kind
    union all
    select evidence.person_id, evidence.fact_id, evidence.kind, evidence.occurred_at, evidence.says,
           evidence.neutral, evidence.dissatisfied, evidence.actively_dissatisfied, evidence.loyal, evidence.advocate
    from evidence
    join kinds on kinds.kind = evidence.kind
    where kinds.of_today
    union all
    select person_id, fact_id, 'corrected' as kind, cast(day as timestamp) as occurred_at, says,
           case when standing = 'neutral' then 9e0 else 0e0 end as neutral,
           case when standing = 'dissatisfied' then 9e0 else 0e0 end as dissatisfied,
           case when standing = 'actively_dissatisfied' then 9e0 else 0e0 end as actively_dissatisfied,
           case when standing = 'loyal' then 9e0 else 0e0 end as loyal,
           case when standing = 'advocate' then 9e0 else 0e0 end as advocate
    from corrections
    """,
)
MOVES = statement(
    "standing.moves",
    """
    select moved.person_id, moved.day, moved.from_standing, moved.to_standing, moved.probability,
           case when after.says is not null then 'after: ' || after.says
                when moved.from_standing = 'advocate' and moved.to_standing = 'loyal'
                then 'did nothing for us unasked within 365 days'
                when moved.from_standing = 'actively_dissatisfied' and moved.to_standing = 'dissatisfied'
                then 'said nothing against us unasked within 365 days'
                else 'no single event on record' end as says,
           after.fact_id
    from moved
    left join after on after.person_id = moved.person_id and after.day = moved.day
    """,
)


@dataclass(frozen=True)
class Movement:
    """How people moved.

    Attributes:
        now: person_id, smoothed (the standing that is most likely true today), since (the day from which it is, or null
            where it is as old as what we know), moved_from (the one before, or null).
        moves: person_id, day, from_standing, to_standing, probability, says, fact_id.
        flows: day, from_standing, to_standing, people (expected), share (of those who stood there), low, high (80%),
            counted (the share by labels alone, which errs).
    """

    now: Table
    moves: Table
    flows: Table


def movement(engine: Engine, stood: Stood, evidence: Table) -> Movement:
    """Tell who moved from readings that err.

    Args:
        engine: where the tables go.
        stood: readings of everybody at each day.
        evidence: from `marks`, for what a move came after.
    """
    readings = stood.readings[:, ::-1]
    days = tuple(reversed(stood.days))
    known = ~np.isnan(readings[:, :, 0])
    named = label(np.nan_to_num(readings, nan=0.0).reshape(-1, len(STATES)).astype(np.float64))
    labels = np.where(known, named.reshape(known.shape), MISSING)
    confusion = confusion_of(readings[known].astype(np.float64), labels[known])
    found = _corrected(smooth(labels.astype(np.int8), confusion), stood.sure[:, ::-1])
    moved = engine.arrow(_moved(stood.ids, found, days))
    after = engine.run(AFTER, moved=moved, evidence=evidence)
    return Movement(
        engine.arrow(_now(stood.ids, found, days)),
        engine.run(MOVES, moved=moved, after=after),
        engine.arrow(_flows(found, labels, days)),
    )


def marks(engine: Engine, pieces: Table, evidence: Table, weights: Weights, corrections: Table) -> Table:
    """What happened to each, with the weights of the five standings, for what a move came after.

    Args:
        engine: where the tables are.
        pieces: from `pieces.pieces`.
        evidence: from `stand`.
        weights: what each kind says.
        corrections: from `corrections.corrections`.
    """
    table = {name: weights.table[:, number] for number, name in enumerate(STATES)}
    of_today = [name in BEHAVIOUR for name in weights.names]
    kinds = engine.arrow(pa.table({"kind": pa.array(weights.names), "of_today": of_today, **table}))
    return engine.run(MARKS, pieces=pieces, evidence=evidence, kinds=kinds, corrections=corrections)


def _corrected(found: Smoothed, sure: NDArray[np.int8]) -> Smoothed:
    """A colleague's word is no reading that errs: who stands elsewhere by it has moved, whatever the path says."""
    path = np.where(sure == UNKNOWN, found.path, sure)
    other = path != found.path
    moved = np.where(other[:, 1:] | other[:, :-1], np.float32(BELIEVED), found.moved)
    return replace(found, path=path, moved=moved)


def _moved(ids: pa.Array, found: Smoothed, days: Sequence[date]) -> pa.Table:
    path = found.path
    changed = (path[:, 1:] != path[:, :-1]) & (path[:, :-1] != MISSING) & (np.nan_to_num(found.moved) >= _LIKELY)
    who, step = np.nonzero(changed)
    names = pa.array(STATES)
    return pa.table(
        {
            "person_id": ids.take(pa.array(who)),
            "since": pa.array(days, pa.date32()).take(pa.array(step)),
            "day": pa.array(days, pa.date32()).take(pa.array(step + 1)),
            "from_standing": names.take(pa.array(path[who, step].astype(np.int64))),
            "to_standing": names.take(pa.array(path[who, step + 1].astype(np.int64))),
            "probability": found.moved[who, step].astype(np.float64),
        }
    )


def _now(ids: pa.Array, found: Smoothed, days: Sequence[date]) -> pa.Table:
    path = found.path
    people, count = path.shape
    latest = path[:, -1]
    other = path != latest[:, None]
    # The place after the last day on which the path was elsewhere; 0 where it never was.
    start = np.where(other.any(axis=1), count - np.argmax(other[:, ::-1], axis=1), 0)
    before = np.where(start > 0, path[np.arange(people), np.maximum(start - 1, 0)], MISSING)
    names = pa.array([*STATES, None])
    none = len(STATES)
    return pa.table(
        {
            "person_id": ids,
            "smoothed": names.take(pa.array(np.where(latest == MISSING, none, latest).astype(np.int64))),
            "since": pa.array([*days, None], pa.date32()).take(pa.array(np.where(start > 0, start, count))),
            "moved_from": names.take(pa.array(np.where(before == MISSING, none, before).astype(np.int64))),
        }
    )


def _flows(found: Smoothed, labels: NDArray[np.int64], days: Sequence[date]) -> pa.Table:
    """A row for each way of each step; nothing is said of standings where nobody stood."""
    shown = shares(found)
    rows: list[tuple[object, ...]] = []
    for step, counts in enumerate(found.counts):
        before, after = labels[:, step], labels[:, step + 1]
        for one, origin in enumerate(STATES):
            whole = counts[one].sum()
            seen = (before == one) & (after != MISSING)
            if whole < 1:
                continue
            for other, target in enumerate(STATES):
                counted = float((after[seen] == other).mean()) if seen.any() else None
                at = (step, one, other)
                share = (float(shown.share[at]), float(shown.low[at]), float(shown.high[at]))
                rows.append((days[step + 1], origin, target, float(counts[one, other]), *share, counted))
    names = ("day", "from_standing", "to_standing", "people", "share", "low", "high", "counted")
    kinds = (pa.date32(), pa.string(), pa.string(), *[pa.float64()] * 5)
    schema = pa.schema(list(zip(names, kinds, strict=True)))
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema)
