"""At the start of the server: what the last one left unfinished goes on, or is said to be interrupted."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from byname.forgetting.order import open_orders
from byname.web.served import company
from byname.web.work.asking import ask
from byname.web.work.carrying import Outcome, close, process_of, served
from byname.web.work.forgetting import promise
from byname.web.work.models import Kind, Run, State
from byname.web.work.tasks import PATHS, enqueue

__all__ = ["resume"]


def resume() -> tuple[int, int]:
    """Queue again what waits or still runs; close what is gone.

    The runs are the truth: tasks that the last server did not finish are dropped and made anew.

    Returns:
        How many go on, and how many were interrupted.
    """
    goes_on = interrupted = 0
    with transaction.atomic():
        DBTaskResult.objects.filter(task_path__in=PATHS, finished_at__isnull=True).delete()
        for run in Run.objects.filter(state__in=(State.WAITING, State.RUNNING)).order_by("asked_at", "pk"):
            if run.state == State.RUNNING and not _lives(run):
                if run.kind == Kind.FORGET:  # what was begun is ended: nobody has to ask twice
                    again, _ = ask(Kind.FORGET, run.about, account=run.account)
                    if number := run.result.get("number"):
                        promise(again, number)
                    goes_on += 1
                else:
                    interrupted += 1
                continue
            enqueue(run)
            goes_on += 1
        for order in open_orders(company()):
            if not Run.objects.filter(kind=Kind.FORGET, state__in=(State.WAITING, State.RUNNING)).exists():
                ask(Kind.FORGET, order.people[0])
                goes_on += 1
    return goes_on, interrupted


def _lives(run: Run) -> bool:
    """Does its process live? Then the worker reads on; else it is closed."""
    process = process_of(run)
    if process.lives():
        return True
    says = _("interrupted: the server was ended while it was at work; %(served)s; start again")
    close(run, Outcome(State.INTERRUPTED, says % {"served": served()}, {}))
    process.ended()
    return False
