"""The pages of stories: for those who tell them, and for the staff. The public reads them beside the reviews."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.cards import cards
from byname.errors import UsageError
from byname.web.accounts.policy import account_of, requires
from byname.web.console.lists import page_number, part_of
from byname.web.desk import desk_of
from byname.web.portal.staying import hers
from byname.web.reviews.models import Reason
from byname.web.reviews.writing import take_down
from byname.web.stories.places import PLACES, names, place_word
from byname.web.stories.shelf import ENDS_SOON_DAYS, lendable, shelf
from byname.web.stories.telling import (
    MOST_DAYS,
    MOST_TITLE,
    MOST_WORDS,
    allow,
    allowed,
    tell,
    withdraw,
    withdraw_all,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.web.portal.whom import Her
    from byname.web.stories.shelf import May, Words

__all__ = ["all_stories", "decide", "lend", "lend_nothing", "mine"]

_A_YEAR = timedelta(days=365)


@require_http_methods(["GET", "HEAD", "POST"])
@hers
def mine(request: HttpRequest, her: Her) -> HttpResponse:
    """Her stories and the words that she lends us, and a form to tell one."""
    if request.method != "POST":
        return _mine(request, her)
    typed = request.POST
    try:
        places = typed.getlist("place")
        may = allowed(her, places, typed.get("name", ""), typed.get("until", "")) if places else None
        tell(her, shelf(her.desk), typed.get("title", ""), typed.get("text", ""), may)
    except UsageError as wrong:
        return _mine(request, her, wrong=wrong, typed=typed, ticked=typed.getlist("place"), status=422)
    messages.success(request, _("Thank you for telling us. It is used only where you allow it."))
    return redirect("my-stories")


@require_POST
@hers
def lend(request: HttpRequest, her: Her, number: str) -> HttpResponse:
    """Say where a text of hers may be used, or that it may be used nowhere."""
    known = shelf(her.desk)
    found = known.one(number)
    if found is None or found.author not in her.people:
        found = next((one for one in lendable(her, known) if one.number == number), None)
    if found is None:
        raise Http404
    typed = request.POST
    try:
        if typed.get("withdraw"):
            withdraw(her, found)
        else:
            allow(her, found, allowed(her, typed.getlist("place"), typed.get("name", ""), typed.get("until", "")))
    except UsageError as wrong:
        return _mine(request, her, wrong=wrong, status=422)
    messages.success(request, _("Saved: it holds from now on."))
    return redirect("my-stories")


@require_POST
@hers
def lend_nothing(request: HttpRequest, her: Her) -> HttpResponse:
    """No word of hers may be used any more."""
    withdraw_all(her)
    messages.success(request, _("Taken back: from now on we use none of your words."))
    return redirect("my-stories")


@require_safe
@requires("read")
def all_stories(request: HttpRequest) -> HttpResponse:
    """What may be used where, under which name, until when: for the staff."""
    return _all(request)


@require_POST
@requires("act")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Take one from view, or bring it back."""
    desk = desk_of(request)
    found = shelf(desk).one(number)
    if found is None or found.may is None:
        raise Http404
    typed = request.POST
    try:
        says = take_down(account_of(request), desk, found, typed.get("reason", ""), typed.get("text", ""), what="story")
    except UsageError as wrong:
        return _all(request, wrong=wrong, wrong_number=number, typed=typed, status=422)
    messages.success(request, says)
    return redirect("stories")


def _mine(request: HttpRequest, her: Her, *, status: int = 200, **more: Any) -> HttpResponse:
    known, today = shelf(her.desk), her.desk.company.today()
    own = known.of(her.people)
    context = {
        "her": her, "here": "my-stories", "own": own, "wanted": lendable(her, known),
        "noted": next((may for person, may in known.noted.items() if person in her.people), None),
        "lends": any(one.may for one in own), "places": [(one, place_word(one)) for one in PLACES],
        "names": names(her), "today": today, "furthest": today + timedelta(days=MOST_DAYS),
        "in_a_year": today + _A_YEAR, "most_title": MOST_TITLE, "most_words": MOST_WORDS, "typed": {}, "ticked": (),
        **more,
    }  # fmt: skip
    return render(request, "stories/mine.html", context, status=status)


def _all(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    desk = desk_of(request)
    known = shelf(desk)
    wanted = request.GET.get("place", "")
    wanted = wanted if wanted in PLACES else ""
    usable = [one for one in known.usable() if one.may and (not wanted or wanted in one.may.scope.places)]
    down = [one for one in known.words if one.down and one.may]
    noted = [] if wanted else sorted(known.noted.items())
    page = part_of(usable, page_number(request.GET))
    part: list[Any] = page.rows
    people = {one.author for one in (*part, *down)} | {person for person, _may in noted}
    authors = {person: {"person_id": person, **card} for person, card in cards(desk.snapshot, sorted(people)).items()}

    def told(words: Words | None, person: str, may: May | None) -> dict[str, Any]:
        return {"words": words, "author": authors.get(person), "may": may}

    context = {
        "page": replace(page, rows=[told(one, one.author, one.may) for one in part]),
        "noted": [told(None, person, may) for person, may in noted],
        "down": [told(one, one.author, one.may) for one in down],
        "ending": sum(one.may is not None and one.may.ends_soon for one in usable)
        + sum(may.ends_soon for _person, may in noted),
        "soon": ENDS_SOON_DAYS, "places": [(one, place_word(one)) for one in PLACES], "place": wanted,
        "reasons": Reason.choices, **more,
    }  # fmt: skip
    return render(request, "stories/all.html", context, status=status)
