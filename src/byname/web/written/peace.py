"""Who is shown to nobody.

That is

- who objected to marketing or profiling as a whole: an objection that names one channel, or another purpose than
  marketing, hides nobody, the gate keeps to it; read as `plan.channel_wishes` reads it,
- who restricted the use of their data, for whatever,
- who asked to be erased: a decision of the kind "erase", until it is carried out,

by the newest version of each of these, be it in the ledger or on its way there; and whoever was merged with one of
them, since on a merge the stricter stays. Who took it back, by a new version whose last day is over or by an undo,
is shown again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from byname.plan.channel_wishes import objected_to
from byname.plan.channels import CHANNELS
from byname.web.written.ledger_side import ERASE
from byname.web.written.versions import newest, records

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from byname.web.written.ledger_side import LedgerSide
    from byname.web.written.versions import Row, Since
    from byname.web.written.whose import Whose

__all__ = ["hidden"]


def hidden(
    decisions: Sequence[Row], told: Since, undone: set[str], ledger: LedgerSide, whose: Whose, today: datetime
) -> set[str]:
    """The people of the snapshot who are shown to nobody.

    Args:
        decisions: what was decided, in the ledger and since, without what was undone.
        told: what was written since, likewise.
        undone: facts that an undo took back.
        ledger: what is in the ledger.
        whose: whose a record is in the snapshot.
        today: the end of today, UTC without a zone.
    """
    since = {row["fact_id"]: row for row in newest(told.get("preferences", ()))}
    by_record = [row for row in decisions if row["kind"] == ERASE] + [
        row for row in since.values() if _hides(row, today)
    ]
    whose.look_up(records(by_record))
    over = since.keys() | undone
    return {
        *(one for fact_id, one in _in_ledger(ledger, whose, today).items() if fact_id not in over),
        *(one for row in by_record if (one := whose.person(row["record_id"]))),
    }


@lru_cache(4)
def _in_ledger(ledger: LedgerSide, whose: Whose, today: datetime) -> dict[str, str]:
    """Whom objections and restrictions of the ledger hide, by fact_id; the same until the ledger changes."""
    return whose.of_wishes(row for row in ledger.preferences if _hides(row, today))


def _hides(row: Row, today: datetime) -> bool:
    if row["until"] is not None and row["until"] < today:
        return False
    return row["kind"] == "restriction" or (row["kind"] == "objection" and _is_to_all(row["value"] or ""))


@lru_cache(10_000)  # many people say it in the same few words
def _is_to_all(value: str) -> bool:
    return objected_to(value) == frozenset(CHANNELS)
