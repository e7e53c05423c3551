"""Every error that byname raises on purpose, drawn as one tree; each says where, found, expected, and what to do.

    BynameError               exit 3: failed, nothing was changed
    ├── UsageError            exit 2: the command or a setting is wrong
    │   ├── SettingsError     byname.toml
    │   └── PlaybookError     a playbook's file
    ├── UnreadableFile        a file that cannot be read at all, or that no reader recognises
    ├── LedgerError           the facts on disk, or the lock on them
    ├── SnapshotError         no snapshot yet, or one of another version
    ├── AppDatabaseError      what people write: not reachable, locked, or of another version
    └── EngineError           a statement that an engine refuses, or an engine that is not installed

A row that cannot be taken is not an exception: it is a refusal (byname.facts.refused) and the file goes on.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AppDatabaseError",
    "BynameError",
    "EngineError",
    "LedgerError",
    "PlaybookError",
    "SettingsError",
    "SnapshotError",
    "UnreadableFile",
    "UsageError",
    "nearest",
]


class BynameError(Exception):
    """What went wrong, in the four parts that let a person go on without searching.

    Args:
        where: file, row, column, person or statement.
        found: what stood there.
        expected: what would have been right.
        do: the next step, best as a command.
    """

    exit_status = 3

    def __init__(self, *, where: str, found: str, expected: str, do: str = "") -> None:
        self.where = where
        self.found = found
        self.expected = expected
        self.do = do
        super().__init__(str(self))

    def __str__(self) -> str:
        says = f"{self.where}: found {self.found}; expected {self.expected}."
        return f"{says}\n  {self.do}" if self.do else says


class UsageError(BynameError):
    """The command line was used in a way that cannot work."""

    exit_status = 2


class SettingsError(UsageError):
    """A setting in byname.toml is unknown or wrong."""


class PlaybookError(UsageError):
    """A playbook that cannot be read, contradicts itself, or asks for what no playbook may do."""


class UnreadableFile(BynameError):  # noqa: N818 - a noun that reads well where it is raised
    """A file that cannot be read at all; it changed nothing."""


class LedgerError(BynameError):
    """The ledger is locked, damaged or missing."""


class SnapshotError(BynameError):
    """There is no snapshot to read, or it is of another version."""


class AppDatabaseError(BynameError):
    """What people write cannot be reached, is locked, or is of another version."""


class EngineError(BynameError):
    """A statement that the engine refuses, or an engine that is not installed."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ' (did you mean "x"?)' for the closest known word, or an empty string."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f' (did you mean "{close[0]}"?)' if close else ""
