"""Whom an address means today: merged people are forwarded, ids of before too, all others are not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import Http404

from byname.web.accounts import policy
from byname.web.console.person.brief import brief
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account
    from byname.web.console.person.brief import Brief
    from byname.web.desk import Desk
    from byname.web.written.shape import Said

__all__ = ["brief_of", "seen_by", "todays_id"]

_ID = re.compile(r"p[A-Z2-7]{16}")


def todays_id(desk: Desk, said: str) -> str:
    """Today's id of the person that an address names.

    Raises:
        Http404: nobody, or somebody who is shown to nobody any more; which of them is not said.
    """
    if not _ID.fullmatch(said):
        raise Http404
    person = desk.person_id(said)
    if remembered(_is_there, desk.snapshot, person):
        return person
    for row in desk.snapshot.find(person, 1):
        return desk.person_id(row["person_id"])
    raise Http404


def brief_of(desk: Desk, person_id: str, account: Account) -> Brief:
    """The brief of somebody who is there, as this account may see it.

    Raises:
        Http404: they are not.
    """
    found = brief(desk, person_id, seen_by(desk, person_id, account))
    if found is None:
        raise Http404
    return found


def seen_by(desk: Desk, person_id: str, account: Account) -> tuple[Said, ...]:
    """What was written about them since the snapshot, without other teams' private notes."""
    said = desk.since.said.get(person_id, ())
    return tuple(one for one in said if policy.may_read_note(account, one.private_to))


def _is_there(snapshot: Snapshot, person_id: str) -> bool:
    return bool(snapshot.query("select 1 from people where person_id = $1", [person_id]))
