"""What a person's returns show: each with its day, amount and reason, beside its order; for us and for the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.standing.incident_words import fault_of
from byname.web.console.person.plain import plain
from byname.web.portal.ledger import facts_by_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from decimal import Decimal

    from byname.web.desk import Desk

__all__ = ["Evidence", "Returned", "evidence"]

_SHOWN = 100  # returns, the newest; whoever has more is looked at by these
_LINKS = ("role", "fact_id")
_ORDER = ("kind", "source", "account", "source_id", "occurred_at", "amount")
_PROFILE = ("orders", "spend_total", "returned_share", "returns_365", "returns_faulty_365", "open_complaints")
_LONGEST = 500


@dataclass(frozen=True)
class Returned:
    """One return.

    Attributes:
        at: when, UTC.
        amount: what was given back, in its own currency.
        currency: of it.
        reason: the customer's own, as plain text; empty where none is on record.
        is_our_fault: does the reason tell of a fault of ours? Without a reason nobody knows.
        order: the order's number; empty where none is named.
        ordered_at: when that was, UTC; None where it is not on record.
        order_amount: what it came to.
    """

    at: datetime | None
    amount: Decimal | None
    currency: str
    reason: str
    is_our_fault: bool
    order: str
    ordered_at: datetime | None
    order_amount: Decimal | None


@dataclass(frozen=True)
class Evidence:
    """What there is to look at.

    Attributes:
        returns: the newest first, a hundred at most.
        of_all: how many there are.
        orders: days of buying, as the profile counts them.
        spent: in the company's currency.
        share: the part of what was bought that went back, drawn to the company's own by few orders; None: not known.
        within_a_year: returns within 365 days.
        faulty: of these, for a fault of ours.
        open_complaints: that wait for an answer.
    """

    returns: tuple[Returned, ...]
    of_all: int
    orders: int
    spent: float
    share: float | None
    within_a_year: int
    faulty: int
    open_complaints: int

    @property
    def faults(self) -> int:
        """How many of those that are shown were for a fault of ours, also before the last year."""
        return sum(one.is_our_fault for one in self.returns)


def evidence(desk: Desk, person_id: str) -> Evidence:
    """What a person's returns show.

    Args:
        desk: where.
        person_id: under which they are shown.
    """
    people = desk.since.shown_together(person_id)
    links = desk.snapshot.rows("links", people, _LINKS)
    ids = {row["fact_id"] for row in links if row["role"] == "return" and row["fact_id"]}
    rows = facts_by_id(desk.company, "returns", sorted(ids))
    rows.sort(key=lambda row: (row["occurred_at"] is None, row["occurred_at"], row["fact_id"]), reverse=True)
    shown = rows[:_SHOWN]
    orders = _orders(desk, people, shown)
    (of_them,) = desk.snapshot.rows("profile", [person_id], _PROFILE) or [{}]
    return Evidence(
        tuple(_returned(row, orders.get(_key(row, row["order_id"]), {})) for row in shown),
        len(rows),
        of_them.get("orders") or 0,
        of_them.get("spend_total") or 0.0,
        of_them.get("returned_share"),
        of_them.get("returns_365") or 0,
        of_them.get("returns_faulty_365") or 0,
        of_them.get("open_complaints") or 0,
    )


def _orders(desk: Desk, people: Sequence[str], returns: Sequence[Mapping[str, Any]]) -> dict[tuple[str, ...], Any]:
    """The orders that these returns name, as the timeline has them: the ledger's are too many to look through."""
    named = {_key(row, row["order_id"]) for row in returns if row["order_id"]}
    rows = desk.snapshot.rows("timeline", people, _ORDER) if named else []
    return {key: row for row in rows if row["kind"] == "order" and (key := _key(row, row["source_id"])) in named}


def _key(row: Mapping[str, Any], number: str | None) -> tuple[str, ...]:
    return row["source"], row["account"], number or ""


def _returned(row: Mapping[str, Any], order: Mapping[str, Any]) -> Returned:
    return Returned(
        row["occurred_at"],
        row["amount"],
        row["currency"] or "",
        plain(row["reason"], _LONGEST),
        row["reason"] is not None and fault_of(row["reason"]) is not None,
        row["order_id"] or "",
        order.get("occurred_at"),
        order.get("amount"),
    )
