"""Locks between processes, which the operating system drops when their holder dies.

A lock is held on an open file, never by a file's being there, so nothing is left to clear away after a kill.
The file of a lock held alone says who holds it; that note stays behind when the holder dies, which tells the next
one that work was cut short. A lock file is never deleted: two processes could then hold two files of one name.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Self

import portalocker

from byname.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from byname.errors import BynameError

__all__ = ["Held", "Holder", "Waiting", "take"]

_POLL_SECONDS = 0.05
_NOTICE_SECONDS = 2.0
_NOTE_BYTES = 4096


@dataclass(frozen=True)
class Holder:
    """Who holds a lock, as its file says; all empty where it does not say (a shared lock)."""

    pid: int | None = None
    since: str = ""

    def __str__(self) -> str:
        return f"process {self.pid}, since {self.since}" if self.pid else "another process"


@dataclass(frozen=True)
class Waiting:
    """Told to the caller once, when a lock is not free after two seconds."""

    path: Path
    holder: Holder


class Held:
    """A lock that is held until `release`, or until the process ends in any way."""

    def __init__(self, file: IO[str], *, found: Holder, shared: bool) -> None:
        self._file = file
        self._shared = shared
        self.cut_short = found.pid is not None
        """Did the one who held it before die, or fail, in the middle?"""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self.release(clean=failed is None)

    def release(self, *, clean: bool = True) -> None:
        """Let go. With `clean=False` the note stays, so that the next holder knows that work was cut short."""
        if self._file.closed:
            return
        if clean and not self._shared:
            with contextlib.suppress(OSError):
                self._file.truncate(0)
        portalocker.unlock(self._file)
        self._file.close()


def take(
    path: Path,
    *,
    shared: bool = False,
    wait: float = 60.0,
    notice: Callable[[Waiting], None] | None = None,
    busy: Callable[[Waiting], BynameError] | None = None,
) -> Held:
    """Hold the lock of that file, alone or shared with others who share it.

    Args:
        path: the lock file; made if it is not there.
        shared: hold it together with others, but not with one who holds it alone.
        wait: seconds to wait for it; 0 tries once.
        notice: called once if it is not free after two seconds.
        busy: makes the error where it was not free in time; a LedgerError by default.

    Raises:
        LedgerError: it was not free in time; says who holds it.
    """
    file = _open(path)
    try:
        _wait_for(file, path, shared=shared, wait=wait, notice=notice, busy=busy or _busy)
        found = Holder() if shared else _read_note(path)
        if not shared:
            _write_note(file)
    except BaseException:
        file.close()
        raise
    return Held(file, found=found, shared=shared)


def _open(path: Path) -> IO[str]:
    try:
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise LedgerError(
            where=str(path),
            found=str(error),
            expected="a folder in which byname may write",
            do=f"Give your user the right to write in {path.parent}, then run the same command again.",
        ) from error


def _wait_for(
    file: IO[str],
    path: Path,
    *,
    shared: bool,
    wait: float,
    notice: Callable[[Waiting], None] | None,
    busy: Callable[[Waiting], BynameError],
) -> None:
    began = time.monotonic()
    flags = portalocker.LockFlags.SHARED if shared else portalocker.LockFlags.EXCLUSIVE
    while True:
        try:
            portalocker.lock(file, flags | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.AlreadyLocked:
            waited = time.monotonic() - began
        else:
            return
        if waited >= wait:
            raise busy(Waiting(path, _read_note(path)))
        if notice and waited >= _NOTICE_SECONDS:
            notice(Waiting(path, _read_note(path)))
            notice = None
        time.sleep(_POLL_SECONDS)


def _busy(waiting: Waiting) -> LedgerError:
    return LedgerError(
        where=str(waiting.path),
        found=f"it is held by {waiting.holder}",
        expected="it to be free",
        do="Wait until that has ended, then run the same command again.",
    )


def _read_note(path: Path) -> Holder:
    # Windows does not let a locked file be read, and a holder may be writing: then nobody can be named.
    try:
        with path.open(encoding="utf-8") as file:
            note = json.loads(file.read(_NOTE_BYTES))
        return Holder(int(note["pid"]), str(note["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder()


def _write_note(file: IO[str]) -> None:
    # A full disk must not stop one who came to make room.
    note = {"pid": os.getpid(), "since": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")}
    with contextlib.suppress(OSError):
        file.truncate(0)
        file.write(json.dumps(note) + "\n")
        file.flush()
