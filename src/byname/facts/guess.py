"""What an unknown file is: people, orders, messages, ratings, contacts or referrals, and how to read it.

meanings.py says what each column may mean; here the columns are seen together. Rarer kinds (subscriptions, ideas, …)
are seen through a lens of their own words, in lenses.py, before the common ones are believed. What cannot be decided
is not decided: the error says what was found, what is missing, and where the mapping lies that a person can finish.
"""
# ruff: noqa: S608 - the SQL is made here, of columns that we numbered; word lists are written so

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from byname.errors import UnreadableFile
from byname.facts.columns import ALL, MOST, Column, one_row, profiles
from byname.facts.contracts import contract_without_days
from byname.facts.headers import concepts_of, words_of
from byname.facts.lens import Seen
from byname.facts.lenses import LENSES, rank_among_brands
from byname.facts.mapping import MEANINGS, WHO, Mapping, missing
from byname.facts.mapping_file import save_mapping
from byname.facts.meanings import Meanings, meanings
from byname.facts.particulars import columns_of, particulars
from byname.facts.reaching_lenses import fill_contacts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import duckdb

    from byname.facts.raw import Raw

__all__ = ["guess"]

_DOUBTFUL = 0.6
_SURE = 0.45  # below it, a column's meaning is told by its values only
_DETAILS = (
    "given_name",
    "family_name",
    "name",
    "email",
    "phone",
    "street",
    "city",
    "postcode",
    "birth_date",
    "company",
)
_PEOPLE_COLUMNS = (*_DETAILS, "country", "language", "handle")


def guess(con: duckdb.DuckDBPyConnection, raw: Raw, folder: Path | None = None) -> Mapping:
    """Say what the columns of a held file mean.

    Args:
        con: a connection in which `hold` put the file.
        raw: the file, read to its end.
        folder: where mappings are kept; if the file cannot be decided, what is known is put there to be finished.

    Raises:
        UnreadableFile: it cannot be told what the file is; says what each column looks like and what is missing.
    """
    _needs_a_header(raw)
    columns = profiles(con, raw)
    given = meanings(columns)
    _settle(given)
    kind, given = _through_lenses(_kind(given, raw.name), given, raw.name)
    if kind:
        _FILL[kind](given, con)
    mapping = _mapping(kind, given, con, raw)
    lacking = missing(mapping)
    if lacking:
        _give_up(mapping, columns, lacking, raw.name, folder)
    return mapping


def _through_lenses(kind: str, given: Meanings, name: str) -> tuple[str, Meanings]:
    """The rarer kind that the columns are, seen through its lens; else the kind that was found without one."""
    for lens in LENSES:
        seen = Seen(lens.look(given.columns), given, kind, concepts_of(name.rsplit(".", 1)[0], lens.words))
        _settle(seen.given)
        if lens.holds(seen):
            return lens.kind, seen.given
    return rank_among_brands(kind, given), given


def _needs_a_header(raw: Raw) -> None:
    """The first row must name the columns; a row of values would be lost as a header."""
    values = [name for name in raw.columns if _A_VALUE.fullmatch(name)]
    if len(values) * 2 > len(raw.columns):
        raise UnreadableFile(
            where=raw.name,
            found=f"values in the first row ({', '.join(values[:3])})",
            expected="a first row that names the columns",
            do="Add a line above it, such as: customer,date,amount",
        )


_A_VALUE = re.compile(r"[\d.,:/ €$£+-]*\d[\d.,:/ €$£+-]*( \(\d+\))?|\S+@\S+\.\S+")


def _give_up(mapping: Mapping, columns: list[Column], lacking: tuple[str, ...], name: str, folder: Path | None) -> None:
    seen = "; ".join(f'"{column.name}" is {column.seen()}' for column in columns)
    if mapping.kind:
        expected = f"{mapping.kind} (the nearest that it could be) with a column for {', and for '.join(lacking)}"
    else:
        expected = f"columns of {', '.join(MEANINGS)}"
    do = "Write what the columns mean as docs/mappings.md shows, and add the file again."
    if folder is not None:
        do = f"What could be told is in {save_mapping(folder, mapping)}: finish it there and add the file again."
    raise UnreadableFile(where=name, found=f"columns whose meaning cannot be told: {seen}", expected=expected, do=do)


# ----------------------------------------------------------------------------------- columns seen together


