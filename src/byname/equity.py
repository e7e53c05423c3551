"""What all customers together are worth, in whom it lies and what became of it: as a snapshot says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.errors import SnapshotError
from byname.snapshot import TABLES

if TYPE_CHECKING:
    from byname.snapshot import Snapshot

__all__ = ["equity"]

# In the order in which they are read: the whole, then its parts, then what became of it.
KINDS = ("total", "tier", "change", "roc", "risk", "spread", "cohort")
EQUITY = "select * from equity"


def equity(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Rows of the table `equity`, by `KINDS`.

    Raises:
        SnapshotError: the snapshot is from before that table.
    """
    if "equity" not in TABLES or not (snapshot.folder / "equity.parquet").is_file():
        raise SnapshotError(
            where=str(snapshot.folder),
            found="a snapshot without customer equity",
            expected="one with the table equity",
            do=f"Make a new one with: byname refresh {snapshot.folder.parents[1]}",
        )
    return sorted(snapshot.query(EQUITY), key=lambda row: KINDS.index(row["kind"]))
