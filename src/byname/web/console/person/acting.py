"""What a colleague writes about one person: a form each, by the actions that the API calls too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from byname.errors import UsageError
from byname.web.accounts.policy import account_of, requires
from byname.web.console.people.searching import search
from byname.web.console.person import identity
from byname.web.console.person.found import card_of
from byname.web.console.person.views import shown
from byname.web.console.typed import day
from byname.web.desk import Desk, desk_of
from byname.web.work.forgetting import erase
from byname.web.written import actions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

    from byname.web.accounts.models import Account
    from byname.web.written.actions import Written

__all__ = ["VERBS", "act", "apart", "forget", "merge"]


def _note(by: Account, desk: Desk, person_id: str, typed: Mapping[str, str]) -> Written:
    return actions.note(by, desk, person_id, typed.get("text", ""), private="private" in typed)


def _promise(by: Account, desk: Desk, person_id: str, typed: Mapping[str, str]) -> Written:
    return actions.promise(by, desk, person_id, typed.get("what", ""), due=day(typed.get("due", ""), _("due")))


def _keep(by: Account, desk: Desk, person_id: str, typed: Mapping[str, str]) -> Written:
    return actions.keep_promise(by, desk, person_id, typed.get("fact_id", ""))


def _assign(by: Account, desk: Desk, person_id: str, typed: Mapping[str, str]) -> Written:
    return actions.assign(by, desk, person_id, typed.get("employee", ""))


def _standing(by: Account, desk: Desk, person_id: str, typed: Mapping[str, str]) -> Written:
    return actions.correct_standing(by, desk, person_id, typed.get("standing", ""), why=typed.get("why", ""))


def _contact(by: Account, desk: Desk, person_id: str, typed: Mapping[str, str]) -> Written:
    channel, kind = typed.get("channel", ""), typed.get("kind", "")
    return actions.log_contact(by, desk, person_id, channel=channel, kind=kind, says=typed.get("says", ""))


def _wish(by: Account, desk: Desk, person_id: str, typed: Mapping[str, str]) -> Written:
    until = day(typed.get("until", ""), _("until"))
    return actions.wish(by, desk, person_id, typed.get("kind", ""), typed.get("value", ""), until=until)


def _merge(by: Account, desk: Desk, person_id: str, typed: Mapping[str, str]) -> Written:
    return actions.merge(by, desk, person_id, typed.get("other", ""), why=typed.get("why", ""))


def _apart(by: Account, desk: Desk, person_id: str, typed: Mapping[str, str]) -> Written:
    one = typed.get("one") or person_id
    return actions.apart(by, desk, one, typed.get("other", ""), why=typed.get("why", ""))


def _undo(by: Account, desk: Desk, _person_id: str, typed: Mapping[str, str]) -> Written:
    return actions.undo(by, desk, typed.get("decision_id", ""))


VERBS: dict[str, Callable[[Account, Desk, str, Mapping[str, str]], Written]] = {
    "note": _note,
    "promise": _promise,
    "keep": _keep,
    "assign": _assign,
    "standing": _standing,
    "contact": _contact,
    "wish": _wish,
    "merge": _merge,
    "apart": _apart,
    "undo": _undo,
}


@require_POST
@requires("read")
def act(request: HttpRequest, person_id: str, verb: str) -> HttpResponse:
    """Do it, say what came of it, and show the person with it; what is wrong is said beside what was typed."""
    if verb not in VERBS:
        raise Http404
    desk = desk_of(request)
    today = card_of(desk, person_id)["person_id"]
    try:
        written = VERBS[verb](account_of(request), desk, today, request.POST)
    except UsageError as wrong:
        tried = {"verb": verb, **request.POST.dict()}
        return shown(request, today, status=422, tried=tried, wrong=wrong)
    messages.success(request, written.says)
    now = Desk(desk.company, desk.snapshot)
    # Who objected or restricted is shown to nobody from this moment on, not to the one who wrote it down either.
    return redirect("people") if today in now.since.hidden else redirect("person", now.since.shown_as(today))


@require_POST
@requires("data")
def forget(request: HttpRequest, person_id: str) -> HttpResponse:
    """Erase them, where they asked for it by another way than their own page: hidden now, gone within minutes."""
    desk = desk_of(request)
    today = card_of(desk, person_id)["person_id"]
    if "sure" not in request.POST:
        return redirect("person", today)
    erase(account_of(request), desk, today)
    messages.success(request, _("Hidden from now on, and being erased: see Data, Runs."))
    return redirect("people")


@require_GET
@requires("decide")
def merge(request: HttpRequest, person_id: str) -> HttpResponse:
    """Search for the other, and see both beside each other before anything is decided."""
    desk = desk_of(request)
    card, other_id = card_of(desk, person_id), request.GET.get("other", "")
    today = card["person_id"]
    other = identity.side(desk, card_of(desk, other_id)) if other_id else None
    found = search(desk, request.GET.get("q", ""))
    people = [row for row in found.people if row.row["person_id"] != today]
    context = {"one": identity.side(desk, card), "other": other, "found": found, "people": people, "person_id": today}
    return render(request, "console/person_merge.html", context)


@require_GET
@requires("decide")
def apart(request: HttpRequest, person_id: str) -> HttpResponse:
    """See the record that is to be somebody else's before anything is decided."""
    desk = desk_of(request)
    card = card_of(desk, person_id)
    today = card["person_id"]
    record = identity.record_of(desk.snapshot, desk.since.shown_together(today), request.GET.get("record", ""))
    if record is None:
        raise Http404
    context = {"one": identity.side(desk, card), "record": record, "person_id": today}
    return render(request, "console/person_apart.html", context)