def _settle(given: Meanings) -> None:
    """What holds for every kind."""
    if given.has("name") and given.has("family_name") and not given.has("given_name"):
        given.move("name", "given_name")  # Nombre, Apellidos
    if given.has("name") and given.has("given_name") and not given.has("family_name"):
        given.move("name", "family_name")  # Name, Vorname
    for end in ("referrer", "referred"):
        if given.has(end):
            given.move(end, f"{end}_{_end_of(given.column(end))}")
            for other in given.others.get(end, []):
                key = f"{end}_{_end_of(other.column)}"
                given.found.setdefault(key, other)
    if given.has("customer_id", "email", "given_name") and 0 < given.score("name") < _SURE:
        del given.found["name"]  # two capital letters may be anybody's: the doctor's, the town's
    if given.has("customer_id") and given.column("customer_id").email >= MOST:
        given.move("customer_id", "email")
    if given.has("recipient"):
        given.move("recipient", _address_of(given.column("recipient")))
    if given.has("body") and (not given.has("text") or given.column("body").words > 2 * given.column("text").words):
        given.found.pop("text", None)
        given.move("body", "text")


def _end_of(column: Column) -> str:
    return "email" if column.email >= MOST else "id" if column.id_like and column.digits else "name"


def _address_of(column: Column) -> str:
    if column.email >= MOST:
        return "email"
    return "phone" if column.phone >= MOST else "customer_id" if column.id_like else "name"


def _kind(given: Meanings, name: str) -> str:
    """What the file is: the first that holds; empty if nothing speaks for anything."""
    who = given.has(*WHO, "id")
    people = _is_list_of_people(given)
    if not given.has("text", "message_id"):
        given.move("answer", "text", 0.9)  # to a survey's question
    sent = given.has("campaign") and not given.has("consent", "opted_out") and not given.says("open")
    words = given.has("text") and (given.column("text").sentences or given.score("text") >= MOST) and not people
    sale = given.has("date") and given.has("amount", "price") and _sold(given, words=words) and not people
    sale = sale and not (sent and _is_cost(given))
    review = words and given.has("score") and not given.has("order_id", "quantity")
    outgoing = given.says("sent") and given.says("recipient") and not given.says("sender") and not given.has("score")
    reached = given.has("channel", "employee") and _reaching(given, name) and not words
    titled = given.has("subject") and given.has("date") and not given.has("amount")
    at_home = given.has("street", "birth_date")
    kinds = (
        ("referrals", given.has(*_REFERRERS) and given.has(*_REFERRED)),
        ("contacts", (sent or reached or outgoing) and who and not sale),
        ("", sale and not review and _is_contract(given)),
        ("orders", sale and not review),
        ("orders", _half_sale(given) and not given.has("score")),
        ("messages", words or _is_card(given, who=who)),
        ("ratings", given.score("score") > _SCORED and not at_home),
        ("messages", titled and not at_home),
        ("people", people or _names_people(given, name)),
    )
    return next((kind for kind, holds in kinds if holds), "")


_REFERRERS = ("referrer_id", "referrer_email", "referrer_name")
_REFERRED = ("referred_id", "referred_email", "referred_name")
_SCORED = 0.75


def _is_card(given: Meanings, *, who: bool) -> bool:
    """A warranty card or a request for a sample: words from a customer, though there are none."""
    return given.has("date") and (given.has("serial") or (who and given.says("sampling")))


def _names_people(given: Meanings, name: str) -> bool:
    """Is there something of which a person has only one, or two things that a person has?

    A number and a name alone may be anything's, a genre's or a town's: then the file's name must say whose.
    """
    numbered = given.has("customer_id") and given.column("customer_id").unique >= MOST and not given.says("event")
    details = [one for one in _DETAILS if given.has(one)]
    if numbered or given.has("email", "phone", "handle") or len(details) > 1:
        return True
    only_named = details == ["name"] and not any(bag - {"name"} for bag in given.column("name").header.bags)
    said = not only_named or bool(set(words_of(name)) & _PEOPLE_WORDS)
    return bool(details) and said and not given.says("product")


_PEOPLE_WORDS = frozenset(
    (
        "customer customers client clients people persons members member contacts contact subscribers users accounts "
        "kunden kunde personen mitglieder kontakte clients membres abonnes clientes miembros contactos clienti klanten "
        "leden contacten"
    ).split()
)


def _sold(given: Meanings, *, words: bool) -> bool:
    """Is there more to it than a day and a number, which a thermometer gives too?"""
    if max(given.score("amount"), given.score("price")) > _SURE:
        return True
    if words:
        return False
    column = given.column("amount") if given.has("amount") else given.column("price")
    return column.priced or given.has("email", "phone", "name", "currency", "order_id", "customer_id")


def _is_cost(given: Meanings) -> bool:
    """What a letter cost us is no amount that somebody paid."""
    return not given.has("price") and any("cost" in bag for bag in given.column("amount").header.bags)


