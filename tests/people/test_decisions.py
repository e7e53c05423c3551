"""What holds of all that was decided: the newest, less what was undone, held against a slow reading (S0.10)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.facts.schema import table
from byname.people.decisions import Decisions, standing_decisions, standing_rows, states

BEGAN = datetime(2026, 6, 1)  # noqa: DTZ001 - UTC by contract


def decision(number: int, kind: str, one: str = "a", two: str = "b", value: str | None = None) -> dict[str, Any]:
    at = BEGAN + timedelta(minutes=number)
    return {
        "fact_id": f"d{number:02}", "kind": kind, "record_id": one, "other_record_id": two, "value": value,
        "occurred_at": at, "known_at": at,
    }  # fmt: skip


def states_of(*rows: dict[str, Any]) -> list[str]:
    return [state for _, state in states(rows)]


def test_the_newest_holds_and_an_undo_of_an_undo_brings_back() -> None:
    merge, apart = decision(1, "merge"), decision(2, "apart", "b", "a")
    assert standing_rows([apart, merge]) == [apart]
    undo, undone = decision(3, "undo", value="d02"), decision(4, "undo", value="d03")
    assert standing_rows([merge, apart, undo]) == [merge]
    assert standing_rows([undone, merge, apart, undo]) == [apart]
    assert states_of(merge, apart, undo, undone) == ["replaced", "stands", "undone", "stands"]


def test_of_one_instant_the_later_known_holds_then_the_greater_id() -> None:
    one, two = decision(1, "merge"), {**decision(1, "apart"), "fact_id": "d00"}
    assert standing_rows([one, two]) == [one]
    two["known_at"] += timedelta(seconds=1)
    assert standing_rows([one, two]) == [two]
    assert standing_rows([{**one, "occurred_at": None}, two]) == [two]


def test_a_kept_id_ends_with_the_merge_that_it_came_with() -> None:
    merge, keeps = decision(1, "merge"), decision(1, "keeps_id", "anchor", "other", value="d01") | {"fact_id": "k1"}
    assert standing_rows([merge, keeps]) == [merge, keeps]
    assert states_of(merge, keeps, decision(2, "undo", value="d01")) == ["undone", "undone", "stands"]
    apart, again = decision(2, "apart"), decision(3, "merge")
    assert states_of(merge, keeps, apart) == ["replaced", "replaced", "stands"]
    assert states_of(merge, keeps, apart, again) == ["replaced", "replaced", "replaced", "stands"]
    newer = decision(3, "keeps_id", value="d01")
    assert states_of(merge, keeps, newer) == ["stands", "replaced", "stands"]
    assert states_of(merge, keeps, decision(4, "undo", value="k1")) == ["stands", "undone", "stands"]
    assert states_of(keeps | {"value": None}) == ["replaced"]


def test_an_undo_of_something_else_is_no_decision_of_who_is_who() -> None:
    merge, other = decision(1, "merge"), decision(2, "undo", value="a note") | {"other_record_id": None}
    assert states_of(merge, other, decision(3, "undo", value="d02")) == ["stands"]


def test_of_facts_come_pairs_and_kept_records() -> None:
    rows = [
        decision(1, "merge"), decision(2, "apart", "c", "d"), decision(3, "keeps_id", "b", "a"),
        decision(4, "note"), decision(5, "merge", "e", "f"), decision(6, "undo", "e", "f", value="d05"),
    ]  # fmt: skip
    facts = pa.Table.from_pylist(rows, schema=table("decisions").arrow_schema())
    assert standing_decisions(facts) == Decisions([("a", "b")], [("c", "d")], ["b"])
    assert standing_decisions(facts.slice(0, 0)) == Decisions()


# A slow reading, written from the definition: each question asked anew of all rows.


def lives(row: dict[str, Any], rows: list[dict[str, Any]]) -> bool:
    return not any(
        other["kind"] == "undo" and other["value"] == row["fact_id"] and lives(other, rows) for other in rows
    )


def holds(row: dict[str, Any], rows: list[dict[str, Any]]) -> bool:
    def newer(kinds: tuple[str, ...]) -> list[dict[str, Any]]:
        return [
            other
            for other in rows
            if other["kind"] in kinds and other["fact_id"] > row["fact_id"] and lives(other, rows)
        ]

    def same_two(other: dict[str, Any]) -> bool:
        return {other["record_id"], other["other_record_id"]} == {row["record_id"], row["other_record_id"]}

    if not lives(row, rows):
        return False
    if row["kind"] == "keeps_id":
        (merge,) = (other for other in rows if other["fact_id"] == row["value"])
        return holds(merge, rows) and not any(other["value"] == row["value"] for other in newer(("keeps_id",)))
    return not any(same_two(other) for other in newer(("merge", "apart")))


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, 9))):
        one, two = draw(st.permutations("abc"))[:2]
        kind = draw(st.sampled_from(["merge", "apart", "undo", "undo", "keeps_id"]))
        about = [row["fact_id"] for row in rows if kind == "undo" or row["kind"] == "merge"]
        if kind in ("merge", "apart"):
            rows.append(decision(number, kind, one, two))
        elif about:
            rows.append(decision(number, kind, one, two, value=draw(st.sampled_from(about))))
    return rows


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other workers may have the machine
@given(histories(), st.randoms(use_true_random=False))
def test_what_stands_is_what_a_slow_reading_says(rows: list[dict[str, Any]], shuffled: Any) -> None:
    expected = [row for row in rows if row["kind"] != "undo" and holds(row, rows)]
    mixed = rows[:]
    shuffled.shuffle(mixed)
    assert standing_rows(mixed) == expected
    assert [row for row, _ in states(mixed)] == rows
    assert {row["fact_id"] for row, state in states(mixed) if row["kind"] == "undo" and state == "stands"} == {
        row["fact_id"] for row in rows if row["kind"] == "undo" and lives(row, rows)
    }


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other workers may have the machine
@given(histories())
def test_to_undo_what_came_last_is_as_if_it_had_not_been(rows: list[dict[str, Any]]) -> None:
    if rows:
        undo = decision(99, "undo", value=rows[-1]["fact_id"])
        assert standing_rows([*rows, undo]) == standing_rows(rows[:-1])
