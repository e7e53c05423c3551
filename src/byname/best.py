"""The best customers by name: rank, worth, and one sentence of reason with the record that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from byname.snapshot import Snapshot

__all__ = ["MEASURES", "Best", "best", "called", "last_on", "measure_range", "reason", "why"]

_DAYS_PER_YEAR = 365.25

# What each measure is, and the order of people by it; ties by rank. Growth is in money: a small customer who doubles
# is not ahead of a large one who grows by a tenth.
MEASURES: dict[str, tuple[str, str]] = {
    "clv": ("clv", "expected {worth}, discounted at {discount:.0%} a year"),
    "engagement": ("engagement_value", "engagement value: own worth, referrals, influence and ideas that have a price"),
    "growth": ("growth * expected_spend", "growth of rate and basket, times what is expected"),
    "referrals": ("referral_value", "worth of the friends whom they brought"),
    "risk": ("value_at_risk", "worth that may be slipping away"),
}

BEST = """
    with top as (
        select *, {measure} as measure
        from value
        {where}
        order by {order}
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
    order by {order}
"""

_SHOWN = (
    "orders", "repeat_orders", "recency_days", "age_days", "mean_spend", "returned_total", "p_alive", "expected_orders",
    "median_spend", "expected_spend_quarter", "value_at_risk", "referral_value", "influence_value", "knowledge_value",
    "engagement_value", "growth", "share_of_wallet", "p_top_decile_month", "p_top_decile_year",
)  # fmt: skip


@dataclass(frozen=True)
class Best:
    """One of the best customers."""

    rank: int
    person_id: str
    name: str
    email: str | None
    measure: float
    clv: float
    clv_low: float
    clv_high: float
    expected_spend: float
    spend_total: float
    reason: str
    proof: dict[str, Any]
    figures: dict[str, Any]


def best(snapshot: Snapshot, limit: int, by: str = "clv") -> list[Best]:
    """The first people by a measure of `MEASURES`; only those who have one."""
    measure, _ = MEASURES[by]
    where = "" if by == "clv" else f"where {measure} >= 0.01"
    order = "rank" if by == "clv" else "measure desc, rank"
    rows = snapshot.query(BEST.format(measure=measure, where=where, order=order), [limit])
    return [_described(snapshot, row, by) for row in rows]


def _described(snapshot: Snapshot, row: dict[str, Any], by: str) -> Best:
    last = row["last_order"] or {}
    return Best(
        rank=row["rank"],
        person_id=row["person_id"],
        name=called(row),
        email=row["email"],
        measure=row["measure"],
        clv=row["clv"],
        clv_low=row["clv_low"],
        clv_high=row["clv_high"],
        expected_spend=row["expected_spend"],
        spend_total=float(row["spend_total"]),
        reason=why(row, by, snapshot.terms["currency"]),
        proof={name: last.get(name) for name in ("source", "account", "source_id", "occurred_at")},
        figures={name: row.get(name) for name in _SHOWN},
    )


def why(row: dict[str, Any], by: str, currency: str) -> str:
    """Why this person stands where they stand by that measure, in a few words."""
    return "; ".join([*_because(row, by, currency), reason(row, currency)])


def measure_range(row: dict[str, Any], by: str) -> tuple[float, float]:
    """The 80% range of a measure, as far as it follows from the range of the person's own worth.

    Engagement value is that worth and more, of which nothing is doubted here; growth and risk are in proportion to it.
    Of friends it is what they are worth: `friends_low` and `friends_high` in proportion to `friends_clv`.
    """
    amount, clv, low, high = (float(row[name] or 0) for name in ("measure", "clv", "clv_low", "clv_high"))
    if by == "engagement":
        return amount - clv + low, amount - clv + high
    if by == "referrals":
        clv, low, high = (float(row[name] or 0) for name in ("friends_clv", "friends_low", "friends_high"))
    if by == "clv" or not clv:
        return low, high
    return amount * low / clv, amount * high / clv


def last_on(row: dict[str, Any], as_of: date) -> date | None:
    """The day of the last purchase that was not undone, by the summary of purchases; None for who never bought."""
    if row["p_alive"] is None:
        return None
    return as_of - timedelta(days=row["age_days"] - row["recency_days"])


def _because(row: dict[str, Any], by: str, currency: str) -> list[str]:
    """What makes this person first by that measure."""
    if by == "growth":
        return [f"buys {row['growth']:+.0%} against the half before"]
    if by == "risk":
        return [
            f"{row['p_alive']:.0%} likely still a customer: {row['recency_days']:,} days of buying, then silence for "
            f"{row['age_days'] - row['recency_days']:,}"
        ]
    if by in ("referrals", "engagement") and row.get("brought"):
        friends = "friend" if row["brought"] == 1 else "friends"
        return [f"brought {row['brought']} {friends} who spent {float(row['friends_spent']):,.0f} {currency}"]
    return []


def called(row: dict[str, Any]) -> str:
    """What to call a person: the name, else an address, else the id."""
    return str(row["name"] or row["email"] or row["phone"] or row["person_id"])


def reason(row: dict[str, Any], currency: str) -> str:
    """One sentence that the orders prove: how often, since when, how much, and the last one by its number or day."""
    spent = f"{float(row['spend_total']):,.0f} {currency} so far"
    if returned := float(row["returned_total"]):
        spent += f", {returned:,.0f} given back"
    running = row.get("contracts")
    contracts = [f"{running} {'contract runs' if running == 1 else 'contracts run'}"] if running else []
    parts = [*contracts, *([] if contracts and row["p_alive"] is None else [_habit(row)]), spent]
    if last := row.get("last_order"):
        parts.append(f"last on {_day(last['occurred_at'])} (order {last['source_id']})")
    elif day := row.get("last_on"):
        parts.append(f"last on {_day(day)}")
    return "; ".join(parts)


def _habit(row: dict[str, Any]) -> str:
    if row["p_alive"] is None:
        return "never bought"
    if not row["repeat_orders"]:
        return "bought once"
    every = row["recency_days"] / row["repeat_orders"]
    span = row["recency_days"] / _DAYS_PER_YEAR
    since = f"{span:.1f} years" if span >= 1 else f"{max(1, round(row['recency_days'] / 30.4375))} months"
    pace = "every day" if every < 1.5 else f"every {every:.0f} days"  # noqa: PLR2004 - rounds to one
    return f"buys {pace} for {since}"


def _day(moment: date) -> str:
    return f"{moment.day} {moment:%b %Y}"
