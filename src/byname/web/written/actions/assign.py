"""Who looks after a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from byname.errors import UsageError, nearest
from byname.web.accounts.policy import may_assign_to
from byname.web.written.actions.writing import Fact, Written, about, employee_of, words_of, write

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["assign"]

_MOST = 120
_ON_RECORD = "select distinct employee as name from client_book where lower(employee) = lower($1) limit 1"


def assign(by: Account, desk: Desk, person_id: str, employee: str) -> Written:
    """Say who looks after a person from now on; "" takes the owner away.

    Raises:
        PermissionDenied: this account may not give a customer to that employee.
        UsageError: nobody of that name works here.
    """
    person = about(by, "assign", desk, person_id)
    before = desk.since.owners.get(person.person_id, person.owner)
    owner = _employee(desk, words_of(_("owner"), employee, _MOST, needed=False))
    if not may_assign_to(by, next((one.team for one in desk.company.settings.employees if one.name == owner), "")):
        raise PermissionDenied(owner)
    says = (
        _("%(owner)s looks after %(name)s.") % {"owner": owner, "name": person.name}
        if owner
        else _("Nobody looks after %(name)s in particular.") % {"name": person.name}
    )
    if owner == before:
        return Written(says, ())
    return write(
        by,
        desk,
        person,
        [Fact("decisions", {"kind": "owner", "value": owner or None, "by_whom": employee_of(by)})],
        action="owner",
        says=says,
        before={"owner": before},
        after={"owner": owner},
    )


def _employee(desk: Desk, said: str) -> str:
    """The employee as byname.toml names them, else as records do."""
    if not said:
        return ""
    known = {
        spelling.casefold(): one.name
        for one in desk.company.settings.employees
        for spelling in (one.name, *one.aliases)
    }
    if found := known.get(said.casefold()):
        return found
    if rows := desk.snapshot.query(_ON_RECORD, [said]):
        return str(rows[0]["name"])
    names = sorted(set(known.values()))
    raise UsageError(
        where=_("owner"),
        found=f'"{said}"{nearest(said, names)}',
        expected=_("an employee: %(names)s") % {"names": ", ".join(names) or _("none is named in byname.toml yet")},
    )
