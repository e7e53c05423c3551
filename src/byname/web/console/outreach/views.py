"""Letters: what is to go out, what waits for a yes, what became of the others; one draft by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from byname.today import first_day
from byname.web.accounts.models import Role
from byname.web.accounts.policy import account_of, may_decide_on, requires
from byname.web.console.outreach.listed import GROUPS, drafts_in, groups, of_the_day, rows_of
from byname.web.console.outreach.looks import mail_of
from byname.web.console.outreach.notices import missing, unapproved
from byname.web.console.today.chosen import chosen
from byname.web.console.today.listed import contacts
from byname.web.desk import desk_of
from byname.web.outreach.models import Draft
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.web.accounts.models import Account
    from byname.web.console.outreach.listed import Group, Row
    from byname.web.console.today.chosen import Choice
    from byname.web.desk import Desk

__all__ = ["one_row", "outreach", "outreach_draft", "team_of"]

_A_PAGE = 15


@require_safe
@requires("read")
def outreach(request: HttpRequest) -> HttpResponse:
    """What is to go out, a group at a time."""
    desk, choice, account = desk_of(request), chosen(request), account_of(request)
    tabs = groups(desk, team=choice.team, employee=choice.employee)
    state = _asked(request, tabs)
    found = drafts_in(desk, state, team=choice.team, employee=choice.employee)
    page = Paginator(found, _A_PAGE).get_page(request.GET.get("page"))
    drafts = list(page)
    rows = rows_of(desk, drafts, account)
    return render(
        request,
        "console/outreach.html",
        {
            "choice": choice, "tabs": tabs, "state": state, "page": page, "rows": rows,
            "unseen": len(drafts) - len(rows), "ready": any(row.is_ready for row in rows),
            "unwritten": _unwritten(desk, choice), "may_write": team_of(account, choice) is not None,
            "missing": missing(desk.company.settings), "unapproved": unapproved(desk.company.settings),
            "as_of": desk.as_of,
        },
    )  # fmt: skip


@require_safe
@requires("read")
def outreach_draft(request: HttpRequest, key: str) -> HttpResponse:
    """One draft by itself."""
    desk = desk_of(request)
    row = one_row(request, desk, key)
    found = missing(desk.company.settings) if row.draft.channel == "email" else []
    mail = mail_of(desk, row.draft)
    return render(request, "console/outreach_one.html", {"row": row, "missing": found, "mail": mail, "alone": True})


def one_row(request: HttpRequest, desk: Desk, key: str) -> Row:
    """The draft of that key as this account sees it.

    Raises:
        Http404: there is none, or its person is shown to nobody.
    """
    drafts = Draft.objects.filter(key=key).select_related("decided_by")
    rows = rows_of(desk, drafts, account_of(request))
    if not rows:
        raise Http404
    return rows[0]


def team_of(account: Account, choice: Choice) -> str | None:
    """Whose letters of the day this account may have written; empty: all teams'; None: nobody's that it looks at."""
    team = choice.team or (account.team if account.role == Role.MEMBER else "")
    may = may_decide_on(account, team) and (team or account.role != Role.MEMBER)
    return team if may else None


def _asked(request: HttpRequest, tabs: list[Group]) -> str:
    """The group that is asked for, else the first in which something is."""
    asked = request.GET.get("state", "")
    return asked if asked in GROUPS else next((tab.key for tab in tabs if tab.many), "waiting")


def _unwritten(desk: Desk, choice: Choice) -> int:
    """How many contacts of the day have no draft yet."""
    day = remembered(first_day, desk.snapshot, timezone.localdate())
    listed: list[dict[str, Any]] = contacts(desk, day=day, team=choice.team, employee=choice.employee)
    there = set(Draft.objects.filter(of_the_day(desk)).values_list("person_id", "action"))
    handled = desk.since.handled
    return sum(
        (row["person_id"], row["action"]) not in handled
        and not {(row["person_id"], row["action"]), (row["planned_for"], row["action"])} & there
        for row in listed
    )
