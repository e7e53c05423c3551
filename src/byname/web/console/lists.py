"""Lists of people as a page shows them: who is shown to nobody is left out, what was written since is laid over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.cards import cards

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.web.desk import Desk

__all__ = ["SIZE", "Page", "gone", "hidden", "laid", "page_number", "paged", "part_of"]

SIZE = 50  # names on a page
_MOST_PAGES = 10_000


@dataclass(frozen=True)
class Page:
    """A part of a list.

    Attributes:
        rows: of this page.
        number: which page, from 1.
        of_all: rows of all pages.
    """

    rows: list[dict[str, Any]]
    number: int
    of_all: int

    @property
    def before(self) -> int | None:
        """The page before, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        """The page after, if there is one."""
        return self.number + 1 if self.number * SIZE < self.of_all else None

    @property
    def first(self) -> int:
        """The place of the first row."""
        return (self.number - 1) * SIZE + 1

    @property
    def last(self) -> int:
        """The place of the last row."""
        return self.first + len(self.rows) - 1


def page_number(asked: Mapping[str, Any]) -> int:
    """Which page the address asks for; what is no number asks for the first."""
    said = str(asked.get("page", ""))
    return min(max(int(said), 1), _MOST_PAGES) if said.isdecimal() and len(said) <= len(str(_MOST_PAGES)) else 1


def paged(desk: Desk, rows: Sequence[Mapping[str, Any]], number: int) -> Page:
    """One page of a list whose rows say in `of_all` how many there are."""
    return Page(laid(desk, rows), number, rows[0]["of_all"] if rows else 0)


def part_of(rows: Sequence[Any], number: int) -> Page:
    """One page of a list that is there whole."""
    return Page(list(rows[(number - 1) * SIZE : number * SIZE]), number, len(rows))


def hidden(desk: Desk) -> tuple[str, ...]:
    """Who is shown to nobody."""
    return tuple(sorted(desk.since.hidden))


def gone(desk: Desk) -> tuple[str, ...]:
    """Who is on no list of people, as a question that is remembered takes it."""
    return tuple(sorted(desk.since.gone))


def laid(desk: Desk, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows with what was written since: the person whom somebody is shown as, a corrected standing, `pending`."""
    since = desk.since
    others = sorted({since.merged[row["person_id"]] for row in rows if row["person_id"] in since.merged})
    known = cards(desk.snapshot, others)
    found = []
    for row in rows:
        person = since.shown_as(row["person_id"])
        one = {**row, **known.get(person, {}), "person_id": person, "pending": since.is_pending(person)}
        if person in since.standings:
            one["standing"] = since.standings[person]
        found.append(one)
    return found
