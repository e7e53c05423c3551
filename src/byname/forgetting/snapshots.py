"""Snapshots without a person: the current one written anew and swapped in one step; those of before go.

A file in which nothing is theirs is the same file under another name. Of the others only the row groups with rows of
theirs are made anew. Their rows go; in a sentence about somebody else, or about nobody, their name becomes "somebody".
Numbers over everybody (equity, sales, problems) are as they were until the next refresh counts without them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from byname.engines.splice import groups_of, rewrite
from byname.facts.quoting import literal, quoted
from byname.forgetting.index import rewrite_index
from byname.snapshot import Writing, current_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from byname.company import Company
    from byname.forgetting.order import Order

__all__ = ["erase_from", "without", "words_about"]

_SOMEBODY = "somebody"
# Columns by which a row is somebody's.
_WHOSE = ("person_id", "other_person_id", "referrer_id")
_OF_RECORDS = ("record_id", "other_record_id", "anchor")
# Columns in which sentences stand, or what customers said. Others hold ids, kinds, or what a person themselves has.
_SAYING = frozenset((
    "says", "reason", "why", "also", "words", "quote", "quotes", "examples", "title", "question", "content", "problem",
    "word", "how", "choice", "facts_used", "expected", "goal", "name", "event",
))  # fmt: skip
_RUN = "%Y%m%dT%H%M%S%fZ"


def erase_from(company: Company, order: Order) -> dict[str, int]:
    """Take a person out of the current snapshot, and remove those of before it.

    Returns:
        How many rows went or were changed, by table; the snapshots that were removed under "snapshots".
    """
    folder = current_folder(company)
    if folder is None:
        return {}
    counts: dict[str, int] = {}
    now = folder
    if found := _found(folder, order):
        writing = Writing(company)
        try:
            for path in folder.iterdir():
                os.link(path, writing.folder / path.name)
            counts = _rewritten(writing.folder, found, order)
            day, _, run = folder.name.partition("_")
            moment = datetime.strptime(run, _RUN) + timedelta(microseconds=1)  # noqa: DTZ007 - UTC, as facts are
            now, _ = writing.publish(date.fromisoformat(day), moment)
        finally:
            writing.abandon()
    before = [path for path in company.snapshots.iterdir() if path.name[:1].isdigit() and path != now]
    for path in before:
        shutil.rmtree(path)
    older = len([path for path in before if path != folder])
    return counts | ({"of before": older} if older else {})


def without(folder: Path, order: Order) -> None:
    """Take a person out of a snapshot that is being written, which nobody reads yet."""
    if found := _found(folder, order):
        _rewritten(folder, found, order)


def _rewritten(folder: Path, found: Mapping[str, list[int]], order: Order) -> dict[str, int]:
    fragments = words_about(order)
    for name, rows in found.items():
        path = folder / f"{name}.parquet"
        beside = folder / f".{name}.parquet"
        rewrite(path, beside, partial(_changed, order=order, fragments=fragments), groups_of(path, rows))
        beside.replace(path)
    rewrite_index(folder, order)
    return {name: len(rows) for name, rows in found.items()}


# ---------------------------------------------------------------------------------------------- where they are


def _found(folder: Path, order: Order) -> dict[str, list[int]]:
    """Of each table the rows that are theirs or speak of them, by their number in the file."""
    marks = _marks(order)
    found = {}
    with duckdb.connect() as con:
        for path in sorted(folder.glob("*.parquet")):
            names = [field.name for field in pq.read_schema(path) if field.type in (pa.string(), pa.large_string())]
            if (where := _where(names, order, marks)) and (rows := _rows(con, path, where)):
                found[path.stem] = rows
    return found


def _rows(con: duckdb.DuckDBPyConnection, path: Path, where: str) -> list[int]:
    asked = f"select file_row_number from read_parquet({literal(str(path))}, file_row_number = true) where {where}"  # noqa: S608 - quoted
    return [row for (row,) in con.execute(asked).fetchall()]


def _where(names: Sequence[str], order: Order, marks: Sequence[str]) -> str:
    """The condition on a row to be looked at more closely, as SQL."""
    by_id = [(one, order.people) for one in _WHOSE if one in names]
    by_id += [(one, order.records) for one in _OF_RECORDS if one in names]
    parts = [f"{quoted(name)} in ({', '.join(map(literal, ids))})" for name, ids in by_id if ids]
    sayings = [name for name in names if name in _SAYING and (name != "name" or "person_id" not in names)]
    for name in sayings:
        parts += [f"contains({quoted(name)}, {literal(mark)})" for mark in marks]  # small letters would take minutes
        if "person_id" not in names:
            parts += [f"contains({quoted(name)}, {literal(fact)})" for fact in order.facts]
            parts += [f"contains({quoted(name)}, {literal(text)})" for text in order.texts]
    return " or ".join(parts)


def _marks(order: Order) -> list[str]:
    """What names them."""
    return [*order.emails, *order.phones, *(name for name in order.names if not order.namesakes or " " in name)]


# ------------------------------------------------------------------------------------------------ what becomes


def words_about(order: Order) -> re.Pattern[str]:
    """What is taken out of sentences of others: what names them, the longest first."""
    marks = sorted(_marks(order), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, marks))})(?!\w)" if marks else r"(?!)", re.IGNORECASE)


def _changed(table: pa.Table, order: Order, fragments: re.Pattern[str]) -> pa.Table:
    """A row group without their rows, and without them in the others' sentences."""
    names = table.column_names
    people, records, facts = set(order.people), set(order.records), set(order.facts)
    keep = [True] * table.num_rows
    for columns, ids in ((_WHOSE, people), (_OF_RECORDS, records), (("fact_id",), facts)):
        for column in columns:
            if column in names:
                keep = [stays and one not in ids for stays, one in zip(keep, table[column].to_pylist(), strict=True)]
    left = table.filter(pa.array(keep, pa.bool_()))
    of_nobody = "person_id" not in names
    for at, field in enumerate(left.schema):
        if field.name not in _SAYING or field.type not in (pa.string(), pa.large_string()):
            continue
        if field.name == "name" and not of_nobody:
            continue
        said = left.column(at).to_pylist()
        told = [_told(one, order, fragments, of_nobody=of_nobody) for one in said]
        if told != said:
            left = left.set_column(at, field, pa.array(told, field.type))
    return left


def _told(said: str | None, order: Order, fragments: re.Pattern[str], *, of_nobody: bool) -> str | None:
    """A sentence without them."""
    if not said:
        return said
    if of_nobody:
        if said[:1] == "[":
            said = _quotes(said, order)
        elif any(part in said for part in order.texts):
            return None
    return fragments.sub(_SOMEBODY, said)


def _quotes(said: str, order: Order) -> str:
    """A list of quotes, JSON, without theirs."""
    try:
        quotes: list[Any] = json.loads(said)
    except ValueError:
        return said
    theirs, texts = set(order.facts), order.texts
    left = [
        one
        for one in quotes
        if not isinstance(one, dict)
        or (one.get("fact_id") not in theirs and not any(str(one.get("words", "")) in text for text in texts))
    ]
    return said if left == quotes else json.dumps(left, ensure_ascii=False)
