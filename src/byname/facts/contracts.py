"""Contracts that go on until they end: files of subscriptions, and files that tell of them without a day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from byname.facts.columns import LIKELY, Column
from byname.facts.lens import Lens, Seen, bags_of, end_day, nearly_days, whose
from byname.facts.letters import plain
from byname.facts.mapping import MEANINGS
from byname.facts.particulars import period_said
from byname.facts.shapes import PERIOD

if TYPE_CHECKING:
    from byname.facts.meanings import Meanings, Rule

__all__ = ["SUBSCRIPTIONS", "contract_without_days"]

_DAYS = re.compile(r"7|14|28|30|31|6[0-2]|84|9[0-2]|120|18[0-4]|36[0-6]|73[01]")
_TIMES = "week month quarter year"
_BESIDE = f"plan subscription unit product period gross {_TIMES}"
_MOST_PERIODS = 366


def _is_period(column: Column) -> bool:
    """Are two of three different values periods? A slip refuses its row."""
    examples = [plain(example.lower()) for example in column.examples]
    told = sum(bool(_DAYS.fullmatch(one) or (PERIOD.fullmatch(one) and not one.isdigit())) for one in examples)
    return column.label and 3 * told >= 2 * len(examples)


def _is_period_count(column: Column) -> bool:
    whole = column.number == 1 and not column.decimals and not column.separated
    return whole and column.lowest >= 1 and column.highest <= _MOST_PERIODS and not _is_period(column)


_SUBSCRIPTIONS: tuple[Rule, ...] = (
    ("subscription_id", 0.97, "subscription id", ""),
    ("subscription_id", 0.75, "subscription", ""),
    ("started_at", 1.01, "begin date", "subscription time plan"),
    ("started_at", 1.0, "begin", "subscription time plan customer"),
    ("started_at", 0.8, "subscription date", "created"),
    ("started_at", 0.7, "created", "subscription date time"),
    ("ended_at", 1.0, "finish", "subscription date time plan"),
    ("ended_at", 0.97, "finish cancel", "subscription date time"),
    ("ended_at", 0.93, "cancel", "subscription date time"),
    ("plan", 1.0, "plan", "subscription"),
    ("plan", 1.0, "plan name", "subscription"),
    ("plan", 0.95, "subscription name", ""),
    ("plan", 0.9, "plan id", "subscription"),
    ("plan", 0.85, "subscription type", ""),
    ("plan", 0.8, "subscription", ""),
    ("plan", 0.7, "product", "name"),
    ("price", 1.0, "price", f"{_BESIDE} amount net"),
    ("price", 0.95, "amount", f"{_BESIDE} paid"),
    ("price", 0.93, "fee", f"{_BESIDE} amount"),
    ("price", 0.8, "order total", "amount"),
    ("price", 0.7, "cost", _BESIDE),
    ("currency", 1.0, "currency", "plan subscription price amount id"),
    ("quantity", 0.95, "quantity", "subscription plan unit"),
    ("period", 0.95, "period", "plan subscription price unit"),
    ("period_count", 0.95, "period count", "plan subscription"),
    ("period_count", 0.8, "period", "plan subscription"),
    ("status", 0.9, "status", "subscription plan"),
    ("tenure", 0.9, "tenure", "month customer subscription"),
)


def _is_subscription(seen: Seen) -> bool:
    """A first day, something subscribed to, somebody, and two more signs that it goes on until it ends."""
    given, base = seen.given, seen.base
    if given.says("supplier") or base.has("message_id", "score", "campaign", "order_id") or not seen.who:
        return False
    named = "subscription" in seen.file
    timed = given.has("period") or bool(bags_of(given, "price") & set(_TIMES.split()))
    of_one = given.has("price", "subscription_id")  # else a list of people, who have a plan
    if not of_one and (seen.kind == "people" or not given.has("plan")):
        return False
    if not (timed or named or given.says("subscription")):
        return False
    if not given.has("started_at"):
        # The error names what is missing; a file of another kind is read as that.
        return not seen.kind and (timed or named) and given.has("ended_at", "price")
    begins = bags_of(given, "started_at")
    if "begin" not in begins:
        return given.has("ended_at") and (named or given.has("subscription_id"))
    return given.has("ended_at") or timed or named or "subscription" in begins


def _fill_subscriptions(given: Meanings, _con: object) -> None:
    given.own_number("subscription_id")
    whose(given)
    _one_price(given)
    if "begin" not in bags_of(given, "started_at") and given.has("started_at"):
        given.notes.append(f'"{given.column("started_at").name}" is taken as the first day.')
    if not given.has("ended_at"):
        given.notes.append("No column says when a subscription ended: all of them count as running.")
    elif "finish" not in bags_of(given, "ended_at"):
        given.notes.append(f'"{given.column("ended_at").name}", the day of cancelling, is taken as the last day.')
    if given.has("price") and not given.has("period") and not period_said(given.column("price")):
        given.notes.append("No column says how long a period is: set period if it is the same for all of them.")
    seats = given.found.get("quantity")
    if seats and "unit" not in bags_of(given, "price"):
        del given.found["quantity"]
        if seats.column.highest > 1:
            given.notes.append(
                f'"{seats.column.name}" was left out, as if the price were that of all of them; if it is that of one, '
                "map it to quantity."
            )


def _one_price(given: Meanings) -> None:
    """A price by the month and another by the year leave open which of them is paid; "MRR" is one by the month."""
    said = period_said(given.column("price")) if given.has("price") else ""
    others = {period_said(one.column) for one in given.others.get("price", [])} - {""}
    if said and others - {said}:
        names = [given.column("price").name, *(one.column.name for one in given.others["price"])]
        given.notes.append(f"Several prices ({', '.join(names)}): none was taken, as one of them would be a guess.")
        del given.found["price"]
    elif said:
        given.found.pop("period", None)
        given.found.pop("period_count", None)


SUBSCRIPTIONS = Lens(
    "subscriptions",
    "subscriptions",
    _SUBSCRIPTIONS,
    _is_subscription,
    _fill_subscriptions,
    {
        "started_at": nearly_days,
        "ended_at": end_day,
        "plan": lambda column: column.label and column.number < LIKELY and not column.separated,
        "subscription_id": lambda column: column.id_like,
        "period": _is_period,
        "period_count": _is_period_count,
        "tenure": lambda column: column.numeric and not column.decimals,
    },
)


def contract_without_days(given: Meanings) -> None:
    """A list of customers that tells of their contracts, but of no first day: kept beside the people as it is.

    A subscription cannot be made of it. Where it says for how many months each has stayed, the first day was so many
    months before a day that the file does not name either.
    """
    seen = SUBSCRIPTIONS.look(given.columns)
    told = seen.has("tenure", "plan", "ended_at")
    if not told or not seen.has("price") or seen.has("started_at"):
        return
    used = {one.column.place for meaning, one in given.found.items() if meaning in MEANINGS["people"]}
    about = {"subscription", "plan", "tenure", "fee", "period", "cancel"}
    meant = {seen.column(one).place for one in ("plan", "price", "ended_at", "period", "tenure") if seen.has(one)}
    kept = [
        column
        for column in seen.columns
        if column.place not in used and (column.place in meant or any(about & bag for bag in column.header.bags))
    ]
    given.lists["extra"] = kept
    names = ", ".join(f'"{column.name}"' for column in kept)
    given.notes.append(
        f"{names} tell of a contract, but no column says on which day it began, so no subscription is made of it: they "
        "are kept beside each person (extra). A file with a first day gives subscriptions."
    )
