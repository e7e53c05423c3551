"""Everything that happened to one person, newest first: what the snapshot holds, and what was written since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from django.utils.translation import gettext as _

from byname.web.console.person.noted import says
from byname.web.console.person.plain import plain
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from decimal import Decimal

    from byname.snapshot import Snapshot
    from byname.web.written.shape import Said

__all__ = ["SORTS", "Event", "Events", "Sort", "events", "sort_word"]

type Sort = Literal["orders", "words", "contacts", "promises", "notes", "wishes", "use", "friends"]
SORTS: tuple[Sort, ...] = get_args(Sort.__value__)
SIZE = 30

# Kinds of the timeline → what they are; every other kind is words, as a medium is called.
_SORT_OF: dict[str, Sort] = {
    "order": "orders", "return": "orders", "subscription": "orders",
    "contact": "contacts", "answer": "contacts",
    "promise": "promises",
    "note": "notes", "owner": "notes", "standing": "notes", "done": "notes", "not now": "notes", "not right": "notes",
    "consent": "wishes", "preference": "wishes",
    "usage": "use",
    "referral": "friends",
}  # fmt: skip

_READ = ("person_id", "occurred_at", "kind", "says", "amount", "source", "account", "source_id")


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        at: when, UTC.
        kind: as the snapshot has it.
        sort: what it is.
        says: in a few words; plain text.
        amount: in its own currency, where there is one.
        person_id: whose record it is.
        source: the system that it comes from; empty: written here, since the snapshot.
        account: which shop or inbox.
        source_id: the id as the file has it.
        times: how often that day.
        by: who wrote it here.
    """

    at: datetime
    kind: str
    sort: Sort
    says: str
    amount: Decimal | None = None
    person_id: str = ""
    source: str = ""
    account: str = ""
    source_id: str = ""
    times: int = 1
    by: str = ""


@dataclass(frozen=True)
class Events:
    """A page of them; `number` from 1."""

    events: list[Event]
    sort: Sort | None
    number: int
    has_more: bool


def events(snapshot: Snapshot, people: Sequence[str], seen: Sequence[Said], sort: Sort | None, number: int) -> Events:
    """A page of what happened.

    Args:
        snapshot: the current one.
        people: the person, and who is shown as them since.
        seen: what was written since, of which the first page has what is not private.
        sort: only these; None: everything.
        number: which page, from 1.
    """
    rows = remembered(_rows, snapshot, tuple(people), sort, number)
    since = [_written(one) for one in seen if not one.private_to] if number == 1 else []
    told = [*(one for one in since if sort in (None, one.sort)), *(_event(row) for row in rows[:SIZE])]
    told.sort(key=lambda event: event.at, reverse=True)
    return Events(told, sort, number, has_more=len(rows) > SIZE)


def sort_word(sort: Sort) -> str:
    """What it is, in a word."""
    return {
        "orders": _("orders"),
        "words": _("words"),
        "contacts": _("contacts"),
        "promises": _("promises"),
        "notes": _("notes"),
        "wishes": _("wishes"),
        "use": _("use"),
        "friends": _("friends"),
    }[sort]


def _rows(snapshot: Snapshot, people: tuple[str, ...], sort: Sort | None, number: int) -> list[dict[str, Any]]:
    """One row more than a page has, to see whether there is a next one."""
    rows = snapshot.rows("timeline", people, _READ)
    told = [row | {"times": 1} for row in rows if row["kind"] != "usage"]
    told += _used(row for row in rows if row["kind"] == "usage")
    kept = [row for row in told if sort is None or _sort_of(row) == sort]
    kept.sort(key=lambda row: (row["occurred_at"], row["kind"], row["source_id"] or ""), reverse=True)
    first = (number - 1) * SIZE
    return kept[first : first + SIZE + 1]


def _used(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What they used on a day as one line: a shop's visits would hide all else."""
    days: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        days[row["occurred_at"].date(), row["person_id"], row["source"], row["account"]].append(row)
    found = []
    for several in days.values():
        says = ", ".join(sorted({row["says"] or "" for row in several}))
        newest = max(several, key=lambda row: (row["occurred_at"], row["source_id"] or ""))
        found.append(newest | {"says": says, "times": len(several)})
    return found


def _sort_of(row: dict[str, Any]) -> Sort:
    return _SORT_OF.get(row["kind"], "words")


def _event(row: dict[str, Any]) -> Event:
    return Event(
        at=row["occurred_at"],
        kind=row["kind"],
        sort=_sort_of(row),
        says=row["says"] if row["source"] == "byname" else plain(row["says"]),
        amount=row["amount"],
        person_id=row["person_id"],
        source=row["source"] or "",
        account=row["account"] or "",
        source_id=row["source_id"] or "",
        times=row["times"],
    )


_SORT_OF_TABLE: dict[str, Sort] = {
    "decisions": "notes", "promises": "promises", "contacts": "contacts", "preferences": "wishes", "consents": "wishes",
    "referrals": "friends",
}  # fmt: skip


def _written(said: Said) -> Event:
    return Event(
        at=said.at,
        kind=said.kind,
        sort=_SORT_OF_TABLE.get(said.table, "words"),
        says=says(said),
        by=said.by,
    )
