"""People by what somebody types: a name, an e-mail, a phone, an order's number, in any spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.web.console.people.listing import found_by_text

if TYPE_CHECKING:
    from byname.web.console.people.listing import Listed
    from byname.web.desk import Desk

__all__ = ["LONGEST", "Found", "search"]

LONGEST = 200  # letters that are looked for
_SHOWN = 20
_MOST = 2_000  # asked for, where those who are not shown fill the first ones


@dataclass(frozen=True)
class Found:
    """Whom a text found; `is_cut` where there are more, who are not shown."""

    text: str
    people: list[Listed]
    is_cut: bool


def search(desk: Desk, text: str) -> Found:
    """The first people by that text, the most valuable first; merged ones as whom they are shown, hidden ones not."""
    text = text.replace("\0", "").strip()[:LONGEST]
    if not text:
        return Found(text, [], is_cut=False)
    since, wanted = desk.since, _SHOWN + 1
    while True:
        rows = desk.snapshot.find(text, wanted)
        people = [row for row in rows if row["person_id"] not in since.hidden]
        if len(people) > _SHOWN or len(rows) < wanted or wanted > _MOST:
            break
        wanted *= 4
    shown: dict[str, dict[str, Any]] = {}
    for row in people:
        one = since.shown_as(row["person_id"])
        shown.setdefault(one, row if one == row["person_id"] else _card(desk, one))
    found = list(shown.values())
    return Found(text, found_by_text(desk, found[:_SHOWN]), is_cut=len(found) > _SHOWN)


def _card(desk: Desk, person_id: str) -> dict[str, Any]:
    """The card of whom somebody is shown as."""
    return desk.snapshot.find(person_id, 1)[0]
