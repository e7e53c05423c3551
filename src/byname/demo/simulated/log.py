"""What happened, kept as columns: events are added a week at a time and read as one table a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Log", "Rows"]

type Rows = dict[str, NDArray[Any]]


class Log:
    """Events by kind, each with the columns `who` (the person's number) and `day`, and others of its own."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Rows]] = {}
        self._counts: dict[str, int] = {}

    def add(self, kind: str, /, **columns: Any) -> NDArray[np.int64]:
        """Add rows; a single value stands for all of them. Returns the numbers of the new rows within their kind."""
        size = len(columns["who"])
        before = self._counts.get(kind, 0)
        if size:
            rows = {name: np.broadcast_to(np.asarray(values), (size,)).copy() for name, values in columns.items()}
            self._parts.setdefault(kind, []).append(rows)
            self._counts[kind] = before + size
        return np.arange(before, before + size, dtype=np.int64)

    def table(self, kind: str) -> Rows:
        """All rows of a kind in the order in which they were added; no columns at all where it never happened."""
        parts = self._parts.get(kind, [])
        if not parts:
            return {"who": np.zeros(0, np.int64), "day": np.zeros(0, np.int64)}
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def count(self, kind: str) -> int:
        """How often it happened."""
        return self._counts.get(kind, 0)
