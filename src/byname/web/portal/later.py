"""What is done after the answer went out, one thing after another: so that no answer's time tells what was done.

One thread beside the pages does it. What it is given while too much waits is dropped: somebody is asking by machine.
"""

from __future__ import annotations

import logging
from functools import cache
from queue import Full, Queue
from threading import Thread
from typing import TYPE_CHECKING

from django.db import close_old_connections, connection

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["later"]

_MOST_WAITING = 200
_log = logging.getLogger(__name__)


def later(work: Callable[[], None]) -> None:
    """Do that soon, elsewhere; what goes wrong there stands in the server's log."""
    try:
        _waiting().put_nowait(work)
    except Full:
        _log.warning("too many ask for a link to their page; one was not sent")


@cache
def _waiting() -> Queue[Callable[[], None]]:
    waiting: Queue[Callable[[], None]] = Queue(_MOST_WAITING)
    Thread(target=_work, args=(waiting,), name="byname-portal", daemon=True).start()
    return waiting


def _work(waiting: Queue[Callable[[], None]]) -> None:
    while True:
        work = waiting.get()
        try:
            close_old_connections()
            work()
        except Exception:  # noqa: BLE001 - the thread goes on with the next one
            _log.exception("a link to somebody's page was not sent")
        finally:
            connection.close()
            waiting.task_done()
