"""A snapshot: what one refresh made, written aside, made current in one step, and opened for reading.

    snapshots/<as_of>_<run>/*.parquet, index.sqlite     whole or not there
    snapshots/CURRENT                                   one line; a reader resolves it once

A snapshot is never changed and never migrated: one of another version is refused with the command that makes a
new one.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byname.company import is_running
from byname.errors import SnapshotError
from byname.finding import CARD, by_keys, by_person, by_telephone, by_words, opened
from byname.opened import tables_of
from byname.tables import SCHEMA_VERSION, TABLES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from byname.company import Company
    from byname.finding import Card
    from byname.opened import Tables

__all__ = ["KEPT", "SCHEMA_VERSION", "TABLES", "Snapshot", "Writing", "current_folder", "is_person_id", "open_current"]

_ID = re.compile(r"p[A-Z2-7]{16}")
_RUN = "%Y%m%dT%H%M%S%fZ"  # in a snapshot's name
_LONGEST = 400  # of what is looked for
_SHORTEST_BEGINNING = 3  # of a number; a shorter one is a whole number
_LAST = "\U0010ffff"  # comes after every other letter
NOBODY: Mapping[str, str] = MappingProxyType({})
NUMBERED = "select person_id from numbers where number >= $1 and number <= $2 order by number limit 200"
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
        name = f"{as_of.isoformat()}_{run:{_RUN}}"
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


@dataclass(frozen=True)
class Snapshot:
    """One snapshot, open for reading; it stays whole though a newer one becomes current."""

    folder: Path
    terms: dict[str, Any]

    @property
    def as_of(self) -> date:
        """The last day that counts in it."""
        return date.fromisoformat(self.terms["as_of"])

    @property
    def run(self) -> datetime:
        """When its making began, UTC without a zone: what was known and drained by then is in it."""
        return datetime.strptime(self.folder.name.partition("_")[2], _RUN)  # noqa: DTZ007 - UTC, as facts are

    def query(self, sql: str, parameters: Sequence[Any] = (), *, only: Collection[str] = ()) -> list[dict[str, Any]]:
        """Rows of a SELECT in DuckDB's SQL, in which each table of the snapshot is a view; from any thread.

        Args:
            sql: the statement; nothing from outside stands in it.
            parameters: of $1, $2, …
            only: ids of the few people whom it is about: of the tables that are sorted by person it sees no other rows,
                and answers in milliseconds though there are millions. Empty: everybody's rows.
        """
        return self._tables.query(sql, parameters, only)

    def rows(self, table: str, person_ids: Collection[str], columns: Collection[str]) -> list[dict[str, Any]]:
        """All rows of these few people in a table that is sorted by person, in its order: a tenth of a question's cost.

        Args:
            table: of `TABLES`; `layout` says how each is sorted.
            person_ids: whose rows.
            columns: what is read of them; person_id comes with it.
        """
        return self._tables.rows(table, person_ids, columns)

    def cards(self, person_ids: Collection[str]) -> dict[str, dict[str, Any]]:
        """What a list shows of these people, by person_id: the columns of `finding.CARD`."""
        with opened(self.folder) as db:
            found = [card for person in person_ids for card in by_person(db, person)]
        return {card[0]: dict(zip(CARD, card, strict=True)) for card in found}

    @cached_property
    def _tables(self) -> Tables:
        return tables_of(self.folder)

    def find(
        self,
        text: str,
        limit: int = 20,
        *,
        offset: int = 0,
        hidden: Collection[str] = (),
        merged: Mapping[str, str] = NOBODY,
    ) -> list[dict[str, Any]]:
        """People by what somebody types: the columns of `finding.CARD`, the most valuable first.

        Whoever has that e-mail, phone or id, in any spelling, or had that person_id before; without any, whose phone or
        number of a record begins like that, then in whose name and e-mail words begin like these, in any order.

        Args:
            text: as typed; whatever it is.
            limit: the most to find.
            offset: how many to pass over, of those who may be shown.
            hidden: ids of people who are shown to nobody.
            merged: person_id → whom they are shown as.
        """
        shown: dict[str, Card] = {}
        wanted = text[:_LONGEST].encode(errors="replace").decode().strip()  # half a letter is none
        with opened(self.folder) as db:
            for card in self._found(db, wanted):
                person = merged.get(card[0], card[0])
                if person in hidden or person in shown:
                    continue
                for one in [card] if person == card[0] else by_person(db, person):
                    shown[person] = one
                if len(shown) >= offset + limit:
                    break
        return [dict(zip(CARD, card, strict=True)) for card in list(shown.values())[offset:]]

    def _found(self, db: sqlite3.Connection, wanted: str) -> Iterator[Card]:
        exact = by_person(db, wanted) or by_keys(db, wanted, self.terms["country"]) or self._once_called(db, wanted)
        if exact:
            yield from exact
            return
        yield from by_telephone(db, wanted)
        for row in self._with_number(wanted):
            yield from by_person(db, row["person_id"])
        named = by_words(db, wanted)
        if (first := next(named, None)) is not None:
            yield first
            yield from named
        elif "." in wanted and "@" not in wanted:  # a company's domain, typed without the sign
            yield from by_words(db, f"@{wanted}")

    def _once_called(self, db: sqlite3.Connection, wanted: str) -> list[Card]:
        """Today's person of an id of before: ids are made of a record's id, and that record is somebody's today."""
        if not _ID.fullmatch(wanted):
            return []
        digest = base64.b32decode(wanted[1:]).hex()
        found = self.query("select distinct person_id from records where left(sha256(record_id), 20) = $1", [digest])
        return [card for record in found for card in by_person(db, record["person_id"])]

    def _with_number(self, wanted: str) -> list[dict[str, Any]]:
        """People who have a row with a number that begins like that: a customer's, an order's, a ticket's."""
        number = wanted.lower().removeprefix("#")
        if not any(character.isdigit() for character in number):
            return []
        return self.query(NUMBERED, [number, number + _LAST * (len(number) >= _SHORTEST_BEGINNING)])


