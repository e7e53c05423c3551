"""One change of the ledger in the making: what an import adds, what taking it back removes.

It moves the tables on, version by version; nothing of it counts before the ledger swaps what is committed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.errors import LedgerError, nearest
from byname.facts import erasing
from byname.facts import versions as sql
from byname.facts.quoting import literal, quoted
from byname.facts.schema import FILES, SIGHTINGS, TABLES, FactTable, table
from byname.facts.store import LEDGER_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import duckdb

    from byname.facts.erasing import Whom
    from byname.facts.store import Committed, Store

__all__ = ["Change", "Import", "Removed", "Taken", "known_table", "show"]

# Small batches: the writer holds several at once.
_BATCH_ROWS = 16_384
_FILE_ID_DIGITS = 16
_FACT_TABLES = {each.name: each for each in TABLES}
_STAMPED = ("known_at", "file_id", "version")
_DUCKDB_TYPES = {
    "text": "varchar",
    "texts": "varchar[]",
    "instant": "timestamp",
    "day": "date",
    "money": "decimal(18,4)",
    "number": "double",
    "integer": "bigint",
    "flag": "boolean",
}


@dataclass(frozen=True)
class Import:
    """What intake knows of a file; when it was read and what came of it is for the ledger to say.

    Args:
        name: the file's name.
        sha256: of its bytes, hex.
        reader: the reader that took it.
        source: the system that it comes from.
        account: which shop or inbox of that system.
        rows: rows read.
        refused: rows refused.
        newest_at: the newest past instant in it, so how old the export is; None where it does not say.
    """

    name: str
    sha256: str
    reader: str
    source: str
    account: str
    rows: int
    refused: int
    newest_at: datetime | None = None


@dataclass(frozen=True)
class Taken:
    """What an import came to; `per_table` has (new, changed, known) for each table.

    `erased` counts rows that were left out, since whom they are about was erased after they happened.
    """

    file_id: str
    new: int
    changed: int
    known: int
    per_table: Mapping[str, tuple[int, int, int]]
    erased: int = 0


@dataclass(frozen=True)
class Removed:
    """What taking an import back came to.

    `kept` counts rows that a later import had too and that are now its own; `per_table` has (deleted, kept).
    `swept` is False if somebody was reading all the while: the rows are gone for everyone, but their bytes stay
    on disk until the next writer finds nobody reading.
    """

    file_id: str
    name: str
    deleted: int
    kept: int
    per_table: Mapping[str, tuple[int, int]]
    swept: bool


class Change:
    """The versions that a change has reached. `connection` is its own and does all set work."""

    def __init__(self, store: Store, committed: Committed, connection: duckdb.DuckDBPyConnection) -> None:
        self._store = store
        self._connection = connection
        self.versions = dict(committed.versions)
        self._show(FILES.name, "imports")

    def same_bytes(self, what: Import) -> str | None:
        """Return the import under which the very same file stands already."""
        found = self._connection.execute(
            "select file_id from imports where sha256 = ? and source = ? and account = ? and reader = ?",
            [what.sha256, what.source, what.account, what.reader],
        ).fetchall()
        return str(found[0][0]) if found else None

    # Taking an import

    def take(self, what: Import, staged: Mapping[str, Path], at: datetime) -> Taken:
        """Add what is new or changed, note what was known already, and list the import."""
        at = _utc(at)
        file_id = self._new_file_id(what, at)
        per_table = {name: self._take_table(what, name, path, file_id, at) for name, path in staged.items()}
        self._take_sightings([name for name, counts in per_table.items() if counts[2]], file_id, at)
        taken = _taken(file_id, per_table)
        self._take_file(what, taken, at)
        return taken

    def count_as_known(self, file_id: str, staged: Mapping[str, Path]) -> Taken:
        """Say that every row is known, since the same bytes stand already; changes nothing."""
        rows = {name: self._count(sql.ROWS_SQL.format(path=literal(path))) for name, path in staged.items()}
        return _taken(file_id, {name: (0, 0, count) for name, count in rows.items()})

    def _new_file_id(self, what: Import, at: datetime) -> str:
        there = {row[0] for row in self._connection.execute("select file_id from imports").fetchall()}
        parts = (what.sha256, what.source, what.account, what.reader, at.isoformat())
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        starts = range(len(digest) - _FILE_ID_DIGITS + 1)
        return next(found for start in starts if (found := digest[start : start + _FILE_ID_DIGITS]) not in there)

    def _take_table(self, what: Import, name: str, path: Path, file_id: str, at: datetime) -> tuple[int, int, int]:
        self._stage(name, path)
        self._show(name, "versions")
        names = {"staged": f"staged_{name}", "verdicts": f"verdicts_{name}"}
        self._connection.execute(sql.REPEATS_SQL.format(**names))
        self._connection.execute(sql.SEEN_SQL.format(**names))
        newest_at = None if what.newest_at is None else _utc(what.newest_at)
        self._connection.execute(sql.VERDICTS_SQL.format(**names), {"newest_at": newest_at})
        ((new, changed, rows),) = self._connection.execute(sql.COUNTS_SQL.format(**names)).fetchall()
        if new or changed:
            columns = ", ".join(_stored_as(column.name) for column in table(name).all_columns)
            query = sql.ALL_NEW_SQL if new == rows else sql.TAKEN_SQL
            self._stream(name, query.format(columns=columns, **names), {"file_id": file_id, "known_at": at})
        return new, changed, rows - new - changed

    def _stage(self, name: str, path: Path) -> None:
        """Make the view of a staged file: the table's columns, in its types, and each row's position."""
        description = self._connection.execute(sql.COLUMNS_SQL.format(path=literal(path))).description or []
        found = [column[0] for column in description]
        wanted = {column.name: column.type for column in known_table(name, _FACT_TABLES).all_columns}
        _refuse_odd_columns(path, name, found, wanted)
        columns = [
            f"cast({quoted(each) if each in found else 'null'} as {_DUCKDB_TYPES[kind]}) as {quoted(each)}"
            for each, kind in wanted.items()
            if each not in _STAMPED
        ]
        names = {"staged": f"staged_{name}"}
        self._connection.execute(sql.STAGED_SQL.format(columns=", ".join(columns), path=literal(path), **names))
        if lost := self._count(sql.NAMELESS_SQL.format(**names)):
            raise LedgerError(
                where=f"{path} ({name})",
                found=f"{lost} rows without a fact_id or row_hash",
                expected="both in every row",
                do="This is a fault of the reader that wrote them; please report it.",
            )

    def _count(self, query: str, values: Mapping[str, object] | None = None) -> int:
        # To the end, always: an open result would keep the connection from anything else.
        ((counted,),) = self._connection.execute(query, dict(values or {})).fetchall()
        return int(counted)

    def _take_sightings(self, names: Iterable[str], file_id: str, at: datetime) -> None:
        known = [
            sql.SIGHTINGS_SQL.format(name=name, staged=f"staged_{name}", verdicts=f"verdicts_{name}") for name in names
        ]
        if known:
            self._stream(SIGHTINGS.name, " union all ".join(known), {"file_id": file_id, "known_at": at})

    def _take_file(self, what: Import, taken: Taken, at: datetime) -> None:
        row = {
            "file_id": taken.file_id,
            "name": what.name,
            "sha256": what.sha256,
            "reader": what.reader,
            "source": what.source,
            "account": what.account,
            "known_at": at,
            "newest_at": None if what.newest_at is None else _utc(what.newest_at),
            "rows": what.rows,
            "new": taken.new,
            "changed": taken.changed,
            "known": taken.known,
            "refused": what.refused,
        }
        rows = pa.Table.from_pylist([row], schema=FILES.arrow_schema())
        self._append(FILES.name, rows.to_reader())

    # Taking an import back

    def name_of(self, file_id: str) -> str:
        """Return the file's name of an import that stands; LedgerError with the nearest ids if there is none."""
        imports = dict(self._connection.execute("select file_id, name from imports").fetchall())
        if file_id not in imports:
            raise LedgerError(
                where=str(self._store.folder),
                found=f'no import "{file_id}"{nearest(file_id, imports)}',
                expected=f"one of {', '.join(imports) or 'none: nothing was added yet'}",
                do="List what was loaded with: byname files DIR",
            )
        return str(imports[file_id])

    def take_back(self, file_id: str) -> dict[str, tuple[int, int]]:
        """Remove an import's rows, its sightings and its line; returns (deleted, kept) of each table it is in."""
        self._show(SIGHTINGS.name, "sightings")
        counts = {each.name: self._take_back_from(each.name, file_id) for each in TABLES}
        for name in (SIGHTINGS.name, FILES.name):
            self._delete(name, file_id)
        return {name: count for name, count in counts.items() if any(count)}

    def _take_back_from(self, name: str, file_id: str) -> tuple[int, int]:
        if name not in self.versions:
            return 0, 0
        self._show(name, "versions")
        rows = self._count("select count(*) from versions where file_id = $file_id", {"file_id": file_id})
        if not rows:
            return 0, 0
        self._connection.execute(sql.HEIRS_SQL, {"file_id": file_id, "name": name})
        kept = self._count("select count(*) from heirs")
        if kept:
            self._stream(name, sql.INHERITED_SQL, {"file_id": file_id})
        self._delete(name, file_id)
        return rows - kept, kept

    # Taking a person out

    def erase(self, whom: Whom) -> dict[str, int]:
        """Take out every row of a person, and every sighting of one; how many in each table that has any."""
        return erasing.erase(self._connection, self._store, self.versions, whom)

    # Steps, each a new version of one table

    def compact(self, *, above: int) -> bool:
        """Merge the small files of every table that has more than `above` of them; says if there was one."""
        many = [
            name for name, version in self.versions.items() if self._store.small_files(name, version, above) > above
        ]
        for name in many:
            self.versions[name] = self._store.compact(name, self.versions[name])
        return bool(many)

    def _stream(self, name: str, query: str, values: Mapping[str, object]) -> None:
        rows = self._connection.sql(query, params=dict(values)).to_arrow_reader(_BATCH_ROWS)
        self._append(name, rows)

    def _append(self, name: str, rows: pa.RecordBatchReader) -> None:
        self.versions[name] = self._store.append(name, rows, self.versions.get(name))

    def _delete(self, name: str, file_id: str) -> None:
        if name in self.versions:
            self.versions[name] = self._store.delete(name, file_id, self.versions[name])

    def _show(self, name: str, view: str) -> None:
        files = self._store.data_files(name, self.versions.get(name))
        show(self._connection, view, LEDGER_TABLES[name], [str(file.path) for file in files])


