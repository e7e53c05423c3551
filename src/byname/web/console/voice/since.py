"""What was noted since the snapshot of customers' words: who allows to be quoted, and what a text really was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.app_rows import opened
from byname.permitting import noted_since

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.permitting import Leaves
    from byname.web.desk import Desk

__all__ = ["labelled", "leaves"]


def leaves(desk: Desk, anchors: Sequence[str] | None = None) -> Leaves:
    """Of each person of whom it was noted since: what they allow, by the newest word; of these alone, or of all."""
    return noted_since(desk.company, desk.snapshot, anchors, desk.since.shown_as)


def labelled(desk: Desk, fact_id: str) -> list[str]:
    """What a text was said to be since."""
    said = [str(row["value"] or "").partition(" ") for row in _since(desk, "label")]
    return [label for message, _blank, label in said if message == fact_id]


def _since(desk: Desk, kind: str) -> list[dict[str, Any]]:
    run, until = desk.snapshot.run, desk.company.end_of(desk.as_of)
    with opened(desk.company) as rows:
        return rows.since("decisions", run, until, kinds=(kind,)) if rows else []
