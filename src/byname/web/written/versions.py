"""Rows of facts: the newest version of each, and the records that they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Row", "Since", "newest", "records"]

type Row = Mapping[str, Any]
type Since = Mapping[str, Sequence[dict[str, Any]]]


def newest(rows: Iterable[Row]) -> list[Row]:
    """The newest version of each fact: the one that says it changed last, else the one that we learnt last."""
    found: dict[str, Row] = {}
    for row in rows:
        before = found.get(row["fact_id"])
        if before is None or _learnt(row) >= _learnt(before):
            found[row["fact_id"]] = row
    return list(found.values())


def _learnt(row: Row) -> tuple[datetime, datetime]:
    known = row["written_at"] if "written_at" in row else row["known_at"]
    return row["updated_at"] or datetime.min, known  # noqa: DTZ901 - UTC without a zone, as facts are


def records(*tables: Iterable[Row]) -> set[str | None]:
    """The records that these rows name."""
    return {row.get(name) for rows in tables for row in rows for name in ("record_id", "other_record_id")}
