"""What a mapping must say beside its columns: whose rows an order has, which currency, what the scores count."""
# ruff: noqa: S608 - the SQL is made here, of columns that we numbered; word lists are written so

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from byname.facts import shapes
from byname.facts.columns import MOST, one_row
from byname.facts.headers import words_of
from byname.facts.quoting import quoted

if TYPE_CHECKING:
    import duckdb

    from byname.facts.columns import Column
    from byname.facts.meanings import Meanings
    from byname.facts.raw import Raw

__all__ = ["columns_of", "particulars", "period_said"]

_MANY, _NEARLY_ALL = 0.2, 0.95
_NOTHING = ("null", "none", "nan", "n/a", "#n/a", "-", "--", "nil", "undefined")
_NOBODY = frozenset(
    (
        "guest guests gast anonymous anonym anonyme anonimo unknown unbekannt inconnu desconocido sconosciuto "
        "walk-in walkin laufkunde laufkundschaft passant invitado invite ospite diverse divers cash bar contado nobody "
        "niemand onbekend"
    ).split()
) | {"walk in", "walk-in customer", "cash customer", "no customer", "not set"}
_NUMBERS_OF_NOBODY = re.compile(r"0+|-1|9{4,}")
_RETURN = re.compile(
    r"refund|return|retour|retoure|r(ue|ü|u)ck|erstattung|gutschrift|credit.?(note|memo)|devoluci|reembolso|abono|"
    r"rembours|avoir|reso$|resi$|rimborso|terugbetaling|devolu|estorno|chargeback",
    re.IGNORECASE,
)
_SYMBOLS = {"€": "EUR", "£": "GBP", "US$": "USD", "zł": "PLN", "₹": "INR", "R$": "BRL"} | {
    code: code for code in ("EUR", "GBP", "USD", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK", "AUD", "CAD")
}

# Words of headers and of the file's name that tell what messages are; the first of them that most words speak for.
_MEDIUMS = {
    "warranty card": "warranty garantie garantia garanzia serial seriennummer serienummer",
    "sampling": "sampling sample samples muster probe echantillon campione muestra proefmonster",
    "ticket": "ticket tickets requester assignee priority prioritat case agent resolved sla helpdesk zendesk issue "
    "support queue",
    "review": "review reviews reviewer stars star sterne rezension bewertung bewertungen bewertungstext avis resena "
    "recensione recensioni beoordeling product rating verified",
    "survey": "survey surveys nps csat ces umfrage respondent encuesta sondaggio enquete questionnaire submission "
    "feedback satisfaction score",
    "post": "post posts tweet tweets retweet retweets likes hashtag thread forum reply followers handle parent page "
    "votes",
    "care line": "hotline careline helpline telephone",
    "call note": "call calls anruf appel llamada chiamata gesprek transcript duration caller",
    "mail": "mail mails inbox sender sent cc",
}


def columns_of(kind: str, given: Meanings, order: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The kind's meanings with their columns, joined where a street or a moment is written in several."""
    columns = {}
    for meaning in order:
        if meaning in given.lists:
            columns[meaning] = tuple(one.name for one in given.lists[meaning])
        if not given.has(meaning):
            continue
        column = given.column(meaning)
        several = [column]
        if meaning == "street":
            several = _street(given, column)
        elif meaning in ("date", "created_at") and given.has("time") and not any(":" in one for one in column.examples):
            several.append(given.column("time"))
        elif meaning == "period" and given.has("period_count"):
            several.insert(0, given.column("period_count"))
        elif meaning == "discount" and given.others.get("discount"):
            continue  # several kinds of discount: none of them is the whole
        columns[meaning] = tuple(one.name for one in several)
    if kind != "people":
        columns.pop("created_at", None)
    return columns


def _street(given: Meanings, street: Column) -> list[Column]:
    """Street, number and second line in the order of the file."""
    lines = [one.column for one in given.others.get("street", []) if one.column.header.bags == street.header.bags]
    house = [given.column("house")] if given.has("house") else []
    if house and house[0].place > street.place:
        return [street, *house, *lines]
    return [*house, street, *lines]


def particulars(kind: str, given: Meanings, con: duckdb.DuckDBPyConnection, raw: Raw) -> dict[str, Any]:
    """The mapping's settings beside its columns."""
    said: dict[str, Any] = {"nothing": _nothing(given, con)}
    if kind == "orders":
        said |= _rows(given, con)
        said["minor_units"] = (
            given.has("amount") and given.column("amount").header.cents and not given.column("amount").decimals
        )
        said["currency"] = "" if given.has("currency") else _currency(given)
        said["return_values"] = _return_values(given)
    if kind == "subscriptions":
        price = given.column("price") if given.has("price") else None
        said["minor_units"] = price is not None and price.header.cents and not price.decimals
        said["currency"] = "" if given.has("currency") else _currency(given)
        said["period"] = "" if given.has("period") else period_said(price)
    if kind in ("messages", "ratings") and given.has("score"):
        said |= {"scale": "rank"} if given.has("brands") else _scale(given, raw.name)
    if kind == "messages":
        said["medium"] = _medium(given, raw.name, said.get("scale", ""))
    if kind == "contacts" and not given.has("channel"):
        said["channel"] = "email" if given.has("email") else "phone" if given.has("phone") else ""
    if kind != "people" and given.has("customer_id", "name"):
        said["nobody"] = _nobody(given, con)
    return said


def _rows(given: Meanings, con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Is a row an order, or one of its lines, and is its amount the line's?"""
    if not given.has("order_id"):
        return {"rows": "orders", "amount_per": "line"}
    number = quoted(given.column("order_id").name)
    rows, orders = one_row(
        con, f"select count(nullif(trim({number}), '')), count(distinct nullif(trim({number}), '')) from staged"
    )
    if rows == orders:
        lines = given.has("product", "product_id") and given.has("quantity", "price")
        whole = lines and given.has("amount") and any("order" in bag for bag in given.column("amount").header.bags)
        return {"rows": "lines" if lines else "orders", "amount_per": "order" if whole else "line"}
    return _lines(given, con)


def _lines(given: Meanings, con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The order's number repeats: what else repeats with it?"""

    def v(meaning: str) -> str:
        return f"v{given.column(meaning).place}" if given.has(meaning) else "null"

    groups, one_amount, some_amounts, some_dates, elsewhere = one_row(
        con,
        "select count(*), count(*) filter (where amounts <= 1), count(*) filter (where filled < n), "
        "count(*) filter (where dated < n), count(*) filter (where days > 1 or people > 1) from ("
        f"select count(*) as n, count(distinct {v('amount')}) as amounts, count({v('amount')}) as filled, "
        f"count({v('date')}) as dated, count(distinct left({v('date')}, 10)) as days, "
        f"count(distinct {v('customer_id')}) as people from sampled "
        f"where {v('order_id')} is not null group by {v('order_id')}) where n > 1",
    )
    if elsewhere > _MANY * groups:
        name = given.column("order_id").name
        given.notes.append(
            f'"{name}" repeats on other days or for other customers, so it is not an order\'s number: '
            "each row is one order."
        )
        del given.found["order_id"]
        return {"rows": "orders", "amount_per": "line"}
    if not given.has("amount"):
        return {"rows": "lines", "amount_per": "line"}
    whole = bool(groups) and one_amount >= _NEARLY_ALL * groups
    if some_dates > _MANY * groups or (some_amounts > _MANY * groups and whole):
        return {"rows": "first line", "amount_per": "order" if whole else "line"}
    return {"rows": "lines", "amount_per": "order" if whole and not _is_line_total(given, con) else "line"}


def _is_line_total(given: Meanings, con: duckdb.DuckDBPyConnection) -> bool:
    """The header says so, or it is quantity times price."""
    if any("row" in bag for bag in given.column("amount").header.bags):
        return True
    if not (given.has("quantity") and given.has("price")):
        return False
    con.execute("create or replace temp view shaped as select * from sampled")
    amount, quantity, price = (
        shapes.money(con, f"v{given.column(meaning).place}", "double").sql
        for meaning in ("amount", "quantity", "price")
    )
    rows, same = one_row(
        con,
        "select count(*), count(*) filter (where abs(a - q * p) <= 0.01 * abs(a) + 0.005) "
        f"from (select {amount} as a, {quantity} as q, {price} as p from shaped)",
    )
    return bool(same >= MOST * rows)


def period_said(price: Column | None) -> str:
    """The period that a price's header names: Monatsbeitrag → month."""
    if price is None:
        return ""
    said = {concept for bag in price.header.bags for concept in bag}
    named = [period for period in ("week", "month", "quarter", "year") if period in said]
    return named[0] if len(named) == 1 else ""


def _currency(given: Meanings) -> str:
    """One currency that the header or the amounts name."""
    for meaning in ("amount", "price"):
        if given.has(meaning):
            column = given.column(meaning)
            if column.header.money:
                return column.header.money
            marks = {code for example in column.examples for mark, code in _SYMBOLS.items() if mark in example}
            if len(marks) == 1:
                return marks.pop()
    return ""


def _return_values(given: Meanings) -> tuple[str, ...]:
    """The values of the type column that mean a return; without any, the column says nothing."""
    if not given.has("type"):
        return ()
    values = tuple(sorted({one.lower() for one in given.column("type").examples if _RETURN.search(one)}))
    if not values:
        del given.found["type"]
    return values


def _nobody(given: Meanings, con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Values of the customer's number or name that stand for all who have none."""
    found: set[str] = set()
    if given.has("name"):
        found |= _NOBODY & {example.lower() for example in given.column("name").examples}
    if given.has("customer_id"):
        found |= _shared_numbers(given, con)
    return tuple(sorted(found))


def _shared_numbers(given: Meanings, con: duckdb.DuckDBPyConnection) -> set[str]:
    v = f"v{given.column('customer_id').place}"
    others = ("email", "name", "phone", "family_name")
    other = next((f"v{given.column(one).place}" for one in others if given.has(one)), "null")
    top = con.execute(
        f"select lower({v}), count(*), count(distinct {other}) from sampled where {v} is not null "
        "group by 1 order by 2 desc, 1 limit 200"
    ).fetchall()
    often = sorted((rows for _, rows, _ in top), reverse=True)
    second = often[1] if len(often) > 1 else 0
    much = 3 * max(second, 1)
    return {
        str(value)
        for value, rows, people in top
        if value in _NOBODY
        or (_NUMBERS_OF_NOBODY.fullmatch(value) and (people > 1 or (rows == often[0] and rows > much)))
    }


def _nothing(given: Meanings, con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Words that stand for an empty cell, seen more than once in the columns that are read as text."""
    listed = ", ".join(f"'{word}'" for word in _NOTHING)
    seen: Counter[str] = Counter()
    for candidate in given.found.values():
        name = quoted(candidate.column.name)
        seen.update(
            dict(
                con.execute(
                    f"select lower(trim({name})), count(*) from staged where row in (select row from sampled) "
                    f"and lower(trim({name})) in ({listed}) group by 1"
                ).fetchall()
            )
        )
    return tuple(sorted(word for word, rows in seen.items() if rows > 1))


def _scale(given: Meanings, name: str) -> dict[str, Any]:
    """What the score counts: by words, else by the range of its values."""
    column = given.column("score")
    said = set(words_of(column.name)) | set(words_of(name))
    if said & {"nps", "recommend", "likelihood", "promoter"}:
        return {"scale": "nps"}
    if said & {"ces", "effort"}:
        return {"scale": "ces"}
    if said & {"csat", "satisfaction", "zufriedenheit"} or not column.number:
        thumbs = {"good", "bad"} & {example.lower() for example in column.examples}
        scale = "csat" if thumbs or said & {"csat", "satisfaction", "zufriedenheit"} else "stars"
        return {"scale": scale, "score_words": column.number < _MANY} | _stretched(column, 1, 5)
    if column.highest <= 5:  # noqa: PLR2004 - stars
        return {"scale": "stars"} | ({"score_from": (0.0, 5.0)} if column.lowest < 1 else {})
    rating = said & {"rating", "stars", "star", "sterne", "bewertung", "review", "note"}
    if column.highest <= 10 and column.lowest < 1 and not column.decimals and not rating:  # noqa: PLR2004 - 0 to 10
        return {"scale": "nps"}
    return {"scale": "stars"} | _stretched(column, 1, 5)


def _stretched(column: Column, low: int, high: int) -> dict[str, tuple[float, float]]:
    """The scores' own range, where it goes beyond the scale's."""
    if not column.number or (column.lowest >= low and column.highest <= high):
        return {}
    top = next(top for top in (5, 7, 10, 20, 100, max(100, column.highest)) if column.highest <= top)
    return {"score_from": (1.0 if column.lowest >= 1 and top <= 10 else 0.0, float(top))}  # noqa: PLR2004


def _medium(given: Meanings, name: str, scale: str) -> str:
    """What the messages are; private mail where nothing tells, so that nothing is taken for public."""
    said = Counter(token for column in given.columns for token in words_of(column.name))
    said.update(words_of(name.rsplit(".", 1)[0]))
    counts = {medium: sum(said[word] for word in words.split()) for medium, words in _MEDIUMS.items()}
    if given.has("score"):
        counts["review" if scale == "stars" else "survey"] += 1
    best = max(counts, key=lambda medium: counts[medium])
    return best if counts[best] else "mail"
