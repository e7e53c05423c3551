"""Whose colleague has left: people with an owner, or a promise, of somebody who is not in byname.toml any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.web.console.book.staff import spellings
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

__all__ = ["orphans"]

ORPHANS = """
    with gone as (
        select person_id, min(employee) as promised_by
        from client_book
        where not list_contains($1, lower(trim(employee))) and promised is not null
        group by person_id
    ),
    lost as (
        select people.person_id, people.owner, gone.promised_by
        from people
        left join gone on gone.person_id = people.person_id
        where gone.person_id is not null
           or trim(coalesce(people.owner, '')) <> '' and not list_contains($1, lower(trim(people.owner)))
    )
    select lost.*
    from lost
    left join profile on profile.person_id = lost.person_id
    order by lost.promised_by is null, profile.clv desc nulls last, lost.person_id
"""


def orphans(desk: Desk) -> list[dict[str, Any]]:
    """People without an owner since theirs has left, the promised and the most valuable first.

    Nobody where byname.toml names no employee: then nobody can have left.

    Args:
        desk: the snapshot and what was written since; who was given to somebody since is in good hands.
    """
    known = tuple(spellings(desk))
    if not known:
        return []
    since = desk.since
    unseen = since.gone
    return [
        {"person_id": row["person_id"], "waits": "promise" if row["promised_by"] else "nothing", "says": _said(row)}
        for row in remembered(_orphans, desk.snapshot, known)
        if row["person_id"] not in unseen and not since.owners.get(row["person_id"])
    ]


def _said(row: dict[str, Any]) -> str:
    if row["promised_by"]:
        return _("%(who)s promised them something, and does not work here any more") % {"who": row["promised_by"]}
    return _("%(who)s looked after them, and does not work here any more") % {"who": row["owner"]}


def _orphans(snapshot: Snapshot, known: tuple[str, ...]) -> list[dict[str, Any]]:
    return snapshot.query(ORPHANS, [list(known)])
