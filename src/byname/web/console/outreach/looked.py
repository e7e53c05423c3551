"""Before a playbook is sent for the first time somebody looks at it: as five people would get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.web.accounts.audit import log
from byname.web.accounts.models import Entry
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["LOOKED", "look", "unseen"]

LOOKED = "playbook looked at"  # in the audit log
REACHED = "select distinct action from proof"


def unseen(desk: Desk, actions: Iterable[str]) -> frozenset[str]:
    """Of these playbooks, those that never reached anybody and that nobody looked at yet.

    Args:
        desk: whose records tell what was sent before.
        actions: of playbooks.
    """
    new = set(actions) - remembered(_reached, desk.snapshot)
    if not new:
        return frozenset()
    seen = Entry.objects.filter(action=LOOKED, about__in=new).values_list("about", flat=True)
    return frozenset(new - set(seen))


def look(by: Account, desk: Desk, action: str) -> None:
    """Write down that somebody looked at it; nothing is asked again."""
    if action in unseen(desk, [action]):
        log(by, LOOKED, action)


def _reached(snapshot: Snapshot) -> frozenset[str]:
    return frozenset(row["action"] for row in snapshot.query(REACHED))
