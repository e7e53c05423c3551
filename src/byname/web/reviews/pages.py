"""The pages of reviews: for anybody, for their authors, for the staff."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.cards import cards
from byname.errors import UsageError
from byname.web.accounts.policy import account_of, requires
from byname.web.console.lists import SIZE, page_number, part_of
from byname.web.console.typed import day
from byname.web.desk import desk_of
from byname.web.portal.staying import hers, open_to_all
from byname.web.reviews.models import Reason
from byname.web.reviews.shelf import shelf
from byname.web.reviews.writing import MOST_NAME, MOST_TITLE, MOST_WORDS, STARS, allow, take_down
from byname.web.reviews.writing import review as write
from byname.web.stories.shelf import shelf as stories

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.web.portal.whom import Her

__all__ = ["all_reviews", "decide", "mine", "public", "show"]


@require_safe
@open_to_all
def public(request: HttpRequest) -> HttpResponse:
    """What customers say, reviews and stories, for anybody, with schema.org's marks."""
    desk, number = desk_of(request), page_number(request.GET)
    all_, told = shelf(desk), stories(desk)
    context = {
        "page": part_of(all_.public(), number),
        "sums": all_.sums(),
        "stories": told.public()[:SIZE] if number == 1 else [],
        "stories_down": told.down() if number == 1 else [],
        "site": settings.COMPANY,
    }
    return render(request, "reviews/public.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@hers
def mine(request: HttpRequest, her: Her) -> HttpResponse:
    """Her reviews, and a form for one more."""
    if request.method != "POST":
        return _mine(request, her)
    typed = request.POST
    try:
        shown_as = typed.get("shown_as", "") if "show" in typed else ""
        write(
            her, shelf(her.desk), typed.get("stars", ""), typed.get("title", ""), typed.get("text", ""),
            shown_as=shown_as, until=day(typed.get("until", ""), _("Until")) if shown_as else None,
        )  # fmt: skip
    except UsageError as wrong:
        return _mine(request, her, wrong=wrong, typed=typed, status=422)
    messages.success(request, _("Thank you, whatever you wrote: we read it."))
    return redirect("my-reviews")


@require_POST
@hers
def show(request: HttpRequest, her: Her, number: str) -> HttpResponse:
    """Say anew whether one of hers may be shown."""
    found = shelf(her.desk).one(number)
    if found is None or found.author not in her.people:
        raise Http404
    typed = request.POST
    try:
        shown_as = typed.get("shown_as", "") if typed.get("show") != "no" else ""
        allow(her, found, shown_as, day(typed.get("until", ""), _("Until")) if shown_as else None)
    except UsageError as wrong:
        return _mine(request, her, wrong=wrong, status=422)
    messages.success(request, _("Saved: it holds from now on."))
    return redirect("my-reviews")


@require_safe
@requires("read")
def all_reviews(request: HttpRequest) -> HttpResponse:
    """All of them, with who wrote them, for the staff."""
    return _all(request)


@require_POST
@requires("act")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Take one from view, or bring it back."""
    desk = desk_of(request)
    found = shelf(desk).one(number)
    if found is None:
        raise Http404
    try:
        says = take_down(account_of(request), desk, found, request.POST.get("reason", ""), request.POST.get("text", ""))
    except UsageError as wrong:
        return _all(request, wrong=wrong, wrong_number=number, typed=request.POST, status=422)
    messages.success(request, says)
    return redirect("reviews")


def _mine(request: HttpRequest, her: Her, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "her": her, "here": "my-reviews", "own": shelf(her.desk).of(her.people), "stars": STARS, "typed": {},
        "name": her.name, "most_title": MOST_TITLE, "most_words": MOST_WORDS, "most_name": MOST_NAME, **more,
    }  # fmt: skip
    return render(request, "reviews/mine.html", context, status=status)


def _all(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    desk = desk_of(request)
    all_ = shelf(desk)
    page = part_of(all_.reviews, page_number(request.GET))
    part: list[Any] = page.rows
    authors = [one.author for one in part if one.author and one.author not in desk.since.hidden]
    known = {person: {"person_id": person, **card} for person, card in cards(desk.snapshot, authors).items()}
    page = replace(page, rows=[{"review": one, "author": known.get(one.author)} for one in part])
    context = {"page": page, "sums": all_.sums(), "reasons": Reason.choices, **more}
    return render(request, "reviews/all.html", context, status=status)
