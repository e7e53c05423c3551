"""The client book: who is mine, what they like, what we promised, what is due (S0.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from byname.errors import UsageError
from byname.web.accounts.policy import account_of, may, requires
from byname.web.console.book.entries import WAITS, counted, entries
from byname.web.console.book.known import known
from byname.web.console.book.orphans import orphans
from byname.web.console.book.staff import assignable, discretion, staff
from byname.web.console.typed import day
from byname.web.desk import Desk, desk_of
from byname.web.written import actions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

    from byname.web.accounts.models import Account
    from byname.web.written.actions import Written

_A_PAGE = 20
_NOBODYS = "nobody"  # instead of an employee: those whose colleague has left


@requires("read")
def book(request: HttpRequest) -> HttpResponse:
    """Show one client book."""
    desk, account = desk_of(request), account_of(request)
    whose = _whose(request, account, desk)
    nobodys = orphans(desk)
    rows = nobodys if whose == _NOBODYS else entries(desk, whose) if whose else []
    waits = request.GET.get("waits", "") if request.GET.get("waits") in WAITS else ""
    page = Paginator([row for row in rows if waits in {"", row["waits"]}], _A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "console/book.html",
        {
            "whose": whose, "is_nobodys": whose == _NOBODYS, "is_mine": whose == account.employee,
            "may_choose": may(account, "assign"), "staff": staff(desk), "nobodys": len(nobodys), "many": len(rows),
            "discretion": discretion(desk, whose), "waits": waits, "counted": counted(rows), "page": page,
            **_of_rows(request, desk, list(page)),
        },
    )  # fmt: skip


@require_POST
@requires("act")
def promise(request: HttpRequest) -> HttpResponse:
    """Promise a person something."""
    return _done(
        request,
        lambda by, desk, person: actions.promise(
            by, desk, person, request.POST.get("what", ""), due=day(request.POST.get("due", ""), _("due"))
        ),
    )


@require_POST
@requires("act")
def keep(request: HttpRequest) -> HttpResponse:
    """Say that a promise was kept."""
    return _done(
        request, lambda by, desk, person: actions.keep_promise(by, desk, person, request.POST.get("promise", ""))
    )


@require_POST
@requires("assign")
def assign(request: HttpRequest) -> HttpResponse:
    """Give a person to a colleague."""
    employee = request.POST.get("employee", "")
    if employee not in {one.name for one in assignable(account_of(request), desk_of(request))}:
        raise PermissionDenied("assign")
    return _done(request, lambda by, desk, person: actions.assign(by, desk, person, employee))


def _whose(request: HttpRequest, account: Account, desk: Desk) -> str:
    """Whose book: one's own, or another's for those who assign; empty where there is none of one's own.

    Raises:
        PermissionDenied: another's, for somebody who looks after their own alone.
        Http404: nobody of that name works here.
    """
    asked = request.GET.get("of", "") or account.employee
    if asked == account.employee:
        return asked
    if not may(account, "assign"):
        raise PermissionDenied("assign")
    if asked != _NOBODYS and asked not in {one.name for one in staff(desk)}:
        raise Http404
    return asked


def _of_rows(request: HttpRequest, desk: Desk, chosen: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the rows of a page are shown with."""
    return {
        "rows": known(desk, chosen),
        "colleagues": assignable(account_of(request), desk),
        "today": timezone.localdate(),
        "back": request.POST.get("back") or request.get_full_path(),
        "of": request.POST.get("of") or request.GET.get("of", "") or account_of(request).employee,
    }


def _done(request: HttpRequest, act: Callable[[Account, Desk, str], Written]) -> HttpResponse:
    """Do it, and show the person as they stand now: alone where they change in place, else the whole page."""
    desk = desk_of(request)
    person = desk.person_id(request.POST.get("person", ""))
    says = wrong = ""
    try:
        says = act(account_of(request), desk, person).says
    except UsageError as error:
        wrong = _("%(where)s: found %(found)s; expected %(expected)s.") % vars(error)
    if "HX-Request" in request.headers:
        desk = Desk(desk.company, desk.snapshot)
        context = _of_rows(request, desk, [_listed(request, desk, person)])
        context |= {"row": context["rows"][0], "says": says, "wrong": wrong}
        return render(request, "console/book_person.html", context)
    (messages.error if wrong else messages.success)(request, wrong or says)
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, None):
        back = reverse("book")
    return redirect(f"{back}#b-{person}")


def _listed(request: HttpRequest, desk: Desk, person: str) -> dict[str, Any]:
    """Why somebody was on the list that a form stood on."""
    whose = request.POST.get("of", "")
    rows = orphans(desk) if whose == _NOBODYS else entries(desk, whose)
    return next(
        (row for row in rows if row["person_id"] == person), {"person_id": person, "waits": "nothing", "says": ""}
    )
