# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""Who moved, since when, after what; who of the best fell (S1.9, S2.18)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.people.decided_made import decided

from byname.engines import Engine
from byname.standing.alarms import alarms
from byname.standing.corrections import corrections
from byname.standing.movement import marks, movement
from byname.standing.stand import Stood, days_back
from byname.standing.states import STATES
from byname.standing.weights import shipped

AS_OF = date(2026, 6, 30)
DAYS = days_back(AS_OF)
EVIDENCE = pa.schema(
    [
        *((name, pa.string()) for name in ("person_id", "fact_id", "kind", "says")),
        ("occurred_at", pa.timestamp("us")),
        ("strength", pa.float64()),
        *((name, pa.float64()) for name in STATES),
    ]
)

PIECES = pa.schema(
    [
        *((name, pa.string()) for name in ("person_id", "fact_id", "kind", "says")),
        ("occurred_at", pa.timestamp("us")),
        ("strength", pa.float64()),
    ]
)


def stood(paths: dict[str, list[str | None]], corrected: dict[str, str] | None = None) -> Stood:
    """Readings of 90% for what is said, from the earliest day on; None where nothing was known yet.

    What is corrected is so by a colleague's word on the latest day.
    """
    readings = np.full((len(paths), len(DAYS), len(STATES)), np.nan, dtype=np.float32)
    for place, path in enumerate(paths.values()):
        for day, name in enumerate(path):
            if name is not None:
                readings[place, day] = np.where(np.array(STATES) == name, 0.9, 0.025)
    sure = np.full(readings.shape[:2], -1, dtype=np.int8)
    for place, who in enumerate(paths):
        if corrected and who in corrected:
            sure[place, 0] = STATES.index(corrected[who])
    return Stood(None, None, pa.array(list(paths)), readings[:, ::-1], DAYS, pa.table({}), sure)  # type: ignore[arg-type]


def evidence(engine: Engine, *rows: dict[str, Any]) -> Any:
    plain = dict.fromkeys(STATES, 0.0) | {"strength": 1.0}
    return engine.arrow(pa.Table.from_pylist([plain | row for row in rows], schema=EVIDENCE))


# Enough people who stay, so that moving is known to be rare.
STILL: dict[str, list[str | None]] = {f"p{n:03}": ["neutral"] * 9 for n in range(150)} | {
    f"q{n:03}": ["loyal"] * 9 for n in range(150)
}


def moved(engine: Engine, paths: dict[str, list[str | None]], *proofs: dict[str, Any]) -> tuple[Any, Any, Any]:
    found = movement(engine, stood(STILL | paths), evidence(engine, *proofs))
    now = {row["person_id"]: row for row in engine.fetch(found.now).to_pylist()}
    moves = [
        row for row in engine.fetch(found.moves, order_by=("person_id", "day")).to_pylist() if row["person_id"] in paths
    ]
    return now, moves, engine.fetch(found.flows, order_by=("day", "from_standing", "to_standing")).to_pylist()


def test_who_fell_half_a_year_ago_is_told_with_the_day_and_the_reason(duck_engine: Engine) -> None:
    path: list[str | None] = [*["loyal"] * 6, *["dissatisfied"] * 3]
    step = DAYS[::-1][6]
    reason = {
        "person_id": "x", "fact_id": "f1", "kind": "low_rating", "says": "gave a low rating", "dissatisfied": 1.5,
        "occurred_at": datetime.combine(step - timedelta(days=10), datetime.min.time()),
    }  # fmt: skip
    before = reason | {"fact_id": "f0", "says": "long before", "occurred_at": datetime(2025, 1, 1)}
    now, moves, _ = moved(duck_engine, {"x": path}, reason, before)
    assert now["x"]["smoothed"] == "dissatisfied"
    assert now["x"]["since"] == step
    assert now["x"]["moved_from"] == "loyal"
    (move,) = moves
    assert (move["from_standing"], move["to_standing"], move["day"]) == ("loyal", "dissatisfied", step)
    assert (move["says"], move["fact_id"]) == ("after: gave a low rating", "f1")
    assert move["probability"] > 0.5


def test_one_reading_that_errs_is_no_move(duck_engine: Engine) -> None:
    path: list[str | None] = [*["loyal"] * 4, "neutral", *["loyal"] * 4]
    now, moves, flows = moved(duck_engine, {"x": path})
    assert moves == []
    assert now["x"]["since"] is None
    there = [row for row in flows if row["from_standing"] == "loyal" and row["to_standing"] == "neutral"]
    assert max(row["counted"] for row in there) > max(row["share"] for row in there)


def test_who_came_last_quarter_has_moved_from_nowhere(duck_engine: Engine) -> None:
    path: list[str | None] = [*[None] * 8, "loyal"]
    now, moves, _ = moved(duck_engine, {"x": path})
    assert moves == []
    assert now["x"]["smoothed"] == "loyal"
    assert now["x"]["moved_from"] is None


def test_flows_of_a_quarter_are_shares_with_ranges(duck_engine: Engine) -> None:
    _, _, flows = moved(duck_engine, {})
    of_neutral = [row for row in flows if row["day"] == AS_OF and row["from_standing"] == "neutral"]
    assert sum(row["share"] for row in of_neutral) == pytest.approx(1)
    assert all(0 <= row["low"] <= row["high"] <= 1 for row in flows)
    stay = next(row for row in of_neutral if row["to_standing"] == "neutral")
    assert stay["people"] == pytest.approx(150, rel=0.05)


