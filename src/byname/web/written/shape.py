"""What is laid over a snapshot: the shape that pages, API and exports read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["LaidOver", "Said"]


@dataclass(frozen=True)
class Said:
    """One thing that somebody wrote about a person.

    Attributes:
        fact_id: of the row in the app database.
        table: decisions, promises, contacts, messages, preferences, consents.
        kind: note, promise, promise kept, call, visit, done, not now, not right, owner, standing, merge, apart, …
        says: in a sentence or their own words.
        by: who.
        at: when, UTC.
        private_to: the team that alone may read it; empty: everybody.
        due_at: of a promise: by when, UTC.
    """

    fact_id: str
    table: str
    kind: str
    says: str
    by: str
    at: datetime
    private_to: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True)
class LaidOver:
    """What was written since the snapshot.

    Attributes:
        hidden: person_ids that nobody is shown: objected, restricted, erased, by the snapshot or since; see `laying`.
        merged: person_id → whom they are shown as.
        parting: person_ids that the next refresh makes two of, or may, since a merge was taken back.
        owners: person_id → employee; "" where the owner was taken away.
        standings: person_id → the standing that somebody corrected it to; "unknown" where a correction was taken back.
        said: person_id → what was written about them, newest first; private notes stay, no snapshot tells them.
        pending: person_ids of whom something was written that the snapshot does not hold.
        handled: (person_id, action) → "done", "not now" or "not right".
        kept: fact_ids of promises that were kept.
    """

    hidden: frozenset[str] = frozenset()
    merged: Mapping[str, str] = field(default_factory=dict)
    parting: frozenset[str] = frozenset()
    owners: Mapping[str, str] = field(default_factory=dict)
    standings: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()
    handled: Mapping[tuple[str, str], str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    @cached_property
    def gone(self) -> frozenset[str]:
        """Who is on no list of people: who is shown to nobody, and who is shown as somebody else."""
        return self.hidden | self.merged.keys()

    def shown_as(self, person_id: str) -> str:
        """Whom that person is shown as."""
        return self.merged.get(person_id, person_id)

    def shown_together(self, person_id: str) -> list[str]:
        """The person_ids of the snapshot that are shown as that person, their own first."""
        return [person_id, *self._together.get(person_id, ())]

    def is_pending(self, person_id: str) -> bool:
        """Was something written about them that the numbers do not hold yet?"""
        return person_id in self.pending or person_id in self._together or person_id in self.parting

    @cached_property
    def _together(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for one, shown in sorted(self.merged.items()):
            found[shown] = (*found.get(shown, ()), one)
        return found
