"""The staff's page of ideas: what waits for an answer first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from byname.cards import cards
from byname.errors import UsageError
from byname.web.accounts.policy import account_of, requires
from byname.web.console.lists import SIZE, Page, page_number
from byname.web.desk import desk_of
from byname.web.ideas.answering import CHOICES
from byname.web.ideas.answering import answer as give_answer
from byname.web.ideas.board import board
from byname.web.ideas.models import Status

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["answer", "ideas"]


@require_safe
@requires("read")
def ideas(request: HttpRequest) -> HttpResponse:
    """Ideas with who gave them, the longest without an answer first."""
    return _ideas(request)


@require_POST
@requires("act")
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Answer one."""
    desk = desk_of(request)
    idea = board(desk).one(number)
    if idea is None:
        raise Http404
    typed = request.POST
    try:
        says = give_answer(account_of(request), desk, idea, typed.get("status", ""), typed.get("text", ""))
    except UsageError as wrong:
        return _ideas(request, wrong=wrong, wrong_number=number, typed=typed, status=422)
    messages.success(request, says)
    return redirect("ideas")


def _ideas(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    desk = desk_of(request)
    all_ = board(desk)
    wanted = request.GET.get("status", Status.OPEN)
    found = [idea for idea in all_.ideas if wanted not in Status.values or idea.status == wanted]
    if wanted == Status.OPEN:
        found.sort(key=lambda idea: -idea.waited_days)
    number = page_number(request.GET)
    part = found[(number - 1) * SIZE : number * SIZE]
    known = cards(desk.snapshot, [idea.author for idea in part if idea.is_author_shown])
    rows = [{"idea": idea, "author": {"person_id": idea.author, **known.get(idea.author, {})}} for idea in part]
    context = {
        "page": Page(rows, number, len(found)),
        "answered": all_.answered(),
        "statuses": [(one.value, one.label) for one in Status],
        "status": wanted if wanted in Status.values else "",
        "choices": [(one.value, one.label) for one in CHOICES],
        **more,
    }
    return render(request, "ideas/staff.html", context, status=status)
