"""The section of previews and questions on a customer's first page, where there is something to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from byname.web.previews.asked import asked

if TYPE_CHECKING:
    from byname.web.portal.whom import Her

register = template.Library()


@register.inclusion_tag("previews/section.html")
def asked_of(her: Her) -> dict[str, Any]:
    """What she is asked, the open ones first."""
    return {"asked": asked(her)}
