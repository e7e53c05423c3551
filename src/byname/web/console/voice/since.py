"""What was noted since the snapshot of customers' words: who allows to be quoted, and what a text really was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from byname.app_rows import opened
from byname.permitting import REFUSED

if TYPE_CHECKING:
    from byname.web.desk import Desk

__all__ = ["Leave", "labelled", "leaves"]

OF_RECORDS = "select person_id, anchor from people where anchor in (select unnest($1::varchar[]))"


@dataclass(frozen=True)
class Leave:
    """What somebody allows.

    Attributes:
        scope: where they may be quoted; empty: nowhere any more.
        until: within the last day; None: until they withdraw it.
    """

    scope: str
    until: datetime | None


def leaves(desk: Desk) -> dict[str, Leave]:
    """Of each person of whom it was noted since: what they allow, by the newest word."""
    rows = {row["record_id"]: row for row in _since(desk, "quote")}
    if not rows:
        return {}
    whose = desk.snapshot.query(OF_RECORDS, [list(rows)])
    return {desk.since.shown_as(row["person_id"]): _leave(rows[row["anchor"]]) for row in whose}


def labelled(desk: Desk, fact_id: str) -> list[str]:
    """What a text was said to be since."""
    said = [str(row["value"] or "").partition(" ") for row in _since(desk, "label")]
    return [label for message, _blank, label in said if message == fact_id]


def _since(desk: Desk, kind: str) -> list[dict[str, Any]]:
    with opened(desk.company) as rows:
        known = rows.since("decisions", desk.snapshot.run, desk.company.end_of(desk.as_of)) if rows else []
    return [row for row in known if row["kind"] == kind]


def _leave(row: dict[str, Any]) -> Leave:
    end: datetime | None = row["until"]
    return Leave("" if row["value"] == REFUSED else row["value"], end and end - timedelta(microseconds=1))
