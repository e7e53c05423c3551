"""What the values of an unknown file's columns look like, seen in a bounded part of it."""
# ruff: noqa: S608 - the SQL is made here; names of columns are quoted

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.facts import shapes
from byname.facts.headers import Header, header_of
from byname.facts.quoting import quoted

if TYPE_CHECKING:
    import duckdb

    from byname.facts.raw import Raw

__all__ = ["ALL", "LIKELY", "MOST", "Column", "one_row", "profiles"]

LIKELY, MOST, ALL = 0.5, 0.9, 0.98  # shares of a column's values

_SAMPLE_ROWS = 10_000  # of the beginning, and as many of the middle
_EXAMPLES = 200
_LONGEST_EXAMPLE, _SHOWN = 60, 30
_ONE_WORD, _SEVERAL_WORDS, _LONGEST_ID, _LONGEST_LABEL = 1.1, 3, 40, 60

_ROUNDED = re.compile(r"\d[.,]\d+[eE]\+\d+")
_PRICED = re.compile(r"[€$£¥₹]|\b(EUR|USD|GBP|CHF)\b")
_DIGIT = re.compile(r"\d")
_EMAIL = r"^\S+@\S+\.[A-Za-z]{2,}$"
_PHONE = r"^[+(]?[0-9][0-9 ()./+-]{5,}[0-9]( ?(x|ext\.?) ?[0-9]+)?$"
_CLOCK = r"^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?$"
_SEPARATED = r"[0-9][-/.][0-9]+[-/.][0-9]|[0-9].*:.*[0-9]|[A-Za-z]{3}.*[0-9]{4}|[0-9]{4}.*[A-Za-z]{3}"
_NAME = r"\p{Lu}[\p{L}.\x27\x{2019}-]*"
_CAPITALISED = rf"^{_NAME}( (de|van|von|der|la|di|da|dos|del))*( {_NAME}){{1,3}}$"

# What is counted of a column: v is the text, d its date, n its number, each null where it is none.
_COUNTED = {
    "distinct": "count(distinct v)",
    "email": f"share(regexp_matches(v, '{_EMAIL}'))",
    "phone": f"share(regexp_matches(v, '{_PHONE}'))",
    "date": "share(d is not null)",
    "separated": f"share(d is not null and regexp_matches(v, '{_SEPARATED}'))",
    "number": "share(n is not null)",
    "clock": f"share(regexp_matches(v, '{_CLOCK}'))",
    "decimals": "share(n <> floor(n) or (n is not null and regexp_matches(v, '[.,][0-9]{2}$')))",
    "lowest": "coalesce(min(n), 0)",
    "highest": "coalesce(max(n), 0)",
    "length": "avg(length(v))",
    "words": "avg(1 + length(v) - length(replace(v, ' ', '')))",
    "nested": "share(left(v, 1) in ('{', '['))",
    "capitalised": f"share(regexp_matches(v, '{_CAPITALISED}'))",
}


