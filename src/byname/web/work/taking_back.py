"""Taking an import back whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.web.accounts.audit import log
from byname.web.served import company
from byname.web.work.asking import ask
from byname.web.work.carrying import Outcome
from byname.web.work.carrying import carry_out as carried
from byname.web.work.models import Kind, Run, State
from byname.web.work.processes import python

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["carry_out"]


def carry_out(run_id: int) -> None:
    """Take back the import that a run is about."""
    file_id = Run.objects.filter(pk=run_id).values_list("about", flat=True).first() or ""
    carried(run_id, python("byname.web.work.child", "remove", str(company().folder), file_id), _finish)


def _finish(run: Run, outcome: Outcome) -> None:
    if outcome.state != State.DONE:
        return
    done: Mapping[str, Any] = outcome.done
    run.says = _("took back %(name)s: %(deleted)s rows gone, %(kept)s that a later import had too stay") % {
        "name": done["name"],
        "deleted": f"{done['deleted']:,}",
        "kept": f"{done['kept']:,}",
    }
    run.result = {name: done[name] for name in ("name", "deleted", "kept")}
    run.save()
    log(run.account, "take back", run.about, before={"name": done["name"]}, after=run.result)
    ask(Kind.REFRESH)
