"""The files that were loaded, and taking one back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from byname.errors import LedgerError
from byname.facts.ledger import Ledger
from byname.web import served
from byname.web.accounts.policy import account_of, requires
from byname.web.work.asking import ask
from byname.web.work.models import Kind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.company import Company

__all__ = ["PER_PAGE", "imports", "listed", "take_back"]

PER_PAGE = 50
_OURS = "byname"  # the source of what people wrote here: no file, and not to be taken back as one
_WAIT_SECONDS = 2.0


def imports(company: Company) -> list[dict[str, Any]]:
    """The files that were loaded, the newest first.

    Raises:
        LedgerError: it is being cleaned, or damaged.
    """
    ledger = Ledger(company.facts, memory="256MB", threads=1, wait=_WAIT_SECONDS)
    return [one for one in ledger.imports().to_pylist() if one["source"] != _OURS][::-1]


@requires("read")
def listed(request: HttpRequest) -> HttpResponse:
    """Show all of them."""
    try:
        found = imports(served.company())
    except LedgerError as busy:
        return render(request, "console/data_files.html", {"busy": busy})
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "console/data_files.html", {"page": page})


@requires("data")
def take_back(request: HttpRequest, file_id: str) -> HttpResponse:
    """Ask whether one import really goes; with POST let it go."""
    try:
        found = next((one for one in imports(served.company()) if one["file_id"] == file_id), None)
    except LedgerError as busy:
        messages.error(request, str(busy))
        return redirect("data")
    if found is None:
        raise Http404
    if request.method == "POST":
        _run, is_new = ask(Kind.BACK, file_id, account=account_of(request))
        says = (
            _("%(name)s is being taken back; a refresh follows.")
            if is_new
            else _("%(name)s is being taken back already.")
        )
        messages.success(request, says % {"name": found["name"]})
        return redirect("data")
    return render(request, "console/data_file.html", {"file": found, "goes": found["new"] + found["changed"]})
