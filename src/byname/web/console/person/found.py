"""Whom an address means today: merged people are forwarded, ids of before too, all others are not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.http import Http404

from byname.web.accounts import policy
from byname.web.console.person.brief import brief

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.console.person.brief import Brief
    from byname.web.desk import Desk
    from byname.web.written.shape import Said

__all__ = ["Card", "brief_of", "card_of", "seen_by"]

type Card = dict[str, Any]

_ID = re.compile(r"p[A-Z2-7]{16}")


def card_of(desk: Desk, said: str) -> Card:
    """The card of the person that an address names, as `Snapshot.find` has it; its person_id is today's.

    Raises:
        Http404: nobody, or somebody who is shown to nobody any more; which of them is not said.
    """
    if not _ID.fullmatch(said):
        raise Http404
    for row in desk.snapshot.find(desk.person_id(said), 1):
        today = desk.person_id(row["person_id"])
        return row if today == row["person_id"] else desk.snapshot.find(today, 1)[0]
    raise Http404


def brief_of(desk: Desk, card: Card, account: Account) -> Brief:
    """The brief of somebody who is there, as this account may see it.

    Raises:
        Http404: they are not.
    """
    found = brief(desk, card["person_id"], seen_by(desk, card["person_id"], account))
    if found is None:
        raise Http404
    return found


def seen_by(desk: Desk, person_id: str, account: Account) -> tuple[Said, ...]:
    """What was written about them since the snapshot, without other teams' private notes."""
    said = desk.since.said.get(person_id, ())
    return tuple(one for one in said if policy.may_read_note(account, one.private_to))
