"""A note about a person; one that is private is read by the writer's team alone, before the refresh and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.web.written.actions.writing import Fact, Written, about, employee_of, words_of, write

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["note"]

_MOST = 5_000


def note(by: Account, desk: Desk, person_id: str, text: str, *, private: bool = False) -> Written:
    """Write a note.

    Args:
        by: who.
        desk: where.
        person_id: about whom.
        text: the words.
        private: only the writer's team reads it.

    Raises:
        UsageError: no words, too many, or private of somebody who is in no team.
    """
    person = about(by, "act", desk, person_id)
    words = words_of(_("note"), text, _MOST)
    if private and not by.team:
        raise UsageError(
            where=_("private"), found=_("an account without a team"), expected=_("a team that alone may read it")
        )
    team = by.team if private else None
    return write(
        by,
        desk,
        person,
        [Fact("decisions", {"kind": "note", "value": words, "by_whom": employee_of(by), "private_to": team})],
        action="note",
        says=_("Noted about %(name)s.") % {"name": person.name},
        # Who reads the log is not of that team.
        after={"private_to": team} if private else {"note": words},
    )
