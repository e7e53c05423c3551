"""Which playbooks are used: all that there are, and a switch for each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from byname import settings_file
from byname.company import Plan
from byname.errors import PlaybookError
from byname.playbooks.loading import load
from byname.web.accounts.policy import requires
from byname.web.console.settings.writing import company_now, write

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse
    from tomlkit import TOMLDocument

    from byname.company import Company
    from byname.playbooks.playbook import Playbook


@requires("settings")
@require_safe
def playbooks(request: HttpRequest) -> HttpResponse:
    """Show them by team, and say what is wrong with the company's own."""
    company = company_now()
    wrong = None
    try:
        known = _all(company)
    except PlaybookError as error:
        wrong, known = error, _loaded(None, ())
    off = set(company.settings.plan.off)
    rows = [{"playbook": one, "is_on": one.action not in off, "is_own": _is_own(one, company)} for one in known]
    rows.sort(key=lambda row: (row["playbook"].team, row["playbook"].title))  # type: ignore[attr-defined]
    said = {"rows": rows, "wrong": wrong, "on": sum(bool(row["is_on"]) for row in rows), "folder": company.playbooks}
    return render(request, "console/settings_playbooks.html", said)


@requires("settings")
@require_POST
def switch(request: HttpRequest, action: str) -> HttpResponse:
    """Use a playbook, or use it no more."""
    company = company_now()
    is_on = request.POST.get("is_on") == "yes"
    try:
        known = {one.action for one in _all(company)}
    except PlaybookError:
        known = {one.action for one in _loaded(None, ())}
    if action not in known:
        raise Http404

    def edit(document: TOMLDocument) -> None:
        off = list(document.get("plan", {}).get("off", Plan().off))
        now = [one for one in off if one != action] if is_on else [*off, *([] if action in off else [action])]
        settings_file.set_values({("plan", "off"): now})(document)

    write(request, f"playbook {action}", edit, lambda said: "off" if action in said.plan.off else "on")
    return redirect("settings_playbooks")


def _all(company: Company) -> tuple[Playbook, ...]:
    folder = company.playbooks
    stood = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.toml")))
    return _loaded(folder, stood)


@lru_cache(4)
def _loaded(own: Path | None, _stood: tuple[tuple[str, int], ...]) -> tuple[Playbook, ...]:
    """All playbooks; read again when one of the company's own was changed."""
    return load(own)


def _is_own(playbook: Playbook, company: Company) -> bool:
    return str(playbook.file).startswith(str(company.playbooks))
