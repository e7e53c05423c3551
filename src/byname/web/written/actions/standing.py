"""Somebody who knows better says where a person stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.errors import UsageError, nearest
from byname.standing.states import STATES
from byname.web.written.actions.writing import Fact, Written, about, employee_of, words_of, write

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["correct_standing"]

_MOST = 1_000
_UNKNOWN = "unknown"
_READ = "select standing from standing where person_id = $1"


def correct_standing(by: Account, desk: Desk, person_id: str, standing: str, *, why: str) -> Written:
    """Say where a person stands, whatever their records say; "unknown" takes a correction back.

    Raises:
        UsageError: no such standing, or no word why.
    """
    person = about(by, "act", desk, person_id)
    known = (*STATES, _UNKNOWN)
    if standing not in known:
        raise UsageError(
            where=_("standing"), found=f'"{standing}"{nearest(standing, known)}', expected=", ".join(known)
        )
    words = words_of(_("why"), why, _MOST)
    read = desk.snapshot.query(_READ, [person.person_id])
    before = desk.since.standings.get(person.person_id, read[0]["standing"] if read else _UNKNOWN)
    says = (
        _("The next refresh reads %(name)s by their records again.")
        if standing == _UNKNOWN
        else _("%(name)s stands as you say.")
    )
    return write(
        by,
        desk,
        person,
        [Fact("decisions", {"kind": "standing", "value": f"{standing} {words}", "by_whom": employee_of(by)})],
        action="standing",
        says=says % {"name": person.name},
        before={"standing": before},
        after={"standing": standing, "why": words},
    )
