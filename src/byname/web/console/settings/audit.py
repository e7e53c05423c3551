"""The audit log: who changed what and when, before and after."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from byname.errors import SnapshotError
from byname.safe_csv import streamed
from byname.web.accounts.audit import log
from byname.web.accounts.models import Entry
from byname.web.accounts.policy import account_of, demand, requires
from byname.web.desk import desk_of

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

_A_PAGE = 50
_HEADER = ("at", "by", "action", "about", "before", "after")
_NAMES = """
    select person_id, coalesce(name, email, phone) as name
    from people
    where list_contains($1, person_id)
"""


class Asked(forms.Form):
    """Which entries."""

    by = forms.CharField(label=_("Who"), required=False, max_length=254)
    action = forms.CharField(label=_("What"), required=False, max_length=40)
    about = forms.CharField(
        label=_("About"), required=False, max_length=200, help_text=_("a person's id, an account, a setting")
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def filters(self) -> dict[str, str]:
        """What was asked for, as far as it makes sense."""
        self.is_valid()
        return {key: said for key in ("by", "action", "about") if (said := self.cleaned_data.get(key))}

    def entries(self) -> QuerySet[Entry]:
        """Those entries, newest first."""
        asked = self.filters()
        found = Entry.objects.order_by("-id")
        if "by" in asked:
            found = found.filter(by__icontains=asked["by"])
        if "action" in asked:
            found = found.filter(action=asked["action"])
        if "about" in asked:
            found = found.filter(about__icontains=asked["about"])
        return found


@dataclass(frozen=True)
class Changed:
    """One thing of an entry: its name, and what it was and is."""

    key: str
    was: str
    is_now: str


@requires("audit")
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """A page of the log."""
    form = Asked(request.GET)
    found = form.entries()
    if before := form.cleaned_data.get("before"):
        found = found.filter(id__lt=before)
    entries = list(found[: _A_PAGE + 1])
    shown = entries[:_A_PAGE]
    names = _names(request, {entry.about for entry in shown})
    said = {
        "form": form,
        "filters": form.filters(),
        "rows": [{"entry": one, "changed": _changed(one), "name": names.get(one.about)} for one in shown],
        "older": shown[-1].pk if len(entries) > _A_PAGE else None,
        "actions": Entry.objects.order_by("action").values_list("action", flat=True).distinct(),
    }
    return render(request, "console/settings_audit.html", said)


@requires("audit")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The log as CSV; that it left the house stands in it."""
    demand(request.user, "export")
    form = Asked(request.POST)
    with transaction.atomic():
        found = form.entries()
        last = found.first()
        rows = found.count()
        log(account_of(request), "export", "audit log", after={"rows": rows, **form.filters()})
    upto = last.pk if last else 0
    answer = StreamingHttpResponse(
        streamed(_HEADER, map(_cells, found.filter(id__lte=upto).iterator(1000))),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate():%Y-%m-%d}.csv"'
    return answer  # type: ignore[return-value] # Django's stubs keep streams apart


def _cells(one: Entry) -> tuple[str, ...]:
    return (one.at.isoformat(), one.by, one.action, one.about, _as_json(one.before), _as_json(one.after))


def _as_json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _changed(entry: Entry) -> list[Changed]:
    """What was changed, thing by thing; what stayed as it was is left out."""
    before, after = entry.before, entry.after
    if before is None and after is None:
        return []
    if (before is None or isinstance(before, dict)) and (after is None or isinstance(after, dict)):
        was, is_now = before or {}, after or {}
        things = [
            Changed(key.replace("_", " "), _readable(was.get(key)), _readable(is_now.get(key)))
            for key in {**was, **is_now}
        ]
        return [thing for thing in things if thing.was != thing.is_now]
    return [Changed("", _readable(before), _readable(after))]


def _readable(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _now("yes") if value else _now("no")
    if isinstance(value, list):
        return ", ".join(_readable(part) for part in value)
    return _as_json(value) if isinstance(value, dict) else str(value)


def _names(request: HttpRequest, about: set[str]) -> dict[str, str]:
    """The names of the people among them who are shown at all; the log opens without a snapshot too."""
    try:
        desk = desk_of(request)
        ids = [one for one in about if one.startswith("p") and one not in desk.since.hidden]
        rows = desk.snapshot.query(_NAMES, [ids]) if ids else []
    except SnapshotError:
        return {}
    return {row["person_id"]: row["name"] or "" for row in rows}
