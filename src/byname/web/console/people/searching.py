"""People by what somebody types: a name, an e-mail, a phone, an order's number, in any spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.web.console.people.listing import found_by_text

if TYPE_CHECKING:
    from byname.web.console.people.listing import Listed
    from byname.web.desk import Desk

__all__ = ["LONGEST", "Found", "search"]

LONGEST = 200  # letters that are looked for
_SHOWN = 20


@dataclass(frozen=True)
class Found:
    """Whom a text found; `is_cut` where there are more, who are not shown."""

    text: str
    people: list[Listed]
    is_cut: bool


def search(desk: Desk, text: str) -> Found:
    """The first people by that text, the most valuable first; merged ones as whom they are shown, hidden ones not."""
    text = text.replace("\0", "").strip()[:LONGEST]
    since = desk.since
    rows = desk.snapshot.find(text, _SHOWN + 1, hidden=since.hidden, merged=since.merged) if text else []
    return Found(text, found_by_text(desk, rows[:_SHOWN]), is_cut=len(rows) > _SHOWN)
