"""Why somebody stands where they stand: all the evidence, each piece with the record that proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.web.console.person.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot

__all__ = ["CHOICES", "evidence"]

CHOICES = ("loyal", "advocate", "neutral", "dissatisfied", "actively_dissatisfied")
_MOST = 500

EVIDENCE = """
    select kind, fact_id, occurred_at, says, strength, pull,
           greatest(neutral, dissatisfied, actively_dissatisfied, loyal, advocate) as most,
           neutral, dissatisfied, actively_dissatisfied, loyal, advocate
    from evidence
    where person_id in (select unnest($1::varchar[]))
    order by person_id, place
    limit $2
"""


def evidence(snapshot: Snapshot, people: Sequence[str]) -> list[dict[str, Any]]:
    """Every piece, the strongest first, with the standing for which it speaks most."""
    rows = snapshot.query(EVIDENCE, [list(people), _MOST])
    return [
        row | {"says": plain(row["says"]), "toward": next(name for name in CHOICES if row[name] == row["most"])}
        for row in rows
    ]
