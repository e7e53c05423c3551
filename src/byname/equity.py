"""What all customers together are worth, in whom it lies and what became of it: as a snapshot says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.errors import SnapshotError
from byname.snapshot import TABLES

if TYPE_CHECKING:
    from byname.snapshot import Snapshot

__all__ = ["equity", "has_equity"]

# In the order in which they are read: the whole, then its parts, then what became of it; cohorts by their name.
KINDS = ("total", "tier", "change", "roc", "risk", "spread", "cohort")
_TIERS = ("top 1%", "next 9%", "next 10%", "next 30%", "last 50%")
_STEPS = ("from", "new", "grown", "shrunk", "lost", "won back", "to")
_MEASURES = ("Gini", "top 1%", "top 10%", "top 20%", "most over median")
_SPREAD = tuple(f"{measure}: {name}" for measure in ("clv", "spend") for name in _MEASURES)
_NAMES = ("total", *_TIERS, *_STEPS, "at risk", "saved", *_SPREAD)
EQUITY = "select * from equity"


def has_equity(snapshot: Snapshot) -> bool:
    """Is it of a day since there is that table?"""
    return "equity" in TABLES and (snapshot.folder / "equity.parquet").is_file()


def equity(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Rows of the table `equity`, in the order in which they are read.

    Raises:
        SnapshotError: the snapshot is from before that table.
    """
    if not has_equity(snapshot):
        raise SnapshotError(
            where=str(snapshot.folder),
            found="a snapshot without customer equity",
            expected="one with the table equity",
            do=f"Make a new one with: byname refresh {snapshot.folder.parents[1]}",
        )
    return sorted(snapshot.query(EQUITY), key=_place)


def _place(row: dict[str, Any]) -> tuple[int, int, str]:
    name = row["name"]
    return KINDS.index(row["kind"]), _NAMES.index(name) if name in _NAMES else len(_NAMES), name
