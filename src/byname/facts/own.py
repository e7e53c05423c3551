"""What we write ourselves becomes facts like any other: one import of one table, all or nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byname.facts.change import Import
from byname.facts.intake import open_ledger
from byname.facts.schema import table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from byname.company import Company
    from byname.facts.change import Taken

__all__ = ["append"]

_STAMPED = ("known_at", "file_id", "version")  # by the ledger


def append(
    company: Company, name: str, rows: Sequence[dict[str, Any]], *, what: str, sha256: str, reader: str, at: datetime
) -> Taken:
    """Append rows to the ledger; the same import again adds nothing.

    Args:
        company: whose.
        name: of the fact table.
        rows: with its columns, but for those that the ledger stamps.
        what: the import's name, for `byname files`.
        sha256: over what tells this import from others.
        reader: who writes.
        at: now, UTC without a zone.
    """
    schema = pa.schema([one for one in table(name).arrow_schema() if one.name not in _STAMPED])
    folder = company.spill / reader
    folder.mkdir(parents=True, exist_ok=True)
    try:
        place = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), place)
        made = Import(
            name=what, sha256=sha256, reader=reader, source="byname", account="main", rows=len(rows), refused=0,
            newest_at=at,
        )  # fmt: skip
        return open_ledger(company).append(made, {name: place}, at=at)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        company.clear_spill()
