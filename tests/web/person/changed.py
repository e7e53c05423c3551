"""A snapshot with rows that no refresh would give so easily: names that are HTML, a person without anything."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byname.company import Company, open_company
from byname.snapshot import Snapshot, open_current

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

type Row = dict[str, Any]


def copied(company: Company, folder: Path) -> Company:
    """The company's settings and snapshots in a folder of their own; its facts are not copied."""
    folder.mkdir()
    shutil.copytree(company.snapshots, folder / "snapshots")
    shutil.copy(company.folder / "byname.toml", folder / "byname.toml")
    return open_company(folder)


def change(company: Company, name: str, to: Callable[[list[Row]], Sequence[Row]]) -> Snapshot:
    """Write a table of the current snapshot anew, its rows as `to` gives them, with its own columns and metadata."""
    snapshot = open_current(company)
    path = snapshot.folder / f"{name}.parquet"
    table = pq.read_table(path)
    rows = list(to(table.to_pylist()))
    path.unlink()  # the copy may share its bytes with the original
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path, row_group_size=8_192)
    return snapshot


def with_values(person_id: str, **values: Any) -> Callable[[list[Row]], list[Row]]:
    """Rows in which that person has these values."""
    return lambda rows: [row | values if row["person_id"] == person_id else row for row in rows]


def without(person_id: str) -> Callable[[list[Row]], list[Row]]:
    """Rows without that person."""
    return lambda rows: [row for row in rows if row["person_id"] != person_id]
