"""A refresh is pure, whole or not there, and never takes a snapshot from under a reader (S0.10, S0.19, S0.39)."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
import time_machine

from byname.company import open_company
from byname.errors import SnapshotError
from byname.refresh import refresh
from byname.snapshot import SCHEMA_VERSION, TABLES, open_current
from tests.case import customer, customers, made, order, orders, taken
from tests.refresh_case import PLACES

if TYPE_CHECKING:
    from byname.company import Company

JUNE = date(2026, 6, 30)
FIRST_KNOWN, THEN_KNOWN = datetime(2026, 6, 1, 9, tzinfo=UTC), datetime(2026, 6, 20, 9, tzinfo=UTC)


def filled(folder: Path, settings: str = "") -> Company:
    """Known on 1 June: three customers and their orders; on the 20th: one more and an order."""
    company = made(folder / "acme", settings)
    with time_machine.travel(FIRST_KNOWN, tick=False):
        taken(
            company,
            customers(
                folder / "customers.csv",
                customer(17, "Rosa Haddad", Phone="030 1234567"),
                customer(18, "Jonas Keller"),
                customer(19, "Ümit Öz"),
            ),
            orders(
                folder / "orders.csv",
                *(order(at, "rosa.haddad@example.com", f"2026-0{at}-10", 20 + at) for at in range(1, 6)),
                order(7, "jonas.keller@example.com", "2026-02-02", 500),
                order(8, "jonas.keller@example.com", "2026-02-03", 30, Currency="CHF"),
                order(9, "test@acme.example", "2026-02-03", 99_999),
            ),
        )
    with time_machine.travel(THEN_KNOWN, tick=False):
        taken(company, orders(folder / "later.csv", order(10, "late.comer@example.com", "2026-05-01", 70)))
    return company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return filled(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company that is only read: with a snapshot of June, and its own test orders kept out."""
    folder = tmp_path_factory.mktemp("shared with 'quotes'")
    company = filled(folder, 'currency = "EUR"\n[exclude]\nemails = ["*@acme.example"]\n[rates]\nCHF = 1.5')
    assert refresh(company, as_of=JUNE).is_current
    return company


def current(company: Company) -> str:
    return (company.snapshots / "CURRENT").read_text("utf-8").strip()


def folders(company: Company) -> list[str]:
    return sorted(path.name for path in company.snapshots.iterdir() if path.name != "CURRENT")


def bytes_of(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


# ---------------------------------------------------------------------------------------------------- pure


def test_made_twice_from_the_same_facts_all_tables_but_run_are_the_same_bytes(company: Company) -> None:
    one, other = (bytes_of(refresh(company, as_of=JUNE).folder) for _ in range(2))
    assert set(one) == {*(f"{name}.parquet" for name in TABLES), "index.sqlite", "identity.json"}
    assert one.pop("run.parquet") != other.pop("run.parquet")
    assert one == other


def test_orders_after_the_as_of_day_are_not_seen(company: Company) -> None:
    refresh(company, as_of=date(2026, 3, 31))
    rows = open_current(company).query("select max(orders) as most, max(occurred_at) as last from value, timeline")
    assert rows[0]["most"] == 3
    assert rows[0]["last"] < datetime(2026, 4, 1)  # noqa: DTZ001 - UTC by contract


def test_known_by_hides_what_was_learnt_later(company: Company) -> None:
    assert refresh(company, as_of=JUNE).people == 5
    result = refresh(company, as_of=JUNE, known_by=date(2026, 6, 1))
    assert (result.people, result.buyers) == (4, 3)
    assert open_current(company).find("late.comer@example.com") == []
    assert refresh(company, as_of=JUNE, known_by=date(2026, 5, 31)).people == 0


def test_orders_without_a_rate_are_left_out_and_counted(company: Company, shared: Company) -> None:
    assert refresh(company, as_of=JUNE).unrated == {"CHF": 1}
    (jonas,) = open_current(shared).query(
        "select spend_total from value join people using (person_id) where name like 'Jonas%'"
    )
    assert jonas["spend_total"] == 545


# ------------------------------------------------------------------------------------------------- current


def test_an_earlier_day_never_becomes_current(company: Company) -> None:
    later = refresh(company, as_of=JUNE)
    earlier = refresh(company, as_of=date(2026, 3, 31))
    assert (later.is_current, earlier.is_current) == (True, False)
    assert current(company) == later.folder.name
    assert earlier.folder.is_dir()
    again = refresh(company, as_of=JUNE)
    assert current(company) == again.folder.name


def test_three_whole_snapshots_are_kept_and_the_current_one_is_among_them(company: Company) -> None:
    made_of_june = [refresh(company, as_of=JUNE).folder.name for _ in range(4)]
    assert folders(company) == made_of_june[1:]
    assert current(company) == made_of_june[-1]
    for month in (1, 2, 3):
        refresh(company, as_of=date(2026, month, 28))
        assert len(folders(company)) == 3
        assert current(company) == made_of_june[-1]


def test_a_reader_keeps_the_snapshot_that_it_opened(company: Company) -> None:
    refresh(company, as_of=date(2026, 3, 31))
    reader = open_current(company)
    before = reader.query("select * from value order by rank")
    refresh(company, as_of=JUNE)
    assert reader.query("select * from value order by rank") == before
    assert reader.find("rosa.haddad@example.com")
    assert (reader.as_of, open_current(company).as_of) == (date(2026, 3, 31), JUNE)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda folder: rewritten(folder, b"999"), "version 999"),
        (lambda folder: (folder / "value.parquet").unlink(), "cannot be read"),
        (lambda folder: (folder / "value.parquet").write_bytes(b"PAR1 no"), "cannot be read"),
        (lambda folder: (folder.parent / "CURRENT").unlink(), "no snapshot yet"),
    ],
    ids=["another version", "a missing table", "a broken table", "none"],
)
def test_a_snapshot_that_cannot_be_used_is_refused_with_the_command_that_makes_one(
    company: Company, harm: Any, says: str
) -> None:
    harm(refresh(company, as_of=JUNE).folder)
    with pytest.raises(SnapshotError, match=says) as raised:
        open_current(company)
    assert f"byname refresh {company.folder}" in str(raised.value)
    assert refresh(company, as_of=JUNE).is_current
    assert open_current(company).as_of == JUNE


