"""What the background did: its history, and one run whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render

from byname.snapshot import Snapshot
from byname.web import served
from byname.web.accounts.policy import requires
from byname.web.console.data.views import live_of
from byname.web.work.models import Run

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["REPORT", "listed", "one"]

_PER_PAGE = 50
REPORT = "select kind, name, says, seconds, memory_mb from run order by kind, name"


@requires("read")
def listed(request: HttpRequest) -> HttpResponse:
    """Show all runs, the newest first."""
    page = Paginator(Run.objects.select_related("account"), _PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "console/data_runs.html", {"page": page})


@requires("read")
def one(request: HttpRequest, run_id: int) -> HttpResponse:
    """Show one run: its steps; and of a refresh the snapshot's own report, as long as the snapshot is kept."""
    run = get_object_or_404(Run, pk=run_id)
    return render(
        request, "console/data_run.html", {"run": run, **report_of(run), **live_of([run] if run.is_open else [])}
    )


def report_of(run: Run) -> dict[str, Any]:
    """The report of the snapshot that a run made, in parts; nothing once it has made way for newer ones."""
    name = str(run.result.get("snapshot", "")).replace("\\", "/").rpartition("/")[2]
    folder = served.company().snapshots / name
    if not name or not (folder / "run.parquet").is_file():
        return {}
    rows = Snapshot(folder, {}).query(REPORT)
    return {
        "measured": [row | {"name": row["name"].partition(" ")[2]} for row in rows if row["kind"] == "step"],
        "report": [row for row in rows if row["kind"] != "step"],
    }
