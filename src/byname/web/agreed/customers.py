"""A person's own page of returns: which rule holds, why, by whom, until when, and a word against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from byname.errors import UsageError
from byname.web.agreed.book import agreed_with
from byname.web.agreed.evidence import evidence
from byname.web.agreed.returning import MOST_WORDS, appeal
from byname.web.agreed.words import rule_says, team_word
from byname.web.portal.staying import hers

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.web.portal.whom import Her

__all__ = ["returns"]


@require_http_methods(["GET", "HEAD", "POST"])
@hers
def returns(request: HttpRequest, her: Her) -> HttpResponse:
    """The rule, what was looked at, and a form to say that it is not right."""
    if request.method != "POST":
        return _returns(request, her)
    try:
        appeal(her, request.POST.get("text", ""))
    except UsageError as wrong:
        return _returns(request, her, wrong=wrong, typed=request.POST, status=422)
    messages.success(request, _("We read it. Somebody else decides; until then the usual rule holds for you again."))
    return redirect("my-returns")


def _returns(request: HttpRequest, her: Her, *, status: int = 200, **more: Any) -> HttpResponse:
    agreed = agreed_with(her.desk, her.person_id)
    rule = agreed.rule
    is_of_her_own = rule is not None and rule.rule != "usual"
    context = {
        "her": her, "here": "my-returns", "agreed": agreed, "rule": rule, "says": rule_says(agreed.in_force),
        "rule_says": rule_says(rule.rule) if rule else "", "team": team_word(rule.team) if rule else "",
        "may_appeal": rule is not None and rule.in_force == "strict" and rule.appeal is None,
        # Without a rule of her own nothing was looked at.
        "evidence": evidence(her.desk, her.person_id) if is_of_her_own else None,
        "most_words": MOST_WORDS, "typed": {}, **more,
    }  # fmt: skip
    answer = render(request, "agreed/mine.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
