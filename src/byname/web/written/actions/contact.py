"""A call, a visit or a letter that happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.errors import UsageError, nearest
from byname.plan.channels import CHANNELS
from byname.playbooks.playbook import KINDS
from byname.web.written.actions.writing import Fact, Written, about, employee_of, words_of, write

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["log_contact"]

_MOST = 5_000


def log_contact(by: Account, desk: Desk, person_id: str, *, channel: str, kind: str, says: str = "") -> Written:
    """Write down that we were in touch, so that it counts among what they hear from us; what was said becomes a note.

    Args:
        by: who was in touch.
        desk: where.
        person_id: with whom.
        channel: phone, in_person, letter, email and the like.
        kind: ask, give, thank, news, service.
        says: what was said, in the employee's words.

    Raises:
        UsageError: no such channel or kind, or too many words.
    """
    person = about(by, "act", desk, person_id)
    for where, said, known in ((_("channel"), channel, CHANNELS), (_("kind"), kind, KINDS)):
        if said not in known:
            raise UsageError(where=where, found=f'"{said}"{nearest(said, known)}', expected=", ".join(known))
    words = words_of(_("what was said"), says, _MOST, needed=False)
    who = employee_of(by)
    contact: dict[str, Any] = {
        "team": by.team or None, "employee": who, "channel": channel, "kind": kind, "arm": "treated",
    }  # fmt: skip
    note = [Fact("decisions", {"kind": "note", "value": words, "by_whom": who})] if words else []
    return write(
        by,
        desk,
        person,
        [Fact("contacts", contact), *note],
        action="contact",
        says=_("Written down for %(name)s.") % {"name": person.name},
        after={"channel": channel, "kind": kind, "says": words},
    )
