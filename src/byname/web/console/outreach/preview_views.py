"""The page of a playbook before its first sending, and the word that somebody looked at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from byname.plan.gate.rule import rules
from byname.web.accounts.policy import account_of, may_decide_on, requires
from byname.web.console.outreach.looked import look, unseen
from byname.web.console.outreach.preview import examples, holdout, stopped
from byname.web.console.proof.views import known_playbooks
from byname.web.desk import desk_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.playbooks.playbook import Playbook
    from byname.web.desk import Desk

__all__ = ["looked", "preview"]


@require_safe
@requires("read")
def preview(request: HttpRequest, action: str) -> HttpResponse:
    """As five people would get it, the friend's questions, the holdout."""
    desk = desk_of(request)
    playbook = _playbook(desk, action)
    shown = examples(desk, playbook)
    return render(
        request,
        "console/outreach_preview.html",
        {
            "playbook": playbook, "examples": shown, "stopped": stopped(desk, action), "questions": rules(),
            "holdout": holdout(desk, playbook), "must_look": bool(unseen(desk, [action])),
            "may_look": may_decide_on(account_of(request), playbook.team),
            "to_fill": list(dict.fromkeys(gap for one in shown for gap in one.to_fill)),
        },
    )  # fmt: skip


@require_POST
@requires("act")
def looked(request: HttpRequest, action: str) -> HttpResponse:
    """Somebody of the team that does it looked at it."""
    desk, account = desk_of(request), account_of(request)
    playbook = _playbook(desk, action)
    if not may_decide_on(account, playbook.team):
        raise Http404
    with transaction.atomic():
        look(account, desk, action)
    messages.success(request, _("Looked at: %(title)s. It may go out now.") % {"title": playbook.title})
    return redirect("outreach")


def _playbook(desk: Desk, action: str) -> Playbook:
    found = known_playbooks(desk).get(action)
    if found is None:
        raise Http404
    return found