def show(connection: duckdb.DuckDBPyConnection, view: str, of: FactTable, files: list[str]) -> None:
    """Make a view of a table's Parquet files; without files, one of the right columns and no rows."""
    nulls = (f"cast(null as {_DUCKDB_TYPES[each.type]}) as {quoted(each.name)}" for each in of.all_columns)
    template = sql.FILES_VIEW_SQL if files else sql.EMPTY_VIEW_SQL
    paths = ", ".join(map(literal, files))
    connection.execute(template.format(view=view, columns=", ".join(nulls), paths=paths))


def known_table(name: str, among: Mapping[str, FactTable] = LEDGER_TABLES) -> FactTable:
    """Return the table of that name, the ledger's own two among them; LedgerError if there is none."""
    if name not in among:
        raise LedgerError(
            where=f'fact table "{name}"',
            found=f"no such table{nearest(name, among)}",
            expected=f"one of {', '.join(among)}",
        )
    return among[name]


def _taken(file_id: str, per_table: Mapping[str, tuple[int, int, int]]) -> Taken:
    new, changed, known = (sum(counts[at] for counts in per_table.values()) for at in range(3))
    return Taken(file_id, new, changed, known, per_table)


def _stored_as(column: str) -> str:
    stamped = {
        "known_at": "cast($known_at as timestamp) as known_at",
        "file_id": "cast($file_id as varchar) as file_id",
        "version": "version",
    }
    return stamped.get(column, f"staged.{quoted(column)}")


def _refuse_odd_columns(path: Path, name: str, found: Iterable[str], wanted: Iterable[str]) -> None:
    allowed = {*wanted, "row"} - set(_STAMPED)
    odd = sorted(set(found) - allowed)
    missing = sorted({"fact_id", "row_hash"} - set(found))
    if odd or missing:
        raise LedgerError(
            where=f"{path} ({name})",
            found=f"columns too many: {', '.join(odd) or 'none'}; missing: {', '.join(missing) or 'none'}",
            expected=f"columns of {name} without {', '.join(_STAMPED)}",
            do="This is a fault of the reader that wrote it; please report it.",
        )


def _utc(at: datetime) -> datetime:
    """Give the instant as the tables have it: UTC, without a zone."""
    return at if at.tzinfo is None else at.astimezone(UTC).replace(tzinfo=None)
