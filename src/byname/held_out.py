"""Those whom the lots left alone, remembered in the ledger as contacts of the arm "held out" (S2.11)."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from byname.facts.change import Import
from byname.facts.intake import open_ledger
from byname.facts.schema import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.company import Company
    from byname.playbooks.playbook import Playbook

__all__ = ["READER", "remember"]

READER = "byname_audience"


def remember(company: Company, playbook: Playbook, campaign: str, channel: str, held: Sequence[str]) -> None:
    """Contacts of the arm "held out"; the same list of the same day again adds nothing."""
    if not held:
        return
    now = datetime.now(UTC).replace(tzinfo=None)
    shared = {
        "team": playbook.team, "channel": channel, "campaign": campaign, "action": playbook.action,
        "purpose": playbook.purpose, "kind": playbook.kind, "goal": playbook.goal, "arm": "held out",
        "expected": f"{playbook.expected.effect:+g} on {playbook.expected.on}",
        "source": "byname", "account": "main", "reader": READER,
    }  # fmt: skip
    rows = [_fact(shared, anchor, f"{campaign}:{channel}:{anchor}", now) for anchor in held]
    kept = [one for one in table("contacts").arrow_schema() if one.name not in ("known_at", "file_id", "version")]
    folder = company.spill / "audience"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        place = folder / "contacts.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(kept)), place)
        digest = hashlib.sha256("".join(row["fact_id"] for row in rows).encode()).hexdigest()
        what = Import(
            name=f"held out of {campaign}", sha256=digest, reader=READER, source="byname", account="main",
            rows=len(rows), refused=0, newest_at=now,
        )  # fmt: skip
        open_ledger(company).append(what, {"contacts": place}, at=now)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        company.clear_spill()


def _fact(shared: Mapping[str, str], record_id: str, source_id: str, now: datetime) -> dict[str, Any]:
    return {
        **shared,
        "record_id": record_id,
        "source_id": source_id,
        "occurred_at": now,
        "fact_id": hashlib.sha256(f"contacts|byname|main|{source_id}".encode()).hexdigest(),
        "row_hash": hashlib.sha256(repr(sorted({**shared, "record_id": record_id}.items())).encode()).hexdigest(),
    }
