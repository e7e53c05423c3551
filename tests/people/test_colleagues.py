# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""What colleagues decided counts from its day on, until it is taken back (S0.10, S0.32, S3.15)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from byname.engines import Engine, Table
from byname.facts.schema import TABLES
from byname.people.colleagues import without_undone
from byname.people.timeline import timeline
from tests.people.decided_made import decided, decisions
from tests.standing.made import facts, links

DAY = datetime(2026, 11, 3, 9)


def rows(engine: Engine, found: Table, *names: str) -> list[Any]:
    fetched = engine.fetch(found, order_by=("fact_id",) if "fact_id" in found.columns else found.columns).to_pylist()
    return [tuple(row[name] for name in names) for row in fetched]


def test_the_first_word_says_what_it_is_about_and_the_rest_why(duck_engine: Engine) -> None:
    found = decided(
        duck_engine,
        {"kind": "standing", "value": "actively_dissatisfied she told me\nso herself "},
        {"kind": "not right", "value": "thank-a-quiet-loyal"},
        {"kind": "done", "value": "put-it-right called her\f twice"},
        {"kind": "note", "value": "Likes tea"},
        {"kind": "merge", "value": "x"},
    )
    assert rows(duck_engine, found.said, "kind", "about", "why") == [
        ("standing", "actively_dissatisfied", "she told me\nso herself"),
        ("not right", "thank-a-quiet-loyal", ""),
        ("done", "put-it-right", "called her\f twice"),
        ("note", "Likes", "tea"),
    ]


def test_the_day_is_the_companys_and_is_said_in_words(duck_engine: Engine) -> None:
    late = {"kind": "note", "value": "n", "occurred_at": datetime(2026, 10, 31, 23, 30)}
    found = decided(duck_engine, late, zone="Europe/Berlin")
    assert rows(duck_engine, found.said, "day", "on_day") == [(date(2026, 11, 1), "1 November")]


def test_the_newest_owner_of_any_record_holds_and_nobody_is_an_answer(duck_engine: Engine) -> None:
    found = decided(
        duck_engine,
        {"kind": "owner", "value": "Ada Berg", "record_id": "r2", "occurred_at": datetime(2026, 11, 9)},
        {"kind": "owner", "value": "Ben", "record_id": "r1"},
        {"kind": "owner", "value": "Cem", "record_id": "r3"},
        {"kind": "owner", "value": None, "record_id": "r3", "occurred_at": datetime(2026, 11, 9)},
    )
    assert sorted(rows(duck_engine, found.owners, "person_id", "employee")) == [("p1", "Ada Berg"), ("r3", None)]


@pytest.mark.parametrize(
    ("undos", "until", "expected"),
    [
        ([], DAY, []),
        ([], datetime(2026, 11, 4), ["Ada"]),
        ([("d1", "d0", 5)], datetime(2026, 11, 4), ["Ada"]),  # taken back on the 5th: not known on the 4th
        ([("d1", "d0", 5)], datetime(2026, 11, 6), []),
        ([("d1", "d0", 5), ("d2", "d1", 6)], datetime(2026, 11, 7), ["Ada"]),
        ([("d1", "d0", 5), ("d2", "d1", 6), ("d3", "d2", 7)], datetime(2026, 11, 8), []),
    ],
)
def test_an_undo_takes_back_from_its_day_on_and_an_undo_of_it_brings_back(
    duck_engine: Engine, undos: list[tuple[str, str, int]], until: datetime, expected: list[str]
) -> None:
    made = [
        {"kind": "undo", "fact_id": fact, "value": value, "occurred_at": datetime(2026, 11, day)}
        for fact, value, day in undos
    ]
    found = decided(duck_engine, {"kind": "owner", "value": "Ada", "occurred_at": DAY}, *made, until=until)
    assert [employee for (employee,) in rows(duck_engine, found.owners, "employee")] == expected


def test_the_timeline_tells_what_was_decided_but_nothing_private(duck_engine: Engine) -> None:
    found = decided(
        duck_engine,
        {"kind": "note", "value": "Likes tea " + "x" * 300},
        {"kind": "note", "value": "is moody", "private_to": "service"},
        {"kind": "owner", "value": "Ada"},
        {"kind": "owner", "value": ""},
        {"kind": "standing", "value": "actively_dissatisfied shouted at me"},
        {"kind": "standing", "value": "unknown"},
        {"kind": "done", "value": "call-back"},
        {"kind": "not now", "value": "call-back is on holiday"},
        {"kind": "not right", "value": "call-back moved away"},
        {"kind": "undo", "value": "d7"},
    )
    nothing = {one.name: facts(duck_engine, one.name) for one in TABLES}
    line = timeline(duck_engine, nothing, links(duck_engine, "p1"), found.said, until=datetime(2026, 12, 1))
    told = duck_engine.fetch(line, order_by=("occurred_at",)).to_pylist()
    assert [(row["kind"], row["says"]) for row in told] == [
        ("note", "note by Ben: Likes tea " + "x" * 300),
        ("owner", "Ben said that Ada looks after them"),
        ("owner", "Ben said that nobody looks after them"),
        ("standing", "Ben corrected the standing to actively dissatisfied: shouted at me"),
        ("standing", "Ben took the corrected standing back"),
        ("done", "Ben did call-back"),
        ("not right", 'Ben said "not right" of call-back: moved away'),
    ]
    assert {(row["person_id"], row["source"], row["account"]) for row in told} == {("p1", "byname", "main")}
    assert [row["source_id"] for row in told] == ["s0", "s2", "s3", "s4", "s5", "s6", "s8"]


@pytest.mark.parametrize(("until", "left"), [(datetime(2026, 11, 4), ["promises0"]), (datetime(2026, 11, 6), [])])
def test_whatever_was_written_on_the_pages_can_be_taken_back(
    duck_engine: Engine, until: datetime, left: list[str]
) -> None:
    undo = {"kind": "undo", "value": "promises0", "occurred_at": datetime(2026, 11, 5)}
    given = {one.name: facts(duck_engine, one.name) for one in TABLES} | {
        "promises": facts(duck_engine, "promises", {"what": "a call", "occurred_at": DAY}),
        "decisions": decisions(duck_engine, undo),
    }
    found = without_undone(duck_engine, given, until=until)
    assert [row["fact_id"] for row in duck_engine.fetch(found["promises"]).to_pylist()] == left
    assert found["orders"] is given["orders"]


def test_a_promise_kept_says_so_from_that_day_on(duck_engine: Engine) -> None:
    promise = {"what": "a call", "occurred_at": DAY, "kept_at": datetime(2026, 11, 6, 8)}
    nothing = {one.name: facts(duck_engine, one.name) for one in TABLES}
    given = nothing | {"promises": facts(duck_engine, "promises", promise)}
    said = decided(duck_engine).said

    def says(until: datetime) -> list[str]:
        line = timeline(duck_engine, given, links(duck_engine, "p1"), said, until=until)
        return [row["says"] for row in duck_engine.fetch(line).to_pylist()]

    assert says(datetime(2026, 11, 6)) == ["we promised: a call"]
    assert says(datetime(2026, 11, 7)) == ["we promised: a call; kept on 2026-11-06"]
