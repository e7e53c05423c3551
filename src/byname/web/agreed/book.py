"""What is agreed with whom now: what the ledger has, and what was written since the last refresh.

The ledger is read once until it changes, so that a till asks it in a thousandth of a second.
"""

from __future__ import annotations

from collections import defaultdict
from threading import Lock
from typing import TYPE_CHECKING, Any

from byname.app_rows import opened
from byname.decided import in_ledger
from byname.facts.store import Store
from byname.web.agreed.saying import KINDS, Agreed, agreed_in
from byname.web.written.versions import newest
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from byname.web.desk import Desk

__all__ = ["agreed_with", "agreed_with_all"]

type _ByPerson = Mapping[str, list[dict[str, Any]]]

_KEPT = 4  # snapshots

_kept: dict[Path, tuple[int, _ByPerson]] = {}
_reading = Lock()


def agreed_with(desk: Desk, person_id: str) -> Agreed:
    """What is agreed with one person, by the id under which they are shown."""
    since, before = _both(desk)
    people = desk.since.shown_together(person_id)
    return agreed_in(newest(row for rows in (before, since) for one in people for row in rows.get(one, ())))


def agreed_with_all(desk: Desk) -> dict[str, Agreed]:
    """What is agreed with each person with whom something is, by the id under which they are shown; hidden ones too."""
    found = defaultdict[str, list[dict[str, Any]]](list)
    since, before = _both(desk)
    for rows in (before, since):
        for person, some in rows.items():
            found[desk.since.shown_as(person)] += some
    return {person: agreed_in(newest(rows)) for person, rows in found.items()}


def _both(desk: Desk) -> tuple[_ByPerson, _ByPerson]:
    """Rows by the snapshot's person_ids: those that no refresh took yet, and those in the ledger."""
    with opened(desk.company) as app:
        # Before the ledger: what a refresh takes in between is then seen twice, never not at all.
        pending = [] if app is None else app.pending("decisions", KINDS)
    return _by_person(desk, pending), _in_ledger(desk)


def _in_ledger(desk: Desk) -> _ByPerson:
    commit, folder = Store(desk.company.facts).load().commit, desk.snapshot.folder
    with _reading:
        then, found = _kept.get(folder, (None, {}))
        if then != commit:
            found = _by_person(desk, in_ledger(desk.company, "decisions", KINDS))
            _kept[folder] = (commit, found)
            for old in list(_kept)[:-_KEPT]:
                del _kept[old]
    return found


def _by_person(desk: Desk, rows: Iterable[dict[str, Any]]) -> _ByPerson:
    every, people = list(rows), whose(desk.company, desk.snapshot)
    people.look_up({row["record_id"] for row in every})
    found = defaultdict[str, list[dict[str, Any]]](list)
    for row in every:
        if person := people.person(row["record_id"]):
            found[person].append(row)
    return dict(found)
