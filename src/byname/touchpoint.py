"""Recognising somebody at a touch point: the part of a snapshot's index that it takes, and asking it.

index.sqlite holds, beside keys and cards, the faces of people and the small blocks that they are in. A look-up reads a
few rows by index, so that it takes milliseconds whatever the number of people.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Self

from byname.people.linkage import Model
from byname.people.mixture import FEW
from byname.people.recognise import Face, Recogniser, recognise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import duckdb

__all__ = ["Touchpoint", "write_faces", "write_recogniser"]

_COLUMNS = tuple(one.name for one in fields(Face))
_LARGEST_BLOCK = 200
_FREQUENT = 5  # a value that more people have is counted; the others are as rare as can be
_FREQUENCIES = ("given", "family", "postcode", "street", "city")
# As `recognise.blocks` writes them.
_BLOCKS = (
    "'n|' || given || '|' || family", "'p|' || family || '|' || postcode", "'i|' || given[1:1] || '|' || postcode",
    "'b|' || born || '|' || given[1:1]", "'d|' || born || '|' || family[1:1]", "'s|' || street || '|' || given[1:1]",
    "'m|' || split_part(email, '@', 1) || '|-'",
)  # fmt: skip


def write_recogniser(folder: Path, by: Recogniser) -> None:
    """Write identity.json: what the levels of agreement are worth."""
    (folder / "identity.json").write_text(json.dumps(asdict(by)), "utf-8")


def write_faces(db: sqlite3.Connection, con: duckdb.DuckDBPyConnection, faces: str) -> None:
    """Write faces, blocks and frequencies.

    Args:
        db: index.sqlite, in a transaction.
        con: where to calculate.
        faces: the name of a table in `con`: person_id and the columns of `Face`.
    """
    listed = ", ".join(_COLUMNS)
    con.execute(
        f"create temp table numbered as select row_number() over (order by person_id, {listed}) as face, person_id, "  # noqa: S608 - our own names
        f"{', '.join(f'nullif({name}, chr(0)) as {name}' for name in _COLUMNS)} from {faces}"
    )
    db.execute(f"create table face (face integer primary key, person_id text, {', '.join(_COLUMNS)})")
    db.execute("create index face_of on face (person_id)")
    db.execute("create table block (block integer, face integer, primary key (block, face)) without rowid")
    db.execute("create table share (field text, value text, share real, primary key (field, value)) without rowid")
    marks = ", ".join("?" * (len(_COLUMNS) + 2))
    _copy(con, f"select face, person_id, {listed} from numbered order by 1", db, f"insert into face values ({marks})")  # noqa: S608
    parts = " union all ".join(f"select {sql} as block, face from numbered" for sql in _BLOCKS)  # noqa: S608
    _copy(
        con,
        "select ('0x' || md5(block)[1:15])::bigint as block, face "  # noqa: S608
        f"from (select block, face from ({parts}) where block is not null "
        f"qualify count(*) over (partition by block) <= {_LARGEST_BLOCK}) group by all order by 1, 2",
        db,
        "insert into block values (?, ?)",
    )
    for name in _FREQUENCIES:
        _copy(
            con,
            f"select '{name}', {name}, count(*) / (select count({name}) from numbered) from numbered "  # noqa: S608
            f"where {name} is not null group by {name} having count(*) >= {_FREQUENT} order by 2",
            db,
            "insert into share values (?, ?, ?)",
        )
    con.execute("drop table numbered")


def _copy(con: duckdb.DuckDBPyConnection, sql: str, db: sqlite3.Connection, insert: str) -> None:
    found = con.execute(sql)
    while rows := found.fetchmany(50_000):
        db.executemany(insert, rows)


class Touchpoint:
    """A snapshot's index, open for recognising; keep one open a thread.

    Example:
        with Touchpoint(snapshot.folder) as till:
            till.recognise({"name": "Rosa Haddad", "postcode": "8010"})
    """

    def __init__(self, folder: Path) -> None:
        uri = f"{(folder / 'index.sqlite').absolute().as_uri()}?mode=ro&immutable=1"
        self._db = sqlite3.connect(uri, uri=True)
        said = json.loads((folder / "identity.json").read_text("utf-8"))
        self._by = Recogniser(**{**said, "model": Model(**said["model"])})
        count = self._db.execute("select max(face) from face").fetchone()[0] or 1
        # Among a few people every value is frequent: the model's own figure serves.
        self._rarest = 2.0 / count if count >= FEW else 0.0

    def recognise(self, record: Mapping[str, Any]) -> list[tuple[str, float, str]]:
        """Who this record may be: see `people.recognise.recognise`."""
        return recognise(record, self, self._by)

    def by_key(self, values: Iterable[str]) -> list[tuple[str, str, Face]]:
        """See `Index.by_key`."""
        wanted = list(values)
        rows = self._db.execute(
            f"select key.kind, face.person_id, {self._listed} from key join face using (person_id) "  # noqa: S608
            f"where key.value in ({', '.join('?' * len(wanted))}) limit 200",
            wanted,
        )
        return [(kind, person, Face(*(text or "" for text in texts))) for kind, person, *texts in rows]

    def by_block(self, values: Iterable[str], most: int) -> list[tuple[str, Face]]:
        """See `Index.by_block`."""
        found: dict[int, None] = {}
        for faces in sorted((self._block(value) for value in values), key=len):
            found |= dict.fromkeys(faces)
            if len(found) >= most:
                break
        wanted = list(found)[:most]
        rows = self._db.execute(
            f"select person_id, {self._listed} from face where face in ({', '.join('?' * len(wanted))})",  # noqa: S608
            wanted,
        )
        return [(person, Face(*(text or "" for text in texts))) for person, *texts in rows]

    def share(self, field: str, value: str) -> float:
        """See `Index.share`."""
        row = self._db.execute("select share from share where field = ? and value = ?", (field, value)).fetchone()
        return max(row[0], self._rarest) if row and self._rarest else self._rarest

    _listed = ", ".join(_COLUMNS)

    def _block(self, value: str) -> list[int]:
        block = int(hashlib.md5(value.encode(), usedforsecurity=False).hexdigest()[:15], 16)
        return [row[0] for row in self._db.execute("select face from block where block = ?", (block,))]

    def close(self) -> None:
        """Close the index."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
