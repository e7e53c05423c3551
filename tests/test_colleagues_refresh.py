# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""What colleagues decided counts at the next refresh; refreshes stand in line; what is news (S0.10, S0.32, S1.9, S2.18)."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from byname.errors import SnapshotError
from byname.facts.locks import take
from byname.facts.own import append, fact
from byname.refresh import refresh
from byname.snapshot import open_current
from byname.standing.states import STATES
from tests.case import customer, customers, facts, made, order, orders, taken

if TYPE_CHECKING:
    from pathlib import Path

    from byname.company import Company

BEFORE, AFTER = date(2026, 6, 9), date(2026, 6, 12)
DECIDED = datetime(2026, 6, 10, 9)


def filled(folder: Path) -> Company:
    """Three customers of a shop that has an employee."""
    company = made(folder / "acme", 'currency = "EUR"\n[[employees]]\nname = "Ben"\nteam = "service"\n')
    names = ["Rosa Haddad", "Jonas Keller", "Mei Sato"]
    taken(
        company,
        customers(folder / "customers.csv", *(customer(17 + place, name) for place, name in enumerate(names))),
        orders(
            folder / "orders.csv",
            *(
                order(
                    10 * place + month, f"{name.replace(' ', '.').lower()}@example.com", f"2026-0{month}-10", 20 + place
                )
                for place, name in enumerate(names)
                for month in range(1, 6)
            ),
        ),
    )
    return company


def write(company: Company, *rows: dict[str, Any], name: str = "decisions", at: datetime = DECIDED) -> None:
    """What a colleague wrote, as a drain brings it."""
    made_of = [fact(name, {"occurred_at": at, **row}, reader="byname_pages") for row in rows]
    mark = hashlib.sha256("".join(row["fact_id"] for row in made_of).encode()).hexdigest()
    append(company, {name: made_of}, what="written", sha256=mark, reader="byname_pages", at=at)


