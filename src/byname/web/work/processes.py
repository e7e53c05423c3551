"""Work that is heavy runs in a process of its own, niced, so that the pages stay quick and small.

What it says goes into a file, a JSON line each, not into a pipe: a server that is killed does not take the work with
it, and the next one reads on. Whether the process lives is told by a lock that it inherits with that file and that the
operating system drops when it ends; a process id alone may be another's by then.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import portalocker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from threading import Event

__all__ = ["LAST", "SOON", "Ended", "Process", "Stopped", "python"]

LAST = 19  # for hours of work that nobody waits for
SOON = 5  # for what somebody waits for, and is done in seconds
_LOOK_SECONDS = 0.2
_GRACE_SECONDS = 5.0
_ERROR_BYTES = 4_000
_ALONE = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING


class Stopped(Exception):  # noqa: N818 - no error: the server ends, and its work with it
    """The server is ending."""


@dataclass(frozen=True)
class Ended:
    """How a process ended.

    Attributes:
        status: its exit status, negative for a signal; None: it was another server's child, nobody knows.
        error: what it said on standard error.
    """

    status: int | None
    error: str


class Process:
    """A process of ours that writes JSON lines to a file.

    Args:
        place: that file; what it says on standard error stands beside.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._errors = place.with_suffix(".err")
        self._child: subprocess.Popen[bytes] | None = None

    def lives(self) -> bool:
        """Is it at work, be it started by this server or by one that was killed?"""
        if self._child is not None:
            return self._child.poll() is None
        try:
            with self._place.open("rb") as lines:
                portalocker.lock(lines, _ALONE)
        except FileNotFoundError:
            return False
        except portalocker.AlreadyLocked:
            return True
        return False

    def start(self, command: Sequence[str], *, nice: int) -> int:
        """Start it, so far behind the pages (`nice`, 19: they always come first); returns its process id."""
        self._place.parent.mkdir(parents=True, exist_ok=True)
        with self._place.open("wb") as out, self._errors.open("wb") as errors:
            portalocker.lock(out, _ALONE)  # it goes with the open file to the child
            self._child = subprocess.Popen(
                [*_niced(nice), *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for the server, which then ends what it started
            )
        return self._child.pid

    def lines(self, stopping: Event) -> Iterator[dict[str, Any]]:
        """What it says, from the first line on, until it ends.

        Raises:
            Stopped: the server is ending.
        """
        left = b""
        with self._place.open("rb") as said:
            lives = True
            while lives:
                lives = self.lives()
                *whole, left = (left + said.read()).split(b"\n")
                for line in whole:
                    with suppress(ValueError):  # a library's own words
                        told = json.loads(line)
                        if isinstance(told, dict):
                            yield told
                if stopping.is_set() and lives:
                    raise Stopped
                if lives:
                    time.sleep(_LOOK_SECONDS)

    def end(self, pid: int) -> None:
        """End it, before its time."""
        for kind in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
            until = time.monotonic() + _GRACE_SECONDS
            while self.lives() and time.monotonic() < until:
                with suppress(ProcessLookupError):
                    os.kill(pid, kind)
                time.sleep(_LOOK_SECONDS)

    def ended(self) -> Ended:
        """How it ended; what it wrote is removed."""
        status, error = self._child.wait() if self._child else None, ""
        with suppress(FileNotFoundError):
            error = self._errors.read_bytes()[-_ERROR_BYTES:].decode("utf-8", "replace")
            self._errors.unlink()
        self._place.unlink(missing_ok=True)
        return Ended(status, error.removeprefix("byname: ").strip())


def python(*arguments: str) -> list[str]:
    """The command that runs a module of ours by the Python that runs now."""
    return [sys.executable, "-m", *arguments]


def _niced(nice: int) -> list[str]:
    """What runs another program with a smaller claim on processor and disk, where the system has such a thing."""
    found = []
    if shutil.which("nice"):
        found += ["nice", "-n", str(nice)]
    if nice == LAST and shutil.which("ionice"):
        found += ["ionice", "-c", "3", "-t"]
    return found
