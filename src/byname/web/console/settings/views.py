"""Teams and their minutes; how often is too often; budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from byname import settings_file
from byname.web.accounts.policy import requires
from byname.web.console.settings.forms import LimitsForm, MinutesForm, plain
from byname.web.console.settings.writing import company_now, write

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_form = require_http_methods(["GET", "HEAD", "POST"])


@requires("settings")
@_form
def settings(request: HttpRequest) -> HttpResponse:
    """Minutes of each team, and who works in it."""
    company = company_now()
    form = MinutesForm(company.settings.teams, request.POST or None)
    if request.method == "POST" and form.is_valid():
        edit = settings_file.set_values(form.changes())
        if write(request, "teams", edit, lambda said: _plain(said.teams.model_dump())):
            return redirect("settings")
    return render(request, "console/settings.html", {"form": form, "employees": company.settings.employees})


@requires("settings")
@_form
def limits(request: HttpRequest) -> HttpResponse:
    """Limits of contact, quiet hours and budgets."""
    form = LimitsForm(company_now().settings.plan, request.POST or None)
    if request.method == "POST" and form.is_valid():
        keys = set(form.fields)
        edit = settings_file.set_values(form.changes())
        if write(request, "plan", edit, lambda said: _plain(said.plan.model_dump(include=keys))):
            return redirect("settings_limits")
    return render(request, "console/settings_limits.html", {"form": form})


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Numbers as people write them: 60 and not 60.0."""
    return {key: plain(value) for key, value in values.items()}
