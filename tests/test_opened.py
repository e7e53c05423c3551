"""Many ask one snapshot at once, a new one comes beside it, a process forks: everybody gets whole answers (S0.10)."""

from __future__ import annotations

import gc
import multiprocessing
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from byname.company import Company, open_company
from byname.layout import is_by_person, order_of
from byname.opened import tables_of
from byname.refresh import refresh
from byname.snapshot import Snapshot, open_current
from byname.tables import TABLES
from tests.case import add, made, order, orders

NAMES = [
    f"{one}.{two}"
    for one in ("ada", "ben", "cleo", "dora", "emil")
    for two in "hahn kern lang moos nagy otto pohl rabe".split()
]
COUNT = "select count(*) as many from timeline where kind = 'order'"
MINE = "select source_id, amount from timeline where person_id = $1 and kind = 'order' order by source_id"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    folder = tmp_path_factory.mktemp("opened")
    company = made(folder / "company")
    file = orders(
        folder / "orders.csv",
        *(
            order(number, f"{NAMES[number % 40]}@shop.example", f"2026-0{1 + number % 6}-01", total=10 + number)
            for number in range(400)
        ),
    )
    assert [outcome.error for outcome in add(company, file)] == [None]
    refresh(company, as_of=date(2026, 6, 30))
    return company


@pytest.fixture
def snapshot(company: Company) -> Snapshot:
    return open_current(company)


def test_every_table_lies_as_the_layout_says(snapshot: Snapshot) -> None:
    """A look-up by person trusts the order."""
    for name in TABLES:
        table = pq.read_table(snapshot.folder / f"{name}.parquet")
        assert table.column_names == list(TABLES[name]), name
        first = order_of(name, table.column_names)[0][0]
        values = [value for value in table.column(first).to_pylist() if value is not None]
        assert values == sorted(values), name


def test_the_rows_of_a_few_people_are_all_of_theirs_and_no_others(snapshot: Snapshot) -> None:
    ids = [row["person_id"] for row in snapshot.query("select person_id from people order by person_id")]
    assert len(ids) == 40
    for person in ids:
        assert snapshot.query(MINE, [person], only=[person]) == snapshot.query(MINE, [person])
    few = ids[3:7]
    assert snapshot.query(COUNT, only=few) == [{"many": 40}]
    assert snapshot.query("select distinct person_id from timeline order by 1", only=few) == [
        {"person_id": one} for one in few
    ]
    assert snapshot.query(COUNT) == [{"many": 400}]


def test_a_stranger_has_no_rows(snapshot: Snapshot) -> None:
    for name in (name for name in TABLES if is_by_person(name)):
        for nobody in ("p" + "2" * 16, "p" + "Z" * 16, ""):
            assert snapshot.query(f"select * from {name}", only=[nobody]) == []


def test_people_whose_rows_fill_several_row_groups(tmp_path: Path, snapshot: Snapshot) -> None:
    """The same rows in groups of seven: a person begins in one and ends in another."""
    folder = tmp_path / "small"
    folder.mkdir()
    pq.write_table(pq.read_table(snapshot.folder / "timeline.parquet"), folder / "timeline.parquet", row_group_size=7)
    tables, theirs = tables_of(folder), "select person_id, source_id from timeline order by all"
    for row in snapshot.query("select person_id from people"):
        (person,) = row.values()
        assert tables.query(theirs, [], [person]) == snapshot.query(theirs, only=[person])


def test_threads_ask_at_the_same_time(snapshot: Snapshot) -> None:
    ids = [row["person_id"] for row in snapshot.query("select person_id from people")]
    alone = {one: snapshot.query(MINE, [one]) for one in ids}

    def asked(number: int) -> bool:
        one = ids[number % len(ids)]
        return snapshot.query(MINE, [one], only=[one] if number % 2 else []) == alone[one]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(asked, range(240)))


def _asked(folder: Path) -> int:
    return int(Snapshot(folder, {}).query(COUNT)[0]["many"])


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="nothing forks here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_opens_its_own(snapshot: Snapshot) -> None:
    assert snapshot.query(COUNT) == [{"many": 400}]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map_async(_asked, [snapshot.folder] * 4).get(timeout=60) == [400] * 4
    assert snapshot.query(COUNT) == [{"many": 400}]


def test_one_engine_a_folder_that_closes_when_nobody_holds_it(tmp_path: Path, company: Company) -> None:
    """The latest stays open for the next request; the one before goes with its last reader."""
    folder = tmp_path / "other"
    shutil.copytree(company.folder, folder)
    first, same = open_current(company), open_current(company)
    assert first.query(COUNT) == same.query(COUNT)
    engine = weakref.ref(tables_of(first.folder))
    del same
    other = open_current(open_company(folder))
    assert other.query(COUNT) == first.query(COUNT)
    assert engine() is not None
    del first
    gc.collect()
    assert engine() is None
