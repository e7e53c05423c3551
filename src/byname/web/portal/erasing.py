"""She asks to be forgotten: hidden from everybody at once, and gone from every disk soon after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from byname.forgetting.order import new_number, now
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.work.asking import ask
from byname.web.work.forgetting import promise
from byname.web.work.models import Kind
from byname.web.written.actions.writing import Fact
from byname.web.written.ledger_side import ERASE

if TYPE_CHECKING:
    from byname.web.portal.whom import Her

__all__ = ["erase"]


def erase(her: Her) -> str:
    """Write down that she is to be erased, and ask for it to be carried out.

    Returns:
        The number of her receipt: that of the erasure, which stays when she is gone and names nobody.
    """
    company = her.desk.company
    decision = Fact("decisions", {"kind": ERASE, "value": None, "by_whom": BY_HERSELF})
    with transaction.atomic():
        by_themselves(company, her.anchor, [decision], action=ERASE)
        run, _is_new = ask(Kind.FORGET, her.person_id)
        return promise(run, new_number(now()))
