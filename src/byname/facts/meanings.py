"""What each column may mean: by the words of its header, unless its values forbid it.

A rule says which concepts make up which meaning. A column "email opt-in" holds no addresses, so it is no e-mail
column. Where the header says nothing, values that can hardly be misread may.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from byname.facts.columns import ALL, LIKELY, MOST
from byname.facts.headers import header_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from byname.facts.columns import Column

    Test = Callable[[Column], bool]

__all__ = ["Candidate", "Meanings", "Rule", "meanings", "meanings_through", "rules_of"]


def _is_score(column: Column) -> bool:
    if column.number >= ALL:
        return column.lowest >= 0 and column.highest <= _BEST and column.distinct <= _BEST + 1
    return all(example.lower() in _SCORE_WORDS for example in column.examples)


_BEST = 100
_STARS = (*"12345", "1.0", "2.0", "3.0", "4.0", "5.0", "one", "two", "three", "four", "five")
_SCORE_WORDS = {f"{stars}{tail}" for stars in _STARS for tail in ("", " star", " stars")} | {"good", "bad"}
_FLAG_WORDS = frozenset("yes no true false 1 0 y n t f ja nein oui non si sí sì sim nee não nao on off".split())
_CONSENT_WORDS = frozenset(
    (
        "subscribed given yes true 1 granted confirmed active unsubscribed withdrawn revoked cleaned suppressed "
        "never_subscribed no false 0 not_subscribed nonsubscribed pending unconfirmed unknown"
    ).split()
) | {"opted in", "opt-in", "opted out", "opt-out", "not given", "never subscribed", "not subscribed", "not opted in"}
_FEW = 40  # values of a status
_CURRENCIES = 60
_LONGEST_HOUSE = 12
_ONE_WORD_SAID = 20  # letters of a word that says something


def _id(column: Column) -> bool:
    return column.id_like


def _clean_number(column: Column) -> bool:
    """Of what a row can do without, a slip must not refuse the row: so hardly any."""
    return column.numeric and column.number >= ALL


def _clean_date(column: Column) -> bool:
    return column.dates and column.date >= ALL


def _amount_off(column: Column) -> bool:
    """A discount between nought and one is a share, and no amount."""
    return _clean_number(column) and (column.highest > 1 or column.lowest < 0 or not column.decimals)


def _named(column: Column) -> bool:
    longest = 6
    return column.wordlike and column.words <= longest


def _said(column: Column) -> bool:
    return column.wordlike and (column.words >= 2 or column.length >= _ONE_WORD_SAID)  # noqa: PLR2004


def _few(column: Column) -> bool:
    return column.label and column.distinct <= _FEW


def _end(column: Column) -> bool:
    return not column.separated


def _among(words: Collection[str]) -> Callable[[Column], bool]:
    return lambda column: all(example.lower() in words for example in column.examples)


# What the values must be, by meaning; a short text or a number where a meaning is not listed.
_VALUES: dict[str, Test] = {
    "email": lambda column: column.email >= LIKELY,
    "phone": lambda column: column.phone >= LIKELY and column.separated < LIKELY,
    "date": lambda column: column.dates,
    "birth_date": lambda column: column.dates,
    "updated_at": _clean_date,
    "answered_at": _clean_date,
    "time": lambda column: column.clock >= ALL,
    "amount": lambda column: column.numeric,
    "price": lambda column: column.numeric,
    "quantity": lambda column: column.numeric,
    "discount": _amount_off,
    "margin": _clean_number,
    "refunded": _clean_number,
    "helpful": lambda column: _clean_number(column) and not column.decimals,
    "score": _is_score,
    "customer_id": lambda column: column.id_like or column.email >= MOST,
    **dict.fromkeys(("id", "order_id", "message_id", "thread", "in_reply_to", "product_id", "serial"), _id),
    **dict.fromkeys(("personal_number", "loyalty_number"), lambda column: column.id_like or column.unique >= LIKELY),
    **dict.fromkeys(("text", "answer"), _said),
    **dict.fromkeys(("body", "subject"), lambda column: column.wordlike),
    **dict.fromkeys(("name", "given_name", "family_name", "city", "company"), _named),
    "handle": lambda column: column.label and column.words < 2,  # noqa: PLR2004
    "street": lambda column: column.label and column.wordlike,
    "house": lambda column: column.length <= _LONGEST_HOUSE,
    "product": lambda column: column.textual and column.number < MOST,
    "currency": lambda column: column.length == 3 and not column.number and column.distinct <= _CURRENCIES,  # noqa: PLR2004
    "consent": _among(_CONSENT_WORDS),
    "opted_out": _among(_FLAG_WORDS),
    **dict.fromkeys(("status", "type"), _few),
    **dict.fromkeys(("referrer", "referred", "recipient"), _end),
}

# Meaning, how sure, the concepts that it is made of, those that may come besides.
Rule = tuple[str, float, str, str]
_ANYONE = "customer order shipping message"
_RULES: tuple[Rule, ...] = (
    ("id", 0.9, "id", ""),
    ("id", 0.7, "id", "serial"),
    ("order_id", 0.97, "order id", "customer"),
    ("order_id", 0.9, "orders id", ""),
    ("order_id", 0.85, "sales id", ""),
    ("order_id", 0.75, "order", ""),
    ("customer_id", 0.96, "customer id", ""),
    ("customer_id", 0.8, "customer", ""),
    ("message_id", 0.95, "message id", ""),
    ("thread", 0.9, "thread id", "message"),
    ("thread", 0.6, "thread", ""),
    ("in_reply_to", 0.9, "parent", "id message thread"),
    ("serial", 0.8, "serial", "id product"),
    ("email", 1.0, "email", f"{_ANYONE} street id type name amount"),
    ("email", 1.03, "email sender", "street"),
    ("phone", 1.0, "phone", f"{_ANYONE} id amount"),
    ("name", 0.95, "name", _ANYONE),
    ("name", 0.7, "customer", "order"),
    ("given_name", 1.0, "given", f"{_ANYONE} name"),
    ("family_name", 1.0, "family", f"{_ANYONE} name"),
    ("birth_date", 1.0, "birth", "date customer"),
    ("personal_number", 0.95, "national", "id customer"),
    ("loyalty_number", 0.95, "loyalty id", "customer"),
    ("loyalty_number", 0.85, "loyalty", "customer"),
    ("street", 0.95, "street", f"{_ANYONE} row house company name"),
    ("house", 0.9, "house", f"{_ANYONE} id street"),
    ("house", 0.8, "street id", _ANYONE),
    ("city", 0.95, "city", f"{_ANYONE} name street"),
    ("postcode", 0.95, "postcode", f"{_ANYONE} id street"),
    ("country", 0.95, "country", f"{_ANYONE} id name street"),
    ("company", 0.9, "company", f"{_ANYONE} name"),
    ("language", 0.9, "language", f"{_ANYONE} id"),
    ("handle", 0.9, "handle", "customer id name message"),
    ("name", 0.8, "handle", "customer name message"),
    ("sample", 0.7, "sampling", "product name id"),
    ("owner", 0.9, "owner", "customer name id"),
    ("employee", 0.9, "employee", "name sales order message id"),
    ("team", 0.9, "team", "name"),
    ("date", 1.0, "order date", "created time customer"),
    ("date", 0.96, "date", "time"),
    ("date", 0.95, "message date", "created time"),
    ("date", 0.95, "sales date", "time"),
    ("date", 0.9, "created", "date time order customer message"),
    ("date", 0.9, "sent", "date time"),
    ("date", 0.85, "order time", ""),
    ("date", 0.85, "customer date", "time"),
    ("date", 0.8, "referrer date", ""),
    ("date", 0.8, "referred date", ""),
    ("date", 0.8, "serial date", "created"),
    ("date", 0.75, "paid", "date time order"),
    ("date", 0.7, "time", ""),
    ("date", 0.7, "subscription date", "customer"),
    ("time", 0.9, "time", "order date created"),
    ("updated_at", 0.9, "updated", f"{_ANYONE} date time last"),
    ("amount", 1.0, "order total", "amount tax incl price gross paid"),
    ("amount", 1.0, "total amount", "tax incl paid price gross sales"),
    ("amount", 0.97, "order amount", "tax incl gross paid"),
    ("amount", 0.95, "total", "price tax incl gross paid"),
    ("amount", 0.95, "sales amount", "gross"),
    ("amount", 0.95, "sales total", "gross"),
    ("amount", 0.93, "amount", "tax incl gross paid"),
    ("amount", 0.9, "total row", "amount price"),
    ("amount", 0.9, "price paid", "total"),
    ("amount", 0.9, "amount row", "price"),
    ("amount", 0.85, "sales", "gross"),
    ("amount", 0.8, "gross", "total amount tax incl"),
    ("amount", 0.75, "paid", "order"),
    ("amount", 0.7, "net amount", "sales order total"),
    ("amount", 0.7, "net total", "sales order amount"),
    ("amount", 0.7, "net sales", "total"),
    ("amount", 0.7, "amount tax excl", "total order sales"),
    ("amount", 0.7, "total tax excl", "order price"),
    ("amount", 0.65, "price", "order tax incl"),
    ("amount", 0.5, "subtotal", "order"),
    ("amount", 0.5, "net", ""),
    ("amount", 0.45, "cost", "total order"),
    ("price", 1.0, "price unit", "product tax incl excl net gross"),
    ("price", 0.96, "price product", "tax incl net gross"),
    ("price", 0.9, "price", "tax incl excl net gross"),
    ("price", 0.85, "amount unit", ""),
    ("quantity", 0.95, "quantity", "product order unit row"),
    ("quantity", 0.6, "count", "product order"),
    ("quantity", 0.5, "product", ""),
    ("product_id", 0.96, "product id", ""),
    ("product", 1.0, "product name", ""),
    ("product", 0.95, "product body", ""),
    ("product", 0.95, "product subject", ""),
    ("product", 0.9, "product", ""),
    ("currency", 1.0, "currency", "id order"),
    ("discount", 0.9, "discount", "amount total order"),
    ("margin", 0.85, "margin", "amount total gross net order"),
    ("refunded", 0.9, "refund amount", "total order"),
    ("refunded", 0.8, "refund", "total"),
    ("status", 0.9, "status", f"{_ANYONE} paid"),
    ("type", 0.85, "type", "order row sales"),
    ("channel", 0.9, "channel", "order sales message type"),
    ("text", 1.0, "message body", ""),
    ("text", 0.95, "message", "customer order"),
    ("body", 0.9, "body", "customer"),
    ("subject", 0.9, "subject", "message"),
    ("score", 0.95, "score", "message customer product order amount total"),
    ("answer", 0.9, "reply", "body message"),
    ("answered_at", 0.9, "reply", "date time message"),
    ("helpful", 0.9, "helpful", "count message"),
    ("campaign", 0.9, "campaign", "name id"),
    ("recipient", 0.8, "recipient", "email id name customer phone"),
    ("referrer", 0.95, "referrer", "id email name customer"),
    ("referred", 0.95, "referred", "id email name customer"),
    ("consent", 0.9, "consent", "email customer status flag"),
    ("opted_out", 0.9, "consent_out", "email customer status flag"),
    ("summary", 0.95, "summary", "total amount order orders customer sales"),
    ("summary", 0.95, "orders", "count total amount"),
    ("summary", 0.9, "last order", "date amount total"),
    ("summary", 0.9, "last orders", "date amount total"),
    ("summary", 0.9, "order firstevent", "date"),
    ("summary", 0.9, "first order", "date amount"),
    ("summary", 0.9, "count order", ""),
)
_UNKNOWN_WORD, _SHIPPING, _EMPTY, _EXACT = 0.13, 0.1, 0.1, 0.02
_LEAST = 0.4
_MOST_UNKNOWN = 3


@cache
def _compiled(rules: tuple[Rule, ...]) -> tuple[tuple[str, float, frozenset[str], frozenset[str]], ...]:
    return tuple(
        (meaning, score, frozenset(needed.split()), frozenset(needed.split()) | frozenset(allowed.split()))
        for meaning, score, needed, allowed in rules
    )


def rules_of(meanings: Collection[str]) -> tuple[Rule, ...]:
    """The rules of these meanings, for a lens that needs them too."""
    return tuple(rule for rule in _RULES if rule[0] in meanings)


@dataclass(frozen=True)
class Candidate:
    """A meaning that a column may have, how sure that is (about 0 to 1), and what speaks for it."""

    meaning: str
    score: float
    column: Column
    why: str = "by its name"


def _by_header(column: Column, rules: tuple[Rule, ...], values: Mapping[str, Test]) -> list[Candidate]:
    """What the header allows and the values do not forbid."""
    best: dict[str, float] = {}
    unknown = _UNKNOWN_WORD * min(column.header.unknown, _MOST_UNKNOWN)
    for meaning, score, needed, allowed in _compiled(rules):
        for bag in column.header.bags:
            if needed <= bag <= allowed:
                rated = score + _EXACT * (len(bag) == len(needed)) - _SHIPPING * ("shipping" in bag) - unknown
                best[meaning] = max(best.get(meaning, 0), rated)
    if column.empty:  # it may be filled next time, if there is no doubt
        return [Candidate(meaning, score - _EMPTY, column) for meaning, score in best.items() if score >= MOST]
    return [
        Candidate(meaning, score, column)
        for meaning, score in best.items()
        if score >= _LEAST and _allowed(meaning, column, values) and not _is_other(meaning, column)
    ]


def _allowed(meaning: str, column: Column, values: Mapping[str, Test]) -> bool:
    test = values.get(meaning)
    return test(column) if test else column.label


_NUMBERED = ("order_id", "customer_id", "message_id", "subscription_id", "idea_id")


def _is_other(meaning: str, column: Column) -> bool:
    """The name or number of something else ("Program Name", "PIN code"), or a word for a number ("Order": yes)."""
    if meaning in _NUMBERED:
        return not column.digits and not any("id" in bag for bag in column.header.bags)
    if not column.header.unknown:
        return False
    return (meaning == "id" and column.unique < ALL) or (meaning == "name" and column.capitalised < LIKELY)


_BY_VALUES = 0.35
_CODE = re.compile(r"[A-Z]{3}")


def _by_values(column: Column) -> list[Candidate]:
    """What the values alone tell, where the header's words are all unknown or say nothing ("col1")."""
    blank = all(bag == {"blank"} for bag in column.header.bags) and not column.header.unknown
    silent = column.header.bags == (frozenset(),)
    if not (blank or silent) or column.empty or column.nested > LIKELY:
        return []
    tells = (
        ("email", column.email >= MOST),
        ("date", column.separated >= ALL),
        ("phone", column.phone >= MOST and column.number < MOST and column.unique > LIKELY),
        ("amount", column.number >= ALL and (column.priced or (blank and column.decimals > 0.2))),  # noqa: PLR2004
        ("text", column.sentences and column.words >= 5),  # noqa: PLR2004
        ("currency", column.distinct < _CURRENCIES and all(_CODE.fullmatch(one) for one in column.examples)),
        ("name", column.capitalised >= MOST and column.distinct > 1),
        ("id", blank and column.id_like and column.distinct > 1 and column.numbered),
    )
    told = next((meaning for meaning, holds in tells if holds), None)
    return [Candidate(told, _BY_VALUES, column, "by its values")] if told else []


