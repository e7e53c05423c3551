"""What each column of an unknown file may mean: its header's concepts, and what its values allow.

A rule says which concepts make up which meaning, and the values may veto it: a column "email opt-in" holds no
addresses. Where the header says nothing, values that can hardly be misread may.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from byname.facts import shapes
from byname.facts.headers import Header, header_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

    from byname.facts.raw import Raw

__all__ = ["Candidate", "Column", "Meanings", "meanings", "one_row", "profiles", "quoted"]

_SAMPLE_ROWS = 10_000  # of the beginning, and as many of the middle
_EXAMPLES = 200
_LONGEST_EXAMPLE = 60
_LIKELY, _MOST, _ALL = 0.5, 0.9, 0.98


@dataclass(frozen=True)
class Column:
    """One column of the file: its header's concepts, and what its sampled values look like (shares of the filled)."""

    name: str
    place: int
    header: Header
    total: int
    filled: int
    distinct: int
    email: float
    phone: float
    date: float
    number: float
    clock: float
    decimals: float
    lowest: float
    highest: float
    length: float
    words: float
    separated: float
    nested: float
    capitalised: float
    examples: tuple[str, ...] = ()

    @property
    def unique(self) -> float:
        """How many of the filled values are different."""
        return self.distinct / self.filled if self.filled else 0.0

    @property
    def empty(self) -> bool:
        """Has the sample nothing in it?"""
        return not self.filled

    @property
    def id_like(self) -> bool:
        """Short values without blanks that are no amounts, addresses or dates, nor numbers that a spreadsheet rounded."""
        short = self.words <= 1.1 and self.length <= 40  # noqa: PLR2004
        rounded = any(_ROUNDED.fullmatch(example) for example in self.examples)
        return short and self.email < _LIKELY and not self.decimals and self.separated < _LIKELY and not rounded

    @property
    def wordy(self) -> bool:
        """Sentences."""
        return self.words >= 3 and self.unique > 0.2 and self.date < _LIKELY and not self.nested  # noqa: PLR2004

    def seen(self) -> str:
        """What was found, for a person."""
        if self.empty:
            return "empty"
        looks = [
            (self.email, "e-mail addresses"),
            (self.separated, "dates"),
            (self.nested, "nested JSON"),
            (self.number, "numbers"),
            (self.phone, "phone numbers"),
        ]
        kind = next(
            (name for share, name in looks if share >= _MOST),
            "text of several words" if self.words >= 3 else "short text",
        )  # noqa: PLR2004
        some = ", ".join(example[: _LONGEST_EXAMPLE // 2] for example in self.examples[:3])
        return f"{kind} ({'all different' if self.unique == 1 else f'{self.distinct:,} different'}), such as {some}"


_ROUNDED = re.compile(r"\d[.,]\d+[eE]\+\d+")
_EMAIL = r"^\S+@\S+\.[A-Za-z]{2,}$"
_PHONE = r"^[+(]?[0-9][0-9 ()./+-]{5,}[0-9]( ?(x|ext\.?) ?[0-9]+)?$"
_CLOCK = r"^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?$"
_SEPARATED = r"[0-9][-/.][0-9]+[-/.][0-9]|[0-9].*:.*[0-9]|[A-Za-z]{3}.*[0-9]{4}|[0-9]{4}.*[A-Za-z]{3}"
_CAPITALISED = r"^\p{Lu}[\p{L}.''’-]+( (de|van|von|der|la|di|da|dos|del))*( \p{Lu}[\p{L}.''’-]*){1,3}$"


def profiles(con: duckdb.DuckDBPyConnection, raw: Raw) -> list[Column]:
    """Look at the beginning and the middle of the held file."""
    for macro in shapes.MACROS:
        con.execute(macro)
    total = one_row(con, "select count(*) from staged")[0]
    blanked = ", ".join(f"{shapes.blank(quoted(name))} as v{place}" for place, name in enumerate(raw.columns))
    middle = total // 2
    con.execute(
        f"create or replace temp table sampled as select row, {blanked} from staged where rowid < {_SAMPLE_ROWS} "
        f"or rowid between {middle} and {middle + _SAMPLE_ROWS}"
    )
    con.execute("create or replace temp view shaped as select * from sampled")
    return [_profile(con, name, place) for place, name in enumerate(raw.columns)]


def _profile(con: duckdb.DuckDBPyConnection, name: str, place: int) -> Column:
    v = f"v{place}"
    total, filled = one_row(con, f"select count(*), count({v}) from shaped")
    if not filled:
        return Column(name, place, header_of(name), total, 0, *([0] * 14))
    date = shapes.instant(con, v, zone="UTC", order=_undecided(con, v)).sql
    number = shapes.money(con, v, "double").sql
    share = f"::double / count({v})"
    row = one_row(
        con,
        f"with typed as (select {v}, {date} as d, {number} as n from shaped where {v} is not null) select count(distinct {v}), "
        f"count(*) filter (where regexp_matches({v}, '{_EMAIL}')){share}, count(*) filter (where regexp_matches({v}, '{_PHONE}')){share}, "
        f"count(d){share}, count(n){share}, count(*) filter (where regexp_matches({v}, '{_CLOCK}')){share}, "
        f"count(*) filter (where n <> floor(n) or (n is not null and regexp_matches({v}, '[.,][0-9]{{2}}$'))){share}, coalesce(min(n), 0), coalesce(max(n), 0), avg(length({v})), "
        f"avg(1 + length({v}) - length(replace({v}, ' ', ''))), "
        f"count(*) filter (where d is not null and regexp_matches({v}, '{_SEPARATED}')){share}, "
        f"count(*) filter (where left({v}, 1) in ('{{', '[')){share}, count(*) filter (where regexp_matches({v}, '{_CAPITALISED}')){share} "
        "from typed",
    )
    examples = con.execute(
        f"select left({v}, {_LONGEST_EXAMPLE}) from shaped where {v} is not null group by {v} order by count(*) desc, {v} limit {_EXAMPLES}"
    ).fetchall()
    return Column(name, place, header_of(name), total, filled, *row, examples=tuple(str(one) for (one,) in examples))


def _undecided(con: duckdb.DuckDBPyConnection, v: str) -> str:
    """The date order to look with where the column does not decide: it is a date whichever is right."""
    (second,) = one_row(
        con, rf"select count(*) from shaped where regexp_matches({v}, '^[0-9]{{1,2}}[/-](1[3-9]|2[0-9]|3[01])[/-]')"
    )
    return "mdy" if second else "dmy"


def one_row(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """The one row that a statement gives."""
    row = con.execute(sql).fetchone()
    if row is None:
        raise AssertionError(sql)
    return row


def quoted(name: str) -> str:
    """A column's name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


# ------------------------------------------------------------------------------------- from words to meanings


def _is_text(column: Column) -> bool:
    return column.email < _LIKELY and column.separated < _LIKELY and column.nested < _LIKELY


def _is_number(column: Column) -> bool:
    return column.number >= _ALL and column.separated < _LIKELY


def _is_date(column: Column) -> bool:
    return column.date >= _MOST and not column.clock


def _is_label(column: Column) -> bool:
    return _is_text(column) and column.length <= 60  # noqa: PLR2004


def _is_name(column: Column) -> bool:
    return _is_text(column) and column.number < _LIKELY and column.words <= 6  # noqa: PLR2004


def _is_score(column: Column) -> bool:
    few = 101
    if column.number >= _ALL:
        return column.lowest >= 0 and column.highest <= 100 and column.distinct <= few  # noqa: PLR2004
    return all(example.lower() in _SCORE_WORDS for example in column.examples)


_SCORE_WORDS = {
    f"{word}{tail}"
    for word in ("one", "two", "three", "four", "five", "1", "2", "3", "4", "5", "1.0", "2.0", "3.0", "4.0", "5.0")
    for tail in ("", " stars", " star")
} | {"good", "bad"}

VALUES: dict[str, Callable[[Column], bool]] = {
    "email": lambda c: c.email >= _LIKELY,
    "phone": lambda c: c.phone >= _LIKELY and c.separated < _LIKELY,
    "date": _is_date,
    "updated_at": _is_date,
    "answered_at": _is_date,
    "birth_date": _is_date,
    "time": lambda c: c.clock >= _ALL,
    "amount": _is_number,
    "price": _is_number,
    "quantity": _is_number,
    "discount": lambda c: _is_number(c) and (c.highest > 1 or c.lowest < 0 or not c.decimals),  # a share is no amount
    "margin": _is_number,
    "refunded": _is_number,
    "helpful": lambda c: _is_number(c) and not c.decimals,
    "score": _is_score,
    "order_id": lambda c: c.id_like,
    "customer_id": lambda c: c.id_like or c.email >= _MOST,
    "message_id": lambda c: c.id_like and not c.wordy,
    "thread": lambda c: c.id_like,
    "in_reply_to": lambda c: c.id_like,
    "id": lambda c: c.id_like,
    "product_id": lambda c: c.id_like,
    "text": lambda c: _is_text(c) and c.number < _LIKELY and (c.words >= 2 or c.length >= 20),  # noqa: PLR2004
    "body": lambda c: _is_text(c) and c.number < _LIKELY,
    "answer": lambda c: _is_text(c) and c.number < _LIKELY and c.words >= 2,  # noqa: PLR2004
    "subject": lambda c: _is_text(c) and c.number < _LIKELY,
    "name": _is_name,
    "given_name": _is_name,
    "family_name": _is_name,
    "city": _is_name,
    "company": _is_name,
    "handle": lambda c: _is_label(c) and c.words < 2,  # noqa: PLR2004
    "street": lambda c: _is_label(c) and c.number < _LIKELY,
    "product": lambda c: _is_text(c) and c.number < _MOST,
    "house": lambda c: c.length <= 12,  # noqa: PLR2004
    "currency": lambda c: c.length == 3 and c.number == 0 and c.distinct <= 60,  # noqa: PLR2004
    "consent": lambda c: all(example.lower() in _CONSENT_WORDS for example in c.examples),
    "opted_out": lambda c: all(example.lower() in _FLAG_WORDS for example in c.examples),
    "status": lambda c: _is_label(c) and c.distinct <= 40,  # noqa: PLR2004
    "type": lambda c: _is_label(c) and c.distinct <= 40,  # noqa: PLR2004
    "serial": lambda c: c.id_like,
    "referrer": lambda c: not c.separated,
    "referred": lambda c: not c.separated,
    "recipient": lambda c: not c.separated,
}
_FLAG_WORDS = frozenset("yes no true false 1 0 y n t f ja nein oui non si sí sì sim nee não nao on off".split())
_CONSENT_WORDS = frozenset(
    "subscribed given yes true 1 granted confirmed active unsubscribed withdrawn revoked cleaned suppressed never_subscribed "
    "no false 0 not_subscribed nonsubscribed pending unconfirmed unknown".split()
) | {"opted in", "opt-in", "opted out", "opt-out", "not given", "never subscribed", "not subscribed", "not opted in"}

_ANYONE = "customer order shipping message"
# Meaning, how sure, the concepts that it is made of, those that may come besides.
_RULES: tuple[tuple[str, float, str, str], ...] = (
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
    ("email", 1.0, "email", f"{_ANYONE} street id type name amount sender"),
    ("phone", 1.0, "phone", f"{_ANYONE} id amount"),
    ("name", 0.95, "name", _ANYONE),
    ("name", 0.7, "customer", "order"),
    ("given_name", 1.0, "given", f"{_ANYONE} name"),
    ("family_name", 1.0, "family", f"{_ANYONE} name"),
    ("birth_date", 1.0, "birth", "date customer"),
    ("street", 0.95, "street", f"{_ANYONE} row house company name"),
    ("house", 0.9, "house", f"{_ANYONE} id street"),
    ("house", 0.8, "street id", _ANYONE),
    ("city", 0.95, "city", f"{_ANYONE} name street"),
    ("postcode", 0.95, "postcode", f"{_ANYONE} id street"),
    ("country", 0.95, "country", f"{_ANYONE} id name street"),
    ("company", 0.9, "company", f"{_ANYONE} name"),
    ("language", 0.9, "language", f"{_ANYONE} id"),
    ("handle", 0.9, "handle", "customer id name message"),
    ("owner", 0.9, "owner", "customer name"),
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
    ("time", 0.9, "time", "order date created"),
    ("updated_at", 0.9, "updated", f"{_ANYONE} date time"),
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
    ("consent", 0.9, "consent", "email customer status"),
    ("opted_out", 0.9, "consent_out", "email customer"),
    ("summary", 0.95, "summary", "total amount order orders customer sales"),
    ("summary", 0.95, "orders", "count total amount"),
    ("summary", 0.9, "last order", "date amount total"),
    ("summary", 0.9, "last orders", "date amount total"),
    ("summary", 0.9, "order firstevent", "date"),
    ("summary", 0.9, "first order", "date amount"),
    ("summary", 0.9, "count order", ""),
)
_UNKNOWN_WORD, _SHIPPING, _EMPTY = 0.13, 0.1, 0.1
_LEAST = 0.4


@cache
def _compiled() -> tuple[tuple[str, float, frozenset[str], frozenset[str]], ...]:
    return tuple(
        (meaning, score, frozenset(needed.split()), frozenset(needed.split()) | frozenset(allowed.split()))
        for meaning, score, needed, allowed in _RULES
    )


@dataclass(frozen=True)
class Candidate:
    meaning: str
    score: float
    column: Column
    why: str = "by its name"


def _by_header(column: Column) -> list[Candidate]:
    """What the header allows and the values do not forbid."""
    best: dict[str, float] = {}
    for meaning, score, needed, allowed in _compiled():
        for bag in column.header.bags:
            if needed <= bag <= allowed:
                exact = 0.02 * (len(bag) == len(needed))
                rated = score + exact - _UNKNOWN_WORD * min(column.header.unknown, 3) - _SHIPPING * ("shipping" in bag)
                best[meaning] = max(best.get(meaning, 0), rated)
    if column.empty:
        return [Candidate(meaning, score - _EMPTY, column) for meaning, score in best.items() if score >= _MOST]
    return [
        Candidate(meaning, score, column)
        for meaning, score in best.items()
        if score >= _LEAST and VALUES.get(meaning, _is_label)(column) and not _is_other_name(meaning, column)
    ]


def _is_other_name(meaning: str, column: Column) -> bool:
    """A name of something else ("Program Name"), or a word where a number should be ("Order": yes)."""
    if meaning in ("order_id", "customer_id", "message_id"):
        numbered = any("id" in bag for bag in column.header.bags)
        return not numbered and not any(_DIGIT.search(example) for example in column.examples)
    if meaning == "id":  # "pin code"
        return bool(column.header.unknown) and column.unique < _ALL
    return meaning == "name" and bool(column.header.unknown) and column.capitalised < _LIKELY


_DIGIT = re.compile(r"\d")
_BY_VALUES = 0.35


def _by_values(column: Column) -> list[Candidate]:
    """What the values alone tell, where the header's words are all unknown or there are none."""
    blank = all(bag <= {"blank"} for bag in column.header.bags) and not column.header.unknown
    if not (blank or column.header.bags == (frozenset(),)) or column.empty or column.nested > _LIKELY:
        return []
    tells = []
    if column.email >= _MOST:
        tells.append("email")
    elif column.separated >= _ALL:
        tells.append("date")
    elif column.phone >= _MOST and column.number < _MOST and column.unique > _LIKELY:
        tells.append("phone")
    elif _is_number(column) and column.decimals > 0.2:  # noqa: PLR2004 - amounts seldom are whole
        tells.append("amount")
    elif column.wordy and column.words >= 5:  # noqa: PLR2004
        tells.append("text")
    elif column.length == 3 and all(re.fullmatch("[A-Z]{3}", one) for one in column.examples) and column.distinct < 20:  # noqa: PLR2004
        tells.append("currency")
    elif column.capitalised >= _MOST and column.distinct > 1:
        tells.append("name")
    elif blank and column.id_like and column.distinct > 1 and all(_DIGIT.search(one) for one in column.examples):
        tells.append("id")
    return [Candidate(meaning, _BY_VALUES, column, "by its values") for meaning in tells]


@dataclass
class Meanings:
    """Meaning → column, while the kind is being found."""

    columns: list[Column]
    found: dict[str, Candidate] = field(default_factory=dict)
    others: dict[str, list[Candidate]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def has(self, *meanings: str) -> bool:
        return any(meaning in self.found for meaning in meanings)

    def score(self, meaning: str) -> float:
        return self.found[meaning].score if meaning in self.found else 0.0

    def column(self, meaning: str) -> Column:
        return self.found[meaning].column

    def move(self, meaning: str, to: str, scale: float = 1.0) -> None:
        if meaning in self.found and to not in self.found:
            candidate = self.found.pop(meaning)
            self.found[to] = replace(candidate, meaning=to, score=candidate.score * scale)

    def says(self, *concepts: str) -> bool:
        """Does any header say one of these?"""
        return any(concept in bag for column in self.columns for bag in column.header.bags for concept in concepts)


def meanings(columns: list[Column]) -> Meanings:
    """The best column for each meaning; a column has one meaning."""
    candidates = [one for column in columns for one in (*_by_header(column), *_by_values(column))]
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
