"""One person: what a colleague should know, and the parts of it that open when asked for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from byname.best import last_on, why
from byname.web.accounts.policy import account_of, requires
from byname.web.console.lists import page_number
from byname.web.console.outreach.listed import letters_to
from byname.web.console.person import behind, history, identity, standing
from byname.web.console.person.foretold import record_of
from byname.web.console.person.found import Card, brief_of, card_of, seen_by
from byname.web.console.person.owed import owed, promised
from byname.web.console.person.ways import channel_choices, kind_choices, pace_of, ways, wish_choices
from byname.web.desk import desk_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.web.console.person.brief import Brief
    from byname.web.desk import Desk

__all__ = ["evidence", "fact", "person", "records", "shown", "timeline"]

_LONGEST = 400
_TOP = 0.5  # whose place among the best is told as a share


@require_GET
@requires("read")
def person(request: HttpRequest, person_id: str) -> HttpResponse:
    """Show one person."""
    return shown(request, person_id)


def shown(request: HttpRequest, person_id: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of one person; or a way to today's id of them.

    Args:
        request: who asks.
        person_id: as the address has it.
        status: of the answer.
        more: what was typed into a form that was not taken, and why not.
    """
    desk = desk_of(request)
    card = card_of(desk, person_id)
    today = card["person_id"]
    if today != person_id:
        return redirect("person", today)
    one = brief_of(desk, card, account_of(request))
    context = {
        "one": one,
        "person_id": today,
        "promises": promised(one, desk.since.kept),
        "owed": owed(one),
        "notes": [said for said in one.since if said.private_to],
        "is_parting": today in desk.since.parting,
        **_worth(desk, one),
        "ways": ways(one, desk.company.settings),
        "pace": pace_of(one, desk.as_of),
        "letters": letters_to([today, *one.others]),
        "terms": desk.snapshot.terms,
        "as_of": desk.as_of,
        "events": history.events(desk.snapshot, [today, *one.others], one.since, None, 1),
        "sorts": [(sort, history.sort_word(sort)) for sort in history.SORTS],
        "standings": standing.CHOICES,
        "channels": channel_choices(),
        "kinds": kind_choices(),
        "wishes": wish_choices(),
        "employees": [employee.name for employee in desk.company.settings.employees],
        "tried": {},
        **more,
    }
    return render(request, "console/person.html", context, status=status)


@require_GET
@requires("read")
def timeline(request: HttpRequest, person_id: str) -> HttpResponse:
    """What happened, a page of it."""
    desk, card, people = _whom(request, person_id)
    asked = request.GET.get("sort", "")
    sort = next((one for one in history.SORTS if one == asked), None)
    seen = seen_by(desk, card["person_id"], account_of(request))
    found = history.events(desk.snapshot, people, seen, sort, page_number(request.GET))
    sorts = [(one, history.sort_word(one)) for one in history.SORTS]
    return _part(request, "console/person_timeline.html", card, {"events": found, "sorts": sorts})


@require_GET
@requires("read")
def evidence(request: HttpRequest, person_id: str) -> HttpResponse:
    """Everything that says where they stand."""
    desk, card, people = _whom(request, person_id)
    return _part(request, "console/person_evidence.html", card, {"evidence": standing.evidence(desk.snapshot, people)})


@require_GET
@requires("read")
def records(request: HttpRequest, person_id: str) -> HttpResponse:
    """Which records are theirs and why, and what was decided about that."""
    desk, card, people = _whom(request, person_id)
    found = {"records": identity.records(desk.snapshot, people), "decisions": identity.decided(desk, people)}
    return _part(request, "console/person_records.html", card, found)


@require_GET
@requires("read")
def fact(request: HttpRequest, person_id: str) -> HttpResponse:
    """The record behind a claim, as the ledger has it."""
    desk, card, people = _whom(request, person_id)
    asked = {name: request.GET.get(name, "")[:_LONGEST] for name in ("id", "source", "account", "number")}
    if asked["id"]:
        facts = behind.facts_of(desk, people, asked["id"])
    else:
        facts = behind.facts_with(desk, people, asked["source"], asked["account"], asked["number"])
    if not facts:
        raise Http404
    return _part(request, "console/person_fact.html", card, {"facts": facts})


def _worth(desk: Desk, one: Brief) -> dict[str, Any]:
    """What is said beside somebody's worth."""
    value = one.value
    if value is None:
        return {}
    alive, share = value["p_alive"], one.matters.get("rank_share")
    return {
        "record": record_of(desk.snapshot, value["expected_spend"]),
        "why": why(value | {"last_on": last_on(value, desk.as_of)}, "clv", desk.snapshot.terms["currency"]),
        "gone": None if alive is None else 1 - alive,
        "growth": None if value["growth"] is None else f"{value['growth']:+.0%}",
        "top": math.ceil(100 * share) if share is not None and share <= _TOP else None,
    }


def _whom(request: HttpRequest, person_id: str) -> tuple[Desk, Card, list[str]]:
    desk = desk_of(request)
    card = card_of(desk, person_id)
    return desk, card, desk.since.shown_together(card["person_id"])


def _part(request: HttpRequest, template: str, card: Card, found: dict[str, Any]) -> HttpResponse:
    """For htmx the part alone, else a page of its own."""
    context = {"row": card, "person_id": card["person_id"], **found}
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, f"{template}#part" if is_part else template, context)
