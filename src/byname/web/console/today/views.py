"""Today: the one to delight, then the list; what was done of it; who is not on it and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from byname.errors import UsageError
from byname.today import delight, first_day
from byname.web.accounts.policy import account_of, requires
from byname.web.console.today.chosen import chosen
from byname.web.console.today.left import left_of
from byname.web.console.today.listed import contacts, rows_of
from byname.web.console.today.minutes import capacity, minutes_of, price_said
from byname.web.console.today.reasons import WHY_NOT, why_said
from byname.web.desk import Desk, desk_of
from byname.web.remembered import remembered
from byname.web.written import actions
from byname.web.written.actions.handle import HOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from byname.snapshot import Snapshot
    from byname.web.console.today.listed import Row

_A_PAGE = 15
_MORNING, _AFTERNOON = 12, 18
_PASSED_ON = {"not now", "not right"}  # then the next best takes the place of the one


@requires("read")
def today(request: HttpRequest) -> HttpResponse:
    """Whom to reach today."""
    desk, today = desk_of(request), timezone.localdate()
    choice = chosen(request)
    day = remembered(first_day, desk.snapshot, today)
    of_the_day = contacts(desk, day=day, team=choice.team, employee=choice.employee)
    standings = Counter(row["standing"] for row in of_the_day)
    standing = request.GET.get("standing", "")
    listed = [row for row in of_the_day if standing in {"", row["standing"]}]
    one, page, rows = _shown(desk, listed, request.GET.get("page"))
    left = left_of(desk, choice.team)
    prices = [row for row in capacity(desk) if row["day"] == day and choice.team in {"", row["team"]}]
    return render(
        request,
        "console/today.html",
        {
            "greeting": _greeting(), "today": today, "day": day, "choice": choice, "choice_key": choice.key,
            "is_old": desk.as_of < today, "as_of": desk.as_of, "folder": desk.company.folder,
            "one": one, "rows": rows, "page": page, "many": len(of_the_day),
            "standings": standings.most_common(), "standing": standing,
            "minutes": minutes_of(desk, choice, day, of_the_day), "why_not": _why_not(),
            "prices": [price_said(row, desk.company.settings.currency) for row in prices],
            "left": left, "not_today": max(0, left.meant - len({row["person_id"] for row in of_the_day})),
            "says": remembered(_says, desk.snapshot),
        },
    )  # fmt: skip


@require_POST
@requires("act")
def handle(request: HttpRequest) -> HttpResponse:
    """Say what became of a contact: done, not now, or not right with the reason."""
    desk = desk_of(request)
    contact = _posted(request, desk)
    how = request.POST.get("how", "")
    why = why_said(request.POST.get("reason", ""), request.POST.get("why", ""))
    if how not in HOW:
        raise Http404
    try:
        actions.handle(account_of(request), desk, contact["person_id"], contact["action"], how, why=why)
    except UsageError as error:
        return _again(request, desk, contact, str(error.do or error))
    return _again(request, Desk(desk.company, desk.snapshot), contact)


@require_POST
@requires("act")
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was said of a contact."""
    desk = desk_of(request)
    contact = _posted(request, desk)
    try:
        actions.undo(account_of(request), desk, request.POST.get("decision", ""))
    except UsageError as error:
        return _again(request, desk, contact, str(error.do or error))
    return _again(request, Desk(desk.company, desk.snapshot), contact)


def _posted(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """The contact that a form is about.

    Raises:
        Http404: the plan has none such, or nobody may see the person.
    """
    key = tuple(request.POST.get(name, "") for name in ("person", "action", "day"))
    for row in contacts(desk):
        if (row["person_id"], row["action"], row["day"].isoformat()) == key:
            return row
    raise Http404


def _again(request: HttpRequest, desk: Desk, contact: dict[str, Any], wrong: str = "") -> HttpResponse:
    """The contact as it stands now: alone where it changes in place, else the whole page."""
    (row,) = rows_of(desk, [contact])
    if "HX-Request" not in request.headers:
        if wrong:
            messages.error(request, wrong)
        return redirect(f"{reverse('today')}#{row.anchor}")
    row = replace(row, is_the_one=request.POST.get("the_one") == "1")
    context = {"row": row, "tag": "div" if row.is_the_one else "li", "why_not": _why_not(), "wrong": wrong}
    return render(request, "console/today_contact.html", context)


def _shown(desk: Desk, listed: Sequence[dict[str, Any]], page: str | None) -> tuple[Row | None, Any, list[Row]]:
    """The one to delight, and a page of the others."""
    handled = desk.since.handled
    one = delight([row for row in listed if handled.get((row["person_id"], row["action"])) not in _PASSED_ON])
    pages = Paginator([row for row in listed if row is not one], _A_PAGE).get_page(page)
    found = rows_of(desk, [one, *pages] if one else list(pages))
    return (replace(found[0], is_the_one=True), pages, found[1:]) if one else (None, pages, found)


def _why_not() -> str:
    """The reasons to choose from: made once, and the same in every row."""
    return render_to_string("console/today_why.html", {"why_not": WHY_NOT})


def _says(snapshot: Snapshot) -> dict[str, list[str]]:
    """Sentences of the plan as a whole: advice, and what other tools sent."""
    rows = snapshot.query("select name, says from choice where name in ('advice', 'other tools') order by name, says")
    return {
        name.replace(" ", "_"): [row["says"] for row in rows if row["name"] == name]
        for name in ("advice", "other tools")
    }


def _greeting() -> str:
    hour = timezone.localtime().hour
    if hour < _MORNING:
        return _("Good morning")
    return _("Good afternoon") if hour < _AFTERNOON else _("Good evening")