def rewritten(folder: Path, version: bytes) -> None:
    table = pq.read_table(folder / "value.parquet")
    metadata = {**(table.schema.metadata or {}), b"schema_version": version}
    pq.write_table(table.replace_schema_metadata(metadata), folder / "value.parquet")


# -------------------------------------------------------------------------------------------------- killed


@pytest.mark.parametrize("place", PLACES)
def test_a_killed_refresh_leaves_the_former_snapshot_and_the_next_one_cleans_up(company: Company, place: str) -> None:
    former = refresh(company, as_of=date(2026, 3, 31)).folder
    whole = bytes_of(former)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.refresh_case", str(company.folder), str(JUNE), place],
        cwd=Path(__file__).parents[1],
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert current(company) == former.name
    assert bytes_of(former) == whole
    assert open_current(company).find("rosa.haddad@example.com")
    result = refresh(company, as_of=JUNE)
    assert current(company) == result.folder.name
    assert [name for name in folders(company) if name.startswith(".")] == []
    assert len(folders(company)) <= 3
    assert not company.spill.parent.exists() or list(company.spill.parent.iterdir()) == []


# -------------------------------------------------------------------------------------------- the contract


def test_every_table_has_exactly_its_documented_columns(shared: Company) -> None:
    folder = open_current(shared).folder
    found = {path.stem: pq.read_schema(path).names for path in folder.glob("*.parquet")}
    assert found == {name: list(columns) for name, columns in TABLES.items()}


@pytest.mark.parametrize("table", TABLES)
def test_every_table_says_under_which_terms_it_was_made(shared: Company, table: str) -> None:
    metadata = pq.read_metadata(open_current(shared).folder / f"{table}.parquet").metadata
    said = {
        name: metadata[name.encode()].decode()
        for name in ("schema_version", "as_of", "currency", "horizon_days", "discount", "margin", "zone", "company")
    }
    assert said == {
        "schema_version": str(SCHEMA_VERSION),
        "as_of": "2026-06-30",
        "currency": "EUR",
        "horizon_days": "365",
        "discount": "0.1",
        "margin": "1.0",
        "zone": "UTC",
        "company": "Acme",
    }


def test_the_index_is_of_the_same_version(shared: Company) -> None:
    with closing(sqlite3.connect(open_current(shared).folder / "index.sqlite")) as db:
        assert db.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)


@pytest.mark.parametrize(
    "text",
    [
        "rosa.haddad@example.com",
        " Rosa.Haddad+shop@EXAMPLE.com ",
        "030 1234567",
        "+49 30 1234567",
        "17",  # the customer's number in the shop
        "#3",  # an order's
        "Rosa Haddad",
        "haddad",
        "0301234",
    ],
)
def test_one_look_up_finds_a_person_by_any_spelling_of_what_is_known(shared: Company, text: str) -> None:
    """S0.39: recognise a customer at every touch point."""
    found = open_current(shared).find(text)
    assert [one["name"] for one in found] == ["Rosa Haddad"]
    assert [one["person_id"] for one in open_current(shared).find(found[0]["person_id"])] == [found[0]["person_id"]]


@pytest.mark.parametrize("text", ["ümit", "ÜMIT ÖZ", "öz"])
def test_a_name_is_found_whatever_its_letters(shared: Company, text: str) -> None:
    assert [one["name"] for one in open_current(shared).find(text)] == ["Ümit Öz"]


@pytest.mark.parametrize("text", ["nobody at all", "%", "_", "\\", "'", "99999"])
def test_what_names_nobody_finds_nobody(shared: Company, text: str) -> None:
    assert open_current(shared).find(text) == []


def test_who_is_kept_out_is_in_no_table(shared: Company) -> None:
    snapshot = open_current(shared)
    for name in TABLES:
        assert "acme.example" not in str(snapshot.query(f"select * from {name}"))
        assert "#9" not in str(snapshot.query(f"select * from {name}"))
    assert b"acme.example" not in (snapshot.folder / "index.sqlite").read_bytes()
    assert snapshot.query("select says from run where kind = 'left out' and name = 'people'")[0]["says"].startswith(
        "1 "
    )


def test_every_source_row_that_names_somebody_leads_to_its_person(shared: Company) -> None:
    """S0.19, S3.18: a claim about a person is tied to the records that prove it; a merge loses none."""
    rows = open_current(shared).query(
        "select role, source_id, reader, reason from links join people using (person_id) "
        "where name = 'Rosa Haddad' and role in ('order', 'customer')"
    )
    assert sorted((row["role"], row["source_id"], row["reader"]) for row in rows) == [
        ("customer", "17", "shopify_customers"),
        *(("order", f"#{at}", "shopify_orders") for at in range(1, 6)),
    ]
    assert all(row["reason"] for row in rows)


def test_a_company_without_facts_gets_an_empty_snapshot(tmp_path: Path) -> None:
    company = made(tmp_path / "empty")
    assert refresh(company, as_of=JUNE).people == 0
    snapshot = open_current(open_company(company.folder))
    assert [len(snapshot.query(f"select * from {name}")) for name in ("people", "links", "timeline", "value")] == [
        0
    ] * 4