def _half_sale(given: Meanings) -> bool:
    """Orders that lack a day or an amount: the error names what they lack."""
    if not given.has("order_id") or not any(
        {"order", "orders", "sales"} & bag for bag in given.column("order_id").header.bags
    ):
        return False
    ordered = given.has("date") and any("order" in bag for bag in given.column("date").header.bags)
    return ordered or given.has("amount", "price", "quantity")


def _is_contract(given: Meanings) -> bool:
    """A contract that goes on until it ends is no order."""
    return given.says("subscription") and given.says("end") and not given.has("quantity", "product")


def _reaching(given: Meanings, name: str) -> bool:
    said = {token for column in given.columns for token in words_of(column.name)} | set(words_of(name))
    return bool(said & _REACHING) or given.says("sent")


_REACHING = frozenset(
    (
        "call calls contacts visit visits outreach touchpoint touchpoints anruf anrufe besuch besuche kontakte appel "
        "appels visite visites llamada llamadas visita visitas chiamata chiamate gesprek bezoek ligacao outbound "
        "activity activities"
    ).split()
)


def _is_list_of_people(given: Meanings) -> bool:
    """One row a person, with a day (since when) and perhaps a number (what was spent in all)?"""
    if given.has("order_id", "quantity", "product", "product_id"):
        return False
    if given.has("summary") or given.has("birth_date"):
        return True
    key = next((given.column(one) for one in ("customer_id", "id", "email") if given.has(one)), None)
    details = sum(given.has(one) for one in _DETAILS)
    said_sale = given.has("date") and any({"order", "paid", "sales"} & bag for bag in given.column("date").header.bags)
    several, enough = 3, 5
    return key is not None and key.unique >= ALL and key.filled >= enough and details >= several and not said_sale


# -------------------------------------------------------------------------------------- each kind filled in


def _people(given: Meanings, _con: duckdb.DuckDBPyConnection) -> None:
    own = given.column("customer_id") if given.has("customer_id") else None
    if given.has("id") and given.column("id").unique >= MOST and (own is None or own.unique < MOST):
        given.found.pop("customer_id", None)
    given.move("id", "customer_id")
    if given.has("customer_id") and 0 < given.column("customer_id").unique < 0.5:  # noqa: PLR2004 - no number of a person
        given.notes.append(
            f'"{given.column("customer_id").name}" repeats too often to be a person\'s number: it was left out.'
        )
        del given.found["customer_id"]
    given.move("date", "created_at")
    if given.has("employee") and given.column("employee").unique >= MOST and not given.has("customer_id"):
        given.notes.append(
            f'"{given.column("employee").name}" is an employee\'s number: your own staff are no customers.'
        )
    elif given.has("employee"):
        given.move("employee", "owner")
    contract_without_days(given)


def _orders(given: Meanings, con: duckdb.DuckDBPyConnection) -> None:
    goods = given.has("product", "product_id", "quantity")
    if not given.has("order_id"):
        given.move("message_id", "order_id")
    if given.has("id"):
        column = given.column("id")
        plain = not column.header.unknown
        told = plain or "id" in words_of(column.name)  # a cheque's number is no order's
        several = plain and goods and given.has("customer_id")
        if not given.has("order_id") and ((told and column.unique >= ALL) or several):
            given.move("id", "order_id")
        elif plain and not given.has("customer_id"):
            given.move("id", "customer_id")
    if not given.has("amount") and not given.has("quantity"):
        given.move("price", "amount", 0.9)
    if given.has("product_id", "price", "quantity") and not given.has("product"):
        for maybe in ("text", "subject"):
            given.move(maybe, "product", 0.8)
    _name_or_product(given, con)


def _name_or_product(given: Meanings, con: duckdb.DuckDBPyConnection) -> None:
    """A "name" that changes within one customer is the product's."""
    key = next((given.column(one) for one in ("customer_id", "email") if given.has(one)), None)
    if not given.has("name") or key is None or key.place == given.column("name").place:
        return
    name = given.column("name")
    customers, several = one_row(
        con,
        "select count(*), count(*) filter (where names > 1) from ("
        f"select count(*) as n, count(distinct v{name.place}) as names from sampled "
        f"where v{key.place} is not null group by v{key.place}) where n > 1",
    )
    if several * 2 > customers:
        given.move("name", "product", 0.9)
        given.found.pop("name", None)


def _messages(given: Meanings, _con: duckdb.DuckDBPyConnection) -> None:
    if given.has("order_id") and any("message" in bag for bag in given.column("order_id").header.bags):
        given.move("order_id", "message_id")  # a ticket is a receipt only where something is sold
    given.own_number("message_id")
    _owner_is_customer(given)
    for about in ("product", "product_id", "sample", "order_id"):
        given.move(about, "about")
    if given.has("serial"):
        for own in ("message_id", "about"):
            given.found.setdefault(own, given.found["serial"])
    if not given.has("customer_id"):
        given.move("id", "customer_id")
    if given.has("name") and not given.has("handle", "given_name") and given.column("name").words < 1.2:  # noqa: PLR2004
        given.move("name", "handle")


