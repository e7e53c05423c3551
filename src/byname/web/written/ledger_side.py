"""What the ledger says of who is who and of who is to be left in peace, as `laying` needs it beside what was written.

The ledger changes with an import and with each refresh; between two changes it is not read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from byname.decided import in_ledger
from byname.facts.store import Store
from byname.people.decisions import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from byname.company import Company

__all__ = ["ERASE", "LedgerSide", "ledger_side"]

ERASE = "erase"


@dataclass(frozen=True, eq=False)
class LedgerSide:
    """What the ledger says.

    Attributes:
        commit: the state that it was read from.
        decisions: merge, apart, undo, keeps_id, standing and erase.
        preferences: objections and restrictions.
    """

    commit: int
    decisions: tuple[dict[str, Any], ...]
    preferences: tuple[dict[str, Any], ...]


_kept: dict[Path, LedgerSide] = {}
_reading = Lock()


def ledger_side(company: Company) -> LedgerSide:
    """What the ledger says now."""
    commit = Store(company.facts).load().commit
    found = _kept.get(company.facts)
    if found is not None and found.commit == commit:
        return found
    with _reading:
        found = _kept.get(company.facts)
        if found is None or found.commit != commit:
            # What comes in between this number and the reading is read twice, never missed.
            found = _kept[company.facts] = LedgerSide(
                commit,
                tuple(in_ledger(company, "decisions", (*KINDS, "standing", ERASE))),
                tuple(in_ledger(company, "preferences", ("objection", "restriction"))),
            )
    return found
