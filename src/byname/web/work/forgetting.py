"""Erasing somebody, in a process of its own: hidden at once, gone from every place soon after.

The run names them until they are gone, then only the number of the erasure; so do the audit log's lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from byname.errors import BynameError
from byname.snapshot import open_current
from byname.web.accounts.audit import log
from byname.web.desk import Desk
from byname.web.served import company
from byname.web.telling.telling import tell_all
from byname.web.work.asking import ask
from byname.web.work.carrying import Outcome
from byname.web.work.carrying import carry_out as carried
from byname.web.work.models import Kind, Run, State
from byname.web.work.processes import python
from byname.web.written.erasing import hide

if TYPE_CHECKING:
    from byname.web.accounts.models import Account

__all__ = ["carry_out", "erase", "promise"]

_TELLING_SECONDS = 10.0


def erase(by: Account, desk: Desk, person_id: str) -> tuple[Run, bool]:
    """Erase somebody: hidden when this returns, gone when the run is done.

    Args:
        by: who says so.
        desk: where.
        person_id: whom.

    Returns:
        See `ask`.

    Raises:
        PermissionDenied: this account may not do that.
        Http404: nobody has that id, or nobody is shown them any more.
    """
    with transaction.atomic():
        hide(by, desk, person_id)
        return ask(Kind.FORGET, desk.person_id(person_id), account=by)


def promise(run: Run, number: str) -> str:
    """The number of the receipt that this run will have; that of a run which has one already stays."""
    if not run.result.get("number"):
        run.result = {**run.result, "number": number}
        run.save(update_fields=["result"])
    return str(run.result["number"])


def carry_out(run_id: int) -> None:
    """Erase whom a run is about."""
    run = Run.objects.filter(pk=run_id).first()
    if run is not None and (untold := _untold()):
        run.result = {**run.result, "untold": untold}
        run.save(update_fields=["result"])
    promised = run.result.get("number") if run else None
    number = ("--number", str(promised)) if promised else ()
    more = ("forget", str(company().folder), run.about if run else "", "--yes", *number, "--format", "json")
    carried(run_id, python("byname.cli", *more), _finish)


def _untold() -> str:
    """Let other systems hear of it first, since nobody knows afterwards what they call the person."""
    served = company()
    if served.settings.outreach.tells is None:
        return ""
    try:
        return tell_all(Desk(served, open_current(served)), seconds=_TELLING_SECONDS)
    except BynameError as error:
        return str(error)


def _finish(run: Run, outcome: Outcome) -> None:
    if outcome.state != State.DONE:
        return  # whom it is about stays, so that the next start goes on
    done = outcome.done
    run.about = str(done["number"])
    left = list(done["left"])
    if untold := run.result.get("untold"):
        left.append(_("your other systems were not told (%(why)s): tell them yourself") % {"why": untold})
    run.result = {"number": run.about, "counts": done["counts"], "left": left}
    run.says = _("erased; receipt %(number)s; what is left: %(left)s") % {
        "number": run.about or _("of before"),
        "left": "; ".join(left) or _("nothing"),
    }
    run.save()
    log(run.account, "erase", run.about, after={"counts": done["counts"]})
