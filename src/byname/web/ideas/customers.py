"""The customers' pages of ideas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.errors import UsageError
from byname.web.console.lists import page_number, part_of
from byname.web.ideas.board import Board, Idea, alike, board
from byname.web.ideas.giving import MOST_TITLE, MOST_WORDS, credit, give, vote
from byname.web.ideas.models import Status
from byname.web.portal.staying import hers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.web.portal.whom import Her

__all__ = ["ideas", "name", "new", "one", "support"]

_SHOWN = [Status.HEARD, Status.PLANNED, Status.STARTED, Status.SHIPPED, Status.NOT_NOW]


@require_safe
@hers
def ideas(request: HttpRequest, her: Her) -> HttpResponse:
    """What customers wish for, and what became of it."""
    all_ = board(her.desk)
    status = request.GET.get("status", "")
    public = [idea for idea in all_.public() if status not in _SHOWN or idea.status == status]
    context = {
        "page": part_of(public, page_number(request.GET)),
        "own": all_.of(her.people),
        "answered": all_.answered(),
        "statuses": [(one.value, one.label) for one in _SHOWN],
        "status": status if status in _SHOWN else "",
    }
    return _shown(request, her, "ideas", context)


@require_http_methods(["GET", "HEAD", "POST"])
@hers
def new(request: HttpRequest, her: Her) -> HttpResponse:
    """Give an idea; first those that say much the same are shown, to be for one of them instead."""
    if request.method != "POST":
        return _new(request, her)
    all_, title, text = board(her.desk), request.POST.get("title", ""), request.POST.get("text", "")
    likest = alike(all_.public(), f"{title} {text}"[:MOST_WORDS]) if "anyway" not in request.POST else []
    if likest:
        return _new(request, her, alike=likest, typed=request.POST)
    try:
        number = give(her, all_, title, text)
    except UsageError as wrong:
        return _new(request, her, wrong=wrong, typed=request.POST, status=422)
    messages.success(request, _("Thank you. We read it and answer; others see it once we have."))
    return redirect("my-idea", number)


@require_safe
@hers
def one(request: HttpRequest, her: Her, number: str) -> HttpResponse:
    """One idea, with what was answered."""
    return _one(request, her, _found(her, board(her.desk), number))


@require_POST
@hers
def support(request: HttpRequest, her: Her, number: str) -> HttpResponse:
    """Be for it, or no longer."""
    idea = _found(her, board(her.desk), number)
    vote(her, idea, is_for=request.POST.get("for") == "yes")
    return redirect("my-idea", number)


@require_POST
@hers
def name(request: HttpRequest, her: Her, number: str) -> HttpResponse:
    """Say whether she may be named when it is made."""
    idea = _found(her, board(her.desk), number)
    if idea.author not in her.people:
        raise Http404
    try:
        credit(her, idea, request.POST.get("shown_as", ""))
    except UsageError as wrong:
        return _one(request, her, idea, wrong=wrong, status=422)
    messages.success(request, _("Saved."))
    return redirect("my-idea", number)


def _found(her: Her, all_: Board, number: str) -> Idea:
    """An idea that she may see: one for all, or her own."""
    idea = all_.one(number)
    if idea is None or not (idea.is_public or idea.author in her.people):
        raise Http404
    return idea


def _one(request: HttpRequest, her: Her, idea: Idea, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "idea": idea,
        "is_hers": idea.author in her.people,
        "is_for": her.person_id in idea.voters,
        "shown_as": idea.credit or her.name,
        **more,
    }
    return _shown(request, her, "idea", context, status=status)


def _new(request: HttpRequest, her: Her, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"most_title": MOST_TITLE, "most_words": MOST_WORDS, "typed": {}, **more}
    return _shown(request, her, "new", context, status=status)


def _shown(request: HttpRequest, her: Her, which: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    answer = render(request, f"ideas/{which}.html", {"her": her, "here": "my-ideas", **context}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
