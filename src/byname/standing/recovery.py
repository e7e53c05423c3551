"""Did putting it right pay? What became of people for whom it was, against those for whom it was not (S0.8).

Before and after misleads, since what went wrong wears off by itself; so does the plain difference, since not everybody
is looked after alike. Both stand beside the doubly robust estimate, labelled. That one adjusts for what was on record
before: how they stood and bought, how bad it was, how hard their words were. Nobody drew lots, so whatever was not on
record may still be behind a difference: only an extra gesture that is given by lot would tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from byname.engines import statement
from byname.standing.doubly_robust import TooFewError, design
from byname.standing.recovered import AFTER_DAYS, became
from byname.standing.states import STATES

if TYPE_CHECKING:
    from datetime import date, datetime

    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.standing.doubly_robust import Design, Effect
    from byname.standing.stand import Stood

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]

__all__ = ["LIMITS", "SCHEMA", "Recoveries", "recoveries"]

LIMITS = (
    "Nobody drew lots whom to put things right for: what was not on record before can be behind a difference too. "
    "An extra gesture above what is owed, given by lot, would tell."
)
_OUTCOMES = {
    "gone": f"bought nothing in the {AFTER_DAYS} days after",
    "stayed": "bought, but less often than before",
    "loyal": "came back twice or more, as often as before",
    "advocate": "came back, and did something for us unasked",
    "spent": f"spent in the {AFTER_DAYS} days after",
}
_MOST = 20_000  # incidents to learn from: more tell hardly more, and take time
_BOTH = 5  # rows of a kind on either side, to compare within it

FOLLOWED = statement(
    "standing.recovery_followed",
    """
    select person_id, fact_id, kind, day, severity, recovered, became,
           kind || ' on ' || cast(day as varchar)
           || case when recovered is null then ', open' when recovered then ', put right'
                   else ', not put right within 30 days' end
           || case when not is_over then '; what becomes of it is not known yet'
                   when became = 'gone' then '; bought nothing in the 180 days after'
                   when became = 'advocate' then '; came back, and did something for us unasked'
                   when became = 'loyal' then '; came back as often as before'
                   else '; came back, less often than before' end as says
    from became
    """,
)

SCHEMA = pa.schema(
    {"outcome": pa.string(), "recovered": pa.int64(), "not_recovered": pa.int64()}
    | dict.fromkeys(("recovered_mean", "not_recovered_mean", "raw", "raw_low", "raw_high"), pa.float64())
    | dict.fromkeys(("before_after", "effect", "low", "high", "low_95", "high_95"), pa.float64())
    | {"compared": pa.int64(), "apart": pa.float64(), "says": pa.string(), "limits": pa.string()}
)


@dataclass(frozen=True)
class Recoveries:
    """What became of people after something went wrong.

    Attributes:
        followed: person_id, fact_id, kind, day, severity, recovered (null while open), became (gone, stayed, loyal,
            advocate; null until its time is over), says.
        summary: one row an outcome, `SCHEMA`: how many were put right and not, the mean of either (a share; of `spent`
            money a person), `raw` (plain difference, misleading, with its 95% range), `before_after` (of `spent`:
            after against before of those put right, misleading), `effect` (doubly robust, with 80% and 95% ranges; null
            where there are too few), `compared` (how many of them are alike enough), `apart` (the largest standardised
            difference left between them), says, limits.
        report: (what, in words).
    """

    followed: Table
    summary: Table
    report: list[tuple[str, str]]


def recoveries(
    engine: Engine,
    stood: Stood,
    *,
    incidents: Table,
    voice: Table,
    ratings: Table,
    record_person: Table,
    days: Table,
    pieces: Table,
    as_of: date,
    until: datetime,
) -> Recoveries:
    """Follow everybody for whom something went wrong in the time of which standings are known.

    Args:
        engine: where the tables are.
        stood: readings of everybody at each day, for how they stood before.
        incidents: from `incidents`.
        voice: messages read.
        ratings: the newest version of each rating.
        record_person: record_id and person_id.
        days: person_id, day, spent: one row a purchase day.
        pieces: evidence: person_id, kind, occurred_at.
        as_of: the last day that counts.
        until: its end, UTC.
    """
    table = became(
        engine,
        incidents=incidents,
        voice=voice,
        ratings=ratings,
        record_person=record_person,
        days=days,
        pieces=pieces,
        from_day=min(stood.days) + timedelta(days=1),
        as_of=as_of,
        until=until,
    )
    rows = engine.fetch(table, order_by=("person_id", "day"))
    over = rows.filter(pc.and_(rows.column("is_over"), rows.column("recovered").is_valid()))
    alike = _with_contrast(over)
    told, report = _compared(over.filter(pa.array(alike)), stood)
    alone = int((~alike).sum())
    if alone:
        report.append(
            (
                "incidents of kinds that are always or never put right",
                f"{alone:,}, left out: nothing to hold them against",
            )
        )
    return Recoveries(
        engine.run(FOLLOWED, became=table), engine.arrow(pa.Table.from_pylist(told, schema=SCHEMA)), report
    )


def _with_contrast(rows: pa.Table) -> Flags:
    """Rows of kinds that were put right for some, and for some not."""
    kind = rows.column("kind").to_numpy()
    is_treated = rows.column("recovered").to_numpy().astype(bool)
    good = [
        one for one in np.unique(kind) if min(is_treated[kind == one].sum(), (~is_treated[kind == one]).sum()) >= _BOTH
    ]
    return np.isin(kind, good)


def _compared(rows: pa.Table, stood: Stood) -> tuple[list[dict[str, object]], list[tuple[str, str]]]:
    is_treated, outcomes = _outcomes(rows)
    # Ids are random and rows come by person, so the first ones are a sample.
    part = rows.slice(0, _MOST)
    of_part = is_treated[:_MOST]
    # Rows come by person, so numbers in the order of their first row are the same each time.
    person = np.asarray(part.column("person_id").combine_chunks().dictionary_encode().indices, dtype=np.int64)
    found: Design | None = None
    why = ""
    try:
        found = design(_known(part, stood), of_part, person)
    except TooFewError as error:
        why = str(error)
    told = []
    for name, outcome in outcomes.items():
        row = _plain(name, outcome, is_treated)
        if name == "spent" and is_treated.any():
            just_before = rows.column("spent_just_before").to_numpy()
            row["before_after"] = float((outcome - just_before)[is_treated].mean())
        told.append(row | _adjusted(name, outcome[:_MOST], found, why, row))
    if found is None:
        return told, [("what putting it right did", f"too few to say: {why}")]
    kept = int(found.kept.sum())
    report = [("recovered and not, compared by what was known before", f"{kept:,} of {len(rows):,} incidents")]
    if left := len(found.kept) - kept:
        report.append(
            ("incidents that nearly always, or nearly never, are put right", f"{left:,}, left out of the comparison")
        )
    return told, report


def _outcomes(rows: pa.Table) -> tuple[Flags, dict[str, Floats]]:
    """Who was put right, and each outcome as numbers."""
    became_what = rows.column("became").combine_chunks()
    outcomes = {
        name: np.asarray(pc.equal(became_what, name)).astype(np.float64) for name in _OUTCOMES if name != "spent"
    }
    outcomes["spent"] = rows.column("spent_after").to_numpy()
    return rows.column("recovered").to_numpy().astype(bool), outcomes


def _plain(name: str, outcome: Floats, is_treated: Flags) -> dict[str, object]:
    sides = [outcome[is_treated], outcome[~is_treated]]
    means = [float(side.mean()) if len(side) else None for side in sides]
    row: dict[str, object] = dict.fromkeys(SCHEMA.names)
    return row | {
        "outcome": name,
        "recovered": len(sides[0]),
        "not_recovered": len(sides[1]),
        "recovered_mean": means[0],
        "not_recovered_mean": means[1],
        "limits": LIMITS,
    }


def _adjusted(name: str, outcome: Floats, found: Design | None, why: str, row: dict[str, object]) -> dict[str, object]:
    said = f"{name} ({_OUTCOMES[name]}): {_shown(name, row['recovered_mean'])} of {row['recovered']:,} put right, "
    said += f"{_shown(name, row['not_recovered_mean'])} of {row['not_recovered']:,} not"
    if found is not None:
        try:
            effect = found.effect(outcome)
        except TooFewError as error:
            why = str(error)
        else:
            return _numbers(effect, found) | {"says": f"{said}; {_difference(name, effect)}"}
    return {"says": f"{said}; too few to say what putting it right did: {why}"}


def _numbers(effect: Effect, found: Design) -> dict[str, object]:
    (low, high), (low_95, high_95), (raw_low, raw_high) = (
        effect.interval(0.8), effect.interval(0.95), effect.raw_interval(0.95),
    )  # fmt: skip
    return {
        "raw": effect.raw, "raw_low": raw_low, "raw_high": raw_high, "effect": effect.effect,
        "low": low, "high": high, "low_95": low_95, "high_95": high_95,
        "compared": int(found.kept.sum()), "apart": found.apart,
    }  # fmt: skip


def _difference(name: str, effect: Effect) -> str:
    """The difference as records show it, beside the plain one."""
    low, high = effect.interval(0.8)
    if name == "spent":
        return (
            f"among people alike {effect.effect:+,.2f} a person (80%: {low:+,.2f} to {high:+,.2f}), "
            f"where the plain difference is {effect.raw:+,.2f}"
        )
    return (
        f"among people alike {effect.effect * 100:+.1f} points (80%: {low * 100:+.1f} to {high * 100:+.1f}), "
        f"where the plain difference is {effect.raw * 100:+.1f}"
    )


def _shown(name: str, mean: object) -> str:
    if not isinstance(mean, float):
        return "none"
    return f"{mean:,.2f} a person" if name == "spent" else f"{mean:.0%}"


def _known(rows: pa.Table, stood: Stood) -> Floats:
    """What was known before: of shape (rows, columns), finite."""
    hard = rows.column("hard_words").to_numpy()
    counted = ("days_before", "spent_before", "tenure_days", "silent_days", "incidents_before")
    columns = [np.log1p(np.maximum(rows.column(name).to_numpy().astype(np.float64), 0)) for name in counted]
    columns += [
        rows.column("severity").to_numpy().astype(np.float64),
        np.nan_to_num(hard),
        np.isnan(hard).astype(float),
    ]
    kind = rows.column("kind").to_numpy()
    columns += [(kind == one).astype(np.float64) for one in np.unique(kind)[1:]]
    return np.column_stack([*columns, _stood_before(rows, stood)])


def _stood_before(rows: pa.Table, stood: Stood) -> Floats:
    """How they stood at the last of the days before it: P(unhappy), P(attached), and whether that was known."""
    who = np.asarray(pc.fill_null(pc.index_in(rows.column("person_id"), value_set=stood.ids), -1))
    epoch = np.array([np.datetime64(day, "D") for day in stood.days])
    day = rows.column("day").to_numpy().astype("datetime64[D]")
    # Days are from the latest back, so the first that lies before it is the last before it.
    place = (epoch[None, :] < day[:, None]).argmax(axis=1)
    before = stood.readings[who, place].astype(np.float64)
    before[who < 0] = np.nan
    missing = np.isnan(before[:, 0])
    unhappy = before[:, [STATES.index("dissatisfied"), STATES.index("actively_dissatisfied")]].sum(axis=1)
    attached = before[:, [STATES.index("loyal"), STATES.index("advocate")]].sum(axis=1)
    for column in (unhappy, attached):
        column[missing] = column[~missing].mean() if (~missing).any() else 0.0
    return np.column_stack([unhappy, attached, missing.astype(np.float64)])
