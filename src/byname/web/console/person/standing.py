"""Why somebody stands where they stand: all the evidence, each piece with the record that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.web.console.person.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot

__all__ = ["CHOICES", "Evidence", "evidence"]

CHOICES = ("loyal", "advocate", "neutral", "dissatisfied", "actively_dissatisfied")
_MOST = 500

_READ = ("fact_id", "occurred_at", "says", "strength", "place", *CHOICES)
_MOVED = ("day", "from_standing", "to_standing", "says")


@dataclass(frozen=True)
class Evidence:
    """Every piece, the strongest first, with the standing for which it speaks most; and the moves, newest first."""

    pieces: list[dict[str, Any]]
    moves: list[dict[str, Any]]


def evidence(snapshot: Snapshot, people: Sequence[str]) -> Evidence:
    """Why somebody stands where they stand, and where they stood."""
    rows = sorted(snapshot.rows("evidence", people, _READ), key=lambda row: row["place"])[:_MOST]
    moves = sorted(snapshot.rows("moves", people, _MOVED), key=lambda row: row["day"], reverse=True)
    return Evidence([row | {"says": plain(row["says"]), **_toward(row)} for row in rows], moves)


def _toward(row: dict[str, Any]) -> dict[str, Any]:
    """The standing for which a piece speaks most; empty: it speaks for none."""
    most = max(CHOICES, key=lambda name: float(row[name]))
    return {"toward": most if row[most] > 0 else ""}
