"""The worker: django-tasks-db's own loop, in a thread of the server.

A thread is enough, because what is heavy runs in processes of its own: the worker only waits for them. One worker, one
task after another: that is why two refreshes never run at once.
"""

from __future__ import annotations

import logging
import time
from threading import Thread

from django.db import connections
from django.tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands.db_worker import Worker

from byname.web.work.carrying import stopping

__all__ = ["WorkerThread"]

_log = logging.getLogger("byname.work")
_LOOK_SECONDS = 0.5
_AFTER_AN_ERROR_SECONDS = 5.0


class WorkerThread(Thread):
    """Runs tasks until it is told to stop."""

    def __init__(self) -> None:
        super().__init__(name="byname-worker", daemon=True)
        self._worker = Worker(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=_LOOK_SECONDS,
            batch=False,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id="byname-serve",
            excluded_queue_names=[],
        )

    def run(self) -> None:
        """Run tasks; a database that is away for a while ends nothing."""
        while not stopping.is_set():
            try:
                self._worker.run()
            except Exception:  # noqa: BLE001 - a database that is away must not end the work
                _log.exception("the worker could not go on; it tries again")
                time.sleep(_AFTER_AN_ERROR_SECONDS)
        connections.close_all()

    def stop(self) -> None:
        """End after what is in hand; a process that works for it is ended, and its run waits for the next server."""
        stopping.set()
        self._worker.running = False
        self.join()
