"""What became of people between two snapshots (S0.10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byname.engines import Engine, Table, open_engine
from byname.people.changes import people_changes
from tests.test_parity import assert_alike


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", spill=Path(tmp_path_factory.mktemp("spill"))) as opened:
        yield opened


def owners(engine: Engine, of: Mapping[str, str]) -> Table:
    columns = {"record_id": list(of), "person_id": list(of.values())}
    return engine.arrow(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))


def changed(engine: Engine, before: Mapping[str, str] | None, now: Mapping[str, str]) -> list[dict[str, Any]]:
    table = people_changes(engine, None if before is None else owners(engine, before), owners(engine, now))
    assert table.columns == ("person_id", "kind", "other_person_id", "records", "says")
    return engine.fetch(table, order_by=("kind", "person_id", "other_person_id")).to_pylist()


def row(person: str, kind: str, other: str | None, records: int, says: str) -> dict[str, Any]:
    return {"person_id": person, "kind": kind, "other_person_id": other, "records": records, "says": says}


def test_who_is_joined_to_another_has_merged(engine: Engine) -> None:
    assert changed(engine, {"a": "p1", "b": "p2", "c": "p2"}, {"a": "p1", "b": "p1", "c": "p1"}) == [
        row("p2", "merged", "p1", 2, "p2 is now part of p1: 2 of its 2 records moved")
    ]


def test_a_merge_of_which_a_record_is_gone_says_how_many_moved(engine: Engine) -> None:
    before = {"a": "p1", "b": "p2", "c": "p2", "d": "p2", "e": "p2"}
    assert changed(engine, before, {"a": "p1", "b": "p1", "c": "p1", "d": "p1"}) == [
        row("p2", "merged", "p1", 3, "p2 is now part of p1: 3 of its 4 records moved")
    ]


def test_a_person_who_only_changed_the_id_is_still_led_to(engine: Engine) -> None:
    assert changed(engine, {"a": "p1"}, {"a": "p7"}) == [
        row("p1", "merged", "p7", 1, "p1 is now called p7: 1 of its 1 record moved")
    ]


def test_records_that_become_a_person_of_their_own_are_a_split(engine: Engine) -> None:
    assert changed(engine, {"a": "p1", "b": "p1", "c": "p1"}, {"a": "p1", "b": "p9", "c": "p9"}) == [
        row("p1", "split", "p9", 2, "p1 was split: 2 of its 3 records are now a person of their own, p9")
    ]
    assert changed(engine, {"a": "p1", "b": "p1"}, {"a": "p1", "b": "p9"})[0]["says"] == (
        "p1 was split: 1 of its 2 records is now a person of its own, p9"
    )


def test_records_that_go_to_somebody_known_are_a_split(engine: Engine) -> None:
    assert changed(engine, {"a": "p1", "b": "p1", "c": "p2"}, {"a": "p1", "b": "p2", "c": "p2"}) == [
        row("p1", "split", "p2", 1, "p1 was split: 1 of its 2 records belongs to p2 now")
    ]


def test_a_person_who_fell_into_two_others_was_split_and_not_merged_twice(engine: Engine) -> None:
    before = {"a": "p1", "b": "p1", "c": "p1", "d": "p2"}
    assert changed(engine, before, {"a": "p2", "b": "p8", "c": "p2", "d": "p2"}) == [
        row("p1", "split", "p2", 2, "p1 was split: 2 of its 3 records belong to p2 now"),
        row("p1", "split", "p8", 1, "p1 was split: 1 of its 3 records is now a person of its own, p8"),
    ]


def test_who_is_new_has_appeared_and_who_has_no_record_left_is_gone(engine: Engine) -> None:
    assert changed(engine, {"a": "p1", "b": "p1", "c": "p2"}, {"d": "p3", "e": "p3", "f": "p4"}) == [
        row("p3", "appeared", None, 2, "p3 is new, with 2 records"),
        row("p4", "appeared", None, 1, "p4 is new, with 1 record"),
        row("p1", "gone", None, 2, "p1 is gone, with all 2 records"),
        row("p2", "gone", None, 1, "p2 is gone, with its only record"),
    ]


def test_a_new_record_of_somebody_known_and_one_that_is_gone_change_no_person(engine: Engine) -> None:
    assert changed(engine, {"a": "p1", "b": "p1"}, {"a": "p1", "c": "p1"}) == []


def test_the_first_snapshot_changes_nobody_and_an_empty_one_was_before_everybody(engine: Engine) -> None:
    assert changed(engine, None, {"a": "p1"}) == []
    assert [one["kind"] for one in changed(engine, {}, {"a": "p1"})] == ["appeared"]
    assert [one["kind"] for one in changed(engine, {"a": "p1"}, {})] == ["gone"]
    assert changed(engine, {}, {}) == []


OWNERS = st.dictionaries(st.sampled_from("abcdefghijkl"), st.sampled_from(["p1", "p2", "p3", "p4", "p5"]), max_size=12)
QUIET = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIET
@given(OWNERS)
def test_of_the_same_records_nothing_has_changed(engine: Engine, of: dict[str, str]) -> None:
    assert changed(engine, of, of) == []


@QUIET
@given(OWNERS, OWNERS)
def test_every_record_of_today_is_accounted_for(engine: Engine, before: dict[str, str], now: dict[str, str]) -> None:
    rows = changed(engine, before, now)
    moved: dict[tuple[str, str], int] = defaultdict(int)
    fresh: dict[str, int] = defaultdict(int)
    for record, person in now.items():
        if record in before and before[record] != person:
            moved[before[record], person] += 1
        elif record not in before:
            fresh[person] += 1
    said = {(one["person_id"], one["other_person_id"]): one["records"] for one in rows if one["other_person_id"]}
    assert said == moved
    appeared = {one["person_id"]: one["records"] for one in rows if one["kind"] == "appeared"}
    joined = {now[record] for record in now if record in before}
    assert appeared == {person: count for person, count in fresh.items() if person not in joined}
    left = {before[record] for record in before if record in now}
    assert {one["person_id"] for one in rows if one["kind"] == "gone"} == set(before.values()) - left


@QUIET
@given(OWNERS, OWNERS)
def test_the_order_of_rows_does_not_matter(engine: Engine, before: dict[str, str], now: dict[str, str]) -> None:
    backwards = [dict(reversed(one.items())) for one in (before, now)]
    assert changed(engine, *backwards) == changed(engine, before, now)


@pytest.mark.spark
def test_changes_are_the_same_on_both_engines(duck_engine: Engine, spark_engine: Engine) -> None:
    before = {"a": "p1", "b": "p2", "c": "p3", "d": "p3", "e": "p4", "g": "p5", "h": "p6", "i": "p6", "j": "p6"}
    now = {"a": "p1", "b": "p1", "c": "p3", "d": "p9", "f": "p8", "g": "p7", "h": "p1", "i": "p1", "j": "p0"}
    tables = []
    for one in (duck_engine, spark_engine):
        table = people_changes(one, owners(one, before), owners(one, now))
        tables.append(one.fetch(table, order_by=table.columns))
    assert tables[0].num_rows == 7
    assert_alike(*tables, "people.changes")
