"""Who may be one person: two side by side, what agrees and what differs, and a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rapidfuzz import fuzz

from byname import deciding
from byname.errors import UsageError
from byname.web.accounts.policy import account_of, requires
from byname.web.desk import desk_of
from byname.web.written import actions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.deciding import Doubt
    from byname.web.desk import Desk

__all__ = ["Compared", "compared", "decide", "review", "undo"]

_LATER, _LAST = "data_review_later", "data_review_last"  # of the session
_MOST_LATER = 500
_NEXT = 10
_ALIKE = 80  # of 100, by rapidfuzz's ratio

VALUES = "select person_id, clv, clv_low, clv_high, orders from value where person_id in ($1, $2)"


@dataclass(frozen=True)
class Compared:
    """One line of two people side by side; `how` is same, alike, differs or one."""

    what: str
    one: Any
    other: Any
    how: str


@requires("decide")
def review(request: HttpRequest) -> HttpResponse:
    """Show the most valuable pair that nobody has decided, and which come after it."""
    desk = desk_of(request)
    later = _later(request)
    doubts = [one for one in _open_doubts(desk, len(later)) if _pair(one) not in later]
    shown: dict[str, Any] = {"later": len(later), "last": request.session.get(_LAST)}
    if doubts:
        first = doubts[0]
        ids = [first.person["person_id"], first.other["person_id"]]
        worth = {row["person_id"]: row for row in desk.snapshot.query(VALUES, ids)}
        shown |= {
            "doubt": first,
            "lines": compared(first),
            "worth": [worth.get(one) for one in ids],
            "next": doubts[1 : 1 + _NEXT],
        }
    return render(request, "console/data_review.html", shown)


def _open_doubts(desk: Desk, set_aside: int) -> list[Doubt]:
    """Pairs that nobody has decided, without those of whom one is shown to nobody or as somebody else."""
    since = desk.since
    away = since.gone
    room = set_aside + _NEXT + 1 + len(away)
    found = deciding.review(desk.company, desk.snapshot, room)
    return [one for one in found if not away & {one.person["person_id"], one.other["person_id"]}]


def _pair(doubt: Doubt) -> str:
    return f"{doubt.person['person_id']}/{doubt.other['person_id']}"


def _later(request: HttpRequest) -> list[str]:
    """The pairs that this session has put off."""
    found: list[str] = request.session.get(_LATER, [])
    return found


def compared(doubt: Doubt) -> list[Compared]:
    """What the two have, line by line; what neither has is left out."""
    rows = (
        (_("e-mail"), "email"),
        (_("phone"), "phone"),
        (_("street"), "street"),
        (_("postcode"), "postcode"),
        (_("town"), "city"),
        (_("country"), "country"),
        (_("language"), "language"),
        (_("looked after by"), "owner"),
    )
    found = [(what, doubt.person.get(column), doubt.other.get(column)) for what, column in rows]
    return [Compared(what, one, other, _how(one, other)) for what, one, other in found if one or other]


def _how(one: str | None, other: str | None) -> str:
    if not one or not other:
        return "one"
    left, right = one.casefold().strip(), other.casefold().strip()
    if left == right:
        return "same"
    return "alike" if fuzz.ratio(left[:200], right[:200]) >= _ALIKE else "differs"


@require_POST
@requires("decide")
def decide(request: HttpRequest) -> HttpResponse:
    """One person, two people, or later."""
    desk = desk_of(request)
    one, other, how = (request.POST.get(name, "") for name in ("one", "other", "how"))
    if how == "later":
        request.session[_LATER] = [*_later(request), f"{one}/{other}"][-_MOST_LATER:]
        return redirect("data_review")
    if how == "again":
        request.session[_LATER] = []
        return redirect("data_review")
    act = {"merge": actions.merge, "apart": actions.apart}.get(how)
    if act is None:
        raise Http404
    try:
        written = act(account_of(request), desk, one, other, why=request.POST.get("why", ""))
    except UsageError as wrong:
        messages.error(request, str(wrong))
        return redirect("data_review")
    request.session[_LAST] = {"says": written.says, "decision_id": written.fact_ids[0]} if written.fact_ids else None
    messages.success(request, written.says)
    return redirect("data_review")


@require_POST
@requires("decide")
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last decision back."""
    try:
        written = actions.undo(account_of(request), desk_of(request), request.POST.get("decision_id", ""))
    except UsageError as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, written.says)
    request.session[_LAST] = None
    return redirect("data_review")
