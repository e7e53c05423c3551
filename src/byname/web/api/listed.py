"""A page of the list of people, as a program is told it: the same question that the page People asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.best import called
from byname.web.console.people.asked import asked_of
from byname.web.console.people.listing import page
from byname.web.console.people.searching import search

if TYPE_CHECKING:
    from byname.web.console.people.listing import Listed
    from byname.web.desk import Desk

__all__ = ["listed"]


def listed(desk: Desk, *, text: str, limit: int, **asked: str) -> tuple[list[dict[str, Any]], str | None]:
    """People, and where the next page begins; None at the end.

    Args:
        desk: what is known.
        text: whom to find; empty: everybody, ranked.
        limit: how many at most.
        asked: by, standing, owner and after, as the page's address has them.
    """
    if text.strip():
        return [_row(one) for one in search(desk, text).people[:limit]], None
    found = page(desk, asked_of(asked), limit)
    then = f"{found.after[0]!r} {found.after[1]} {found.after[2]}" if found.after else None
    return [_row(one) for one in found.people], then


def _row(one: Listed) -> dict[str, Any]:
    row = one.row
    return {
        "person_id": row["person_id"],
        "name": called(row),
        **{name: row.get(name) for name in ("rank", "clv", "clv_low", "clv_high")},
        "standing": one.standing,
        "owner": one.owner or None,
        "reason": one.why,
        "pending": one.is_pending,
    }
