"""What customers say: their problems in their own words, who waits, whom they praise, what may be quoted."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from byname.correcting import LABELS
from byname.errors import BynameError
from byname.report.said import WAITED, problems_chart, waiting_chart
from byname.voices import Part, shortlist, text, told, waiting, words
from byname.web.accounts.policy import account_of, requires
from byname.web.console.lists import SIZE, Page, gone, hidden, laid, page_number, paged
from byname.web.console.voice.hard import found_it_hard
from byname.web.console.voice.since import labelled, leaves
from byname.web.console.voice.writing import correct_reading, permit_quote
from byname.web.desk import desk_of
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

_FIRST = 10  # names on the first page
_SHOWN = 20  # problems and words
_STATES = ("permitted", "expired", "ask")
_INTENTS = ("complaint", "praise", "recommends", "question", "idea", "leaving", "thanks")


@require_safe
@requires("read")
def voice(request: HttpRequest) -> HttpResponse:
    """Problems in their own words, rising words, who waits, how we answer, effort, praise, what may be quoted."""
    desk = desk_of(request)
    found = remembered(words, desk.snapshot, _SHOWN)
    waited = remembered(_waited, desk.snapshot)
    waits = remembered(waiting, desk.snapshot, Part(_FIRST, without=hidden(desk)))
    quotes = remembered(shortlist, desk.snapshot, Part(_FIRST, without=hidden(desk)))
    return render(
        request,
        "console/voice.html",
        {
            "found": found,
            "problems_chart": problems_chart(found.problems) if found.problems else None,
            "waited": waited,
            "waited_chart": waiting_chart(waited) if waited else None,
            "waiting": laid(desk, waits),
            "waiting_in_all": waits[0]["of_all"] if waits else 0,
            "testimonials": _with_leave(desk, laid(desk, quotes)),
            "testimonials_in_all": quotes[0]["of_all"] if quotes else 0,
            "hard": laid(desk, remembered(found_it_hard, desk.snapshot, gone(desk), _FIRST)),
            "agents_on": desk.company.settings.voice.agents,
            "as_of": desk.as_of,
        },
    )


@require_safe
@requires("read")
def problem(request: HttpRequest) -> HttpResponse:
    """One problem: who told of it, in which words."""
    desk, number, name = desk_of(request), page_number(request.GET), request.GET.get("of", "")
    found = remembered(_problems, desk.snapshot).get(name)
    if found is None:
        raise Http404
    rows = remembered(told, desk.snapshot, name, Part(SIZE, (number - 1) * SIZE, hidden(desk)))
    page = Page(laid(desk, rows), number, found["messages"])
    return render(request, "console/voice_problem.html", {"problem": found, "page": page, "rows": page.rows})


@require_safe
@requires("read")
def waiters(request: HttpRequest) -> HttpResponse:
    """Everybody who waits for an answer, the worthiest or the oldest first."""
    desk, number = desk_of(request), page_number(request.GET)
    first = "oldest" if request.GET.get("first") == "oldest" else "worthiest"
    part = Part(SIZE, (number - 1) * SIZE, hidden(desk))
    page = paged(desk, remembered(waiting, desk.snapshot, part, first=first), number)
    return render(request, "console/voice_waiting.html", {"page": page, "rows": page.rows, "first": first})


@require_safe
@requires("read")
def quotes(request: HttpRequest) -> HttpResponse:
    """Who may be quoted, and who may be asked."""
    desk, number = desk_of(request), page_number(request.GET)
    state = request.GET.get("state", "")
    state = state if state in _STATES else ""
    part = Part(SIZE, (number - 1) * SIZE, hidden(desk))
    page = paged(desk, remembered(shortlist, desk.snapshot, part, state=state), number)
    return render(
        request,
        "console/voice_quotes.html",
        {
            "page": page, "rows": _with_leave(desk, page.rows), "state": state, "states": _STATES,
            "today": desk.company.today(),
        },
    )  # fmt: skip


@require_safe
@requires("read")
def one_text(request: HttpRequest, fact_id: str) -> HttpResponse:
    """One message: what it was read as, and a form to say what it really was."""
    desk = desk_of(request)
    row = _seen(request, desk, fact_id)
    readings = [(name, row[name]) for name in _INTENTS if row[name]]
    said = labelled(desk, fact_id)
    return render(
        request, "console/voice_text.html", {"row": row, "readings": readings, "labels": LABELS, "labelled": said}
    )


@require_POST
@requires("act")
def correct(request: HttpRequest, fact_id: str) -> HttpResponse:
    """Say what a text really was."""
    desk = desk_of(request)
    row = _seen(request, desk, fact_id)
    try:
        says = correct_reading(account_of(request), desk, fact_id, request.POST.get("label", ""))
        messages.success(request, _("%(says)s It counts from the next refresh on.") % {"says": says})
    except BynameError as wrong:
        messages.error(request, str(wrong))
    return redirect(reverse("voice-text", args=[fact_id]) + "?" + urlencode({"of": row["person_id"]}))


@require_POST
@requires("act")
def allow(request: HttpRequest) -> HttpResponse:
    """Note that somebody allows to be quoted, or no longer does."""
    desk = desk_of(request)
    asked = request.POST
    try:
        says = permit_quote(
            account_of(request),
            desk,
            asked.get("person", ""),
            scope=asked.get("scope", ""),
            until=date.fromisoformat(asked["until"]) if asked.get("until") else None,
            withdrawn=asked.get("withdrawn") == "yes",
        )
        messages.success(request, _("%(says)s It counts from the next refresh on.") % {"says": says})
    except BynameError as wrong:
        messages.error(request, str(wrong))
    except ValueError:
        messages.error(request, _("The last day is not a day such as 2027-05-31."))
    state = asked.get("state", "")
    return redirect(reverse("voice-quotes") + (f"?{urlencode({'state': state})}" if state in _STATES else ""))


def _seen(request: HttpRequest, desk: Desk, fact_id: str) -> dict[str, Any]:
    """A message of somebody who may be seen.

    Raises:
        Http404: no such message, or nobody is shown who wrote it.
    """
    row = text(desk.snapshot, fact_id, request.GET.get("of", ""))
    if row is None:
        raise Http404
    desk.person_id(row["person_id"])
    (one,) = laid(desk, [row])
    return one


def _with_leave(desk: Desk, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with what was noted since of whom they may quote."""
    noted = leaves(desk)
    return [row | {"leave": noted.of(row["person_id"], row["fact_id"])} for row in rows]


def _waited(snapshot: Snapshot) -> list[dict[str, Any]]:
    """How many wait how long."""
    return snapshot.query(WAITED)


def _problems(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """Each problem by its name."""
    rows = snapshot.query("select * from problems order by people desc, problem")
    return {row["problem"]: row | {"quotes": json.loads(row["quotes"] or "[]")} for row in rows}
