"""Somebody is to be erased: from this moment nobody is shown them, on no page, list, export or answer.

The row that says so names a record and nothing else, and goes with the person when the erasure is carried out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.web.written.actions.writing import Fact, Written, about, employee_of, write
from byname.web.written.ledger_side import ERASE

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["hide"]


def hide(by: Account, desk: Desk, person_id: str) -> Written:
    """Hide somebody who is to be erased, at once.

    Args:
        by: who says so; data stewards and owners may.
        desk: where.
        person_id: whom.

    Raises:
        PermissionDenied: this account may not do that.
        Http404: nobody has that id, or nobody is shown them any more.
    """
    person = about(by, "data", desk, person_id)
    decision = Fact("decisions", {"kind": ERASE, "value": None, "by_whom": employee_of(by)})
    return write(by, desk, person, [decision], action=ERASE, says=_("Hidden, and being erased."))
