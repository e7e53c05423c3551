"""How past predictions of the like came true: what stands beside one person's worth. Nothing is made up for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.web.remembered import remembered

if TYPE_CHECKING:
    from byname.snapshot import Snapshot

__all__ = ["Record", "record_of"]


@dataclass(frozen=True)
class Record:
    """Past predictions of people like this one.

    Attributes:
        on: the earlier day; None where the history is too short to test on.
        days: how far it looked ahead.
        people: of whom about as much was expected.
        expected: of them, in the mean.
        actual: what they spent, in the mean.
        low: range of that mean.
        high: likewise.
        held: the share of people who were inside their range.
    """

    on: str
    days: int
    people: int
    expected: float
    actual: float
    low: float
    high: float
    held: float | None


def record_of(snapshot: Snapshot, expected: float | None) -> Record | None:
    """The record of predictions about as high as that; None where there is none yet."""
    terms = snapshot.terms
    bins = remembered(_bins, snapshot)
    if expected is None or not bins or "record_day" not in terms:
        return None
    nearest = min(bins, key=lambda row: abs(row["expected"] - expected))
    return Record(
        terms["record_day"],
        int(terms["record_days"]),
        nearest["people"],
        nearest["expected"],
        nearest["actual"],
        nearest["low"],
        nearest["high"],
        float(terms["ranges_held"]) if terms.get("ranges_held") else None,
    )


def _bins(snapshot: Snapshot) -> list[dict[str, Any]]:
    return snapshot.query("select * from calibration order by bin")
