"""How each table of a snapshot lies on the disk: by what it is sorted, and how many rows are read at a time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from byname.engines.base import ROW_GROUP_ROWS
from byname.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_by_person", "order_of"]

# Small row groups: a person's rows are found and read in a millisecond. Of tables with many rows a person they are
# larger, or there would be too many to keep an account of.
_PERSON_ROW_GROUP = 2_048
# Read in another order, or by another key.
_OTHERWISE = {
    "value": ("rank",),
    "records": ("record_id",),
    "numbers": ("number", "person_id"),
    "review": ("worth", "record_id"),
    "people_changes": ("kind", "person_id", "other_person_id"),
    "households": ("household_id", "person_id"),
    "brought": ("referrer_id", "person_id"),
    "events": ("since", "event"),
    "traits": ("trait", "value"),
    "sales": ("kind", "period", "name"),
}
_ROW_GROUPS = {
    **dict.fromkeys(("links", "timeline", "evidence", "stages"), 4_096),
    "value": _PERSON_ROW_GROUP,  # a list is the values of a few ranks
    "numbers": 65_536,  # looked for by the beginning, by the engine, which takes its time for each row group
}
# The others are sorted by these of their columns, the person first.
_WRITTEN_BY = (
    "person_id", "place", "day", "occurred_at", "since", "role", "kind", "source", "account", "source_id", "fact_id",
    "channel", "purpose", "address", "event", "name",
)  # fmt: skip


def order_of(name: str, columns: Sequence[str]) -> tuple[list[str], int]:
    """By which columns a table is sorted, and the rows of its row groups.

    Args:
        name: of the table.
        columns: that it has.
    """
    order = _OTHERWISE.get(name) or [column for column in _WRITTEN_BY if column in columns] or columns
    return list(order), _ROW_GROUPS.get(name, _PERSON_ROW_GROUP if order[0] == "person_id" else ROW_GROUP_ROWS)


@cache
def is_by_person(name: str) -> bool:
    """Is that table sorted by person?"""
    return order_of(name, list(TABLES[name]))[0][0] == "person_id"