def _owner_is_customer(given: Meanings) -> None:
    """The owner of a thing, whose name stands on its card, not the employee who looks after somebody."""
    if (
        not given.has("name", "given_name", "family_name")
        and given.has("owner")
        and given.column("owner").unique >= MOST
    ):
        given.move("owner", "name", 0.8)


def _ratings(given: Meanings, _con: duckdb.DuckDBPyConnection) -> None:
    given.own_number("message_id")
    given.move("answered_at", "date")
    for about in ("product", "product_id", "employee", "order_id"):
        given.move(about, "about")
    if not given.has("customer_id"):
        given.move("id", "customer_id")


def _referrals(given: Meanings, _con: duckdb.DuckDBPyConnection) -> None:
    given.own_number("referral_id")


_FILL: dict[str, Callable[[Meanings, duckdb.DuckDBPyConnection], None]] = {
    "people": _people,
    "orders": _orders,
    "messages": _messages,
    "ratings": _ratings,
    "contacts": fill_contacts,
    "referrals": _referrals,
    **{lens.kind: lens.fill for lens in LENSES},
}


# --------------------------------------------------------------------------------------------- the mapping


def _mapping(kind: str, given: Meanings, con: duckdb.DuckDBPyConnection, raw: Raw) -> Mapping:
    said = particulars(kind, given, con, raw) if kind else {}
    columns = columns_of(kind, given, tuple(MEANINGS.get(kind, ())))
    why = {one.column.name: f"{one.why}, {round(100 * min(one.score, 0.99))}%" for one in given.found.values()}
    for name in columns.get("personal_number", ()):
        given.notes.append(f'"{name}" looks like an official number: only a keyed fingerprint of it is kept.')
    for column in given.columns:
        if {"secret"} & {concept for bag in column.header.bags for concept in bag}:
            given.notes.append(f'"{column.name}" looks like an official or secret number: it is not kept.')
    confidence = _confidence(kind, given, columns)
    if kind:
        given.notes += _doubts(kind, columns, confidence)
    return Mapping(
        kind=kind,
        columns=MappingProxyType(columns),
        header=raw.columns,
        made_for=raw.name,
        confidence=confidence,
        why=MappingProxyType(why),
        notes=tuple(given.notes),
        **said,
    )


_DATED = ("messages", "ratings", "contacts", "ideas", "votes", "promises", "answers", "consents", "preferences")


def _doubts(kind: str, columns: dict[str, tuple[str, ...]], confidence: float) -> list[str]:
    """What a person should know before these facts count."""
    doubts = []
    if confidence < _DOUBTFUL:
        doubts.append(f"What the columns mean is only {round(100 * confidence)}% sure.")
    if kind not in ("people", "referrals") and not any(one in columns for one in (*WHO, "contact_id")):
        doubts.append("No column says who it was: these facts belong to nobody.")
    if kind in _DATED and "date" not in columns:
        doubts.append("No column says when it was.")
    return doubts


def _confidence(kind: str, given: Meanings, columns: dict[str, tuple[str, ...]]) -> float:
    """That of the weakest of the meanings which the kind stands on."""
    who = max((given.score(one) for one in ("order_id", *WHO) if one in columns), default=0.5)
    keys = {
        "people": [who],
        "orders": [given.score("date"), max(given.score("amount"), given.score("price")), who],
        "messages": [max(given.score("text"), given.score("subject"), given.score("about"))],
        "ratings": [given.score("score")],
        "contacts": [max(given.score("campaign"), given.score("date")), who],
        "referrals": [0.9],
        "subscriptions": [
            given.score("started_at"),
            max(given.score(one) for one in ("plan", "price", "subscription_id")),
            who,
        ],
        "ideas": [max(given.score("title"), given.score("text"))],
        "votes": [given.score("idea_id"), who],
        "usage": [given.score("event"), given.score("date"), who],
        "promises": [given.score("what"), max(given.score("due_at"), given.score("kept_at")), who],
        "answers": [given.score("kind"), max(who, given.score("contact_id"))],
        "consents": [given.score("state"), given.score("channel"), who],
        "preferences": [given.score("kind"), given.score("value"), who],
    }.get(kind, [0.0])
    return round(max(0.0, min(0.99, *keys)), 2) if len(keys) > 1 else round(min(0.99, keys[0]), 2)
