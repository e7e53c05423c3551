"""Reading a file of the inbox: into the ledger, then out of the way, with the reason beside it where it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from byname.web.accounts.audit import log
from byname.web.served import company
from byname.web.work import inbox
from byname.web.work.asking import ask
from byname.web.work.carrying import Outcome, close
from byname.web.work.carrying import carry_out as carried
from byname.web.work.models import Kind, Run, State
from byname.web.work.processes import python

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["carry_out"]


def carry_out(run_id: int) -> None:
    """Read the file that a run is about."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None:
        return
    path = inbox.folder(company()) / run.about
    if not path.exists() and run.state == State.WAITING:
        close(run, Outcome(State.FAILED, _("the file is no longer in the inbox"), {}))
        return
    folder, account = str(company().folder), inbox.account_of(run.about)
    carried(run_id, python("byname.web.work.child", "read", folder, str(path), account), _finish)


def _finish(run: Run, outcome: Outcome) -> None:
    tables: list[dict[str, Any]] = outcome.done.get("outcomes", [])
    taken = [one for one in tables if not one["error"]]
    run.result = {"tables": tables}
    if outcome.state == State.DONE:
        run.says = _words(tables)
        run.state = State.DONE if taken else State.FAILED
    run.save()
    if not taken and any(one["is_in_the_way"] for one in tables):
        return  # the file stays where it is and is tried again later
    if outcome.state != State.INTERRUPTED:
        inbox.put_away(company(), run.about, "" if taken else run.says)
    log(None, "read", run.about[:200], after={"says": run.says, "files": [one["file_id"] for one in taken]})
    if any(one["new"] or one["changed"] for one in taken):
        ask(Kind.REFRESH)


def _words(tables: Sequence[dict[str, Any]]) -> str:
    if not tables:
        return _("nothing in it")
    return "; ".join(one["error"] or f"{one['title']}: {_counted(one)}" for one in tables)


def _counted(one: dict[str, Any]) -> str:
    rows = ngettext("%(many)s row", "%(many)s rows", one["rows"]) % {"many": f"{one['rows']:,}"}
    return _("%(rows)s, %(new)s new, %(changed)s changed, %(known)s already known, %(refused)s refused") % {
        "rows": rows,
        **{name: f"{one[name]:,}" for name in ("new", "changed", "known", "refused")},
    }