def is_person_id(said: str) -> bool:
    """Is that written like the id of a person?"""
    return _ID.fullmatch(said) is not None


def current_folder(company: Company) -> Path | None:
    """The folder of the current snapshot, whether it can be read or not; None where there is none yet."""
    current = company.snapshots / "CURRENT"
    return company.snapshots / current.read_text("utf-8").strip() if current.is_file() else None


def open_current(company: Company) -> Snapshot:
    """The current snapshot, resolved once.

    Raises:
        SnapshotError: there is none yet, or it is of another version.
    """
    folder = current_folder(company)
    again = f"byname refresh {company.folder}"
    if folder is None:
        raise SnapshotError(
            where=str(company.folder), found="no snapshot yet", expected="one", do=f"Make it with: {again}"
        )
    try:
        terms = _terms(folder)
    except (OSError, pa.ArrowException) as broken:
        raise SnapshotError(
            where=str(folder),
            found=f"a snapshot that cannot be read ({broken})",
            expected="value.parquet in it",
            do=f"Run: {again}",
        ) from broken
    if terms.get("schema_version") != str(SCHEMA_VERSION):
        raise SnapshotError(
            where=str(folder),
            found=f"a snapshot of version {terms.get('schema_version', 'unknown')}",
            expected=f"version {SCHEMA_VERSION}",
            do=f"Make a new one with: {again}",
        )
    return Snapshot(folder, terms)


@lru_cache(maxsize=8)
def _terms(folder: Path) -> dict[str, Any]:
    """What a snapshot was made with; it never changes."""
    metadata = pq.read_metadata(folder / "value.parquet").metadata or {}
    return {key.decode(): value.decode() for key, value in metadata.items() if key != b"ARROW:schema"}


def _sync(path: Path) -> None:
    """Make it last through a loss of power."""
    if os.name == "nt" and path.is_dir():
        return  # Windows has no such thing for folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
