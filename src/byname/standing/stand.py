"""Where each person stands at the end of a day and of the quarters before, and the evidence that says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import Statement
from byname.standing.adding import UNKNOWN, evidence_of, label, probabilities, totals
from byname.standing.buying import Pace, after_incidents, buying, typical_gap, using
from byname.standing.corrections import KIND, Corrections
from byname.standing.pieces import day_number
from byname.standing.states import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.standing.corrections import Corrected
    from byname.standing.pieces import Part
    from byname.standing.weights import Weights

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

__all__ = ["QUARTERS_BACK", "YEAR_AGO", "Stood", "View", "days_back", "stand", "usual_gap", "view"]

QUARTERS_BACK = 8
YEAR_AGO = 4  # place of the day a year ago in `days_back`
_SHOWN = 0.02  # evidence that counts less is not written down
# What went wrong for somebody: buying on after it, or silence, is evidence of its own.
_WRONG = ("complaint", "public_criticism", "low_rating", "let_down", "promise_broken", "incident", "fault_return")


@dataclass(frozen=True)
class View:
    """Some of the people at the end of a day; the first axis of each array is people.

    Attributes:
        evidence: of each kind that counts, of shape (people, kinds).
        pace: how each buys.
        incident: day of the latest incident, -1 if none.
        bought_on: day of the purchase after it, -1 if none.
        present: whether anything was known of them by then.
        acted: did something for us unprompted within 365 days.
        cycles: behaviour is known over two own cycles.
        found: the five probabilities.
    """

    evidence: Floats
    pace: Pace
    incident: Ints
    bought_on: Ints
    present: NDArray[np.bool_]
    acted: NDArray[np.bool_]
    cycles: NDArray[np.bool_]
    found: Floats


@dataclass(frozen=True)
class Stood:
    """Everybody's standing.

    Attributes:
        table: person_id, standing, confidence, the five probabilities, feels, pieces.
        evidence: one row a piece that counts: person_id, fact_id, kind, occurred_at, says, strength, the weights of the
            five standings as they count today, pull (for the person's standing against the others), place.
        ids: everybody's person_id, in the order of the arrays.
        readings: float32 of shape (people, days, 5): the probabilities at `days`, NaN where nothing was known yet.
        days: from the latest back.
        corrected: person_id, standing and day of each correction that holds, and otherwise: the records alone say
            something else.
        sure: int8 of shape (people, days): the standing that a correction which holds says; UNKNOWN elsewhere.
    """

    table: Table
    evidence: Table
    ids: pa.Array
    readings: NDArray[np.float32]
    days: tuple[date, ...]
    corrected: pa.Table
    sure: NDArray[np.int8]


def days_back(as_of: date) -> tuple[date, ...]:
    """The as-of day and the ends of the quarters before it, the latest first; four quarters are 365 days."""
    start = as_of.toordinal()
    return tuple(type(as_of).fromordinal(start - round(91.25 * back)) for back in range(QUARTERS_BACK + 1))


def usual_gap(part: Part, day: date) -> float:
    """The company's usual days between two purchases up to a day, as these people have them."""
    return typical_gap(part.bought, day_number(day))


def view(part: Part, day: date, weights: Weights, usual: float) -> View:
    """Some of the people at the end of a day, by what was known then.

    Args:
        part: the people.
        day: the day.
        weights: what each kind says.
        usual: the company's usual days between two purchases.
    """
    at, people = day_number(day), len(part)
    evidence = evidence_of(part.pieces, people, at, weights)
    pace = Pace.at(part.bought, at, usual)
    incident = _latest(part, at, people, weights)
    bought_on, silent = after_incidents(incident, part.bought, pace, at)
    half_life = weights.kinds[weights.number("bought_on")].half_life_days
    held = (
        buying(part.bought, pace, at)
        | using(part.used, at)
        | {
            "silent_after": silent,
            "bought_on": np.where(bought_on >= 0, np.exp2(-(at - bought_on) / half_life), 0.0),
        }
    )
    fade = weights.kinds[weights.number("bought")].half_life_days
    held["bought"] = held["bought"] * np.exp2(-np.maximum(pace.silent, 0) / fade)
    for name, strength in held.items():
        evidence[:, weights.number(name)] = strength
    known = np.bincount(part.pieces.person[part.pieces.begins <= at], minlength=people) > 0
    acted = part.pieces.within("act", people, at, weights)
    complained = part.pieces.within("vocal", people, at, weights)
    kept = evidence[:, weights.number("contract_runs")] + evidence[:, weights.number("uses_steadily")]
    cycles = (pace.bought >= 3) | (kept >= 1)  # noqa: PLR2004 - two gaps between purchases
    found = probabilities(evidence, weights, acted=acted, complained=complained, cycles=cycles)
    present = known | (pace.bought > 0)
    return View(evidence, pace, incident, bought_on, present, acted, cycles, found)


def _latest(part: Part, at: int, people: int, weights: Weights) -> Ints:
    wrong = np.isin(part.pieces.kind, [weights.number(name) for name in _WRONG]) & (part.pieces.begins <= at)
    latest = np.full(people, -1, dtype=np.int64)
    np.maximum.at(latest, part.pieces.person[wrong], part.pieces.begins[wrong])
    return latest


def stand(engine: Engine, of: Iterable[Part], weights: Weights, as_of: date, *, by_colleagues: Table) -> Stood:
    """Everybody's standing at the end of a day, with the evidence, and the readings of the quarters before.

    Args:
        engine: where the tables go.
        of: everybody, from `pieces.parts`.
        weights: what each kind says.
        as_of: the day.
        by_colleagues: from `corrections.corrections`.
    """
    days = days_back(as_of)
    fetched = engine.fetch(by_colleagues, order_by=("person_id", "occurred_at", "fact_id"))
    tables, proofs, ids, readings, held, sure = [], [], [], [], [], []
    for part in of:
        seen = [view(part, day, weights, usual_gap(part, day)) for day in days]
        people = part.people.column("person_id").combine_chunks()
        said = Corrections.of(fetched, people)
        laid = [said.at(day_number(day), one.found, part.pieces, weights) for day, one in zip(days, seen, strict=True)]
        held.append(said.held(laid[0], people, np.where(seen[0].present, label(seen[0].found), UNKNOWN)))
        sure.append(np.stack([by.sure for by in laid], axis=1))
        now = replace(seen[0], found=laid[0].found)
        tables.append(engine.arrow(_standing_rows(part, now, laid[0])))
        proofs.append(engine.arrow(_evidence_rows(part, seen[0], said, laid[0], weights, day_number(as_of))))
        ids.append(people)
        found = np.stack(
            [np.where((one.present | by.holds)[:, None], by.found, np.nan) for one, by in zip(seen, laid, strict=True)],
            axis=1,
        )
        readings.append(found.astype(np.float32))
    return Stood(
        _whole(engine, tables, "standing.stood"),
        _whole(engine, proofs, "standing.proofs"),
        pa.concat_arrays(ids),
        np.concatenate(readings),
        days,
        pa.concat_tables(held),
        np.concatenate(sure),
    )


def _whole(engine: Engine, made: list[Table], name: str) -> Table:
    if len(made) == 1:
        return made[0]
    every = " union all ".join(f"select * from part_{place}" for place in range(len(made)))  # noqa: S608 - ours
    table = engine.run(Statement(name, every), **{f"part_{place}": one for place, one in enumerate(made)})
    for one in made:
        engine.drop(one)
    return table


def _standing_rows(part: Part, now: View, laid: Corrected) -> pa.Table:
    known = now.present | laid.holds
    named = np.where(known, label(now.found), UNKNOWN)
    feels = np.stack([now.found[:, 1] + now.found[:, 2], now.found[:, 0], now.found[:, 3] + now.found[:, 4]], axis=1)
    names = pa.array(["unknown", *STATES])
    felt = pa.array(["unknown", "unhappy", "content", "attached"])
    place = np.where((feels.max(axis=1) >= 0.5) & known, feels.argmax(axis=1) + 1, 0)  # noqa: PLR2004 - as `label`
    return pa.table(
        {
            "person_id": part.people.column("person_id"),
            "standing": names.take(pa.array(named + 1)),
            "confidence": now.found.max(axis=1),
            **{name: now.found[:, number] for number, name in enumerate(STATES)},
            "feels": felt.take(pa.array(place)),
            "does_recommend": now.acted,
            "known": now.present,
        }
    )


def _evidence_rows(part: Part, now: View, said: Corrections, laid: Corrected, weights: Weights, day: int) -> pa.Table:
    """Dated pieces, what buying and using say, and corrections; `place` 1 speaks most for the person's standing."""
    _, counts = totals(part.pieces, len(part), day, weights)
    shown = counts > _SHOWN
    dated = pa.table(
        {
            "person": part.pieces.person[shown],
            "kind_no": part.pieces.kind[shown],
            "fact_id": part.rows.column("fact_id").filter(pa.array(shown)),
            "occurred_at": part.rows.column("occurred_at").filter(pa.array(shown)),
            "says": part.rows.column("says").filter(pa.array(shown)),
            "counts": counts[shown],
        }
    )
    from byname.standing.sentences import behaviour_rows

    rows = pa.concat_tables(
        [
            dated,
            behaviour_rows(part, now, weights, day, _SHOWN).select(dated.column_names),
            said.as_evidence(laid, len(weights.kinds)).select(dated.column_names),
        ]
    )
    person, kind = rows.column("person").to_numpy(), rows.column("kind_no").to_numpy()
    table = np.vstack([weights.table, np.zeros(len(STATES))])
    each = rows.column("counts").to_numpy()[:, None] * table[kind]
    each[kind == len(weights.kinds)] = laid.log_odds(now.found)
    # For the standing that is most likely, against the others by how likely they are.
    best = laid.found.argmax(axis=1)[person]
    chances = laid.found[person].copy()
    chances[np.arange(len(person)), best] = 0
    chances /= np.maximum(chances.sum(axis=1, keepdims=True), 1e-12)
    pull = each[np.arange(len(person)), best] - (chances * each).sum(axis=1)
    order = np.lexsort((kind, -pull, person))
    place = np.empty(len(person), dtype=np.int64)
    starts = np.searchsorted(person[order], np.arange(len(part)))
    place[order] = np.arange(len(person)) - starts[person[order]] + 1
    return pa.table(
        {
            "person_id": part.people.column("person_id").take(pa.array(person)),
            "fact_id": rows.column("fact_id"),
            "kind": pa.array([*weights.names, KIND]).take(pa.array(kind)),
            "occurred_at": rows.column("occurred_at"),
            "says": rows.column("says"),
            "strength": rows.column("counts"),
            **{name: each[:, number] for number, name in enumerate(STATES)},
            "pull": pull,
            "place": place,
        }
    )