@dataclass(frozen=True)
class Column:
    """One column of the file: its header's concepts, and what its sampled values look like.

    `email`, `phone`, `date`, `number`, `clock` (a time of day), `decimals`, `separated` (dates with marks in them),
    `nested` (JSON) and `capitalised` (two words or more, as a name is written) are shares of the filled values;
    `length` and `words` are means.
    """

    name: str
    place: int
    header: Header
    filled: int
    distinct: int = 0
    email: float = 0
    phone: float = 0
    date: float = 0
    separated: float = 0
    number: float = 0
    clock: float = 0
    decimals: float = 0
    lowest: float = 0
    highest: float = 0
    length: float = 0
    words: float = 0
    nested: float = 0
    capitalised: float = 0
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
    def textual(self) -> bool:
        """Is it neither addresses nor dates nor JSON?"""
        return self.email < LIKELY and self.separated < LIKELY and self.nested < LIKELY

    @property
    def wordlike(self) -> bool:
        """Is it text, and no numbers?"""
        return self.textual and self.number < LIKELY

    @property
    def label(self) -> bool:
        """Is it short text or numbers?"""
        return self.textual and self.length <= _LONGEST_LABEL

    @property
    def sentences(self) -> bool:
        """Is it what somebody said in several words?"""
        return self.words >= _SEVERAL_WORDS and self.unique > 0.2 and self.date < LIKELY and not self.nested  # noqa: PLR2004

    @property
    def numeric(self) -> bool:
        """Is it numbers, but for a few slips?"""
        return self.number >= MOST and self.separated < LIKELY

    @property
    def dates(self) -> bool:
        """Is it dates, but for some slips?"""
        return self.date >= 0.8 and not self.clock  # noqa: PLR2004

    @property
    def id_like(self) -> bool:
        """Is it short values without blanks: no amounts, addresses, dates, nor numbers that a spreadsheet rounded?"""
        short = self.words <= _ONE_WORD and self.length <= _LONGEST_ID
        rounded = any(_ROUNDED.fullmatch(example) for example in self.examples)
        return short and self.email < LIKELY and not self.decimals and self.separated < LIKELY and not rounded

    @property
    def priced(self) -> bool:
        """Does any value name its currency?"""
        return any(_PRICED.search(example) for example in self.examples)

    @property
    def digits(self) -> bool:
        """Is there a digit in any value?"""
        return any(_DIGIT.search(example) for example in self.examples)

    @property
    def numbered(self) -> bool:
        """Is there a digit in every value?"""
        return all(_DIGIT.search(example) for example in self.examples)

    def seen(self) -> str:
        """What was found, for a person."""
        if self.empty:
            return "empty"
        looks = (
            (self.email, "e-mail addresses"),
            (self.separated, "dates"),
            (self.nested, "nested JSON"),
            (self.number, "numbers"),
            (self.phone, "phone numbers"),
        )
        text = "text of several words" if self.words >= _SEVERAL_WORDS else "short text"
        kind = next((name for share, name in looks if share >= MOST), text)
        different = "all different" if self.unique == 1 else f"{self.distinct:,} different"
        return f"{kind} ({different}), such as {', '.join(example[:_SHOWN] for example in self.examples[:3])}"


def profiles(con: duckdb.DuckDBPyConnection, raw: Raw) -> list[Column]:
    """Look at the beginning and the middle of the held file; they stay in the table `sampled`, columns v0, v1, …"""  # noqa: D415
    for macro in shapes.MACROS:
        con.execute(macro)
    con.execute("create or replace temp macro share(b) as count(*) filter (where b)::double / count(*)")
    (rows,) = one_row(con, "select count(*) from staged")
    blanked = ", ".join(f"{shapes.blank(quoted(name))} as v{place}" for place, name in enumerate(raw.columns))
    con.execute(
        f"create or replace temp table sampled as select row, {blanked} from staged where rowid < {_SAMPLE_ROWS} "
        f"or rowid between {rows // 2} and {rows // 2 + _SAMPLE_ROWS}"
    )
    con.execute("create or replace temp view shaped as select * from sampled")
    return [_profile(con, name, place) for place, name in enumerate(raw.columns)]


def _profile(con: duckdb.DuckDBPyConnection, name: str, place: int) -> Column:
    v = f"v{place}"
    (filled,) = one_row(con, f"select count({v}) from shaped")
    if not filled:
        return Column(name, place, header_of(name), 0)
    date = shapes.instant(con, v, zone="UTC", order=_any_order(con, v)).sql
    number = shapes.money(con, v, "double").sql
    counted = one_row(
        con,
        f"with typed as (select {v} as v, {date} as d, {number} as n from shaped where {v} is not null) "
        f"select {', '.join(_COUNTED.values())} from typed",
    )
    examples = con.execute(
        f"select left({v}, {_LONGEST_EXAMPLE}) from shaped where {v} is not null group by {v} "
        f"order by count(*) desc, {v} limit {_EXAMPLES}"
    ).fetchall()
    looks: dict[str, Any] = dict(zip(_COUNTED, counted, strict=True))
    return Column(name, place, header_of(name), filled, **looks, examples=tuple(str(one) for (one,) in examples))


def _any_order(con: duckdb.DuckDBPyConnection, v: str) -> str:
    """An order to look with where the column does not decide: it holds dates whichever is right."""
    day_second = "^[0-9]{1,2}[/-](1[3-9]|2[0-9]|3[01])[/-]"
    (second,) = one_row(con, f"select count(*) from shaped where regexp_matches({v}, '{day_second}')")
    return "mdy" if second else "dmy"


def one_row(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """The one row that a statement gives."""
    row = con.execute(sql).fetchone()
    if row is None:
        raise AssertionError(sql)
    return row
