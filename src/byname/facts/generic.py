"""The reader for any file: its columns' meaning is guessed once, kept as a mapping, and becomes SQL like any other's.

    mapping = load_mapping(folder, raw.columns) or guess(con, raw, folder)
    save_mapping(folder, mapping)
    read(con, raw, to_reader(mapping), around, folder)

A file may give several tables: an order row with an address gives an order and a record, a review with stars a
message, a rating and a record. Whoever has a customer's number is known by it in every file of the same source;
who has none is known by the row's own number, or by name and address where the row has none either.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from byname.facts import rarer, reaching
from byname.facts.clauses import (
    READ,
    End,
    Who,
    given_step,
    have,
    one_of,
    put,
    same,
    select,
    text_of,
)
from byname.facts.guess import guess
from byname.facts.mapping import KINDS, Mapping
from byname.facts.mapping_file import from_toml, load_mapping, save_mapping, to_toml
from byname.facts.quoting import literal, quoted
from byname.facts.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KINDS", "Mapping", "from_toml", "guess", "load_mapping", "save_mapping", "to_reader", "to_toml"]

_ROLES = {"ticket": "ticket", "review": "review", "survey": "answer"}
_PUBLIC = ("review", "post", "community")
_PURPOSES = {
    "records": "contract", "orders": "contract", "order_lines": "contract", "returns": "contract",
    "ratings": "feedback", "contacts": "marketing", "consents": "marketing", "referrals": "marketing",
    "subscriptions": "contract", "ideas": "feedback", "votes": "feedback", "usage": "marketing", "promises": "service",
    "answers": "marketing", "preferences": "marketing",
}  # fmt: skip
_SCALES = {"": (1, 5), "nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "stars": (1, 5)}  # a rank has no range


def to_reader(mapping: Mapping) -> Reader:
    """The reader that a mapping stands for, named generic_people, generic_orders and so on."""
    statements = _STATEMENTS[mapping.kind](mapping)
    service = "public" if mapping.medium in _PUBLIC else "feedback" if mapping.medium == "survey" else "service"
    return Reader(
        name=f"generic_{mapping.kind}",
        title=f"{mapping.kind}, by the mapping {mapping.file_name}",
        source=mapping.source,
        statements=MappingProxyType(statements),
        zone=mapping.zone,
        order=mapping.date_order,
        purpose=MappingProxyType({table: _PURPOSES.get(table, service) for table in statements}),
        notes=" ".join(mapping.notes),
    )


# ------------------------------------------------------------------------------------------------- people


def _people(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "", "")
    more: tuple[str, ...] = (
        "owner",
        "created_at",
        "updated_at",
        "consent",
        "opted_out",
        "referrer_id",
        "referrer_email",
        "extra",
    )
    numbers = have(mapping, "personal_number", "loyalty_number")
    more += tuple(numbers)
    step = given_step(mapping, (*who.meanings, *more), **who.person)
    person = {
        **put(mapping, source_id="customer_id"),
        "role": "'customer'",
        "record_id": who.record_id,
        **same(mapping, *who.details, "owner", "created_at", "updated_at", "extra"),
        **({"external_ids": f"list_distinct([{', '.join(numbers)}])"} if numbers else {}),
    }
    said = ", ".join(f"cast({column} as varchar)" for column in who.columns)
    statements = {}
    if have(mapping, "consent", "opted_out") and have(mapping, "email"):
        statements["consents"] = _consents(mapping, who, step)
    mentions = ""
    if have(mapping, "referrer_id", "referrer_email"):
        end = End(mapping, "referrer")
        brought = {"record_id": end.record_id, "referred_record_id": who.record_id}
        brought |= put(mapping, referred_id="customer_id")
        statements["referrals"] = select([step], brought, "given", f"{end.number} is not null")
        # A union has the columns of its first part.
        person |= {column: "cast(null as varchar)" for column in end.details if column not in person}
        mentions = "\nunion all by name\n" + end.mentions()
    return {"records": select([step], person, "given", f"coalesce({said}) is not null") + mentions} | statements


def _consents(mapping: Mapping, who: Who, step: str) -> str:
    """Whether the e-mail may be written to; who has opted out has withdrawn, whatever another column says."""
    consent = "consent" if "consent" in mapping.columns else "null"
    state = f"case when opted_out then 'withdrawn' else {consent} end" if "opted_out" in mapping.columns else consent
    number = "coalesce(customer, lower(email))" if "customer_id" in mapping.columns else "lower(email)"
    answer = {
        "source_id": f"{number} || ':email'",
        "record_id": who.record_id,
        **put(mapping, occurred_at="updated_at"),
        "address": "email",
        "channel": "'email'",
        "purpose": "'marketing'",
        "state": state,
        "by_whom": "'file'",
    }
    return select([step], answer, "given", f"email is not null and {state} is not null")


# ------------------------------------------------------------------------------------------------- orders

_GOODS = ("product_id", "product", "quantity", "price")
_OF_ORDERS = ("currency", "channel", "employee", "status", "discount", "margin", "refunded", "updated_at")


def _orders(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "order", "order_id")
    goods = have(mapping, *_GOODS)
    meanings = ("order_id", "date", *who.meanings, *_OF_ORDERS, *goods)
    step = given_step(mapping, meanings, **who.person, amount=_amount(mapping))
    steps, source = [step], "given"
    if mapping.rows in ("lines", "first line") and "order_id" in mapping.columns:
        steps, source = [step, _summed(mapping, who)], "whole"
    shared = put(mapping, source_id="order_id") | {"record_id": who.record_id, "occurred_at": "occurred_at"}
    named = put(mapping, order_id="order_id")
    currency = put(mapping, currency="currency")
    if mapping.currency and not currency:
        currency = {"currency": literal(mapping.currency)}
    sold = shared | {"amount": "amount"} | currency
    sold |= same(mapping, "updated_at", "discount", "margin", "channel", "employee", "status")
    back = shared | named | {"amount": "-amount"} | currency
    statements = {
        "orders": select(steps, sold, source, "coalesce(amount, 0) >= 0"),
        "returns": select(steps, back, source, "amount < 0"),
    }
    if "refunded" in mapping.columns:
        refunded = select([], back | {"amount": "abs(refunded)"}, source, "refunded <> 0 and amount >= 0")
        statements["returns"] += "\nunion all by name\n" + refunded
    product = have(mapping, "product_id", "product")
    if product:
        line = {"record_id": who.record_id, "occurred_at": "occurred_at"} | named | same(mapping, *goods)
        statements["order_lines"] = select([step], line, "given", f"coalesce({', '.join(product)}) is not null")
    if who.known:
        statements["records"] = who.records()
    return statements


def _amount(mapping: Mapping) -> str:
    """What a row adds to its order; negative where its type says that it is a return."""
    if "amount" in mapping.columns:
        column = quoted(mapping.columns["amount"][0])
        currency = literal(mapping.currency or "EUR")
        if "currency" in mapping.columns:
            currency = READ["currency"](mapping, "currency")
        amount = f"minor({column}, {currency})" if mapping.minor_units else f"money({column})"
    elif "quantity" in mapping.columns:
        quantity, price = READ["quantity"](mapping, "quantity"), READ["price"](mapping, "price")
        amount = f"cast({quantity} * {price} as decimal(18, 4))"
    else:
        amount = READ["price"](mapping, "price")
    if "type" in mapping.columns and mapping.return_values:
        returned = one_of(mapping.return_values, text_of(mapping, "type"))
        amount = f"case when {returned} then -abs({amount}) else {amount} end"
    return amount


def _summed(mapping: Mapping, who: Who) -> str:
    """The step that makes one order of its lines. A line without an amount or a day stands alone, and is refused."""
    amounts = "max" if mapping.amount_per == "order" else "sum"
    of_first = (*who.keys, *have(mapping, "currency", "channel", "employee", "status"))
    columns = {
        "order_id": "order_id",
        **{one: f"arg_min({one}, row)" for one in of_first},
        "occurred_at": "min(occurred_at)",
        **{one: f"max({one})" for one in have(mapping, "updated_at", "refunded")},
        **{one: f"{amounts}({one})" for one in ("amount", *have(mapping, "discount", "margin"))},
    }
    alone = "order_id is null"
    if mapping.rows == "lines":
        alone += " or amount is null or occurred_at is null"
    selected = select([], columns, "given", row="min(row)").replace("\n", "\n  ")
    return f"whole as (\n  {selected}\n  group by order_id, case when {alone} then row end)"


# --------------------------------------------------------------------------------------- words and scores


_OF_MESSAGES = tuple(
    "updated_at subject text channel thread in_reply_to helpful answered_at answer employee status about".split()
)


def _messages(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, _ROLES.get(mapping.medium, "post"), "message_id")
    step = given_step(mapping, ("message_id", "date", *who.meanings, *_OF_MESSAGES), **who.person)
    message = {
        **put(mapping, source_id="message_id", occurred_at="date"),
        "record_id": who.record_id,
        "medium": literal(mapping.medium or "mail"),
        **({"public": "true"} if mapping.medium in _PUBLIC else {}),
        **({"prompted": "true"} if mapping.medium == "survey" else {}),
        **same(mapping, *_OF_MESSAGES, "language"),
    }
    said = ", ".join(have(mapping, "text", "subject") or have(mapping, "about"))
    statements = {"messages": select([step], message, "given", f"coalesce({said}) is not null")}
    if "score" in mapping.columns:
        statements["ratings"] = _rating(mapping, who)
    if who.known:
        statements["records"] = who.records()
    return statements


def _ratings(mapping: Mapping) -> dict[str, str]:
    who = Who(mapping, "review" if mapping.scale == "stars" else "answer", "message_id")
    statements = {"ratings": _rating(mapping, who)}
    if who.known:
        statements["records"] = who.records()
    return statements


def _rating(mapping: Mapping, who: Who) -> str:
    meanings = ("message_id", "date", *who.meanings, "updated_at")
    about = _rated(mapping)
    step = given_step(mapping, meanings, **who.person, score=_score(mapping), **about)
    rating = {
        **put(mapping, source_id="message_id", occurred_at="date"),
        "record_id": who.record_id,
        **same(mapping, "updated_at"),
        "scale": literal(mapping.scale or "stars"),
        "score": "score",
    }
    if about:
        kind = "brands" if "brands" in mapping.columns else "ticket" if mapping.medium == "ticket" else "product"
        rating |= {"about_kind": literal(kind), "about": "about"}
    return select([step], rating, "given", "score is not null")


def _rated(mapping: Mapping) -> dict[str, str]:
    """What was rated: how many brands a rank is among, else a product or a ticket."""
    if "brands" in mapping.columns:
        brands = READ["brands"](mapping, "brands")
        whole = f"cast(cast({brands} as bigint) as varchar)"
        return {"about": f"case when {brands} = floor({brands}) then {whole} else cast({brands} as varchar) end"}
    return {"about": text_of(mapping, "about")} if "about" in mapping.columns else {}


def _score(mapping: Mapping) -> str:
    column = quoted(mapping.columns["score"][0])
    if mapping.score_words and mapping.scale == "csat":
        return f"case lower(text({column})) when 'good' then 5 when 'bad' then 1 end"
    if mapping.score_words:
        return f"stars({column})"
    score = f"number({column})"
    if mapping.score_from and mapping.scale in _SCALES:
        low, high = mapping.score_from
        lowest, highest = _SCALES[mapping.scale]
        return f"{lowest} + ({score} - {low:g}) * {highest - lowest} / {high - low:g}"
    return score


# --------------------------------------------------------------------------------------------- referrals


def _referrals(mapping: Mapping) -> dict[str, str]:
    bringing, brought = End(mapping, "referrer"), End(mapping, "referred")
    step = given_step(mapping, ("referral_id", "date", *bringing.keys, *brought.keys))
    referral = {
        **put(mapping, source_id="referral_id", occurred_at="date"),
        "record_id": bringing.record_id,
        "referred_record_id": brought.record_id,
        "referred_id": brought.number,
    }
    both = f"{bringing.number} is not null and {brought.number} is not null"
    records = (bringing.mentions(brought.details), brought.mentions(bringing.details))
    return {"referrals": select([step], referral, "given", both), "records": "\nunion all by name\n".join(records)}


_STATEMENTS: dict[str, Callable[[Mapping], dict[str, str]]] = {
    "people": _people,
    "orders": _orders,
    "messages": _messages,
    "ratings": _ratings,
    "referrals": _referrals,
    **rarer.STATEMENTS,
    **reaching.STATEMENTS,
}
