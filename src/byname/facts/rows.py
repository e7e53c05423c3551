"""A table of text: what every file becomes before anything is interpreted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np

__all__ = ["BadRow", "Names", "Raw", "is_dropped", "masked", "numbered"]

# Dropped at the door whatever the reader: they identify or locate somebody and no reader needs them. A loyalty
# card's number is no payment card's: it is the customer's own id.
_DROPPED = re.compile(
    r"(^|[._ ])(ip|ip[ _]?addr(ess)?|remote_addr(ess)?|latitude|longitude|lat|lon|lng|lat_?lo?ng|coordinates?"
    r"|geo|geo_?location|geo_?point)( \([^)]*\))?$|(?-i:[a-z]Ip(Address)?$)"  # as in "last_ip (metadata)"
    r"|(?<!loyalty)(?<!loyalty[ _.])(?<!member)(?<!member[ _.])"
    r"card[ _.]?(last_?[ ]?4|fingerprint|exp.*|id|number|cvc.*|name)|fingerprint|pan[ _]suffix|(^|[._ ])last_?4$",
    re.IGNORECASE,
)
_LONG_DIGITS = re.compile(r"\b(?:\d[ -]?){13,19}\b")


@dataclass(frozen=True)
class BadRow:
    """A row whose shape is broken, so that no column of it can be trusted."""

    row: int
    found: str
    expected: str
    text: str | None


@dataclass
class Raw:
    """One table of text. `batches` may be read once; all else is complete when they were."""

    name: str
    columns: tuple[str, ...]
    batches: Iterable[pa.RecordBatch]
    dropped: tuple[str, ...] = ()
    bad: list[BadRow] = field(default_factory=list)
    reader: str | None = None  # a refused row's file says which reader it came from


class Names:
    """Column names that can stand side by side: none is empty, none is another one in other letters.

    `row` is the row number's own name.
    """

    def __init__(self) -> None:
        self._taken = {"row"}
        self._given = 0

    def give(self, said: str) -> str:
        """The name to use for a column that the file calls `said`."""
        self._given += 1
        clean = said.replace("\x00", "").encode("utf-8", "replace").decode().strip().lstrip("\ufeff").strip()
        bare = name = clean or f"column {self._given}"
        count = 1
        while name.casefold() in self._taken:
            count += 1
            name = f"{bare} ({count})"
        self._taken.add(name.casefold())
        return name


def is_dropped(name: str) -> bool:
    """Is it a column that must not be kept? Nested names are joined with dots."""
    return _DROPPED.search(name) is not None


def masked(text: str) -> str:
    """The text without digits that may be a card's."""
    return _LONG_DIGITS.sub("[digits]", text)


def numbered(rows: np.ndarray[Any, Any], columns: Iterable[str], values: Iterable[pa.Array]) -> pa.RecordBatch:
    """A batch of a table of text: the row numbers, then the columns."""
    return pa.RecordBatch.from_arrays(
        [pa.array(rows, pa.int64()), *values],
        schema=pa.schema([("row", pa.int64()), *((column, pa.string()) for column in columns)]),
    )
