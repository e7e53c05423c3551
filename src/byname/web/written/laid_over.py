"""What people wrote since the snapshot was made, as a reader of the snapshot needs it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from byname.company import Company
    from byname.snapshot import Snapshot

__all__ = ["LaidOver", "Said", "laid_over"]


@dataclass(frozen=True)
class Said:
    """One thing that somebody wrote about a person.

    Attributes:
        fact_id: of the row in the app database.
        table: decisions, promises, contacts, messages, preferences, consents.
        kind: note, promise, call, visit, done, not now, not right, owner, standing, merge, apart, …
        says: in a sentence or their own words.
        by: who.
        at: when, UTC.
        private_to: the team that alone may read it; empty: everybody.
    """

    fact_id: str
    table: str
    kind: str
    says: str
    by: str
    at: datetime
    private_to: str = ""


@dataclass(frozen=True)
class LaidOver:
    """What was written since the snapshot.

    Attributes:
        hidden: person_ids that nobody is shown: objected, restricted, erased, by the snapshot or since.
        merged: person_id → whom they are shown as.
        owners: person_id → employee.
        standings: person_id → the standing that somebody corrected it to.
        said: person_id → what was written about them, newest first.
        handled: (person_id, action) → "done", "not now" or "not right".
    """

    hidden: frozenset[str] = frozenset()
    merged: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    standings: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    handled: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def shown_as(self, person_id: str) -> str:
        """Whom that person is shown as."""
        return self.merged.get(person_id, person_id)

    def is_pending(self, person_id: str) -> bool:
        """Was something written about them that the numbers do not hold yet?"""
        return person_id in self.said or person_id in self.merged.values()


def laid_over(_company: Company, _snapshot: Snapshot) -> LaidOver:
    """What was written since that snapshot was made."""
    return LaidOver()
