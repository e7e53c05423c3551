"""A snapshot: what one refresh made, written aside, made current in one step, and opened for reading.

    snapshots/<as_of>_<run>/*.parquet, index.sqlite     whole or not there
    snapshots/CURRENT                                   one line; a reader resolves it once

A snapshot is never changed and never migrated: one of another version is refused with the command that makes a
new one.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from byname.company import is_running
from byname.errors import SnapshotError
from byname.people.keys import email_key, phone_key
from byname.tables import SCHEMA_VERSION, TABLES
from byname.touchpoint import write_faces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from byname.company import Company

__all__ = ["KEPT", "SCHEMA_VERSION", "TABLES", "Snapshot", "Writing", "open_current"]

_ID = re.compile(r"p[A-Z2-7]{16}")
KEPT = 3  # whole snapshots: the current and two before


class Writing:
    """A snapshot being written aside; `publish` puts it in its place.

    What a killed refresh left aside is removed by the next one.
    """

    def __init__(self, company: Company) -> None:
        self._root = company.snapshots
        self._root.mkdir(parents=True, exist_ok=True)
        for left in (*self._root.glob(".writing-*"), *self._root.glob(".current-*")):
            pid = left.name.rpartition("-")[2]
            if pid == str(os.getpid()) or not is_running(pid):
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        self.folder = self._root / f".writing-{os.getpid()}"
        self.folder.mkdir()

    def publish(self, as_of: date, run: datetime) -> tuple[Path, bool]:
        """Rename the folder to its name and, unless a later day is current, make it current; then drop the oldest.

        Returns:
            The snapshot's folder, and whether it is the current one now.
        """
        for path in [*self.folder.iterdir(), self.folder]:
            _sync(path)
        name = f"{as_of.isoformat()}_{run:%Y%m%dT%H%M%S%fZ}"
        done = self._root / name
        self.folder.rename(done)
        _sync(self._root)
        current = self._root / "CURRENT"
        before = current.read_text("utf-8").strip() if current.is_file() else ""
        is_current = before[:10] <= name[:10]
        if is_current:
            beside = self._root / f".current-{os.getpid()}"
            beside.write_text(name + "\n", "utf-8")
            _sync(beside)
            beside.replace(current)
            _sync(self._root)
        self._drop_old(keep={name, name if is_current else before})
        return done, is_current

    def abandon(self) -> None:
        """Remove what was written; nothing if it was published."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _drop_old(self, keep: set[str]) -> None:
        found = sorted(path.name for path in self._root.iterdir() if path.is_dir() and path.name[:1].isdigit())
        for name in [name for name in found if name not in keep][: max(0, len(found) - KEPT)]:
            shutil.rmtree(self._root / name, ignore_errors=True)


def write_index(folder: Path, look_up: Iterable[tuple[str, str, str]], faces: pa.Table) -> None:
    """Write index.sqlite: keys to person ids, and each person's card; a look-up costs well under a millisecond.

    Args:
        folder: the snapshot's, with people.parquet and value.parquet in it.
        look_up: kind, value and person_id.
        faces: what people look like: person_id and the columns of `people.recognise.Face`.
    """
    with duckdb.connect() as con, closing(sqlite3.connect(folder / "index.sqlite", isolation_level=None)) as db:
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")  # the folder is synced as a whole before it is published
        db.execute(f"pragma user_version = {SCHEMA_VERSION}")
        db.execute(
            "create table card (person_id text primary key, name text, email text, phone text, words text, card text) "
            "without rowid"
        )
        db.execute(
            "create table key (value text, kind text, person_id text, primary key (value, kind, person_id)) "
            "without rowid"
        )
        db.execute("begin")
        cards = con.execute(
            "select p.person_id, p.name, p.email, p.phone, "
            "lower(concat_ws(chr(10), p.name, p.email, replace(p.phone, ' ', ''))), "
            "to_json({name: p.name, email: p.email, phone: p.phone, city: p.city, country: p.country, owner: p.owner, "
            "records: p.records, rank: v.rank, clv: v.clv, orders: v.orders, p_alive: v.p_alive}) "
            "from read_parquet(?) p left join read_parquet(?) v using (person_id) order by 1",
            [str(folder / "people.parquet"), str(folder / "value.parquet")],
        )
        while rows := cards.fetchmany(50_000):
            db.executemany("insert into card values (?, ?, ?, ?, ?, ?)", rows)
        db.executemany("insert into key values (?, ?, ?)", look_up)
        con.register("faces", faces)
        write_faces(db, con, "faces")
        db.execute("commit")


