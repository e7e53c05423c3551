"""The staff's pages: one person's perks, one person's returns, who has which perk, appeals that wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.app_rows import opened
from byname.cards import cards
from byname.errors import UsageError
from byname.web.accounts.policy import account_of, requires
from byname.web.agreed import perks as granting
from byname.web.agreed import returning
from byname.web.agreed.book import agreed_with, agreed_with_all
from byname.web.agreed.evidence import evidence
from byname.web.agreed.shares import shares
from byname.web.agreed.words import rule_choices
from byname.web.console.lists import page_number, part_of
from byname.web.console.person.found import card_of
from byname.web.console.typed import day
from byname.web.desk import desk_of
from byname.web.portal.whom import is_erased

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest, HttpResponse

    from byname.web.accounts.models import Account
    from byname.web.agreed.saying import Rule
    from byname.web.desk import Desk
    from byname.web.written.actions import Written

__all__ = ["answer", "perk_end", "perk_given", "perks", "person_perks", "person_returns", "returns"]

_SOON = timedelta(days=14)
_LATELY = timedelta(days=90)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("read")
def person_perks(request: HttpRequest, person_id: str) -> HttpResponse:
    """One person's perks, and a form to grant one."""
    desk = desk_of(request)
    card = card_of(desk, person_id)
    if request.method != "POST":
        return _perks_of(request, desk, card)
    typed = request.POST

    def write() -> Written:
        return granting.grant(
            account_of(request), desk, card["person_id"], typed.get("what", ""), why=typed.get("why", ""),
            until=day(typed.get("until", ""), _("Until")), is_once="once" in typed, action=typed.get("action", ""),
        )  # fmt: skip

    return _perk_written(request, desk, card, write)


@require_POST
@requires("act")
def perk_given(request: HttpRequest, person_id: str, number: str) -> HttpResponse:
    """It was given, just now."""
    desk = desk_of(request)
    card = card_of(desk, person_id)
    return _perk_written(
        request, desk, card, lambda: granting.give(account_of(request), desk, card["person_id"], number)
    )


