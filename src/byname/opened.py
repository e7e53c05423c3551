"""The tables of a snapshot, open to be asked: one embedded engine a folder and process, for all its threads.

The latest folder stays open, since the next request asks it again; another closes when the last snapshot that holds it
is forgotten. Processes share nothing: after a fork the child opens its own.

A table of twenty million rows has thousands of row groups, and the engine looks at each before it reads one: a tenth of
a second. So the rows of a few people are fetched first, from the row groups where a sorted table has them.
"""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from threading import Lock, local
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from byname.finding import ranks
from byname.layout import is_by_person
from byname.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

__all__ = ["Tables", "tables_of"]

_MEMORY = "384MB"
_THREADS = 2
_RANKED = "value"  # sorted by rank, which the index knows of everybody
_NAME = re.compile(r"\w+")
_STAR = re.compile(r"(?:\w+\.)?\*(?!\)).*?(?=\bselect\b|\Z)", re.DOTALL | re.IGNORECASE)


class Tables:
    """The tables of one folder; each is known to the engine from the first question that names it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = os.getpid()
        self._known: frozenset[str] = frozenset()
        self._sorted: dict[str, _Sorted] = {}
        self._lock = Lock()
        self._engine = duckdb.connect(config={"memory_limit": _MEMORY, "threads": _THREADS})
        # A snapshot's files are never changed: what was read of their footers holds.
        self._engine.execute("set global parquet_metadata_cache = true")
        self._engine.execute("set validate_external_file_cache = 'NO_VALIDATION'")

    def query(self, sql: str, parameters: Sequence[Any], only: Collection[str]) -> list[dict[str, Any]]:
        """Rows of a SELECT; of tables that are sorted by person, only the rows of `only`, where that is not empty."""
        if self._process != os.getpid():
            return tables_of(self._folder).query(sql, parameters, only)
        names = _words(sql) & TABLES.keys()
        few = frozenset(name for name in names if only and (name == _RANKED or is_by_person(name)))
        if unknown := names - few - self._known:
            self._know(unknown)
        with self._engine.cursor() as cursor:
            for name in few:
                cursor.register(name, self._rows_of(name, only, None if name in _whole(sql) else _words(sql)))
            rows: list[dict[str, Any]] = cursor.sql(sql, params=list(parameters)).to_arrow_table().to_pylist()
            return rows

    def rows(self, name: str, people: Collection[str], columns: Collection[str]) -> list[dict[str, Any]]:
        """All rows of these people in a table that is sorted by person, without asking the engine."""
        if self._process != os.getpid():
            return tables_of(self._folder).rows(name, people, columns)
        found: list[dict[str, Any]] = self._rows_of(name, people, frozenset(columns)).to_pylist()
        return found

    def _know(self, names: frozenset[str]) -> None:
        with self._lock:
            for name in sorted(names - self._known):
                path = str(self._folder / f"{name}.parquet").replace("'", "''")
                self._engine.execute(f"create view {name} as select * from read_parquet('{path}')")  # noqa: S608
            self._known |= names

    def _rows_of(self, name: str, people: Collection[str], columns: frozenset[str] | None) -> pa.Table:
        table = self._sorted.get(name)
        if table is None:
            key = "rank" if name == _RANKED else "person_id"
            table = self._sorted[name] = _Sorted.opened(self._folder / f"{name}.parquet", key)
        keys = ranks(self._folder, people) if name == _RANKED else people
        return table.rows(keys, people, columns)


@dataclass(frozen=True)
class _Sorted:
    """A file that is sorted by a key: where each row group begins and ends.

    Each thread has it open for itself, since a reader serves one at a time: to open it anew costs as much as a column.
    """

    path: Path
    footer: pq.FileMetaData
    columns: frozenset[str]
    first: list[Any]
    last: list[Any]
    by_thread: local = field(default_factory=local)

    @classmethod
    def opened(cls, path: Path, key: str) -> _Sorted:
        footer = pq.read_metadata(path)
        names = footer.schema.names
        place = names.index(key)
        ends = [footer.row_group(group).column(place).statistics for group in range(footer.num_row_groups)]
        known = [one for one in ends if one and one.has_min_max]  # who has no key comes last, and is nobody's
        return cls(
            path,
            footer,
            frozenset(footer.schema.to_arrow_schema().names),
            [one.min for one in known],
            [one.max for one in known],
        )

    def rows(self, keys: Collection[Any], people: Collection[str], columns: frozenset[str] | None) -> pa.Table:
        """All rows of these people, who have these keys; of the columns that are named, or of all."""
        groups: set[int] = set()
        for key in keys:
            groups.update(range(bisect_left(self.last, key), bisect_right(self.first, key)))
        listed = None if columns is None else [*(self.columns & columns - {"person_id"}), "person_id"]
        found = self._file().read_row_groups(sorted(groups), columns=listed, use_threads=False)
        return found.filter(pc.is_in(found.column("person_id"), _texts(people)))

    def _file(self) -> pq.ParquetFile:
        found: pq.ParquetFile | None = getattr(self.by_thread, "file", None)
        if found is None:
            found = self.by_thread.file = pq.ParquetFile(self.path, metadata=self.footer)
        return found


def _texts(texts: Collection[str]) -> pa.Array:
    """As `pa.array`, which would load pandas on the first click: half a second, and fifty megabytes for good."""
    said = [text.encode(errors="replace") for text in texts]
    ends = array("i", accumulate(map(len, said), initial=0))
    return pa.StringArray.from_buffers(len(said), pa.py_buffer(ends), pa.py_buffer(b"".join(said)))


@lru_cache(maxsize=1_000)
def _words(sql: str) -> frozenset[str]:
    """The words of a statement: what is none of them is neither a table nor a column in it."""
    return frozenset(_NAME.findall(sql))


@lru_cache(maxsize=1_000)
def _whole(sql: str) -> frozenset[str]:
    """The tables of which a statement may want every column: named between a star and the next SELECT."""
    return frozenset(name for part in _STAR.findall(sql) for name in _NAME.findall(part))


_OPEN: WeakValueDictionary[Path, Tables] = WeakValueDictionary()
_LOCK = Lock()
_LATEST: list[Tables] = []
_INHERITED: list[Tables] = []


def tables_of(folder: Path) -> Tables:
    """The tables of that folder, in this process."""
    with _LOCK:
        found = _OPEN.get(folder)
        if found is None:
            found = _OPEN[folder] = Tables(folder)
        _LATEST[:] = [found]
        return found


def _forget() -> None:
    """What the parent had open has lost its threads here; it is neither asked nor closed."""
    global _LOCK  # noqa: PLW0603 - another thread of the parent may have held it
    _LOCK = Lock()
    _INHERITED.extend(_OPEN.values())
    _OPEN.clear()
    _LATEST.clear()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_forget)
