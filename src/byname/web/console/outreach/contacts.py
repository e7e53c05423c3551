"""Contacts that were made: each with goal, owner, expected result and outcome; what we ask against what we give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from byname.web.accounts.policy import requires
from byname.web.console.outreach.made import LAST, made, outcomes
from byname.web.console.plan.outlook import outlook
from byname.web.console.proof.views import known_playbooks
from byname.web.desk import desk_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from byname.web.console.outreach.made import Made

__all__ = ["Kept", "contacts"]

_A_PAGE = 25
_TOTALS = ("individual", "gives", "asked more than given", "thanked", "best never thanked", "opted out")


@dataclass(frozen=True)
class Kept:
    """How many of the last contacts have something on record, in a sentence."""

    many: int
    of: int
    says: str


@require_safe
@requires("read")
def contacts(request: HttpRequest) -> HttpResponse:
    """The last contacts, a page of them, and the totals of a year."""
    desk = desk_of(request)
    last = made(desk)
    page = Paginator(last, _A_PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    found = outlook(desk)
    total = {row["what"]: row for row in found.balance}
    return render(
        request,
        "console/outreach_contacts.html",
        {
            "page": page, "rows": list(zip(shown, outcomes(desk, shown), strict=True)), "kept": _kept(last),
            "is_cut": len(last) == LAST, "last": LAST, "playbooks": known_playbooks(desk),
            "totals": [total[what] for what in _TOTALS if what in total], "never": found.never_thanked,
            "never_all": found.never_thanked_all, "as_of": desk.as_of,
        },
    )  # fmt: skip


def _kept(last: Sequence[Made]) -> list[Kept]:
    """What is on record of them: a contact without a goal cannot be held against what came of it."""
    counted = (
        (sum(bool(one.goal) for one in last), _("say what they were for")),
        (sum(bool(one.owner) for one in last), _("name who made them")),
        (sum(bool(one.expected) for one in last), _("say what was expected of them")),
    )
    return [Kept(many, len(last), says) for many, says in counted]