@require_POST
@requires("act")
def perk_end(request: HttpRequest, person_id: str, number: str) -> HttpResponse:
    """It is to hold no longer."""
    desk = desk_of(request)
    card = card_of(desk, person_id)
    return _perk_written(
        request, desk, card, lambda: granting.take_back(account_of(request), desk, card["person_id"], number)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("read")
def person_returns(request: HttpRequest, person_id: str) -> HttpResponse:
    """What there is to look at of one person's returns, the rule that holds, and a form to make one."""
    desk = desk_of(request)
    card = card_of(desk, person_id)
    if request.method != "POST":
        return _returns_of(request, desk, card)
    typed = request.POST
    try:
        written = returning.make_rule(
            account_of(request), desk, card["person_id"], typed.get("rule", ""), why=typed.get("why", ""),
            until=day(typed.get("until", ""), _("Until")), has_looked="looked" in typed,
        )  # fmt: skip
    except UsageError as wrong:
        return _returns_of(request, desk, card, wrong=wrong, typed=typed, status=422)
    messages.success(request, written.says)
    return redirect("person_returns", card["person_id"])


@require_safe
@requires("read")
def perks(request: HttpRequest) -> HttpResponse:
    """Who has which perk, and whether they are fairly shared."""
    desk = desk_of(request)
    agreed = {person: own for person, own in agreed_with_all(desk).items() if person not in desk.since.gone}
    rows = sorted(
        ((perk.at, perk.number, person, perk) for person, own in agreed.items() for perk in own.holding),
        key=lambda row: row[:2],
        reverse=True,
    )
    page = part_of(
        [{"person_id": person, "perk": perk} for _at, _number, person, perk in rows], page_number(request.GET)
    )
    known = cards(desk.snapshot, [row["person_id"] for row in page.rows])
    for row in page.rows:
        row["person"] = {"person_id": row["person_id"], **known.get(row["person_id"], {})}
    context = {"page": page, "shares": shares(desk, agreed), "budget": desk.company.settings.plan.perks}
    return render(request, "agreed/perks.html", context)


@require_safe
@requires("read")
def returns(request: HttpRequest) -> HttpResponse:
    """Appeals that wait, the longest first; then what is to be looked at again, and what holds."""
    return _returns(request)


@require_POST
@requires("act")
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Decide on an appeal."""
    desk, typed = desk_of(request), request.POST
    try:
        says = returning.answer(account_of(request), desk, number, typed.get("verdict", ""), typed.get("text", ""))
    except UsageError as wrong:
        return _returns(request, wrong=wrong, wrong_number=number, typed=typed, status=422)
    messages.success(request, says)
    return redirect("returns")


def _perk_written(request: HttpRequest, desk: Desk, card: dict[str, Any], write: Callable[[], Written]) -> HttpResponse:
    try:
        written = write()
    except UsageError as wrong:
        return _perks_of(request, desk, card, wrong=wrong, typed=request.POST, status=422)
    messages.success(request, written.says)
    return redirect("person_perks", card["person_id"])


def _perks_of(
    request: HttpRequest, desk: Desk, card: dict[str, Any], *, status: int = 200, **more: Any
) -> HttpResponse:
    books = granting.playbooks(desk)
    asked = request.GET.get("action", "")
    context = {
        "row": card, "person_id": card["person_id"], "agreed": agreed_with(desk, card["person_id"]),
        "dislikes": _dislikes(desk, card["person_id"]),
        "playbooks": [(one.action, one.title) for one in books.values()],
        "typed": {"action": asked, "what": books[asked].title if asked in books else ""},
        "most_what": granting.MOST_WHAT, "most_why": granting.MOST_WHY, **more,
    }  # fmt: skip
    return render(request, "agreed/person_perks.html", context, status=status)


def _dislikes(desk: Desk, person_id: str) -> list[str]:
    """What they said that they do not want, gifts perhaps."""
    rows = desk.snapshot.rows("pace", desk.since.shown_together(person_id), ("dislikes",))
    before = [said for row in rows for said in row["dislikes"] or ()]
    since = [said.says for said in desk.since.said.get(person_id, ()) if said.kind == "dislike" and said.says]
    return sorted({*before, *since})


def _returns_of(
    request: HttpRequest, desk: Desk, card: dict[str, Any], *, status: int = 200, **more: Any
) -> HttpResponse:
    today = desk.company.today()
    context = {
        "row": card, "person_id": card["person_id"], "agreed": agreed_with(desk, card["person_id"]),
        "evidence": evidence(desk, card["person_id"]), "rules": rule_choices(), "typed": {},
        "first_day": today, "last_day": today + timedelta(days=returning.MOST_DAYS),
        "most_words": returning.MOST_WORDS, **more,
    }  # fmt: skip
    return render(request, "agreed/person_returns.html", context, status=status)


def _returns(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    desk, account, now = desk_of(request), account_of(request), datetime.now(UTC)
    agreed = agreed_with_all(desk)
    waiting = sorted(
        ((person, rule) for person, own in agreed.items() for rule in own.rules if rule.waits),
        key=lambda row: (row[1].appeal.at if row[1].appeal else now, row[1].number),
    )
    waiting = [(person, rule) for person, rule in waiting if not is_erased(desk, person)]
    newest = [
        (person, own.rule)
        for person, own in agreed.items()
        if own.rule and own.rule.rule != "usual" and person not in desk.since.gone
    ]
    again = [(person, rule) for person, rule in newest if _is_to_look_at_again(rule, now)]
    holding = [(person, rule) for person, rule in newest if rule.in_force != "usual"]
    page = part_of(sorted(holding, key=lambda row: (row[1].at, row[1].number), reverse=True), page_number(request.GET))
    again.sort(key=lambda row: (row[1].until or now, row[1].number))
    context = {
        "waiting": _shown(desk, waiting, account), "again": _shown(desk, again, account),
        "page": page, "holding": _shown(desk, page.rows, account),
        "most_words": returning.MOST_WORDS, **more,
    }  # fmt: skip
    return render(request, "agreed/returns.html", context, status=status)


def _is_to_look_at_again(rule: Rule, now: datetime) -> bool:
    """A strict rule that ends soon or ended lately: somebody looks whether there is still reason for one."""
    is_near = rule.until is not None and now - _LATELY < rule.until < now + _SOON
    return rule.rule == "strict" and is_near and not rule.waits and not rule.is_lifted


def _shown(desk: Desk, rows: Sequence[Any], account: Account) -> list[dict[str, Any]]:
    """Rules with whose they are; of who is shown to nobody the words alone."""
    known = cards(desk.snapshot, [person for person, _rule in rows if person not in desk.since.hidden])
    with opened(desk.company) as app:
        own = {rule.number for _person, rule in rows if app and rule.waits and returning.made_by(app, rule, account)}
    return [
        {
            "person": {"person_id": person, **known[person]} if person in known else None,
            "rule": rule,
            "is_own": rule.number in own,
        }
        for person, rule in rows
    ]
