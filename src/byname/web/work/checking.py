"""Looking for damage in the ledger and the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.web.served import company
from byname.web.work.carrying import Outcome
from byname.web.work.carrying import carry_out as carried
from byname.web.work.models import State
from byname.web.work.processes import python

if TYPE_CHECKING:
    from byname.web.work.models import Run

__all__ = ["carry_out"]


def carry_out(run_id: int) -> None:
    """Look for damage."""
    carried(run_id, python("byname.web.work.child", "check", str(company().folder)), _finish)


def _finish(run: Run, outcome: Outcome) -> None:
    if outcome.state != State.DONE:
        return
    problems: list[str] = outcome.done["problems"]
    run.result = {"problems": problems}
    run.says = _("all is well") if not problems else " ".join(problems)
    run.save()
