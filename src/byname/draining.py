"""A refresh begins here: what people wrote goes into the ledger, and is marked with the moment.

It is appended first and marked then, by fact_id: a kill in between loses nothing, and the next time adds nothing twice.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from byname.app_rows import TABLES, opened
from byname.facts.locks import take
from byname.facts.own import append

if TYPE_CHECKING:
    from byname.company import Company

__all__ = ["READER", "drain"]

READER = "byname_pages"


def drain(company: Company) -> datetime:
    """Take into the ledger what it does not have yet.

    Returns:
        The moment, UTC: the run of a snapshot that is made from now on. It holds what was marked up to this moment.

    Raises:
        AppDatabaseError: the app database cannot be read; nothing was changed.
        LedgerError: the ledger cannot be written; nothing was changed.
    """
    company.facts.mkdir(parents=True, exist_ok=True)
    # The moments grow in the order in which the ledger does, whoever else drains.
    with take(company.facts / "draining.lock"), opened(company) as rows:
        now = datetime.now(UTC).replace(tzinfo=None)
        if rows is None:
            return now.replace(tzinfo=UTC)
        if last := rows.last_drained():
            now = max(now, last + timedelta(microseconds=1))
        pending = {name: found for name in TABLES if (found := rows.pending(name))}
        if pending:
            ids = "".join(f"{name} {row['id']} {row['fact_id']} " for name, found in pending.items() for row in found)
            append(
                company,
                pending,
                what="written on the pages",
                sha256=hashlib.sha256(ids.encode()).hexdigest(),
                reader=READER,
                at=now,
            )
            with rows.transaction():
                for name, found in pending.items():
                    rows.mark(name, [row["id"] for row in found], now)
        return now.replace(tzinfo=UTC)
