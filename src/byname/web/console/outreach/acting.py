"""What people decide about drafts: make them, approve with changed words, refuse, say that it was done, all by POST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from byname.errors import UsageError
from byname.web.accounts.policy import account_of, requires
from byname.web.console.outreach.listed import rows_of
from byname.web.console.outreach.views import one_row, team_of
from byname.web.console.today.chosen import chosen
from byname.web.desk import Desk, desk_of
from byname.web.outreach import deciding, drafting
from byname.web.outreach.models import Draft

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["decide", "several", "write", "write_day"]

_MOST_AT_ONCE = 100


@require_POST
@requires("act")
def write_day(request: HttpRequest) -> HttpResponse:
    """Make the drafts of the day's list, for the team that is looked at; nobody makes another team's."""
    desk, account = desk_of(request), account_of(request)
    team = team_of(account, chosen(request))
    if team is None:
        raise PermissionDenied
    made = drafting.drafts_of_day(desk, team)
    said = ngettext("%(many)s draft is there.", "%(many)s drafts are there.", len(made)) % {"many": f"{len(made):,}"}
    messages.success(request, said if made else _("Nothing is to be written today."))
    return redirect("outreach")


@require_POST
@requires("act")
def write(request: HttpRequest) -> HttpResponse:
    """Make the draft of one planned contact and open it."""
    desk = desk_of(request)
    person, action = request.POST.get("person", ""), request.POST.get("action", "")
    try:
        draft = drafting.draft_of(desk, desk.person_id(person), action)
    except UsageError as error:
        messages.error(request, str(error.do or error))
        return redirect("today")
    return redirect("outreach_draft", draft.key)


@require_POST
@requires("act")
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Approve with the words as they stand in the form, refuse with the reason, or say that it was done by hand."""
    desk, account = desk_of(request), account_of(request)
    row = one_row(request, desk, key)
    draft, how, wrong = row.draft, request.POST.get("how", ""), ""
    try:
        if how == "approve":
            if row.must_look:
                return _look_first(request, draft)
            changed = {name: request.POST[name] for name in ("subject", "words") if name in request.POST}
            deciding.approve(account, desk, draft, **changed)
        elif how == "refuse":
            deciding.refuse(account, desk, draft, request.POST.get("why", ""))
        elif how == "done":
            deciding.done_by_hand(account, desk, draft)
        else:
            raise Http404
    except UsageError as error:
        wrong = str(error.do or error)
    if wrong and how == "approve":
        draft.subject = request.POST.get("subject", draft.subject)
        draft.words = request.POST.get("words", draft.words)
    return _again(request, Desk(desk.company, desk.snapshot), draft, wrong)


@require_POST
@requires("act")
def several(request: HttpRequest) -> HttpResponse:
    """Approve those that were ticked, as they stand; one that cannot go is left, and why is said."""
    desk, account = desk_of(request), account_of(request)
    keys = request.POST.getlist("draft")[:_MOST_AT_ONCE]
    approved, left = 0, []
    for row in rows_of(desk, Draft.objects.filter(key__in=keys).order_by("pk"), account):
        if not row.is_ready:
            left.append(row.draft.title)
            continue
        try:
            deciding.approve(account, desk, row.draft)
        except UsageError as error:
            left.append(f"{row.person['name'] or row.draft.title}: {error.do or error}")
        else:
            approved += 1
    if approved:
        said = ngettext("%(many)s approved.", "%(many)s approved.", approved)
        messages.success(request, said % {"many": f"{approved:,}"})
    if left:
        messages.warning(request, _("Left as they were: %(which)s") % {"which": "; ".join(left)})
    if not keys:
        messages.info(request, _("None was ticked."))
    return redirect("outreach")


def _look_first(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The way to the preview: nobody approves a playbook that never went out before somebody looked at it."""
    there = reverse("outreach_preview", args=[draft.action])
    if "HX-Request" in request.headers:
        answer = render(request, "messages.html")
        answer["HX-Redirect"] = there
        return answer
    return redirect(there)


def _again(request: HttpRequest, desk: Desk, draft: Draft, wrong: str) -> HttpResponse:
    """The draft as it stands now: alone where it changes in place, else the whole page."""
    if not wrong:
        draft.refresh_from_db()
    (row,) = rows_of(desk, [draft], account_of(request))
    if "HX-Request" in request.headers:
        return render(request, "console/outreach_row.html", {"row": row, "tag": "li", "wrong": wrong})
    if wrong:
        return render(request, "console/outreach_one.html", {"row": row, "wrong": wrong, "alone": True}, status=400)
    return redirect("outreach_draft", draft.key) if request.POST.get("alone") else redirect("outreach")
