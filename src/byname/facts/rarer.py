"""What the rarer kinds of file become: subscriptions, ideas, votes, usage, promises.

A row without a number of its own is known by what does not change of it (whose it is, what it is about, its first
day), so that a later file in which the subscription has ended or the promise is kept gives a new version of the same
fact and not a second one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.facts.clauses import READ, Who, given_step, have, idea_status, put, same, select
from byname.facts.mapping import PERIODS
from byname.facts.quoting import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from byname.facts.mapping import Mapping

__all__ = ["STATEMENTS", "own_or_made"]


def _subscriptions(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "subscription", "subscription_id")
    own = ("subscription_id", "plan", "currency", "period", "status", "started_at", "ended_at", "updated_at")
    more = {"price": _price(mapping)} if "price" in mapping.columns else {}
    step = given_step(mapping, (*own, *who.meanings), **who.person, **more)
    fact = {
        "source_id": own_or_made(mapping, who, "subscription_id", "plan", "started_at"),
        "record_id": who.record_id,
        **put(mapping, occurred_at="started_at"),
        **same(mapping, "updated_at", "plan", *more, "currency"),
        **put(mapping, period_days="period"),
        **same(mapping, "started_at", "ended_at", "status"),
    }
    if mapping.currency and "currency" not in mapping.columns:
        fact["currency"] = literal(mapping.currency)
    if mapping.period and "period" not in mapping.columns:
        fact["period_days"] = str(PERIODS[mapping.period])
    return {"subscriptions": select([step], fact, "given"), **_records(who)}


def _price(mapping: Mapping) -> str:
    """The price of one period, of all seats."""
    price = READ["price"](mapping, "price")
    if mapping.minor_units:
        has = "currency" in mapping.columns
        currency = READ["currency"](mapping, "currency") if has else literal(mapping.currency or "EUR")
        price = f"minor({quoted(mapping.columns['price'][0])}, {currency})"
    if "quantity" not in mapping.columns:
        return price
    return f"cast({price} * coalesce({READ['quantity'](mapping, 'quantity')}, 1) as decimal(18, 4))"


def _ideas(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "idea", "idea_id")
    own = ("idea_id", "date", "title", "text", "shipped_at", "updated_at")
    more = {"status": idea_status(mapping)} if "status" in mapping.columns else {}
    step = given_step(mapping, (*own, *who.meanings), **who.person, **more)
    said = have(mapping, "title", "text")
    fact = {
        "source_id": own_or_made(mapping, who, "idea_id", *said[:1]),
        "record_id": who.record_id,
        **put(mapping, occurred_at="date"),
        **same(mapping, "updated_at", "title", "text", "status", "shipped_at"),
    }
    if "shipped_at" in mapping.columns and not more:
        fact["status"] = "case when shipped_at is not null then 'shipped' end"
    where = f"coalesce({', '.join(said)}) is not null" if said else ""
    return {"ideas": select([step], fact, "given", where), **_records(who)}


def _votes(mapping: Mapping) -> dict[str, str]:
    """One vote a person and idea: of several in one file the last counts."""
    who = Who(mapping, "vote", "vote_id")
    step = given_step(mapping, ("vote_id", "idea_id", "date", "weight", *who.meanings), **who.person)
    fact = {
        "source_id": own_or_made(mapping, who, "vote_id", "idea_id", several=False),
        "record_id": who.record_id,
        **put(mapping, occurred_at="date"),
        **same(mapping, "idea_id"),
        "weight": "coalesce(weight, 1)" if "weight" in mapping.columns else "1",
    }
    return {"votes": select([step], fact, "given"), **_records(who)}


def _usage(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "event", "")
    step = given_step(mapping, ("event_id", "date", "event", "properties", *who.meanings), **who.person)
    fact = {
        **put(mapping, source_id="event_id", occurred_at="date"),
        "record_id": who.record_id,
        **same(mapping, "event", "properties"),
    }
    return {"usage": select([step], fact, "given"), **_records(who)}


def _promises(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "promise", "promise_id")
    own = ("promise_id", "date", "what", "due_at", "kept_at", "employee", "updated_at")
    step = given_step(mapping, (*own, *who.meanings), **who.person)
    fact = {
        "source_id": own_or_made(mapping, who, "promise_id", "what", "date"),
        "record_id": who.record_id,
        **put(mapping, occurred_at="date"),
        **same(mapping, "updated_at", "what", "due_at", "kept_at", "employee"),
    }
    return {"promises": select([step], fact, "given"), **_records(who)}


def _records(who: Who) -> dict[str, str]:
    return {"records": who.records()} if who.known else {}


def own_or_made(
    mapping: Mapping, who: Who, own: str, *lasting: str, several: bool = True, whose: Sequence[str] = ()
) -> str:
    """SQL of a row's own number, else of one made of whose it is and what lasts of it; null if it is nobody's.

    Args:
        mapping: what the columns mean.
        who: whose rows they are.
        own: the meaning of the row's own number.
        lasting: meanings that stay the same over a row's versions.
        several: two such rows in one file are two facts.
        whose: what else says whose a row is, where it names nobody: an answer's contact.
    """
    number = "cast(null as varchar)"
    if who.keys or whose:
        named = f"coalesce({', '.join((*who.keys, *whose))})"
        kept = [f"cast({one} as varchar)" for one in put(mapping, **{one: one for one in lasting}).values()]
        same_for = ", ".join(f"coalesce({one}, '')" for one in (named, *kept))
        number = f"substr(sha256(concat_ws(chr(31), {same_for})), 1, 32)"
        if several:
            number += f" || '#' || row_number() over (partition by {same_for} order by row)"
        number = f"case when {named} is not null then {number} end"
    return f"coalesce({own}, {number})" if own in mapping.columns else number


STATEMENTS: dict[str, Callable[[Mapping], dict[str, str]]] = {
    "subscriptions": _subscriptions,
    "ideas": _ideas,
    "votes": _votes,
    "usage": _usage,
    "promises": _promises,
}
