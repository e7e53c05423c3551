"""What was said of a line of the plan, taken back: the decision, and the contact that came of it where it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from byname.web.accounts.policy import demand
from byname.web.written.actions.handle import HOW
from byname.web.written.actions.writing import Fact, Written, about, at_work, employee_of, write

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["unhandle"]

_CAME_OF_IT = "select fact_id from written_contacts where record_id = %s and occurred_at = %s and action = %s"
_WHOSE = "select person_id from records where record_id = $1"


def unhandle(by: Account, desk: Desk, decision_id: str) -> Written | None:
    """Take back that a planned contact was done, or not now, or not right.

    Returns:
        None where it is another decision: nothing was written.

    Raises:
        Http404: nobody may see the person any more.
    """
    demand(by, "act")
    with at_work(by, desk.company) as rows:
        said = next(iter(rows.versions("decisions", decision_id)), None)
        if said is None or said["kind"] not in HOW:
            return None
        whose = desk.snapshot.query(_WHOSE, [said["record_id"]])
        if not whose:
            raise Http404
        person = about(by, "act", desk, whose[0]["person_id"])
        action = said["value"].partition(" ")[0]
        came = rows.ask(_CAME_OF_IT, (said["record_id"], rows.instant(said["occurred_at"]), action))
        return write(
            by,
            desk,
            person,
            [
                Fact("decisions", {"kind": "undo", "value": fact_id, "by_whom": employee_of(by)})
                for fact_id in (decision_id, *(fact_id for (fact_id,) in came))
            ],
            action="undo",
            says=_("Taken back for %(name)s.") % {"name": person.name},
            before={"action": action, "how": said["kind"]},
            after={"action": action, "how": ""},
        )
