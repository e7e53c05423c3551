"""What there is to choose from: the candidates of each person, and the limits on all."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DAYS", "MOST", "Instance"]

DAYS = 7
MOST = 3
"""The most contacts in a plan for one person, beside what is owed and promised, whatever the cap says."""

_KINDS: dict[str, Any] = {
    "start": np.int64,
    "action": np.int16,
    "channel": np.int8,
    "team": np.int16,
    "value": np.float64,
    "minutes": np.float32,
    "perk": np.float32,
    "owed": np.bool_,
    "days": np.uint8,
    "promised": np.int8,
    "cap": np.uint8,
    "fatigue": np.float32,
    "must": np.bool_,
    "rest": np.uint8,
    "free_from": np.uint8,
    "capacity": np.float64,
}
_OF_PEOPLE = ("cap", "fatigue", "must", "rest", "free_from")
_AT_LEAST_NOTHING = ("minutes", "perk", "fatigue", "capacity")


@dataclass(frozen=True, eq=False)
class Instance:
    """The candidates, person by person, and the limits. 24 bytes a candidate, 16 a person.

    A contact that is owed is outside the cap, the rest and `free_from`; of two contacts that lie closer than the rest
    allows at least one must be owed or promised.

    Attributes:
        start: of shape (people + 1,): candidates start[i] to start[i + 1] are those of person i.
        action: of shape (candidates,), as all to `promised`; a person gets an action at most once.
        channel: a number of one's own; nothing is decided by it.
        team: whose minutes it takes: a row of `capacity`.
        value: expected value to her and us, in money; may be negative.
        minutes: work of one contact.
        perk: money of the perk budget.
        owed: outside the cap and before all else.
        days: bit d is set if it is possible on day d.
        promised: the day for which it was promised, -1 if it was not.
        cap: of shape (people,), as all to `free_from`: contacts left in the window; above `MOST` it is `MOST`.
        fatigue: contact k of the plan costs fatigue x (k - 1), in money.
        must: in danger of neglect: at least one contact if there is a candidate for whom the minutes last.
        rest: days left free between two contacts.
        free_from: the first day after the rest since the last contact.
        capacity: minutes, of shape (teams, days); up to 7 days; infinite where nothing limits.
        perks: money for perks; infinite where nothing limits.

    Raises:
        UsageError: the arrays do not fit each other, or hold what cannot be.
    """

    start: NDArray[np.int64]
    action: NDArray[np.int16]
    channel: NDArray[np.int8]
    team: NDArray[np.int16]
    value: NDArray[np.float64]
    minutes: NDArray[np.float32]
    perk: NDArray[np.float32]
    owed: NDArray[np.bool_]
    days: NDArray[np.uint8]
    promised: NDArray[np.int8]
    cap: NDArray[np.uint8]
    fatigue: NDArray[np.float32]
    must: NDArray[np.bool_]
    rest: NDArray[np.uint8]
    free_from: NDArray[np.uint8]
    capacity: NDArray[np.float64]
    perks: float = np.inf

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            # One kind and one layout for each, writable: so that the kernel is compiled once.
            object.__setattr__(self, name, np.require(getattr(self, name), kind, ["C", "W"]))
        self._check_shapes()
        self._check_numbers()

    @property
    def people(self) -> int:
        """How many persons."""
        return len(self.start) - 1

    @property
    def candidates(self) -> int:
        """How many candidates."""
        return len(self.action)

    def owner(self, index: NDArray[np.int64]) -> NDArray[np.int64]:
        """The person of each of these candidates."""
        found: NDArray[np.int64] = np.searchsorted(self.start, index, side="right") - 1
        return found

    def _check_shapes(self) -> None:
        if self.capacity.ndim != 2 or not 1 <= self.capacity.shape[1] <= DAYS:  # noqa: PLR2004 - teams and days
            raise _wrong("capacity", f"an array of shape {self.capacity.shape}", f"teams x days, 1 to {DAYS} days")
        if self.start.ndim != 1 or not len(self.start) or self.start[0] != 0 or np.any(np.diff(self.start) < 0):
            raise _wrong("start", "what is no list of places", "0 first, and never less than before")
        if self.start[-1] != self.candidates:
            raise _wrong("start", f"{self.start[-1]} at its end", f"the number of candidates, {self.candidates}")
        for name in (field.name for field in fields(self) if field.name not in {"start", "capacity", "perks"}):
            length = self.people if name in _OF_PEOPLE else self.candidates
            if getattr(self, name).shape != (length,):
                raise _wrong(name, f"an array of shape {getattr(self, name).shape}", f"one of shape ({length},)")

    def _check_numbers(self) -> None:
        if not np.isfinite(self.value).all():
            raise _wrong("value", "a value that is no number", "money, with a finite amount")
        for name in _AT_LEAST_NOTHING:
            found = getattr(self, name)
            if not (found >= 0).all() or (name != "capacity" and not np.isfinite(found).all()):
                raise _wrong(name, "a number below nothing, or none", "0 or more")
        if not self.perks >= 0:
            raise _wrong("perks", f"{self.perks}", "0 or more")
        if self.candidates and not (self.team.min() >= 0 and self.team.max() < len(self.capacity)):
            raise _wrong("team", f"{self.team.min()} to {self.team.max()}", f"0 to {len(self.capacity) - 1}")


def _wrong(what: str, found: str, expected: str) -> UsageError:
    return UsageError(where=f'instance of the choice, "{what}"', found=found, expected=expected)
