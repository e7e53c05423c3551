"""Minors are in `people` only: no worth, no voice, no standing (TERMS: Consent, defined)."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa
import pytest

from byname.engines import Engine
from byname.people.corrections import Correction
from byname.people.of_age import of_age


def grown(
    engine: Engine, born: list[tuple[str, str, date | None]], as_of: date, *said: Correction
) -> tuple[list[str], int]:
    records = pa.table(
        {"record_id": [one for one, _, _ in born], "birth_date": pa.array([day for *_, day in born], pa.date32())}
    )
    links = pa.table({"record_id": [one for one, _, _ in born], "person_id": [who for _, who, _ in born]})
    persons = pa.table({"person_id": sorted({who for _, who, _ in born})})
    tables = (engine.arrow(one) for one in (records, links, persons))
    found = of_age(engine, *tables, said, age=16, as_of=as_of)
    assert engine.count(found.persons) == len(persons) - found.children
    return engine.fetch(found.record_person, order_by=("record_id",)).column("record_id").to_pylist(), found.children


def test_a_child_becomes_grown_on_the_birthday(duck_engine: Engine) -> None:
    born = [("a", "p1", date(2010, 6, 30)), ("b", "p2", date(2010, 7, 1))]
    assert grown(duck_engine, born, date(2026, 6, 30)) == (["a"], 1)
    assert grown(duck_engine, born, date(2026, 7, 1)) == (["a", "b"], 0)


def test_who_gave_no_birth_date_is_grown_and_of_two_dates_the_younger_counts(duck_engine: Engine) -> None:
    born = [("a", "p1", None), ("b", "p2", date(1980, 1, 1)), ("c", "p2", date(2015, 1, 1))]
    assert grown(duck_engine, born, date(2026, 6, 30)) == (["a"], 1)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2023, 2, 28)])
def test_a_leap_day_is_a_day_like_others(duck_engine: Engine, day: date) -> None:
    assert grown(duck_engine, [("a", "p1", date(2008, 2, 28))], day)[1] == (1 if day.year == 2023 else 0)


def test_what_somebody_states_of_themselves_counts_where_it_is_younger(duck_engine: Engine) -> None:
    at = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC without a zone, as facts are
    stated = [("a", "2014-05-01"), ("b", "1970-05-01"), ("c", "soon")]
    said = [Correction(f"f{record}", record, "birth", day, at) for record, day in stated]
    other = Correction("fd", "d", "name", "2014-05-01", at)
    born = [("a", "p1", date(1980, 1, 1)), ("b", "p2", date(2015, 1, 1)), ("c", "p3", None), ("d", "p4", None)]
    assert grown(duck_engine, born, date(2026, 6, 30), *said, other) == (["c", "d"], 2)
