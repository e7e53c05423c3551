"""What was written since the snapshot, as a question to it takes it: a value that can be remembered with the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from byname.web.written.shape import LaidOver

__all__ = ["Laid"]


@dataclass(frozen=True)
class Laid:
    """Who is not on a list, and what is said anew of whom.

    Attributes:
        gone: who is shown to nobody, or as somebody else.
        standings: person_id and standing.
        owners: person_id and employee; "" where the owner was taken away.
    """

    gone: tuple[str, ...] = ()
    standings: tuple[tuple[str, str], ...] = ()
    owners: tuple[tuple[str, str], ...] = ()

    @classmethod
    def over(cls, since: LaidOver) -> Laid:
        """What was written since."""
        return cls(
            tuple(sorted(since.gone)),
            tuple(sorted(since.standings.items())),
            tuple(sorted(since.owners.items())),
        )
