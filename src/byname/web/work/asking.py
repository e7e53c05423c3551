"""Asking for work: a row that waits, and a task that will carry it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from byname.web.work.models import Run, State

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.work.models import Kind

__all__ = ["ask"]


def ask(kind: Kind, about: str = "", *, account: Account | None = None, is_nightly: bool = False) -> tuple[Run, bool]:
    """Ask for a piece of work.

    Args:
        kind: what.
        about: which file or import.
        account: who asks; None: the program itself, by a clock or because a file came.
        is_nightly: the morning's mail follows it.

    Returns:
        The run that will do it, and whether it is new; False: one waited already, and serves for both.
    """
    from byname.web.work.tasks import enqueue

    by = account.email if account else "byname"
    try:
        with transaction.atomic():
            run = Run.objects.create(kind=kind, about=about, account=account, by=by, is_nightly=is_nightly)
            enqueue(run)
    except IntegrityError:
        waiting = Run.objects.filter(kind=kind, about=about, state=State.WAITING)
        if is_nightly:
            waiting.update(is_nightly=True)
        run = waiting.first() or Run.objects.filter(kind=kind, about=about).latest("asked_at", "id")
        return run, False
    return run, True
