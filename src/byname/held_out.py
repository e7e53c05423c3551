"""Those whom the lots left alone, remembered in the ledger as contacts of the arm "held out" (S2.11)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from byname.facts.own import append

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
    append(
        company,
        {"contacts": rows},
        what=f"held out of {campaign}",
        sha256=hashlib.sha256("".join(row["fact_id"] for row in rows).encode()).hexdigest(),
        reader=READER,
        at=now,
    )


def _fact(shared: Mapping[str, str], record_id: str, source_id: str, now: datetime) -> dict[str, Any]:
    return {
        **shared,
        "record_id": record_id,
        "source_id": source_id,
        "occurred_at": now,
        "fact_id": hashlib.sha256(f"contacts|byname|main|{source_id}".encode()).hexdigest(),
        "row_hash": hashlib.sha256(repr(sorted({**shared, "record_id": record_id}.items())).encode()).hexdigest(),
    }
