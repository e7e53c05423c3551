"""What people said of themselves on their own pages: facts of the table `decisions`, of the kind "correct"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from byname.people.decisions import undone_by

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow as pa

__all__ = ["Correction", "corrections"]

_KIND = "correct"  # of their value the first word is the detail
_READ = ("fact_id", "kind", "record_id", "value", "occurred_at", "known_at")


class Correction(NamedTuple):
    """One of them: by which fact, of whose record, which detail, what it is, since when, UTC."""

    fact_id: str
    record_id: str
    detail: str
    said: str
    said_at: datetime


def corrections(decisions: pa.Table, until: datetime) -> list[Correction]:
    """All that nobody took back.

    Args:
        decisions: the facts.
        until: the end of the as-of day, UTC without a zone: what was said or taken back later is not seen.
    """
    rows = [
        row
        for row in decisions.select(_READ).to_pylist()
        if row["kind"] in (_KIND, "undo") and (row["occurred_at"] or row["known_at"]) < until
    ]
    taken_back = undone_by(rows)
    found = []
    for row in rows:
        detail, is_said, said = (row["value"] or "").partition(" ")
        if row["kind"] == _KIND and row["fact_id"] not in taken_back and is_said:
            found.append(
                Correction(row["fact_id"], row["record_id"], detail, said, row["occurred_at"] or row["known_at"])
            )
    return found
