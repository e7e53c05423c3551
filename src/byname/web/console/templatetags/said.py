"""How pages say names, standings, money, days and charts. `{% load said %}`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from byname.report import words
from byname.web.accounts import policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.template.context import RequestContext
    from django.utils.safestring import SafeString

    from byname.charts import Spec

register = template.Library()
for _name in ("money", "signed", "share", "chance", "count", "figure"):
    register.filter(_name, getattr(words, _name))

_SYMBOLS = {
    "loyal": "●", "advocate": "◆", "neutral": "○", "dissatisfied": "◐", "actively_dissatisfied": "▲", "unknown": "·",
}  # fmt: skip
_WEEK = 7
_LONGEST_NAME = 120  # letters of it on a list


def _standing_word(standing: str) -> str:
    return {
        "loyal": pgettext("standing", "loyal"),
        "advocate": pgettext("standing", "advocate"),
        "neutral": pgettext("standing", "neutral"),
        "dissatisfied": pgettext("standing", "dissatisfied"),
        "actively_dissatisfied": pgettext("standing", "actively dissatisfied"),
    }.get(standing, pgettext("standing", "not known"))


@register.filter
def standing_word(standing: str | None) -> str:
    """The standing in words."""
    return _standing_word(standing or "unknown")


# These three are on every row of every list: as templates of their own they took half of the time of a page.
@register.simple_tag
def standing(of: str | None) -> SafeString:
    """A standing: a symbol, a word and a colour. `{% standing row.standing %}`."""
    kind = of if of in _SYMBOLS else "unknown"
    return format_html(
        '<span class="standing {}"><span aria-hidden="true">{}</span> {}</span>',
        kind, _SYMBOLS[kind], _standing_word(kind),
    )  # fmt: skip


@register.simple_tag
def name(person: Mapping[str, Any], tag: str = "span") -> SafeString:
    """A person's name as a link to the person. `{% name row %}`; row has person_id, name, perhaps email and phone."""
    said = person.get("name") or person.get("email") or person.get("phone") or _("no name on record")
    return format_html(
        '<{} class="name"><a href="{}"><bdi>{}</bdi></a></{}>',
        tag, reverse("person", args=[person["person_id"]]), _cut(said), tag,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def worth(context: RequestContext, value: Mapping[str, Any] | None) -> SafeString:
    """What a person is worth with its range, or that it is not known. `{% worth row %}`; clv, clv_low, clv_high."""
    if value is None or value.get("clv") is None:
        return format_html('<span class="quiet">{}</span>', _("worth not known yet"))
    return format_html(
        '<span class="worth">{} {} <span class="range">({}\u2013{})</span></span>',
        words.money(value["clv"]), context.get("currency", ""), words.money(value["clv_low"]),
        words.money(value["clv_high"]),
    )  # fmt: skip


def _cut(name: str) -> str:
    return truncatechars(name, _LONGEST_NAME) if len(name) > _LONGEST_NAME else name


def _local(moment: date | datetime) -> datetime | date:
    if not isinstance(moment, datetime):
        return moment
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return timezone.localtime(aware, timezone.get_default_timezone())


@register.filter
def day(moment: date | datetime | None) -> str:
    """A day in the company's zone: 3 November 2026; nothing where it is not known."""
    return words.day(_local(moment)) if moment else ""


@register.filter
def moment(when: datetime | None) -> str:
    """A day and a time in the company's zone."""
    return f"{words.day(_local(when))}, {_local(when):%H:%M}" if when else ""


@register.filter
def ago(moment: date | datetime | None, today: date | None = None) -> str:
    """How long ago in words: today, yesterday, since Tuesday, 12 days ago."""
    if not moment:
        return ""
    there = _local(moment)
    there = there.date() if isinstance(there, datetime) else there
    days = ((today or timezone.localdate()) - there).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days < 0:
        return ngettext("in %(days)s day", "in %(days)s days", -days) % {"days": f"{-days:,}"}
    return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": f"{days:,}"}


@register.filter
def spaced(text: str | None) -> str:
    """`in_person` as words."""
    return (text or "").replace("_", " ")


@register.inclusion_tag("parts/chart.html")
def chart(name: str, spec: Spec) -> dict[str, Any]:
    """A Vega-Lite chart; the page must have a table beneath that says the same. `{% chart "bridge" spec %}`."""
    return {"name": name, "spec": spec}


@register.filter
def may(account: Any, verb: str) -> bool:
    """May this account do that? `{% if user|may:"export" %}`."""
    return policy.may(account, verb)  # type: ignore[arg-type]


@register.inclusion_tag("parts/left_out.html")
def left_out(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How many a list leaves out, and why: rows of `people` and `says`."""
    return {"rows": rows, "people": sum(row["people"] for row in rows)}


@register.simple_tag
def zone() -> str:
    """The company's time zone."""
    company = settings.COMPANY
    return str(company.settings.zone) if company else "UTC"
