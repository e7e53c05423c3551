"""What we write ourselves becomes facts like any other: one import, all or nothing over its tables."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byname.facts.blocked import Blocked
from byname.facts.change import Import
from byname.facts.intake import open_ledger
from byname.facts.schema import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from byname.company import Company
    from byname.facts.change import Taken

__all__ = ["append", "fact", "version"]


def fact(name: str, row: Mapping[str, Any], *, reader: str, source_id: str = "") -> dict[str, Any]:
    """A new fact of that table with what `row` says: its ids and its hash; when it happened is left to say.

    Args:
        name: of the fact table.
        row: its columns.
        reader: who writes.
        source_id: what tells it from others, where it may be told twice; new each time where nothing is said.
    """
    source_id = source_id or uuid.uuid4().hex
    return {
        **row,
        "source": "byname",
        "account": "main",
        "source_id": source_id,
        "reader": reader,
        "fact_id": hashlib.sha256(f"{name}|byname|main|{source_id}".encode()).hexdigest(),
        "row_hash": _hash(row),
    }


def version(name: str, known: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    """A new version of a known fact of that table, in which these columns have changed."""
    row = {column: known.get(column) for column in table(name).written} | changed
    return {**row, "row_hash": _hash(row)}


def _hash(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()


def append(
    company: Company,
    facts: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    what: str,
    sha256: str,
    reader: str,
    at: datetime,
) -> Taken:
    """Append rows to the ledger; the same import again adds nothing, and what is of before an erasure is left out.

    Args:
        company: whose.
        facts: for each fact table its rows; columns that it does not have are left out, the ledger stamps its own.
        what: the import's name, for `byname files`.
        sha256: over what tells this import from others.
        reader: who writes.
        at: now, UTC without a zone.
    """
    folder = company.spill / reader
    folder.mkdir(parents=True, exist_ok=True)
    try:
        staged = {name: folder / f"{name}.parquet" for name in facts}
        for name, place in staged.items():
            schema = pa.schema([table(name).arrow_schema().field(column) for column in table(name).written])
            pq.write_table(pa.Table.from_pylist([dict(row) for row in facts[name]], schema=schema), place)
        made = Import(
            name=what, sha256=sha256, reader=reader, source="byname", account="main",
            rows=sum(len(rows) for rows in facts.values()), refused=0, newest_at=at,
        )  # fmt: skip
        return open_ledger(company).append(made, staged, at=at, leave_out=Blocked(company.folder).leave_out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        company.clear_spill()