def record(company: Company, name: str) -> str:
    """The shop's record of a customer."""
    return next(
        str(row["record_id"])
        for row in facts(company, "records")
        if row["role"] == "customer" and f"{row['given_name']} {row['family_name']}" == name
    )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Rosa and Jonas were decided about on 10 June."""
    company = filled(tmp_path_factory.mktemp("decided"))
    rosa, jonas = (record(company, name) for name in ("Rosa Haddad", "Jonas Keller"))
    write(
        company,
        {"kind": "owner", "record_id": rosa, "value": "Ben", "by_whom": "Ada"},
        {"kind": "note", "record_id": rosa, "value": "likes tea", "by_whom": "Ada"},
        {"kind": "note", "record_id": rosa, "value": "is moody", "by_whom": "Ada", "private_to": "service"},
        {"kind": "standing", "record_id": jonas, "value": "dissatisfied he said so", "by_whom": "Ada"},
    )
    return company


@pytest.fixture(scope="module")
def days(company: Company) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]]]:
    """The tables of the day before and of two days after, by name."""
    names = ("people", "standing", "profile", "client_book", "timeline", "evidence", "run", "moves")
    found = []
    for day in (BEFORE, AFTER):
        folder = refresh(company, as_of=day).folder
        found.append({name: pq.read_table(folder / f"{name}.parquet").to_pylist() for name in names})
    return found[0], found[1]


def of(tables: dict[str, list[dict[str, Any]]], table: str, name: str) -> list[dict[str, Any]]:
    (person,) = [row["person_id"] for row in tables["people"] if row["name"] == name]
    return [row for row in tables[table] if row["person_id"] == person]


type Days = tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]]]


def test_the_owner_and_all_that_follows_from_it_is_the_colleagues_word_from_its_day_on(days: Days) -> None:
    before, after = days
    assert of(before, "people", "Rosa Haddad")[0]["owner"] is None
    assert of(before, "profile", "Rosa Haddad")[0]["known_to"] is None
    assert before["client_book"] == []
    assert of(after, "people", "Rosa Haddad")[0]["owner"] == "Ben"
    profile = of(after, "profile", "Rosa Haddad")[0]
    assert (profile["owner"], profile["known_to"]) == ("Ben", "Ben")
    (book,) = after["client_book"]
    assert (book["employee"], book["name"], book["says"]) == ("Ben", "Rosa Haddad", "looks after them")
    assert of(after, "people", "Mei Sato")[0]["owner"] is None


def test_a_note_is_in_the_timeline_a_private_one_is_not_and_neither_is_a_sign_of_the_person(days: Days) -> None:
    before, after = days
    assert [row for row in of(before, "timeline", "Rosa Haddad") if row["source"] == "byname"] == []
    told = [row for row in of(after, "timeline", "Rosa Haddad") if row["source"] == "byname"]
    assert sorted(row["says"] for row in told) == ["Ada said that Ben looks after them", "note by Ada: likes tea"]
    assert of(after, "people", "Rosa Haddad")[0]["last_seen"] == of(before, "people", "Rosa Haddad")[0]["last_seen"]


def test_a_corrected_standing_shows_from_its_day_on_with_who_and_why(days: Days) -> None:
    before, after = days
    (then,), (now,) = (of(one, "standing", "Jonas Keller") for one in days)
    assert then["standing"] != "dissatisfied"
    assert (now["standing"], now["feels"], now["since"]) == ("dissatisfied", "unhappy", DECIDED.date())
    assert now["confidence"] == now["dissatisfied"] >= 0.95
    for row in (*before["standing"], *after["standing"]):
        assert sum(row[name] for name in STATES) == pytest.approx(1)
    first = min(of(after, "evidence", "Jonas Keller"), key=lambda row: row["place"])
    assert (first["kind"], first["says"]) == ("corrected", "Ada corrected it on 10 June: he said so")
    assert first["dissatisfied"] > 1
    assert first["loyal"] < -1
    (move,) = of(after, "moves", "Jonas Keller")
    assert (move["to_standing"], move["says"]) == ("dissatisfied", f"after: {first['says']}")
    assert of(before, "moves", "Jonas Keller") == []
    # Who was not corrected stands where the records say.
    assert all(row["kind"] != "corrected" for row in of(after, "evidence", "Mei Sato"))


def test_the_run_report_says_how_often_people_disagree(days: Days) -> None:
    said = [{row["name"]: row["says"] for row in one["run"]}["standings corrected by colleagues"] for one in days]
    assert said == [
        "0 of 3 people (0.00%); of 0 of them the records alone say otherwise today",
        "1 of 3 people (33.33%); of 1 of them the records alone say otherwise today",
    ]


# ---------------------------------------------------------------------------------------------------- news


def test_news_is_told_on_its_day_again_if_that_is_made_again_and_no_later(tmp_path: Path) -> None:
    company = filled(tmp_path)
    write(
        company,
        {
            "record_id": record(company, "Mei Sato"),
            "what": "a new mug",
            "due_at": datetime(2026, 6, 11),
            "employee": "Ben",
        },
        name="promises",
    )
    told = [
        (refresh(company, as_of=date(2026, 6, day)).folder / "news.parquet").read_bytes() for day in (10, 12, 12, 13)
    ]
    rows = [pq.read_table(io.BytesIO(one)).to_pylist() for one in told]
    assert rows[0] == []  # of the first snapshot nothing is news
    assert [(row["kind"], row["says"]) for row in rows[1]] == [
        ("promise broken", 'Ben promised "a new mug" for 2026-06-11, and it is overdue')
    ]
    assert told[1] == told[2]
    assert rows[3] == []


# ------------------------------------------------------------------------------------------ one at a time


def test_a_second_refresh_fails_at_once_and_says_who_is_at_it_and_what_to_do(tmp_path: Path) -> None:
    company = made(tmp_path / "acme")
    company.facts.mkdir()
    with (
        take(company.facts / "refreshing.lock"),
        pytest.raises(SnapshotError, match="a refresh that is running") as told,
    ):
        refresh(company, as_of=AFTER)
    assert "process " in str(told.value)
    assert "since 20" in str(told.value)
    assert f"byname refresh {company.folder}" in str(told.value)
    assert not company.snapshots.exists()
    assert refresh(company, as_of=AFTER).is_current


def test_progress_is_a_json_line_a_step_and_threads_are_kept(company: Company) -> None:
    command = [sys.executable, "-m", "byname.cli", "refresh", str(company.folder), "--as-of", str(AFTER)]
    done = subprocess.run(
        [*command, "--threads", "1", "--format", "json"], check=True, capture_output=True, encoding="utf-8"
    )
    *steps, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["state"] for line in steps] == ["begun", "ended"] * (len(steps) // 2)
    assert [line["step"] for line in steps[::2]] == [line["step"] for line in steps[1::2]]
    assert "worth" in [line["step"] for line in steps]
    assert all(line["seconds"] >= 0 and isinstance(line["says"], str) for line in steps[1::2])
    assert last == {
        "state": "done", "snapshot": open_current(company).folder.name, "is_current": True, "as_of": "2026-06-12",
        "people": 3, "buyers": 3, "says": "3 people, 3 of them buyers",
    }  # fmt: skip
    assert done.stderr == ""


def test_libraries_keep_to_the_threads_that_were_said() -> None:
    asks = (
        "from byname.threads import hold_to; hold_to(1); import numba, numpy, pyarrow, threadpoolctl as t; "
        "print(numba.config.NUMBA_NUM_THREADS, pyarrow.cpu_count(), pyarrow.io_thread_count(), "
        "*{one['num_threads'] for one in t.threadpool_info()})"
    )
    found = subprocess.run([sys.executable, "-c", asks], check=True, capture_output=True, encoding="utf-8")
    assert found.stdout.split() == ["1", "1", "1", "1"]
