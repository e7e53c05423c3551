"""What people wrote since the snapshot was made, as a reader of the snapshot needs it.

Asked for in every request, so it is kept from one to the next: a request costs a look at how many rows there are and
which is the newest, and only where that changed is anything calculated. `laying` says what becomes of what.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from byname.app_rows import TABLES, opened
from byname.web.written.laying import lay
from byname.web.written.ledger_side import ledger_side
from byname.web.written.shape import LaidOver, Said
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    from byname.company import Company
    from byname.snapshot import Snapshot

__all__ = ["LaidOver", "Said", "laid_over"]

_KEPT = 4  # snapshots

_kept: dict[Path, tuple[Hashable, LaidOver]] = {}
_private: dict[Path, Sequence[dict[str, Any]]] = {}
_calculating = Lock()


def laid_over(company: Company, snapshot: Snapshot) -> LaidOver:
    """What was written since that snapshot was made."""
    run, until = snapshot.run, company.end_of(snapshot.as_of)
    today = company.end_of(company.today())
    ledger = ledger_side(company)
    with opened(company) as rows:
        stamp = () if rows is None else rows.stamp(run, until)
        now = (stamp, ledger.commit, today)
        then, found = _kept.get(snapshot.folder, (None, LaidOver()))
        if then == now:
            return found
        with _calculating:
            then, found = _kept.get(snapshot.folder, (None, LaidOver()))
            if then == now:  # another thread was first
                return found
            if rows and snapshot.folder not in _private:
                _private[snapshot.folder] = rows.private(run, until)  # the same for ever: a snapshot does not change
            there = [TABLES[at] for at, many, *_ in stamp if many]
            since = {name: rows.shown_since(name, run, until) for name in there} if rows else {}
            found = lay(
                since, ledger, _private.get(snapshot.folder, ()), whose(company, snapshot), run=run, today=today
            )
            _kept[snapshot.folder] = (now, found)
            for old in list(_kept)[:-_KEPT]:
                del _kept[old]
                _private.pop(old, None)
    return found
