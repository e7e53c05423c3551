"""What became of a line of the plan: done, not now, not right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.playbooks.loading import load
from byname.web.written.actions.writing import Fact, Written, about, employee_of, words_of, write

if TYPE_CHECKING:
    from byname.company import Company
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["HOW", "handle"]

HOW = ("done", "not now", "not right")
_MOST = 1_000
_PLANNED = """
    select action, title, team, employee, channel, kind, goal, expected
    from plan
    where person_id in (select unnest($1)) and action = $2
    order by place
    limit 1
"""


def handle(by: Account, desk: Desk, person_id: str, action: str, how: str, *, why: str = "") -> Written:
    """Say what became of a planned contact; done, it counts among what the person hears from us and in the proof.

    Args:
        by: who.
        desk: where.
        person_id: with whom.
        action: the playbook.
        how: "done", "not now" or "not right".
        why: in a few words; needed where it was not right.

    Raises:
        Http404: nothing of the kind is planned for this person.
        UsageError: another word, or no word why.
    """
    person = about(by, "act", desk, person_id)
    if how not in HOW:
        raise UsageError(where=_("how"), found=f'"{how}"', expected=", ".join(HOW))
    words = words_of(_("why"), why, _MOST, needed=how == "not right")
    planned = desk.snapshot.query(_PLANNED, [desk.since.shown_together(person.person_id), action])
    if not planned:
        raise Http404
    (row,) = planned
    who = employee_of(by)
    facts = [Fact("decisions", {"kind": how, "value": f"{action} {words}".strip(), "by_whom": who})]
    if how == "done":
        contact: dict[str, Any] = {
            name: row[name] for name in ("action", "team", "channel", "kind", "goal", "expected")
        }
        contact |= {"employee": who, "arm": "treated", "purpose": _purpose(desk.company, action)}
        facts.append(Fact("contacts", contact))
    return write(
        by,
        desk,
        person,
        facts,
        action=how,
        says=_("%(title)s for %(name)s: %(how)s.") % {"title": row["title"], "name": person.name, "how": _(how)},
        before={"action": action, "how": desk.since.handled.get((person.person_id, action), "")},
        after={"action": action, "how": how, "why": words},
    )


def _purpose(company: Company, action: str) -> str | None:
    """What consent a playbook goes by."""
    settings = company.settings
    found = load(company.playbooks, settings.plan.off, may_use=settings.may_use)
    return next((one.purpose for one in found if one.action == action), None)
