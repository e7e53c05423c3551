"""The page in one view: the snapshot, what is at work, the inbox, the sources, what is refused or in doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from byname.errors import LedgerError, SnapshotError
from byname.snapshot import open_current
from byname.web import served
from byname.web.accounts.audit import log
from byname.web.accounts.policy import account_of, may, requires
from byname.web.console.data.files import imports
from byname.web.console.data.refused import refused_files
from byname.web.work import inbox
from byname.web.work.asking import ask
from byname.web.work.models import Kind, Run, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest, HttpResponse

    from byname.company import Company

__all__ = ["check", "data", "live", "live_of", "refresh", "upload"]

_SHOWN = 10
_LOOK_SECONDS, _IDLE_SECONDS = 2, 15

READINESS = 'select question, answer, says, "do" from readiness order by answer, question'
COUNTS = "select (select count(*) from people) as people, (select count(*) from review) as doubts"


@requires("read")
def data(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    company = served.company()
    shown: dict[str, Any] = {
        **_snapshot(company),
        **_sources(company),
        **live_of(_open_runs()),
        "read": Run.objects.filter(kind=Kind.READ).exclude(state__in=(State.WAITING, State.RUNNING))[:_SHOWN],
        "runs": Run.objects.exclude(kind=Kind.READ)[:_SHOWN],
        "checked": Run.objects.filter(kind=Kind.CHECK, ended_at__isnull=False).first(),
        "nightly": company.settings.web.nightly,
    }
    if may(request.user, "data"):
        shown |= {
            "refused": refused_files(company),
            "waiting": list(inbox.waiting(company)),
            "inbox": inbox.folder(company),
            "most_mb": inbox.UPLOAD_BYTES >> 20,
        }
    return render(request, "console/data.html", shown)


def _snapshot(company: Company) -> dict[str, Any]:
    """The current snapshot, or why there is none to show."""
    try:
        snapshot = open_current(company)
    except SnapshotError as missing:
        return {"missing": missing}
    (counts,) = snapshot.query(COUNTS)
    return {"snapshot": snapshot, "made_at": snapshot.run, "readiness": snapshot.query(READINESS), **counts}


def _sources(company: Company) -> dict[str, Any]:
    """The newest files, or that the ledger cannot be read just now."""
    try:
        found = imports(company)
    except LedgerError as busy:
        return {"busy": busy}
    return {"files": found[:_SHOWN], "files_in_all": len(found)}


def _open_runs() -> list[Run]:
    """What is at work, then what waits, in the order in which it will be done."""
    found = Run.objects.filter(state__in=(State.WAITING, State.RUNNING)).order_by("asked_at", "pk")
    return sorted(found, key=lambda run: run.state != State.RUNNING)


def live_of(runs: Iterable[Run]) -> dict[str, Any]:
    """What the part that looks again by itself shows, and when it looks."""
    shown = list(runs)
    last = Run.objects.filter(kind=Kind.REFRESH, ended_at__isnull=False).order_by("-ended_at").first()
    return {"live": shown, "last": last, "look_seconds": _LOOK_SECONDS if shown else _IDLE_SECONDS}


@requires("read")
def live(request: HttpRequest) -> HttpResponse:
    """The part of the page that shows what is at work."""
    return render(request, "console/data_live.html", live_of(_open_runs()))


@require_POST
@requires("data")
def refresh(request: HttpRequest) -> HttpResponse:
    """Ask for a refresh."""
    run, is_new = ask(Kind.REFRESH, account=account_of(request))
    if is_new:
        log(account_of(request), "refresh", f"run {run.pk}")
        messages.success(
            request, _("A refresh is asked for. It runs beside the pages, which go on showing the old snapshot.")
        )
    else:
        messages.info(request, _("A refresh waits already; it will take in everything until it begins."))
    return redirect("data")


@require_POST
@requires("data")
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a look at the ledger."""
    ask(Kind.CHECK, account=account_of(request))
    return redirect("data")


@require_POST
@requires("data")
def upload(request: HttpRequest) -> HttpResponse:
    """Put a file into the inbox; it is read like any that lies there."""
    file = request.FILES.get("file")
    account = inbox.clean_name(request.POST.get("account", ""))
    says, is_wrong = _put(file, account if account != "main" else "")
    if not is_wrong and file is not None:
        log(
            account_of(request),
            "upload",
            inbox.clean_name(file.name or ""),
            after={"bytes": file.size, "account": account or "main"},
        )
    messages.add_message(request, messages.ERROR if is_wrong else messages.SUCCESS, says)
    return redirect("data")


def _put(file: UploadedFile[Any] | None, account: str) -> tuple[str, bool]:
    """Write an upload beside, then put it into the inbox whole; what to say, and whether it was refused."""
    company = served.company()
    name = inbox.clean_name(file.name or "") if file else ""
    if file is None or not name:
        return _("No file was chosen."), True
    if (file.size or 0) > inbox.UPLOAD_BYTES:
        return _("%(name)s is larger than %(most)s MB: copy it into %(inbox)s instead.") % {
            "name": name, "most": inbox.UPLOAD_BYTES >> 20, "inbox": inbox.folder(company),
        }, True  # fmt: skip
    if not inbox.put(company, name, account, file.chunks()):
        return _("A file called %(name)s waits in the inbox already; wait until it is read.") % {"name": name}, True
    return _("%(name)s lies in the inbox and will be read in a few seconds.") % {"name": name}, False