def test_an_alarm_names_the_best_who_fell_or_whose_words_warn(duck_engine: Engine) -> None:
    worth = [{"person_id": f"w{n:02}", "clv": 100.0 - n, "spend_total": 1.0} for n in range(40)]
    worth += [
        {"person_id": f"u{n:02}", "clv": 200.0 - n if n in (2, 3) else 1.0, "spend_total": 1.0} for n in range(20)
    ]
    fall = {"day": AS_OF, "from_standing": "loyal", "to_standing": "dissatisfied", "probability": 0.9}
    moves = [
        fall | {"person_id": "w01", "says": "after: a broken promise", "fact_id": "f1"},
        fall | {"person_id": "w30", "says": "after: a broken promise", "fact_id": "f2"},  # not of the best tenth
        fall
        | {"person_id": "w02", "from_standing": "neutral", "to_standing": "loyal", "says": "rose", "fact_id": "f3"},
    ]
    warns = {
        "person_id": "w00", "fact_id": "f4", "kind": "threat_to_leave", "says": "spoke of leaving",
        "occurred_at": datetime(2026, 6, 20), "actively_dissatisfied": 3.0,
    }  # fmt: skip
    old = warns | {"person_id": "w03", "occurred_at": datetime(2026, 1, 1)}
    again = [
        warns
        | {"person_id": who, "kind": "complaint", "says": "complained", "occurred_at": day, "fact_id": f"{who}{day}"}
        for who in ("u02", "u03")
        for day in (datetime(2026, 4, 1), datetime(2026, 6, 21))
    ]
    found = alarms(
        duck_engine,
        moves=duck_engine.arrow(pa.Table.from_pylist(moves, schema=_MOVES)),
        evidence=evidence(duck_engine, warns, old, *again),
        standing=duck_engine.arrow(
            pa.table(
                {
                    "person_id": [row["person_id"] for row in worth],
                    "standing": ["dissatisfied" if row["person_id"] in ("w00", "u02") else "loyal" for row in worth],
                }
            )
        ),
        worth=duck_engine.arrow(pa.Table.from_pylist(worth)),
        as_of=AS_OF,
    )
    rows = duck_engine.fetch(found, order_by=("person_id",)).to_pylist()
    # u02 is unhappy and has complained before: that is known; of u03, who is loyal, it is news.
    assert [(row["person_id"], row["kind"]) for row in rows] == [
        ("u03", "warning"), ("w00", "warning"), ("w01", "fell"),
    ]  # fmt: skip
    assert rows[2]["says"] == "was loyal, now dissatisfied; after: a broken promise"


def test_what_moved_somebody_long_ago_is_told_though_it_has_faded(duck_engine: Engine) -> None:
    weights = shipped()
    path: list[str | None] = [*["loyal"] * 5, *["dissatisfied"] * 4]
    step = datetime.combine(DAYS[::-1][5], datetime.min.time())
    piece = {
        "person_id": "x", "fact_id": "f1", "kind": "let_down", "says": "was let down", "strength": 1.0,
        "occurred_at": step - timedelta(days=10),
    }  # fmt: skip
    today = {"person_id": "x", "kind": "lapsed", "says": "stopped buying", "occurred_at": step, "loyal": -1.0}
    made = marks(
        duck_engine,
        duck_engine.arrow(pa.Table.from_pylist([piece])),
        evidence(duck_engine, today),
        weights,
        corrections(duck_engine, decided(duck_engine).said),
    )
    rows = {row["kind"]: row for row in duck_engine.fetch(made).to_pylist()}
    assert rows["lapsed"]["loyal"] == -1.0
    told = weights.table[weights.number("let_down")]
    assert [rows["let_down"][name] for name in STATES] == pytest.approx(told.tolist())
    found = movement(duck_engine, stood(STILL | {"x": path}), made)
    says = [row["says"] for row in duck_engine.fetch(found.moves).to_pylist() if row["person_id"] == "x"]
    assert says == ["after: was let down"]


def test_who_was_corrected_has_moved_by_that_word_whatever_the_labels_make_of_it(duck_engine: Engine) -> None:
    """The standing, since when, and the move say one thing (S1.9)."""
    paths: dict[str, list[str | None]] = {"x": [*["neutral"] * 9], "y": [*["neutral"] * 9]}
    word = {"kind": "standing", "value": "dissatisfied told me so", "record_id": "x"}
    said = decided(duck_engine, word | {"occurred_at": datetime(2026, 6, 20)}).said
    nothing = duck_engine.arrow(PIECES.empty_table())
    made = marks(duck_engine, nothing, evidence(duck_engine), shipped(), corrections(duck_engine, said))
    found = movement(duck_engine, stood(STILL | paths, {"x": "dissatisfied"}), made)
    now = {row["person_id"]: row for row in duck_engine.fetch(found.now).to_pylist()}
    assert (now["x"]["smoothed"], now["x"]["since"], now["x"]["moved_from"]) == ("dissatisfied", AS_OF, "neutral")
    assert (now["y"]["smoothed"], now["y"]["since"]) == ("neutral", None)
    (move,) = duck_engine.fetch(found.moves).to_pylist()
    assert move == {
        "person_id": "x", "day": AS_OF, "from_standing": "neutral", "to_standing": "dissatisfied",
        "probability": pytest.approx(0.95), "says": "after: Ben corrected it on 20 June: told me so", "fact_id": "d0",
    }  # fmt: skip


def test_who_has_fallen_silent_is_told_so(duck_engine: Engine) -> None:
    path: list[str | None] = [*["actively_dissatisfied"] * 5, *["dissatisfied"] * 4]
    _, moves, _ = moved(duck_engine, {"x": path})
    assert [row["says"] for row in moves] == ["said nothing against us unasked within 365 days"]


_MOVES = pa.schema(
    [
        ("person_id", pa.string()),
        ("day", pa.date32()),
        ("from_standing", pa.string()),
        ("to_standing", pa.string()),
        ("probability", pa.float64()),
        ("says", pa.string()),
        ("fact_id", pa.string()),
    ]
)
