"""What people decided about who is who: merge, apart and undo, read from the facts; nothing is ever deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["KINDS", "Decisions", "standing_decisions", "standing_rows", "states", "undone_by"]

KINDS = ("merge", "apart", "undo", "keeps_id")


@dataclass(frozen=True)
class Decisions:
    """What holds today.

    Args:
        must: pairs of records that are one person.
        cannot: pairs of records that are two.
        keeps: records whose id the person keeps.
    """

    must: list[tuple[str, str]] = field(default_factory=list)
    cannot: list[tuple[str, str]] = field(default_factory=list)
    keeps: list[str] = field(default_factory=list)


def states(rows: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Every decision of who is who, oldest first, and whether it "stands", is "undone" or "replaced" by a newer one.

    An undo ends the decision that its `value` names; an undo of an undo brings it back. Of several about the same two
    records the newest holds. A kept id shares the fate of the merge that it came with: the one that its `value` names,
    else the one of the same two records.

    Args:
        rows: facts of the table `decisions`: fact_id, kind, record_id, other_record_id, value, occurred_at, known_at.
    """
    ordered = _of_who_is_who(_ordered([row for row in rows if row["kind"] in KINDS]))
    undone = undone_by(rows)
    newest = {
        _pair(row): row["fact_id"]
        for row in ordered
        if row["kind"] in ("merge", "apart") and row["fact_id"] not in undone and row["other_record_id"]
    }
    merges = {row["fact_id"]: _pair(row) for row in ordered if row["kind"] == "merge"}

    def came_with(row: dict[str, Any]) -> str | None:
        return row["value"] if row["value"] in merges else newest.get(_pair(row))

    kept = {
        came_with(row): row["fact_id"] for row in ordered if row["kind"] == "keeps_id" and row["fact_id"] not in undone
    }

    def state(row: dict[str, Any]) -> str:
        merge = came_with(row) if row["kind"] == "keeps_id" else None
        if row["fact_id"] in undone or merge in undone:
            return "undone"
        if row["kind"] == "undo":
            return "stands"
        if row["kind"] == "keeps_id":
            holds = merge in merges and newest.get(merges[merge]) == merge and kept[merge] == row["fact_id"]
        else:
            holds = newest.get(_pair(row)) == row["fact_id"]
        return "stands" if holds else "replaced"

    return [(row, state(row)) for row in ordered]


def _of_who_is_who(ordered: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """All but the undos of something else, such as a note: an undo comes later than what it takes back."""
    known = {row["fact_id"] for row in ordered if row["kind"] != "undo"}
    found = []
    for row in ordered:
        if row["kind"] != "undo" or row["value"] in known:
            known.add(row["fact_id"])
            found.append(row)
    return found


def standing_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The decisions of merge, apart and keeps_id that hold, oldest first; see `states`."""
    return [row for row, state in states(rows) if state == "stands" and row["kind"] != "undo"]


def standing_decisions(facts: pa.Table) -> Decisions:
    """What holds today, of the newest versions of the facts of the table `decisions`."""
    rows = standing_rows(facts.to_pylist())
    by_kind = {kind: [row for row in rows if row["kind"] == kind] for kind in KINDS}
    return Decisions(
        [(row["record_id"], row["other_record_id"]) for row in by_kind["merge"]],
        [(row["record_id"], row["other_record_id"]) for row in by_kind["apart"]],
        [row["record_id"] for row in by_kind["keeps_id"]],
    )


def undone_by(rows: Sequence[dict[str, Any]]) -> set[str]:
    """The facts that an undo ended which is not undone itself: whatever undoes comes later, so from the end.

    Args:
        rows: facts of the table `decisions`, all or those of the kind "undo" alone.
    """
    undone: set[str] = set()
    for row in reversed(_ordered(rows)):
        if row["kind"] == "undo" and row["fact_id"] not in undone and row["value"]:
            undone.add(row["value"])
    return undone


def _ordered(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["occurred_at"] or row["known_at"], row["known_at"], row["fact_id"]))


def _pair(row: dict[str, Any]) -> frozenset[str]:
    return frozenset((row["record_id"], row["other_record_id"] or ""))
