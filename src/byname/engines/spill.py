"""The folder for what does not fit in memory: one for each open engine, gone when it closes or died."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import portalocker

__all__ = ["SpillFolder"]

_LOCK = "in-use.lock"


class SpillFolder:
    """A folder of an engine's own under ``root``; a lock tells the living engine's from a dead one's."""

    def __init__(self, root: Path, kind: str) -> None:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root, kind)
        # Born under a name that the sweep does not look at, and renamed once it is locked: otherwise
        # a process that starts at the same moment could take it for a dead one's.
        made = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
        self._lock = (made / _LOCK).open("w")
        portalocker.lock(self._lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
        self.path = made.rename(root / made.name.replace(".new-", f"{kind}-"))

    def close(self) -> None:
        """Remove the folder with all that is in it; twice does nothing."""
        if self._lock.closed:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def _sweep(root: Path, kind: str) -> None:
    for folder in root.glob(f"{kind}-*"):
        try:
            with (folder / _LOCK).open("r+") as lock:
                portalocker.lock(lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:
            # Nobody's: a folder has its lock before it has its name.
            shutil.rmtree(folder, ignore_errors=True)
        except (OSError, portalocker.LockException):
            continue  # in use
