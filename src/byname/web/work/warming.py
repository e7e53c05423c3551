"""A new snapshot is read before somebody waits: what was written is laid over it, seconds at a million people."""

from __future__ import annotations

import logging
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING

from django.db import close_old_connections, connections

from byname.errors import SnapshotError
from byname.snapshot import current_folder, open_current
from byname.web import served
from byname.web.written.laid_over import laid_over

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["WarmThread"]

_log = logging.getLogger("byname.work")
_LOOK_SECONDS = 1.0


class WarmThread(Thread):
    """Looks each second whether there is a new snapshot; every process that answers has one."""

    def __init__(self) -> None:
        super().__init__(name="byname-warm", daemon=True)
        self._warmed: Path | None = None
        self._ends = Event()

    def run(self) -> None:
        """Look; a folder or a database that is away for a while ends nothing."""
        while True:
            close_old_connections()
            try:
                self._look()
            except Exception:  # noqa: BLE001 - pages say what is wrong when they are asked
                _log.exception("could not read the snapshot ahead; it tries again")
            if self._ends.wait(_LOOK_SECONDS):
                break
        connections.close_all()

    def _look(self) -> None:
        company = served.company()
        folder = current_folder(company)
        if folder != self._warmed:
            self._warmed = folder
            with suppress(SnapshotError):  # every page says it
                laid_over(company, open_current(company))

    def stop(self) -> None:
        """End."""
        self._ends.set()
        self.join()
