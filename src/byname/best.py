"""The best customers by name: rank, worth, and one sentence of reason with the record that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from byname.snapshot import Snapshot

__all__ = ["Best", "best", "reason"]

_DAYS_PER_YEAR = 365.25

BEST = """
    with top as (
        select person_id, orders, repeat_orders, recency_days, age_days, mean_spend, spend_total, returned_total,
               p_alive, expected_orders, expected_spend, clv, rank
        from value
        order by rank
        limit $1
    ),
    bought as (
        select person_id,
               max_by(
                   struct_pack(occurred_at, amount, source, account, source_id), (occurred_at, source_id)
               ) as last_order
        from timeline
        where kind = 'order' and person_id in (select person_id from top)
        group by person_id
    )
    select top.*, people.name, people.email, people.phone, people.city, people.country, bought.last_order
    from top
    join people using (person_id)
    left join bought using (person_id)
    order by top.rank
"""


@dataclass(frozen=True)
class Best:
    """One of the best customers."""

    rank: int
    person_id: str
    name: str
    email: str | None
    clv: float
    expected_spend: float
    spend_total: float
    reason: str
    proof: dict[str, Any]
    figures: dict[str, Any]


def best(snapshot: Snapshot, limit: int) -> list[Best]:
    """The first people by lifetime value."""
    return [_described(snapshot, row) for row in snapshot.query(BEST, [limit])]


def _described(snapshot: Snapshot, row: dict[str, Any]) -> Best:
    last = row["last_order"] or {}
    shown = (
        "orders",
        "repeat_orders",
        "recency_days",
        "age_days",
        "mean_spend",
        "returned_total",
        "p_alive",
        "expected_orders",
    )
    return Best(
        rank=row["rank"],
        person_id=row["person_id"],
        name=called(row),
        email=row["email"],
        clv=row["clv"],
        expected_spend=row["expected_spend"],
        spend_total=float(row["spend_total"]),
        reason=reason(row, snapshot.terms["currency"]),
        proof={name: last.get(name) for name in ("source", "account", "source_id", "occurred_at")},
        figures={name: row[name] for name in shown},
    )


def called(row: dict[str, Any]) -> str:
    """What to call a person: the name, else an address, else the id."""
    return str(row["name"] or row["email"] or row["phone"] or row["person_id"])


def reason(row: dict[str, Any], currency: str) -> str:
    """One sentence that the orders prove: how often, since when, how much, and the last one by its number."""
    spent = f"{float(row['spend_total']):,.0f} {currency} so far"
    if returned := float(row["returned_total"]):
        spent += f", {returned:,.0f} given back"
    parts = [_habit(row), spent]
    if last := row.get("last_order"):
        parts.append(f"last on {_day(last['occurred_at'])} (order {last['source_id']})")
    return "; ".join(parts)


def _habit(row: dict[str, Any]) -> str:
    if not row["repeat_orders"]:
        return "bought once"
    every = row["recency_days"] / row["repeat_orders"]
    span = row["recency_days"] / _DAYS_PER_YEAR
    since = f"{span:.1f} years" if span >= 1 else f"{max(1, round(row['recency_days'] / 30.4375))} months"
    pace = "every day" if every < 1.5 else f"every {every:.0f} days"  # noqa: PLR2004 - rounds to one
    return f"buys {pace} for {since}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