@dataclass(frozen=True)
class Snapshot:
    """One snapshot, open for reading; it stays whole though a newer one becomes current."""

    folder: Path
    terms: dict[str, Any]

    @property
    def as_of(self) -> date:
        """The last day that counts in it."""
        return date.fromisoformat(self.terms["as_of"])

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of a SELECT in DuckDB's SQL, in which each table of the snapshot is a view."""
        with _opened(self.folder).cursor() as con:
            rows: list[dict[str, Any]] = con.sql(sql, params=list(parameters)).to_arrow_table().to_pylist()
            return rows

    def find(self, text: str, limit: int = 20) -> list[dict[str, Any]]:
        """People by that text: an e-mail, phone or id in any spelling, else a source's number, else a part, by rank."""
        wanted = text.strip()
        keys = {wanted, wanted.lower(), email_key(wanted), phone_key(wanted, self.terms["country"])}
        with closing(sqlite3.connect(f"{(self.folder / 'index.sqlite').absolute().as_uri()}?mode=ro", uri=True)) as db:
            exact = db.execute(
                "select person_id, card from card where person_id = ?2 union "  # noqa: S608 - question marks
                "select card.person_id, card.card from key join card using (person_id) "
                f"where key.value in ({', '.join('?' * len(keys))}) limit ?1",
                (limit, wanted, *keys),
            ).fetchall()
            rows = exact or self._once_called(db, wanted) or self._with_number(db, wanted, limit)
            rows = rows or _with_part(db, wanted, limit)
        return [{"person_id": person_id, **json.loads(card)} for person_id, card in rows]

    def _once_called(self, db: sqlite3.Connection, wanted: str) -> list[tuple[str, str]]:
        """Today's person of an id of before: ids are made of a record's id, and that record is somebody's today."""
        if not _ID.fullmatch(wanted):
            return []
        digest = base64.b32decode(wanted[1:]).hex()
        found = self.query("select distinct person_id from records where left(sha256(record_id), 20) = $1", [digest])
        one = "select person_id, card from card where person_id = ?"
        return [row for record in found for row in db.execute(one, (record["person_id"],))]

    def _with_number(self, db: sqlite3.Connection, wanted: str, limit: int) -> list[tuple[str, str]]:
        """People who have a row with that number: a customer's, an order's, a ticket's."""
        if not any(character.isdigit() for character in wanted):
            return []
        linked = self.query(
            "select distinct person_id from links where source_id = $1 order by 1 limit $2", [wanted, limit]
        )
        one = "select person_id, card from card where person_id = ?"
        return [row for link in linked for row in db.execute(one, (link["person_id"],))]


def _with_part(db: sqlite3.Connection, wanted: str, limit: int) -> list[tuple[str, str]]:
    """People whose name, e-mail or phone has that text in it, the most valuable first."""
    part = wanted.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return db.execute(
        "select person_id, card from card where words like ?1 escape '\\' or words like ?2 escape '\\' "
        "order by coalesce(json_extract(card, '$.rank'), 1e18), person_id limit ?3",
        (f"%{part}%", f"%{part.replace(' ', '')}%", limit),
    ).fetchall()


def open_current(company: Company) -> Snapshot:
    """The current snapshot, resolved once.

    Raises:
        SnapshotError: there is none yet, or it is of another version.
    """
    current = company.snapshots / "CURRENT"
    again = f"byname refresh {company.folder}"
    if not current.is_file():
        raise SnapshotError(
            where=str(company.folder), found="no snapshot yet", expected="one", do=f"Make it with: {again}"
        )
    folder = company.snapshots / current.read_text("utf-8").strip()
    try:
        metadata = pq.read_metadata(folder / "value.parquet").metadata or {}
    except (OSError, pa.ArrowException) as broken:
        raise SnapshotError(
            where=str(folder),
            found=f"a snapshot that cannot be read ({broken})",
            expected="value.parquet in it",
            do=f"Run: {again}",
        ) from broken
    terms = {key.decode(): value.decode() for key, value in metadata.items()}
    if terms.get("schema_version") != str(SCHEMA_VERSION):
        raise SnapshotError(
            where=str(folder),
            found=f"a snapshot of version {terms.get('schema_version', 'unknown')}",
            expected=f"version {SCHEMA_VERSION}",
            do=f"Make a new one with: {again}",
        )
    return Snapshot(folder, terms)


@lru_cache(KEPT)
def _opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """An engine over a snapshot's tables: to make it costs more than most questions, and a snapshot never changes."""
    con = duckdb.connect()
    con.execute("set parquet_metadata_cache = true")
    for name in TABLES:
        path = str(folder / f"{name}.parquet").replace("'", "''")
        con.execute(f"create view {name} as select * from read_parquet('{path}')")  # noqa: S608
    return con


def _sync(path: Path) -> None:
    """Make it last through a loss of power."""
    if os.name == "nt" and path.is_dir():
        return  # Windows has no such thing for folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
