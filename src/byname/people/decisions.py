"""What people decided about who is who: merge, apart and undo, read from the facts; nothing is ever deleted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KINDS", "Decisions", "standing_decisions", "standing_rows"]

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


def standing_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The decisions of merge, apart and keeps_id that hold, oldest first.

    An undo ends the decision that its `value` names; an undo of an undo brings it back. Of several about the same two
    records the newest holds. A kept id ends with the merge that it came with.

    Args:
        rows: facts of the table `decisions`: fact_id, kind, record_id, other_record_id, value, occurred_at, known_at.
    """
    ordered = sorted(
        (row for row in rows if row["kind"] in KINDS),
        key=lambda row: (row["occurred_at"] or row["known_at"], row["known_at"], row["fact_id"]),
    )
    undone: set[str] = set()
    for row in reversed(ordered):
        if row["kind"] == "undo" and row["fact_id"] not in undone and row["value"]:
            undone.add(row["value"])
    newest: dict[frozenset[str], dict[str, Any]] = {}
    for row in ordered:
        if row["kind"] in ("merge", "apart") and row["fact_id"] not in undone and row["other_record_id"]:
            newest[_pair(row)] = row
    kept: dict[frozenset[str], dict[str, Any]] = {}
    for row in ordered:
        with_merge = newest.get(_pair(row), {}).get("kind") == "merge"
        if row["kind"] == "keeps_id" and row["fact_id"] not in undone and with_merge:
            kept[_pair(row)] = row
    holding = {row["fact_id"] for row in (*newest.values(), *kept.values())}
    return [row for row in ordered if row["fact_id"] in holding]


def _pair(row: dict[str, Any]) -> frozenset[str]:
    return frozenset((row["record_id"], row["other_record_id"] or ""))


def standing_decisions(facts: pa.Table) -> Decisions:
    """What holds today, of the newest versions of the facts of the table `decisions`."""
    rows = standing_rows(facts.to_pylist())
    by_kind = {kind: [row for row in rows if row["kind"] == kind] for kind in KINDS}
    return Decisions(
        [(row["record_id"], row["other_record_id"]) for row in by_kind["merge"]],
        [(row["record_id"], row["other_record_id"]) for row in by_kind["apart"]],
        [row["record_id"] for row in by_kind["keeps_id"]],
    )
