"""How each table of a snapshot lies on the disk: by what it is sorted, and how many rows are read at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines.base import ROW_GROUP_ROWS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PERSON_ROW_GROUP", "order_of"]

# Small row groups: one person's rows are found and read in milliseconds.
PERSON_ROW_GROUP = 8_192
_BY_PERSON = {
    "links": ("person_id", "role", "source", "account", "source_id"),
    "timeline": ("person_id", "occurred_at", "kind", "source", "account", "source_id"),
}
_OTHERWISE = {
    "value": ("rank",),
    "people": ("person_id",),
    "records": ("record_id",),
    "review": ("worth", "record_id"),
    "people_changes": ("kind", "person_id", "other_person_id"),
    "households": ("household_id", "person_id"),
    "companies": ("company_id", "person_id", "since"),
    "consents": ("person_id", "channel", "purpose", "address"),
    "brought": ("referrer_id", "person_id"),
    "told": ("person_id", "occurred_at", "kind"),
    "stress": ("person_id", "event", "since"),
    "events": ("since", "event"),
    "ownership": ("person_id",),
    "ownership_shares": ("behaviour",),
    "equity": ("kind", "name"),
    "concentration": ("measure", "share_of_people"),
    "backtest": ("origin", "candidate"),
    "calibration": ("bin",),
    "traits": ("trait", "value"),
    "sales": ("kind", "period", "name"),
    "run": ("kind", "name"),
}
# What a table of words or standings is sorted by: these of its columns, the person first.
_WRITTEN_BY = ("person_id", "place", "day", "occurred_at", "since", "kind", "fact_id")


def order_of(name: str, columns: Sequence[str]) -> tuple[list[str], int]:
    """By which columns a table is sorted, and the rows of its row groups."""
    if name in _OTHERWISE:
        return list(_OTHERWISE[name]), ROW_GROUP_ROWS
    if name in _BY_PERSON:
        return list(_BY_PERSON[name]), PERSON_ROW_GROUP
    return [column for column in _WRITTEN_BY if column in columns] or list(columns), PERSON_ROW_GROUP
