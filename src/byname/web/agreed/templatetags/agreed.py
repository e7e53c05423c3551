"""What is agreed with a person, as a part of other pages. `{% load agreed %}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from byname.web.agreed.book import agreed_with
from byname.web.agreed.words import rule_says, rule_word
from byname.web.desk import desk_of

if TYPE_CHECKING:
    from django.template.context import RequestContext

    from byname.web.portal.whom import Her

register = template.Library()
register.filter("rule_says", rule_says)
register.filter("rule_word", rule_word)


@register.inclusion_tag("agreed/of_person.html", takes_context=True)
def agreed_of(context: RequestContext, person_id: str) -> dict[str, Any]:
    """On a colleague's page of a person: perks, the rule for returns, a form to grant. `{% agreed_of id %}`."""
    request = context["request"]
    return {
        "agreed": agreed_with(desk_of(request), person_id),
        "person_id": person_id,
        "user": request.user,
    }


@register.inclusion_tag("agreed/of_her.html")
def agreed_with_her(her: Her) -> dict[str, Any]:
    """On a person's own page: her perks, and a rule other than the usual. `{% agreed_with_her her %}`."""
    agreed = agreed_with(her.desk, her.person_id)
    return {"agreed": agreed, "says": rule_says(agreed.in_force)}


@register.inclusion_tag("agreed/of_held.html")
def agreed_held(her: Her) -> dict[str, Any]:
    """Beside all that is held of a person: what colleagues decided, what is over too. `{% agreed_held her %}`."""
    return {"agreed": agreed_with(her.desk, her.person_id)}
