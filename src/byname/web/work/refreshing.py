"""A refresh from the pages, each night, or after a file came."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from byname.web.served import company
from byname.web.work.asking import ask
from byname.web.work.carrying import Outcome, served
from byname.web.work.carrying import carry_out as carried
from byname.web.work.models import Kind, State
from byname.web.work.processes import LAST, python

if TYPE_CHECKING:
    from byname.web.work.models import Run

__all__ = ["carry_out"]


def carry_out(run_id: int) -> None:
    """Carry out a refresh."""
    folder, as_of = str(company().folder), os.environ.get("BYNAME_AS_OF", "")
    day = ["--as-of", as_of] if as_of else []
    command = python("byname.cli", "refresh", folder, *day, "--threads", "1", "--format", "json")
    carried(run_id, command, _finish, nice=LAST)


def _finish(run: Run, outcome: Outcome) -> None:
    if outcome.state == State.DONE:
        run.result = {"snapshot": str(outcome.done.get("snapshot", "")), "is_current": outcome.done.get("is_current")}
        run.says = (
            _("a new snapshot is served")
            if run.result["is_current"]
            else _("made, but it is of an earlier day than the current snapshot; %(served)s") % {"served": served()}
        )
        run.save()
    if run.is_nightly:
        transaction.on_commit(lambda: ask(Kind.MAIL))
