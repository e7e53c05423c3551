"""A customer's pages: her link for friends, what became of it, and who brought her."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.errors import UsageError
from byname.web.friends import door
from byname.web.friends.links import MOST_NAME, MOST_WORDS, change, link_of, mailto, make, path_of, withdraw
from byname.web.friends.models import Came
from byname.web.friends.telling import let_know, mistaken, never, rule, say
from byname.web.friends.ties import brought_by, thanked, who_brought
from byname.web.portal.staying import hers
from byname.web.portal.whom import her_by_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from byname.web.friends.ties import Tie
    from byname.web.portal.whom import Her

__all__ = ["brought", "friends", "know", "link"]


@require_safe
@hers
def friends(request: HttpRequest, her: Her) -> HttpResponse:
    """Her link, if she asked for one; how many came because of her, and whether she was thanked."""
    return _friends(request, her)


@require_POST
@hers
def link(request: HttpRequest, her: Her) -> HttpResponse:
    """Make her link, change what it says, or take it back."""
    what, typed = request.POST.get("what", ""), request.POST
    known = link_of(her)
    if what == "make":
        make(her)
    elif what == "withdraw":
        withdraw(her)
        messages.success(request, _("Your link leads nowhere from now on."))
    elif known is not None:
        try:
            change(her, known, typed.get("shown_as", ""), typed.get("words", ""))
        except UsageError as wrong:
            return _friends(request, her, wrong=wrong, typed=typed, status=422)
        messages.success(request, _("Saved."))
    return redirect("my-friends")


@require_http_methods(["GET", "HEAD", "POST"])
@hers
def brought(request: HttpRequest, her: Her) -> HttpResponse:
    """Was it that friend who brought her, and may the friend know?"""
    given = door.remembered(request)
    if request.method != "POST":
        return _brought(request, her)
    answer = request.POST.get("answer", "")
    if given is not None and answer == "yes":
        try:
            say(her, given, may_know="may_know" in request.POST)
        except UsageError as wrong:
            return _brought(request, her, wrong=wrong, status=422)
        messages.success(request, _("Thank you for saying so."))
    elif answer not in ("yes", "no"):
        return _brought(request, her, status=422)
    door.forget(request)
    return redirect("my-friends")


@require_POST
@hers
def know(request: HttpRequest, her: Her) -> HttpResponse:
    """Say anew whether the friend may know; or that it was a mistake."""
    what = request.POST.get("what", "")
    if what == "mistake":
        tie = who_brought(her.desk, her.people)
        if tie is not None:
            mistaken(her, tie)
    elif what in ("yes", "no"):
        let_know(her, may_know=what == "yes")
    messages.success(request, _("Saved: it holds from now on."))
    return redirect("my-friends")


def _friends(request: HttpRequest, her: Her, *, status: int = 200, **more: Any) -> HttpResponse:
    known, came = link_of(her), brought_by(her.desk, her.people)
    own = who_brought(her.desk, her.people)
    company = her.desk.company.settings
    address = "" if known is None else f"{_host(request, her)}{path_of(known)}"
    last = thanked(her.desk, [her.person_id]).get(her.person_id) if came else None
    context = {
        "link": known,
        "address": address,
        "mailto": "" if known is None else mailto(known, address, company.name),
        "came": came,
        "names": _names(her, came),
        "thanked": last,
        "is_thanked": bool(last and came and (came[0].at is None or came[0].at.replace(tzinfo=None) <= last)),
        "own": own and own.fact and Came.objects.filter(fact_id=own.fact_id).first(),
        "most_name": MOST_NAME,
        "most_words": MOST_WORDS,
        "typed": {},
        **more,
    }
    return _shown(request, her, "mine", context, status=status)


def _names(her: Her, came: Sequence[Tie]) -> list[str]:
    """Of those friends who said that she may know; who asked to be erased is named no more, at once."""
    said = Came.objects.filter(fact_id__in=[tie.fact_id for tie in came]).exclude(shown_as="")
    return sorted(one.shown_as for one in said if her_by_record(her.desk, one.record_id))


def _brought(request: HttpRequest, her: Her, *, status: int = 200, **more: Any) -> HttpResponse:
    given = door.remembered(request)
    wrong = None if given is None else never(her.desk, her.person_id, given.her.person_id)
    context = {"given": given, "never": wrong and wrong.value, "rule": rule(), **more}
    return _shown(request, her, "brought", context, status=status)


def _host(request: HttpRequest, her: Her) -> str:
    """The pages' own address where byname.toml names it."""
    return her.desk.company.settings.web.address or f"{request.scheme}://{request.get_host()}"


def _shown(request: HttpRequest, her: Her, which: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, f"friends/{which}.html", {"her": her, "here": "my-friends", **context}, status=status)
