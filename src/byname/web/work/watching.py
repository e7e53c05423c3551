"""What nobody asks for: files that come into the inbox, the night's refresh, old runs that go."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.db import close_old_connections, connections
from django_tasks_db.models import DBTaskResult

from byname.web import served
from byname.web.work import clock
from byname.web.work.asking import ask
from byname.web.work.carrying import stopping
from byname.web.work.inbox import Settled, folder
from byname.web.work.models import Kind, Run, Sent

if TYPE_CHECKING:
    from byname.company import Company

__all__ = ["Watch", "WatchThread", "prune"]

_log = logging.getLogger("byname.work")
_LOOK_SECONDS = 1.0
_KEPT = timedelta(days=90)


class Watch:
    """Looks at the inbox and at the clock."""

    def __init__(self, company: Company, now: datetime) -> None:
        folder(company).mkdir(exist_ok=True)
        self._settled = Settled(company)
        self._looked = now
        if clock.was_missed(company, now):
            ask(Kind.REFRESH, is_nightly=True)
        prune(now)

    def look(self, now: datetime) -> None:
        """Ask for what is due."""
        for name in self._settled.look():
            ask(Kind.READ, name)
        night = clock.next_night(served.company(), self._looked)  # by the settings of now
        self._looked = now
        if now >= night:
            ask(Kind.REFRESH, is_nightly=True)
            prune(now)


def prune(now: datetime) -> None:
    """Drop runs, tasks and sessions that ended long ago; what they changed stays in the audit log."""
    before = now - _KEPT
    Session.objects.filter(expire_date__lt=before).delete()
    Run.objects.filter(ended_at__lt=before).delete()
    Sent.objects.filter(at__lt=before).delete()
    DBTaskResult.objects.filter(finished_at__lt=before).delete()


class WatchThread(Thread):
    """Looks each second until the server ends."""

    def __init__(self, company: Company) -> None:
        super().__init__(name="byname-watch", daemon=True)
        self._watch = Watch(company, datetime.now(UTC))

    def run(self) -> None:
        """Look; a folder or a database that is away for a while ends nothing."""
        while not stopping.wait(_LOOK_SECONDS):
            close_old_connections()
            try:
                self._watch.look(datetime.now(UTC))
            except Exception:  # noqa: BLE001 - one odd file must not end the watch
                _log.exception("could not look at the inbox and the clock; it tries again")
        connections.close_all()

    def stop(self) -> None:
        """End."""
        stopping.set()
        self.join()
