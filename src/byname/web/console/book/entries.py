"""The people of one employee in short, those first who wait for something of us, with what was written since."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

__all__ = ["WAITS", "counted", "entries", "waits_said"]

# What somebody waits for, the most pressing first: a word that we gave; an answer; thanks; a day; a kind word.
WAITS = ("promise", "complaint", "question", "thanks", "occasion", "neglected", "nothing")
ENTRIES = """
    select client_book.person_id, split_part(client_book.says, '; ', 1) as says,
           case when client_book.promised is not null then 'promise'
                when profile.open_complaints > 0 then 'complaint'
                when profile.open_questions > 0 then 'question'
                when profile.referral_unthanked or profile.idea_shipped is not null then 'thanks'
                when profile.coming_occasion is not null then 'occasion'
                when profile.neglected then 'neglected'
                else 'nothing' end as waits
    from client_book
    left join profile on profile.person_id = client_book.person_id
    where client_book.employee = $1
    order by list_position($2::varchar[], waits), client_book.due_at nulls last, client_book.clv desc nulls last,
             client_book.person_id
"""


def entries(desk: Desk, employee: str) -> list[dict[str, Any]]:
    """The people of one employee: whom they know, and to whom they promised something.

    Who was given to them since stands first; who was given to somebody else since stays only for a promise of theirs.

    Args:
        desk: the snapshot and what was written since.
        employee: whose.
    """
    since = desk.since
    new = [person for person, owner in since.owners.items() if owner == employee and person not in since.hidden]
    rows = [
        row | {"person_id": since.shown_as(row["person_id"])}
        for row in remembered(_entries, desk.snapshot, employee)
        if row["person_id"] not in since.hidden
    ]
    known = {row["person_id"]: row for row in reversed(rows)}
    given = [{"person_id": one, "waits": "nothing", "says": "", "is_new": True} for one in new if one not in known]
    rest = [row for row in rows if known[row["person_id"]] is row and _stays(row, since.owners, employee)]
    return [*given, *rest]


def counted(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, int]]:
    """What they wait for: key, words, people; the most pressing first."""
    many = Counter(row["waits"] for row in rows)
    return [(kind, waits_said(kind), many[kind]) for kind in WAITS if many[kind]]


def waits_said(kind: str) -> str:
    """In words."""
    return {
        "promise": _("a promise"),
        "complaint": _("an answer to a complaint"),
        "question": _("an answer to a question"),
        "thanks": _("thanks"),
        "occasion": _("their day this week"),
        "neglected": _("a kind word"),
        "nothing": _("nothing"),
    }[kind]


def _stays(row: Mapping[str, Any], owners: Mapping[str, str], employee: str) -> bool:
    return row["waits"] == "promise" or owners.get(row["person_id"], employee) == employee


def _entries(snapshot: Snapshot, employee: str) -> list[dict[str, Any]]:
    return snapshot.query(ENTRIES, [employee, list(WAITS)])
