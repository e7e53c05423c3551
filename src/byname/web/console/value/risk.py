"""Whose worth may be slipping away, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.cards import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot

__all__ = ["at_risk", "people_at_risk"]

# A cent is nothing to be at risk of.
AT_RISK = """
    select person_id, value_at_risk, p_alive, orders, age_days - recency_days as silent_days
    from value
    where value_at_risk >= 0.01 and person_id not in (select unnest($3::varchar[]))
    order by value_at_risk desc, person_id
    limit $1 offset $2
"""
MANY = """
    select count(*) as people, sum(value_at_risk) as amount
    from value
    where value_at_risk >= 0.01 and person_id not in (select unnest($1::varchar[]))
"""


def at_risk(snapshot: Snapshot, without: Sequence[str], *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """Who would cost most if they were gone already: value_at_risk, p_alive, orders, silent_days; most first."""
    return named(snapshot, snapshot.query(AT_RISK, [limit, offset, list(without)]))


def people_at_risk(snapshot: Snapshot, without: Sequence[str]) -> dict[str, Any]:
    """How many they are, and how much it is together."""
    (row,) = snapshot.query(MANY, [list(without)])
    return row
