"""The staff's page: who brought whom lately, who was thanked for it, and a form for what a friend says at the till."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from byname.cards import cards
from byname.errors import UsageError
from byname.web.accounts.policy import account_of, requires
from byname.web.console.lists import page_number, part_of
from byname.web.desk import desk_of
from byname.web.friends import telling
from byname.web.friends.ties import Tie, lately, thanked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

    from byname.web.desk import Desk

__all__ = ["back", "credit", "friends"]

_MOST_FOUND = 8
_LONGEST = 200


@require_safe
@requires("read")
def friends(request: HttpRequest) -> HttpResponse:
    """Who brought whom, the latest first."""
    return _friends(request, request.GET)


@require_POST
@requires("act")
def credit(request: HttpRequest) -> HttpResponse:
    """Write down what a friend said."""
    typed = request.POST
    try:
        says = telling.credit(
            account_of(request), desk_of(request), typed.get("friend_id", ""), typed.get("by_id", ""),
            may_know="may_know" in typed,
        )  # fmt: skip
    except UsageError as wrong:
        return _friends(request, typed, wrong=wrong, status=422)
    messages.success(request, says)
    return redirect("friends")


@require_POST
@requires("act")
def back(request: HttpRequest, number: str) -> HttpResponse:
    """Take back what was written here."""
    desk = desk_of(request)
    tie = next((one for one in lately(desk) if one.fact is not None and one.fact["source_id"] == number), None)
    if tie is None or not {tie.friend, tie.referrer}.isdisjoint(desk.since.hidden):
        raise Http404
    messages.success(request, telling.take_back(account_of(request), desk, tie))
    return redirect("friends")


def _friends(request: HttpRequest, asked: Mapping[str, Any], *, status: int = 200, **more: Any) -> HttpResponse:
    desk = desk_of(request)
    all_ = lately(desk)
    ties = [tie for tie in all_ if {tie.friend, tie.referrer}.isdisjoint(desk.since.hidden)]
    last = thanked(desk, [tie.referrer for tie in ties])
    is_waiting = asked.get("show") == "waiting"
    shown = [tie for tie in ties if not (is_waiting and _is_thanked(tie, last))]
    page = part_of(shown, page_number(asked))
    part: list[Any] = page.rows
    known = cards(desk.snapshot, [one for tie in part for one in (tie.friend, tie.referrer)])
    rows = [
        {
            "tie": tie,
            "friend": {"person_id": tie.friend, **known.get(tie.friend, {})},
            "referrer": {"person_id": tie.referrer, **known.get(tie.referrer, {})},
            "thanked": last.get(tie.referrer) if _is_thanked(tie, last) else None,
        }
        for tie in part
    ]
    friend, by = (str(asked.get(name, ""))[:_LONGEST].strip() for name in ("friend", "by"))
    context = {
        "rows": rows, "page": page, "left_out": len(all_) - len(ties), "is_waiting": is_waiting,
        "friend": friend, "by": by, "friends": _found(desk, friend), "referrers": _found(desk, by),
        "friend_id": asked.get("friend_id", ""), "by_id": asked.get("by_id", ""), **more,
    }  # fmt: skip
    return render(request, "friends/staff.html", context, status=status)


def _is_thanked(tie: Tie, last: Mapping[str, Any]) -> bool:
    at = last.get(tie.referrer)
    return at is not None and (tie.at is None or tie.at.replace(tzinfo=None) <= at)


def _found(desk: Desk, typed: str) -> list[dict[str, Any]]:
    """Whom a text means, the best first."""
    if not typed:
        return []
    return desk.snapshot.find(typed, _MOST_FOUND, hidden=desk.since.hidden, merged=desk.since.merged)
