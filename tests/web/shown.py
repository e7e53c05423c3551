"""What tests of pages look at: the people whom a page names, and snapshots and laid-over things made to measure."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from byname.company import Company
from byname.snapshot import Snapshot
from byname.web import desk
from byname.web.written.laid_over import LaidOver

_LINK = re.compile(r"/person/(p[A-Z2-7]{16})/")


def people_on(page: bytes) -> list[str]:
    """Ids of the people whom a page links to, in its order, each once."""
    return list(dict.fromkeys(_LINK.findall(page.decode())))


def copied(snapshot: Snapshot, into: Path) -> Snapshot:
    """A snapshot of its own to change, in a folder of that folder."""
    folder = into / snapshot.folder.name  # whose name says when it was made
    shutil.copytree(snapshot.folder, folder)
    return replace(snapshot, folder=folder)


def rewritten(snapshot: Snapshot, table: str, rows: list[dict[str, Any]]) -> None:
    """Give a table of a copied snapshot other rows."""
    path = snapshot.folder / f"{table}.parquet"
    schema = pq.read_schema(path)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)


def emptied(snapshot: Snapshot, into: Path) -> Snapshot:
    """A snapshot of its own with nothing in any table."""
    empty = copied(snapshot, into)
    for path in empty.folder.glob("*.parquet"):
        rewritten(empty, path.stem, [])
    return empty


def called(snapshot: Snapshot, person_id: str, name: str) -> None:
    """Give a person of a copied snapshot another name, wherever pages look it up."""
    path = snapshot.folder / "people.parquet"
    table = pq.read_table(path)
    rows = [row | ({"name": name} if row["person_id"] == person_id else {}) for row in table.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
    with closing(sqlite3.connect(snapshot.folder / "index.sqlite")) as db, db:
        db.execute("update card set name = ? where person_id = ?", (name, person_id))


def lay_over(monkeypatch: pytest.MonkeyPatch, since: LaidOver) -> None:
    """Let every desk lie under these."""
    monkeypatch.setattr(desk, "laid_over", lambda *_: since)


def show(monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot) -> None:
    """Let every desk have that snapshot."""
    monkeypatch.setattr(desk, "open_current", lambda _: snapshot)


def work_for(monkeypatch: pytest.MonkeyPatch, company: Company) -> None:
    """Let every desk be that company's."""
    monkeypatch.setattr(desk, "served_company", lambda: company)
