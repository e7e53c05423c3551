"""What staff say of customers' words, from the next refresh on: what a text really was, and who may be quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.correcting import correct
from byname.permitting import permit
from byname.web.accounts import audit
from byname.web.accounts.policy import demand
from byname.web.written.actions.writing import at_work, employee_of

if TYPE_CHECKING:
    from datetime import date

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["correct_reading", "permit_quote"]


def correct_reading(by: Account, desk: Desk, fact_id: str, label: str) -> str:
    """Say what a text really was.

    Returns:
        What was said, in a sentence.

    Raises:
        PermissionDenied: this account may not.
        UsageError: no such label.
    """
    demand(by, "act")
    with at_work(by, desk.company):
        done = correct(desk.company, fact_id, label, by=employee_of(by))
        if done.is_new:
            audit.log(by, "label", fact_id, after={"label": label})
    return done.says


def permit_quote(
    by: Account, desk: Desk, person_id: str, *, scope: str, until: date | None, withdrawn: bool = False
) -> str:
    """Note that somebody allows to be quoted, or no longer does.

    Returns:
        What was noted, in a sentence.

    Raises:
        PermissionDenied: this account may not.
        Http404: nobody has that id, or nobody is shown them any more.
        UsageError: no scope, or a last day that is over.
    """
    demand(by, "act")
    person = desk.person_id(person_id)
    with at_work(by, desk.company):
        says = permit(desk.company, person, scope=scope, until=until, withdrawn=withdrawn, by=employee_of(by))
        after = None if withdrawn else {"scope": scope.strip(), "until": until.isoformat() if until else None}
        audit.log(by, "quote", person, after=after)
    return says