@dataclass
class Meanings:
    """Meaning → column, while the kind is being found.

    `others` could have had the meaning too; `lists` are meanings that several columns share and that are not joined.
    """

    columns: list[Column]
    found: dict[str, Candidate] = field(default_factory=dict)
    others: dict[str, list[Candidate]] = field(default_factory=dict)
    lists: dict[str, list[Column]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def has(self, *meanings: str) -> bool:
        """Is there a column for one of these?"""
        return any(meaning in self.found for meaning in meanings)

    def score(self, meaning: str) -> float:
        """How sure the meaning is; 0 without a column."""
        return self.found[meaning].score if meaning in self.found else 0.0

    def column(self, meaning: str) -> Column:
        """The column that has this meaning; KeyError if there is none."""
        return self.found[meaning].column

    def move(self, meaning: str, to: str, scale: float = 1.0) -> None:
        """Give a meaning's column another meaning, unless that has a column."""
        if meaning in self.found and to not in self.found:
            candidate = self.found.pop(meaning)
            self.found[to] = replace(candidate, meaning=to, score=candidate.score * scale)

    def own_number(self, meaning: str) -> None:
        """The rows' own number is different in every row; one that a spreadsheet rounded is none."""
        if self.has(meaning) and self.column(meaning).unique < MOST:
            del self.found[meaning]
        if self.has("id") and self.column("id").unique >= ALL:
            self.move("id", meaning)

    def says(self, *concepts: str) -> bool:
        """Does any header say one of these?"""
        return any(concept in bag for column in self.columns for bag in column.header.bags for concept in concepts)


def meanings(columns: list[Column]) -> Meanings:
    """The best column for each meaning; a column has one meaning."""
    candidates = [one for column in columns for one in (*_by_header(column, _RULES, _VALUES), *_by_values(column))]
    return _given(columns, candidates)


def meanings_through(lens: str, columns: list[Column], rules: tuple[Rule, ...], values: Mapping[str, Test]) -> Meanings:
    """The same with a lens's words, rules and tests of values; here the header has to tell."""
    seen = [replace(column, header=header_of(column.name, lens)) for column in columns]
    candidates = [one for column in seen for one in _by_header(column, rules, _VALUES | dict(values))]
    return _given(seen, candidates)


def _given(columns: list[Column], candidates: list[Candidate]) -> Meanings:
    candidates.sort(key=lambda one: (-one.score, one.column.place))
    given = Meanings(columns)
    taken: set[int] = set()
    for one in candidates:
        if one.column.place in taken:
            continue
        if one.meaning in given.found:
            given.others.setdefault(one.meaning, []).append(one)
            continue
        given.found[one.meaning] = one
        taken.add(one.column.place)
    for meaning, others in given.others.items():
        given.others[meaning] = [one for one in others if one.column.place not in taken]
    return given
