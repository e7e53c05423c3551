"""Who works here: added, changed, taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from byname import settings_file
from byname.web.accounts.policy import requires
from byname.web.console.settings.forms import EmployeeForm
from byname.web.console.settings.writing import company_now, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from byname.company import Employee, Settings

_form = require_http_methods(["GET", "HEAD", "POST"])


@requires("settings")
@_form
def add(request: HttpRequest) -> HttpResponse:
    """Add an employee."""
    taken = [employee.name for employee in company_now().settings.employees]
    form = EmployeeForm(None, taken, request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        if write(request, f"employee {name}", settings_file.put_employee(name, form.values()), _part(name)):
            return redirect("settings")
    return render(request, "console/settings_employee.html", {"form": form, "name": ""})


@requires("settings")
@_form
def change(request: HttpRequest, name: str) -> HttpResponse:
    """Change an employee's team, minutes and spellings."""
    form = EmployeeForm(_found(name), (), request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and write(request, f"employee {name}", settings_file.put_employee(name, form.values()), _part(name))
    ):
        return redirect("settings")
    return render(request, "console/settings_employee.html", {"form": form, "name": name})


@requires("settings")
@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Take an employee out; what is known of the work stays in the facts."""
    _found(name)
    write(request, f"employee {name}", settings_file.remove_employee(name), _part(name))
    return redirect("settings")


def _found(name: str) -> Employee:
    for employee in company_now().settings.employees:
        if employee.name == name:
            return employee
    raise Http404


def _part(name: str) -> Callable[[Settings], dict[str, Any] | None]:
    def part(said: Settings) -> dict[str, Any] | None:
        return next((one.model_dump(mode="json") for one in said.employees if one.name == name), None)

    return part
