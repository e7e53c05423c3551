"""The ledger: every fact that a company has, with its versions, and the imports that brought them.

A change is all or nothing over all tables, and one writer at a time makes it: `byname.facts.store` has the files,
`byname.facts.change` the work on them, `byname.facts.locks` who may. A reader pins a state and keeps it.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import duckdb
import pyarrow as pa
from deltalake.exceptions import DeltaError

from byname.errors import LedgerError
from byname.facts.change import Change, Import, Removed, Taken, known_table, show
from byname.facts.erasing import Erased, Whom
from byname.facts.locks import Held, Waiting, take
from byname.facts.schema import FILES
from byname.facts.store import LEDGER_TABLES, Committed, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

__all__ = ["Erased", "Import", "Ledger", "Removed", "State", "Taken", "Whom"]

_COMPACT_ABOVE_FILES = 64
_SWEEP_ABOVE_LOG_ENTRIES = 32
_STORAGE_ERRORS = (OSError, DeltaError, duckdb.IOException, duckdb.OutOfMemoryException, pa.ArrowException)

# deltalake gives up, or writes elsewhere, in a folder whose path has one of these.
_BAD_IN_PATH = re.compile(r"[\[\]|^\\\x00-\x1f]|%[0-9A-Fa-f]{2}")


class State:
    """One whole state of the ledger, pinned: what is added meanwhile does not show, and no file of it goes away.

    Hold it no longer than needed, best in a `with`: forgetting and taking back wait for it to clean up.
    """

    def __init__(self, store: Store, committed: Committed, lock: Held) -> None:
        self._store = store
        self._committed = committed
        self._lock = lock

    @property
    def commit(self) -> int:
        """The number of this state; it grows with each change."""
        return self._committed.commit

    @property
    def versions(self) -> Mapping[str, int]:
        """The version of each table that was ever written."""
        return self._committed.versions

    def files(self, name: str) -> list[str]:
        """Return the table's Parquet files, absolute; none if it was never written."""
        found = self._store.data_files(known_table(name).name, self.versions.get(name))
        return sorted(str(file.path) for file in found)

    def schema(self, name: str) -> pa.Schema:
        """Return the columns that the stored table has: fewer than today's if it is older than some of them."""
        version = self.versions.get(name)
        if version is None:
            return known_table(name).arrow_schema()
        return pa.schema(self._store.open(name, version).schema().to_arrow())

    def close(self) -> None:
        """Let the state go."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Ledger:
    """The fact tables in one folder, a company's `facts/`.

    Args:
        folder: where the tables are; made on first use.
        memory: DuckDB's limit, such as "1GB"; beyond it, it spills.
        threads: DuckDB's threads; None for all cores.
        spill: where it spills to, in a folder of its own that is removed after each change; None for `folder`.
        wait: seconds to wait for another writer, and for readers before bytes are cleaned away.
        notice: called once when a lock is not free after two seconds, with who holds it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        memory: str = "1GB",
        threads: int | None = None,
        spill: Path | None = None,
        wait: float = 60.0,
        notice: Callable[[Waiting], None] | None = None,
    ) -> None:
        self.folder = Path(folder).absolute()
        _refuse_bad_path(self.folder)
        self._store = Store(self.folder)
        self._settings: dict[str, Any] = {"memory_limit": memory, "preserve_insertion_order": True}
        if threads is not None:
            self._settings["threads"] = threads
        self._spill = (spill or self.folder) / "ledger.spill"
        self._wait = wait
        self._notice = notice

    # Reading

    def state(self) -> State:
        """Pin the state that counts now."""
        lock = self._lock("reading.lock", shared=True)
        try:
            return State(self._store, self._store.load(), lock)
        except BaseException:
            lock.release()
            raise

    def imports(self) -> pa.Table:
        """Return the imports that stand, oldest first: the columns of `schema.FILES`."""
        with self.state() as state, duckdb.connect(config=self._settings) as connection:
            show(connection, "imports", FILES, state.files(FILES.name))
            return connection.sql("select * from imports order by known_at, file_id").to_arrow_table()

    def same_bytes(self, what: Import) -> str | None:
        """Return the import under which the very same file stands already, so that reading it can be spared."""
        with self.state() as state, duckdb.connect(config=self._settings) as connection:
            return Change(self._store, Committed(versions=state.versions), connection).same_bytes(what)

    # Changing

    def append(
        self,
        what: Import,
        staged: Mapping[str, Path],
        *,
        at: datetime,
        leave_out: Callable[[Import, Mapping[str, Path]], tuple[Import, dict[str, Path]]] | None = None,
    ) -> Taken:
        """Take an import: add what is new or changed, note what was known already. All of it or nothing.

        Args:
            what: the file.
            staged: one Parquet file for each fact table: its columns but `known_at`, `file_id` and `version`;
                missing ones are null. A column `row` may be there; it is not stored.
            at: when it was learnt, the `known_at` of its rows; without a zone it is UTC.
            leave_out: takes away what was erased; asked when nobody else writes, so that no erasure comes in between.

        Raises:
            LedgerError: another writer was in the way for too long, the disk is full, or a staged file is wrong;
                nothing was added.
        """
        with self._changing() as (committed, change):
            if again := change.same_bytes(what):
                return change.count_as_known(again, staged)
            refused = what.refused
            if leave_out is not None:
                what, staged = leave_out(what, staged)
            taken = replace(change.take(what, staged, at), erased=what.refused - refused)
            self._tidy(self._commit(committed, change), change)
        return taken

    def remove(self, file_id: str) -> Removed:
        """Take one import back whole, to the last byte.

        What a later import had as well becomes that import's own; the rest is deleted.

        Raises:
            LedgerError: no import of that id stands, or the change could not be made; nothing was removed.
        """
        with self._changing() as (committed, change):
            name = change.name_of(file_id)
            per_table = change.take_back(file_id)
            swept = self._sweep(self._commit(committed, change, sweep=True), wait=self._wait)
        deleted, kept = (sum(counts[at] for counts in per_table.values()) for at in range(2))
        return Removed(file_id, name, deleted, kept, per_table, swept)

    def erase(self, whom: Whom, *, wait: float) -> Erased:
        """Take every fact of a person out, to the last byte.

        What a reader who pinned an earlier state still needs stays until the next writer finds nobody reading.

        Args:
            whom: whose facts.
            wait: seconds to wait for readers before the bytes are cleaned away.

        Raises:
            LedgerError: the change could not be made; nothing was changed.
        """
        with self._changing() as (committed, change):
            rows = change.erase(whom)
            now = self._commit(committed, change, sweep=True) if rows else committed
            swept = self._sweep(now, wait=wait) if now.sweep else True
        return Erased(rows, swept)

    def compact(self) -> None:
        """Merge the small files that many imports leave; the rows stay as they are."""
        with self._changing() as (committed, change):
            merged = change.compact(above=1)
            self._sweep(self._commit(committed, change, sweep=True) if merged else committed, wait=0)

    def check(self) -> list[str]:
        """Return the problems found, each a sentence with what to do; none if all is well."""
        with self.state() as state:
            found = [*self._unfinished(), *self._damage(state)]
            return found or self._strangers(state)

    # How a change is made

    @contextlib.contextmanager
    def _changing(self) -> Iterator[tuple[Committed, Change]]:
        """Hold the writers' lock over a change; what does not come to its end is taken away again."""
        with self._lock("writing.lock") as lock:
            try:
                committed = self._begin(cut_short=lock.cut_short)
                with self._duckdb() as connection:
                    yield committed, Change(self._store, committed, connection)
            except BaseException as error:
                with contextlib.suppress(*_STORAGE_ERRORS, LedgerError):
                    left = self._store.roll_back(self._store.load())
                    if isinstance(error, LedgerError) and not left:
                        lock.release()  # refused before anything was written: nobody has to clean up
                if isinstance(error, _STORAGE_ERRORS):
                    raise self._failed(error) from error
                raise

    def _begin(self, *, cut_short: bool) -> Committed:
        """Take away what a dead writer left, and see to it that its bytes go too, now or later."""
        committed = self._store.load()
        if self._store.roll_back(committed) or cut_short:
            committed = replace(committed, sweep=True)
            self._store.swap(committed)
            committed = replace(committed, sweep=not self._sweep(committed, wait=0))
        return committed

    def _commit(self, committed: Committed, change: Change, *, sweep: bool = False) -> Committed:
        now = Committed(committed.commit + 1, dict(change.versions), sweep or committed.sweep)
        self._store.swap(now)
        return now

    def _tidy(self, committed: Committed, change: Change) -> None:
        """Keep files few and logs short. The import stands: a failure here must not look like one of it."""
        with contextlib.suppress(*_STORAGE_ERRORS, LedgerError):
            if change.compact(above=_COMPACT_ABOVE_FILES):
                committed = self._commit(committed, change, sweep=True)
            entries = max(map(self._store.log_entries, committed.versions), default=0)
            if committed.sweep or entries > _SWEEP_ABOVE_LOG_ENTRIES:
                self._sweep(committed, wait=0)

    def _sweep(self, committed: Committed, *, wait: float) -> bool:
        """Clean away every byte that does not count, once nobody reads; says if that could be done."""
        with contextlib.suppress(*_STORAGE_ERRORS, LedgerError), self._lock("reading.lock", wait=wait):
            self._store.sweep(committed)
            if committed.sweep:
                self._store.swap(replace(committed, sweep=False))
            return True
        return False

    def _failed(self, error: BaseException) -> LedgerError:
        if isinstance(error, duckdb.OutOfMemoryException):
            expected = f"{self._settings['memory_limit']} of memory to do; nothing was changed"
            do = "Raise memory under [engine] in byname.toml, then run the same command again."
        else:
            expected = "room on the disk and the right to write; nothing was changed"
            do = f"{_free_space(self.folder)} Make room or give the right, then run the same command again."
        found = str(error).strip().split("\n", 1)[0]
        return LedgerError(where=str(self.folder), found=found, expected=expected, do=do)

    def _lock(self, name: str, *, shared: bool = False, wait: float | None = None) -> Held:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._failed(error) from error
        wait = self._wait if wait is None else wait
        return take(self.folder / name, shared=shared, wait=wait, notice=self._notice)

    @contextlib.contextmanager
    def _duckdb(self) -> Iterator[duckdb.DuckDBPyConnection]:
        # One writer at a time: what a dead one left there is nobody's.
        shutil.rmtree(self._spill, ignore_errors=True)
        try:
            with duckdb.connect(config={**self._settings, "temp_directory": str(self._spill)}) as connection:
                yield connection
        finally:
            shutil.rmtree(self._spill, ignore_errors=True)

    # What may be wrong

    def _unfinished(self) -> Iterator[str]:
        try:
            alone = self._lock("writing.lock", wait=0)
        except LedgerError:
            return  # a writer is at work: what it has not finished is no problem
        committed = self._store.load()
        ahead = self._store.ahead(committed)
        again = "the next byname add cleans it away"
        for path in [self.folder / name for name in ahead] or [self.folder] * alone.cut_short:
            yield f"{path}: a writer was cut short; what it left does not count, and {again}."
        if committed.sweep:
            yield f"{self.folder}: bytes of removed or merged rows are still on disk; {again}."
        alone.release(clean=not alone.cut_short)  # the next writer must still learn of it

    def _damage(self, state: State) -> Iterator[str]:
        for name, version in state.versions.items():
            try:
                files = self._store.data_files(name, version)
            except LedgerError as error:
                yield str(error)
                continue
            for file in files:
                size = file.path.stat().st_size if file.path.exists() else None
                if size != file.size:
                    found = "missing" if size is None else f"{size} bytes long instead of {file.size}"
                    yield f"{file.path}: {found}; restore this file from a backup."

    def _strangers(self, state: State) -> list[str]:
        """Return the tables with rows of an import that is not listed."""
        found = []
        with duckdb.connect(config=self._settings) as connection:
            show(connection, "imports", FILES, state.files(FILES.name))
            for name in (each for each in state.versions if each != FILES.name):
                show(connection, "rows", LEDGER_TABLES[name], state.files(name))
                strangers = connection.execute(
                    "select distinct file_id from rows anti join imports using (file_id) order by all"
                ).fetchall()
                found += [
                    f"{self.folder / name}: rows of import {row[0]}, which byname files does not list; "
                    "restore the ledger from a backup."
                    for row in strangers
                ]
        return found


def _refuse_bad_path(folder: Path) -> None:
    bad = next((part for part in folder.parts[1:] if _BAD_IN_PATH.search(part)), None)
    if bad is not None:
        raise LedgerError(
            where=str(folder),
            found=f'"{bad}" in the path',
            expected=r"no folder with [ ] | ^ \ or % and two digits in its name: the table format cannot have those",
            do="Rename that folder or choose another.",
        )


def _free_space(folder: Path) -> str:
    with contextlib.suppress(OSError):
        return f"{shutil.disk_usage(folder).free / 1e9:.1f} GB are free there."
    return ""
