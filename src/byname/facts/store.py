"""The ledger's tables on disk: one Delta table each, and one small file that says which versions of them count.

Delta makes a change of one table all or nothing; `COMMITTED` does that over all of them. It maps each table to a
version and is swapped in one step, so that a state of the ledger *is* that map. What a table has beyond it is the
work of a writer that was cut short, and the next writer takes it away.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from deltalake import DeltaTable, PostCommitHookProperties, WriterProperties, write_deltalake

from byname.errors import LedgerError
from byname.facts.schema import FILES, SIGHTINGS, TABLES, FactTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["LEDGER_TABLES", "Committed", "DataFile", "Store"]

LEDGER_TABLES: Mapping[str, FactTable] = {each.name: each for each in (*TABLES, FILES, SIGHTINGS)}

# Statistics stand in the log, where they outlive a row: only columns that name nobody, and that a reader skips by.
_SKIP_BY = ("occurred_at", "known_at", "file_id", "version")

# Checkpoints and the cleaning of the log are the ledger's own business (`Store.sweep`): done by Delta after a
# commit they would pull the log from under a reader.
_NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)

# Row groups bound what a writer holds in memory, and let both engines read one file with several threads.
_WRITER = WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=131_072)

_FILE_BYTES = 128 * 1024 * 1024
_SMALL_BYTES = _FILE_BYTES // 2


@dataclass(frozen=True)
class Committed:
    """One whole state: the version of each table. `sweep` says that bytes are still to be cleaned away."""

    commit: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)
    sweep: bool = False


@dataclass(frozen=True)
class DataFile:
    """One Parquet file of a table."""

    path: Path
    size: int


class Store:
    """The tables in one folder. It takes no locks: the ledger holds them around every call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # What counts

    def load(self) -> Committed:
        """Read which state counts; an empty one where nothing was ever added."""
        path = self.folder / "COMMITTED"
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            versions = {str(name): int(version) for name, version in said["versions"].items()}
            return Committed(int(said["commit"]), versions, bool(said.get("sweep", False)))
        except FileNotFoundError:
            return Committed()
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise LedgerError(
                where=str(path),
                found=f"a file that cannot be read ({error})",
                expected='one line such as {"commit": 3, "versions": {"orders": 2}}',
                do="Restore this file from a backup; the tables beside it are as they were.",
            ) from error

    def swap(self, committed: Committed) -> None:
        """Make that state the one that counts, in one step that also survives a loss of power."""
        said: dict[str, Any] = {
            "commit": committed.commit,
            "versions": dict(sorted(committed.versions.items())),
        }
        if committed.sweep:
            said["sweep"] = True
        aside = self.folder / "COMMITTED.new"
        with aside.open("w", encoding="utf-8") as file:
            file.write(json.dumps(said) + "\n")
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.folder / "COMMITTED")
        _sync(self.folder)

    def ahead(self, committed: Committed) -> list[str]:
        """Return the tables that have more than what counts: a writer was cut short."""
        return [
            name
            for name in LEDGER_TABLES
            if (self.folder / name).is_dir() and self._beyond(name, committed.versions.get(name))
        ]

    def roll_back(self, committed: Committed) -> list[str]:
        """Take away what a writer left that was cut short; returns the tables that had something.

        The log is cut back by hand rather than with Delta's `restore`, which has to read the very entries that may
        be torn, and writes when the disk may be full. Nobody can have seen them: readers open what counts.
        """
        found = self.ahead(committed)
        for name in found:
            version = committed.versions.get(name)
            if version is None:
                shutil.rmtree(self.folder / name)
                continue
            for path in self._beyond(name, version):
                path.unlink()
            _sync(self.folder / name / "_delta_log")
        return found

    def _beyond(self, name: str, version: int | None) -> list[Path]:
        if version is None:
            return [self.folder / name]
        log = self.folder / name / "_delta_log"
        entries = (path for path in log.glob("*.*") if path.name.split(".")[0].isdigit())
        return sorted((path for path in entries if int(path.name.split(".")[0]) > version), reverse=True)

    # Reading

    def open(self, name: str, version: int) -> DeltaTable:
        """Open a table at exactly that version."""
        try:
            return DeltaTable(self.folder / name, version=version)
        except Exception as error:
            raise LedgerError(
                where=str(self.folder / name),
                found=f"a table that cannot be opened at version {version} ({_first_line(error)})",
                expected="the version that COMMITTED names",
                do="Run byname check; restore this folder from a backup.",
            ) from error

    def data_files(self, name: str, version: int | None) -> list[DataFile]:
        """Return a table's Parquet files at that version; none for a table that was never written."""
        return [] if version is None else _data_files(self.folder / name, self.open(name, version))

    # Writing: each gives the version that it made

    def append(self, name: str, rows: pa.RecordBatchReader, version: int | None) -> int:
        """Add rows, streamed; makes the table on first use."""
        write_deltalake(
            self.folder / name,
            rows,
            mode="append",
            schema_mode=None if version is None else "merge",
            configuration=_configuration(LEDGER_TABLES[name]) if version is None else None,
            target_file_size=_FILE_BYTES,
            writer_properties=_WRITER,
            post_commithook_properties=_NO_HOOKS,
        )
        return self._made(name, version)

    def delete(self, name: str, file_id: str, version: int) -> int:
        """Delete the rows of one import. The predicate stands in the log: it names an import, never a person."""
        self.open(name, version).delete(
            f"file_id = '{file_id}'", writer_properties=_WRITER, post_commithook_properties=_NO_HOOKS
        )
        return self._made(name, version)

    def replace(self, name: str, version: int, files: Mapping[str, str | None]) -> int:
        """Let other files stand in for some of a table's.

        The log's entry is written by hand: Delta's own would tell by which condition, and the least and the greatest
        values, and it is kept.

        Args:
            name: of the table.
            version: that counts now.
            files: the name of each file that goes, and of the one that comes in its place; None: nothing is left.
        """
        now = time.time_ns() // 1_000_000
        said: list[dict[str, Any]] = [{"commitInfo": {"timestamp": now, "operation": "DELETE"}}]
        for old, new in files.items():
            said.append({"remove": {"path": old, "deletionTimestamp": now, "dataChange": True}})
            if new is not None:
                size = (self.folder / name / new).stat().st_size
                added = {"path": new, "partitionValues": {}, "size": size, "modificationTime": now, "dataChange": True}
                said.append({"add": added})
        entry = self.folder / name / "_delta_log" / f"{version + 1:020}.json"
        with entry.open("x", encoding="utf-8") as log:
            log.write("".join(json.dumps(one) + "\n" for one in said))
        return self._made(name, version)

    def compact(self, name: str, version: int) -> int:
        """Merge the table's small files."""
        self.open(name, version).optimize.compact(
            target_size=_FILE_BYTES,
            max_concurrent_tasks=1,
            writer_properties=_WRITER,
            post_commithook_properties=_NO_HOOKS,
        )
        return self._made(name, version)

    def small_files(self, name: str, version: int, above: int) -> int:
        """Count the files that are worth merging; 0 without a closer look if there are no more than `above`."""
        if sum(1 for _ in (self.folder / name).glob("*.parquet")) <= above:
            return 0
        return sum(1 for file in self.data_files(name, version) if file.size < _SMALL_BYTES)

    def log_entries(self, name: str) -> int:
        """Count the entries of a table's log: what an opening has to read."""
        return sum(1 for _ in (self.folder / name / "_delta_log").glob("*.json"))

    def _made(self, name: str, before: int | None) -> int:
        # The newest version is on disk by now, but the system may still hold it in memory: COMMITTED must never
        # name what a loss of power could take.
        log = self.folder / name / "_delta_log"
        made = -1 if before is None else before
        while (entry := log / f"{made + 1:020}.json").exists():
            made += 1
            for path in _added(entry):
                _sync(self.folder / name / path)
            _sync(entry)
        _sync(log)
        _sync(self.folder / name)
        return made

    # Cleaning

    def sweep(self, committed: Committed) -> None:
        """Remove every byte that the state that counts does not need. Nobody may be reading."""
        for name, version in committed.versions.items():
            table = self.open(name, version)
            if self.log_entries(name) > 1:
                table.create_checkpoint()
                table.cleanup_metadata()
            for path in self._strays(name, table):
                path.unlink()

    def strays(self, committed: Committed) -> list[Path]:
        """Return the files that the state that counts does not need: harmless, but bytes."""
        return [
            path
            for name, version in committed.versions.items()
            for path in self._strays(name, self.open(name, version))
        ]

    def _strays(self, name: str, table: DeltaTable) -> Iterator[Path]:
        folder = self.folder / name
        needed = {file.path for file in _data_files(folder, table)}
        for path in folder.iterdir():
            if path.is_file() and path not in needed:
                yield path
        for path in (folder / "_delta_log").iterdir():
            whole = path.name == "_last_checkpoint" or path.suffix in {".json", ".parquet", ".crc"}
            if path.is_file() and not (whole and not path.name.startswith("_commit")):
                yield path


def _configuration(table: FactTable) -> dict[str, str | None]:
    names = [column.name for column in table.all_columns if column.name in _SKIP_BY and not column.personal]
    return {
        "delta.dataSkippingStatsColumns": ",".join(names),
        "delta.logRetentionDuration": "interval 0 days",
        "delta.deletedFileRetentionDuration": "interval 0 days",
    }


def _data_files(folder: Path, table: DeltaTable) -> list[DataFile]:
    added = pa.table(table.get_add_actions())
    return [
        DataFile(folder / path, size)
        for path, size in zip(added["path"].to_pylist(), added["size_bytes"].to_pylist(), strict=True)
    ]


def _added(entry: Path) -> Iterator[str]:
    with entry.open(encoding="utf-8") as lines:
        for line in lines:
            if added := json.loads(line).get("add"):
                yield added["path"]


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0]


def _sync(path: Path) -> None:
    # A folder cannot be opened on Windows, which keeps its own order of changes.
    with contextlib.suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
