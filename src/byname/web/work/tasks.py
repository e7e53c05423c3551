"""The tasks that the worker runs, one after another: each carries out one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.tasks import task

from byname.web.work.models import Kind

if TYPE_CHECKING:
    from byname.web.work.models import Run

__all__ = ["PATHS", "enqueue"]

_FIRST, _SOON, _LAST = 20, 10, 0


@task(priority=_LAST)
def refresh(run_id: int) -> None:
    """Make a new snapshot."""
    from byname.web.work import refreshing

    refreshing.carry_out(run_id)


@task(priority=_SOON)
def read(run_id: int) -> None:
    """Read a file of the inbox: before a refresh that waits, so that it counts what came."""
    from byname.web.work import reading

    reading.carry_out(run_id)


@task(priority=_SOON)
def take_back(run_id: int) -> None:
    """Take an import back."""
    from byname.web.work import taking_back

    taking_back.carry_out(run_id)


@task(priority=_FIRST)
def check(run_id: int) -> None:
    """Look for damage in the ledger."""
    from byname.web.work import checking

    checking.carry_out(run_id)


@task(priority=_FIRST)
def mail(run_id: int) -> None:
    """Send the morning's mail."""
    from byname.web.work import mailing

    mailing.carry_out(run_id)


@task(priority=_FIRST)
def forget(run_id: int) -> None:
    """Erase somebody."""
    from byname.web.work import forgetting

    forgetting.carry_out(run_id)


_TASKS = {
    Kind.REFRESH: refresh, Kind.READ: read, Kind.BACK: take_back, Kind.CHECK: check, Kind.MAIL: mail,
    Kind.FORGET: forget,
}  # fmt: skip
PATHS = tuple(one.module_path for one in _TASKS.values())


def enqueue(run: Run) -> None:
    """Put the task of that run into the queue."""
    _TASKS[Kind(run.kind)].enqueue(run.pk)
