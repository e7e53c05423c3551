"""What the values of a text column look like, and the SQL that reads them.

A column is looked at once, as counts of shapes ("0000-00-00 00:00:00 +0000": every digit is 0), and gets one
expression. So 03/04/2026 is read the way that the other rows of the same column decide, a column of one plain
shape costs one cast, and a value that fits nothing becomes null, which the caller reports as a refusal.

Every function here works on the view `shaped`, in which the column of that name is the trimmed text, null where
nothing was meant.
"""
# ruff: noqa: S608 - the SQL is made here, of column names and patterns that are ours

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from byname.facts.zones import known_zones, to_utc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

__all__ = ["MACROS", "PERIOD", "Reading", "blank", "identifier", "instant", "money", "period", "words"]

# What people and programs write where there is nothing.
_SPACE = "[\\s\u00a0]*"
_DASHES = "-|--|\u2013|\u2014"
_BLANK = rf"(?i){_SPACE}(|{_DASHES}|#?n/a|n\.a\.|na|null|none|nan|nil|undefined|0000-00-00( 00:00:00)?){_SPACE}"
_LONGEST = 64  # letters: no date has more
_FIRST_ROWS, _FIRST_SHAPES, _MOST_SHAPES = 1_000, 20, 5_000

MACROS = (
    # A year outside these is a slip of the keyboard or an empty value in disguise.
    "create or replace temp macro in_range(t) as case when year(t) between 1900 and 2199 then t end",
    "create or replace temp macro shape_of(t) as translate(lower(t), '0123456789', '0000000000')",
)


@dataclass(frozen=True)
class Reading:
    """How a column is read: `sql` gives the typed value or null; `expected` is said where it gives null."""

    sql: str
    expected: str


def blank(value: str) -> str:
    """SQL for the trimmed text, null where nothing was meant."""
    trimmed = f"trim(replace({value}, '\u00a0', ' '))"
    return f"case when regexp_full_match({value}, '{_BLANK}') then null else {trimmed} end"


# ------------------------------------------------------------------------------------------------ instants

_TIME = r"(?P<time>(?: +| ?t)\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?"
_OFFSET = r" ?(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})"
_CLOCK = _TIME + rf"(?P<ampm> ?[ap]\.?m\.?)?(?P<offset>{_OFFSET})?$"
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}" + _CLOCK)
_YEAR_FIRST = re.compile(r"^\d{4}(?P<mark>[/.-])\d{1,2}(?P=mark)\d{1,2}" + _CLOCK)
_YEAR_LAST = re.compile(r"^\d{1,2}(?P<mark>[/.-])\d{1,2}(?P=mark)(?P<year>\d{4}|\d{2})(,(?= ))?" + _CLOCK)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_MONTH = rf"({'|'.join(month[:3] for month in _MONTHS)})[a-z]*[.]?"
# With a month's name: the shape, the parts of the value, and how they stand in order.
_NAMED = (
    (
        re.compile(r"^([a-z]{3,9},? )?\d{1,2}([ -])(?P<month>[a-z]{3,9})\.?\2(?P<year>\d{4}|\d{2})(,(?= ))?" + _CLOCK),
        rf"^(?:[a-z]+,? )?(\d{{1,2}})[ -]{_MONTH}[ -](\d+),?",
        r"\1 \2 \3",
    ),
    (
        re.compile(r"^([a-z]{3,9},? )?(?P<month>[a-z]{3,9})\.? \d{1,2},? (?P<year>\d{4})(,(?= ))?( at)?" + _CLOCK),
        rf"^(?:[a-z]+,? )?{_MONTH} (\d{{1,2}}),? (\d+),?(?: at)?",
        r"\2 \1 \3",
    ),
)
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")
# Seconds, milli-, micro- and nanoseconds since 1970, by their digits; and what makes microseconds of them.
_EPOCHS = (
    (re.compile(r"^\d{9,10}(\.\d+)?$"), "1000000"),
    (re.compile(r"^\d{12,13}(\.\d+)?$"), "1000"),
    (re.compile(r"^\d{15,16}$"), "1"),
    (re.compile(r"^\d{18,19}$"), "0.001"),
)
# Forms that are another one in disguise: written in Python's and RE2's common tongue, for the shape and the value.
_DISGUISES = (
    (r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3"),
    (r"^(\d{4})(\d{2})(\d{2})[ t]?(\d{2})(\d{2})(\d{2})([.]\d+)?(z?)$", r"\1-\2-\3 \4:\5:\6\7\8"),
    # as Unix and Twitter write it: tue feb 24 11:35:52 -0800 2015
    (r"^[a-z]{3} ([a-z]{3}) +(\d{1,2}) (\d{2}:\d{2}:\d{2})( [+-]\d{4}| utc| gmt)? (\d{4})$", r"\1 \2 \5 \3\4"),
)
_MOST_HOURS = 15  # no clock is further from UTC


@dataclass(frozen=True)
class _Wall:
    """What the clock showed (SQL of a timestamp), and by how many minutes it was ahead of UTC if the value says so."""

    clock: str
    ahead: str = ""


def instant(
    con: duckdb.DuckDBPyConnection,
    v: str,
    *,
    zone: str,
    order: str = "",
    zone_column: str = "",
    only_day: bool = False,
) -> Reading:
    """How to read a column of dates or times as UTC timestamps, or as dates.

    Args:
        con: where the view `shaped` is.
        v: the column in it.
        zone: where the clock stood for values without an offset.
        order: "dmy" or "mdy" if known from elsewhere; used where the column does not decide.
        zone_column: SQL of a column that names each row's zone.
        only_day: give a DATE, and take no notice of zones.
    """
    shapes = _shapes(con, v)
    order = _order(con, v, shapes, order)
    zones = known_zones(con, zone_column) if zone_column else {}
    branches = {}
    for shape in shapes:
        wall = _wall(shape, v, order)
        if wall is None:
            continue
        if only_day:
            branches[shape] = wall.clock
        elif wall.ahead:
            branches[shape] = wall.clock if wall.ahead == "0" else f"({wall.clock} - to_minutes({wall.ahead}))"
        else:
            branches[shape] = to_utc(wall.clock, zone, zone_column, zones)
    read = f"in_range({_by_shape(v, branches, alone=len(branches) == len(shapes))})"
    expected = _expected(shapes, branches, order)
    if zone_column:
        expected += ", and a time zone such as Europe/Berlin or MDT beside it"
    return Reading(f"cast({read} as date)" if only_day else read, expected)


def _shapes(con: duckdb.DuckDBPyConnection, v: str) -> list[str]:
    """Every shape of the column, those of its beginning first: a pattern of these spares most rows being reshaped."""
    shaped = "select shape_of(v) from ({}) group by 1 order by count(*) desc, 1 limit {}"
    first = con.execute(
        shaped.format(f"select {v} as v from shaped where length({v}) <= {_LONGEST} limit {_FIRST_ROWS}", _FIRST_SHAPES)
    ).fetchall()
    shapes = [str(shape) for (shape,) in first]
    pattern = "|".join(re.escape(shape).replace("0", r"\d") for shape in shapes if shape.isprintable())
    others = con.execute(
        shaped.format(
            f"select {v} as v from shaped where length({v}) <= {_LONGEST} and not regexp_full_match({v}, ?, 'i')",
            _MOST_SHAPES,
        ),
        [pattern],
    ).fetchall()
    return list(dict.fromkeys((*shapes, *(str(shape) for (shape,) in others))))


def _order(con: duckdb.DuckDBPyConnection, v: str, shapes: Sequence[str], known: str) -> str:
    """Which comes first in 03/04/2026: by the values that can be read in one way only, else as known from elsewhere."""
    matches = [match for shape in shapes if (match := _YEAR_LAST.match(shape)) and match["mark"] != "."]
    if not matches:
        return known
    day_first, month_first = _one(
        con,
        f"select count(*) filter (where one between 13 and 31 and other between 1 and 12), "
        f"count(*) filter (where one between 1 and 12 and other between 13 and 31) from (select "
        f"try_cast(regexp_extract({v}, '^([0-9]{{1,2}})[/-]', 1) as integer) as one, "
        f"try_cast(regexp_extract({v}, '^[0-9]{{1,2}}[/-]([0-9]{{1,2}})[/-]', 1) as integer) as other from shaped)",
    )
    if day_first and month_first:  # one order and a few slips, or a mixture that nobody can read
        return "dmy" if day_first > 20 * month_first else "mdy" if month_first > 20 * day_first else known
    if day_first or month_first:
        return "dmy" if day_first else "mdy"
    # A clock of twelve hours beside numbers is American where nothing says otherwise.
    return known or ("mdy" if any(match["ampm"] for match in matches) else "")


def _wall(shape: str, v: str, order: str) -> _Wall | None:
    """How one shape is read; None if it is no date."""
    if number := _number(shape, v):
        return number
    for pattern, plain in _DISGUISES:
        if re.match(pattern, shape):
            value = f"regexp_replace(lower({v}), '{pattern}', '{plain}')"
            return _wall(re.sub(pattern, plain, shape), value, order)
    if (match := _ISO.match(shape)) and not match["ampm"]:
        return _Wall(f"try_cast({_plain(v, match)} as timestamp)", _ahead(v, match["offset"]))
    if match := _YEAR_FIRST.match(shape):
        mark = match["mark"]
        return _strptime(v, f"%Y{mark}%m{mark}%d", match)
    if match := _YEAR_LAST.match(shape):
        return _year_last(v, match, order)
    return _named(shape, v)


def _number(shape: str, v: str) -> _Wall | None:
    """Seconds or less since 1970, or days as a spreadsheet counts them."""
    for pattern, factor in _EPOCHS:
        if pattern.match(shape):
            micros = f"try_cast(try_cast({v} as decimal(28, 6)) * {factor} as bigint)"
            return _Wall(f"make_timestamp(nullif({micros}, 0))", "0")  # nought is no date
    if _SERIAL.match(shape):  # since 1899-12-30; rounded to the second
        days = f"try_cast({v} as double)"
        seconds = f"to_seconds(cast(round({days} * 86400) as bigint))"
        return _Wall(f"case when {days} between 10000 and 90000 then timestamp '1899-12-30' + {seconds} end")
    return None


def _year_last(v: str, match: re.Match[str], order: str) -> _Wall:
    mark = match["mark"]
    formats = {"dmy": f"%d{mark}%m{mark}{_year(match)}", "mdy": f"%m{mark}%d{mark}{_year(match)}"}
    order = "dmy" if mark == "." else order  # with full stops the day comes first wherever they are used
    if order:
        return _strptime(v, formats[order], match)
    # Undecided: only a date that is the same in both orders can be taken.
    one, other = (_strptime(v, formats[name], match) for name in ("dmy", "mdy"))
    return replace(one, clock=f"case when {one.clock} = {other.clock} then {one.clock} end")


def _named(shape: str, v: str) -> _Wall | None:
    """28 Feb 2026 and February 28, 2026, with or without a weekday before it."""
    for pattern, parts, plain in _NAMED:
        match = pattern.match(shape)
        if match and any(month.startswith(match["month"]) for month in _MONTHS):
            clean = f"regexp_replace(lower({v}), '{parts}', '{plain}')"
            return _strptime(clean, f"%d %b {_year(match)}", match)
    return None


def _year(match: re.Match[str]) -> str:
    return "%Y" if len(match["year"]) == len("2026") else "%y"


def _strptime(v: str, date_format: str, match: re.Match[str]) -> _Wall:
    clean = f"lower({_plain(v, match)})"
    clock = ""
    if match["time"]:
        clock = " %I:%M" if match["ampm"] else " %H:%M"
        clock += ":%S" if match["time"].count(":") > 1 else ""
        clock += ".%f" if "." in match["time"] or "," in match["time"] else ""
        clean = rf"regexp_replace({clean}, ',?[ t]+(\d{{1,2}}:)', ' \1')"
    if match["ampm"]:
        clean = rf"regexp_replace({clean}, ' ?([ap])\.?m\.?$', ' \1m')"
        clock += " %p"
    return _Wall(f"try_strptime({clean}, '{date_format}{clock}')", _ahead(v, match["offset"]))


def _plain(v: str, match: re.Match[str]) -> str:
    """The value without its offset, fractions of a second after a full stop and no finer than a millionth."""
    clean = f"left({v}, length({v}) - {len(match['offset'])})" if match["offset"] else v
    if match["time"] and ("." in match["time"] or "," in match["time"]):
        clean = rf"regexp_replace({clean}, '(:\d{{2}})[.,](\d{{1,6}})\d*', '\1.\2')"
    return f"upper({clean})" if match["time"] and "t" in match["time"] else clean


def _ahead(v: str, offset: str | None) -> str:
    """SQL of the minutes that a value's offset (its last characters) is ahead of UTC; nothing if it has none."""
    if not offset:
        return ""
    if offset.strip() in ("z", "utc", "gmt"):
        return "0"
    digits = f"right({v}, {len(offset.strip()) - 1})"
    hours = f"try_cast(left({digits}, 2) as integer)"
    minutes = f"try_cast(right({digits}, 2) as integer)" if len(offset.strip()) > len("+02") else "0"
    sign = "-" if "-" in offset else ""
    return f"{sign}(case when {hours} <= {_MOST_HOURS} and {minutes} < 60 then {hours} * 60 + {minutes} end)"


def _by_shape(v: str, branches: Mapping[str, str], *, alone: bool) -> str:
    """One expression for the column: a CASE over shapes, unless all of them are read alike and there are no others."""
    shapes_of: dict[str, list[str]] = {}
    for shape, sql in branches.items():
        shapes_of.setdefault(sql, []).append(f"'{shape}'")
    if not shapes_of:
        return "cast(null as timestamp)"
    if alone and len(shapes_of) == 1:
        return next(iter(shapes_of))
    whens = " ".join(f"when shape_of({v}) in ({', '.join(shapes)}) then {sql}" for sql, shapes in shapes_of.items())
    return f"case {whens} end"


def _expected(shapes: Sequence[str], branches: Mapping[str, str], order: str) -> str:
    example = "a date such as 2026-02-28 10:00 +01:00"
    last = [shape for shape in shapes if (match := _YEAR_LAST.match(shape)) and match["mark"] != "."]
    if last and not order:
        return (
            f"{example}; nothing in this column tells whether day or month comes first: "
            'say [dates] order = "dmy" or "mdy" in byname.toml'
        )
    most = next((shape for shape in shapes if shape in branches), None)
    if most is None:
        return example
    return f"{example}; the other rows of this column read as {_in_words(most, order)}"


def _in_words(shape: str, order: str) -> str:
    if match := _YEAR_LAST.match(shape):
        return "day.month.year" if match["mark"] == "." else {"dmy": "day/month/year", "mdy": "month/day/year"}[order]
    if _SERIAL.match(shape):
        return "days as a spreadsheet counts them"
    if any(pattern.match(shape) for pattern, _ in _EPOCHS):
        return "seconds or milliseconds since 1970"
    return "year-month-day" if _ISO.match(shape) or _YEAR_FIRST.match(shape) else shape


# -------------------------------------------------------------------------------------------------- amounts

# A minus, apostrophes and spaces as typographers set them, and as keyboards have them.
_ODD_MARKS, _USUAL_MARKS = "'\u2212\u2019\u00b4\u00a0\u202f\u2009'", "'-''''   '"
_WORDS_FOR_MONEY = r"([A-Z]{3}|(?i:kr|zł|kč|ft|lei|lv|rs|rm|rp|r|eur|usd|gbp|chf))\.?"
_SYMBOL = rf"({_WORDS_FOR_MONEY}|\p{{L}}{{0,3}}\p{{Sc}})?"
_AMOUNT = rf"^[\s(+-]*{_SYMBOL}[\s(-]*[.,]?\d[\d.,\s'']*[\s)-]*{_SYMBOL}[\s)-]*$"


def money(con: duckdb.DuckDBPyConnection, v: str, kind: str = "decimal(18,4)") -> Reading:
    """How to read a column of amounts or numbers: 997.98 and 1,240.00 and 1.240,00 and $ (12.50).

    The decimal mark is the one that the column shows; a single mark before exactly three digits parts thousands,
    but for a column in which every value has three digits after a full stop. A value with the other mark is
    refused: as a number it would be a hundred times too large.
    """
    expected = "an amount such as 1240.00" if kind.startswith("decimal") else "a number such as 12.5"
    plain = f"try_cast({v} as {kind})"
    if kind == "double":
        plain = f"case when isfinite({plain}) then {plain} end"
    failed, dotted = _one(
        con,
        rf"select count(*) filter (where {plain} is null), "
        # The first test is cheap and nearly always enough.
        rf"count(*) filter (where left(right({v}, 4), 1) = '.' and regexp_full_match({v}, '-?\d{{1,3}}\.\d{{3}}')) "
        f"from shaped where {v} is not null",
    )
    if not failed and (not dotted or not _decimal_comma(con, v, v)):
        return Reading(plain, expected)
    tidy = rf"regexp_replace(translate({v}, {_ODD_MARKS}, {_USUAL_MARKS}), '[.,]-+$', '')"
    bare = rf"regexp_replace(replace(regexp_replace({tidy}, '\p{{L}}+\.?', '', 'g'), '(', '-'), '[^0-9.,-]', '', 'g')"
    mark, parting = (",", ".") if _decimal_comma(con, v, bare) else (".", ",")
    digits = rf"-*(\d+|\d{{1,3}}([{parting}]\d{{2,3}})*[{parting}]\d{{3}})?([{mark}]\d*)?-*"
    number = f"replace(replace(replace({bare}, '{parting}', ''), '{mark}', '.'), '-', '')"
    signed = f"case when contains({bare}, '-') then '-' else '' end || {number}"
    fits = f"regexp_matches({tidy}, '{_AMOUNT}') and regexp_full_match({bare}, '{digits}')"
    return Reading(
        f"case when {fits} then try_cast({signed} as {kind}) end",
        expected + "; this column has a comma before the decimals" * (mark == ","),
    )


def _decimal_comma(con: duckdb.DuckDBPyConnection, v: str, bare: str) -> bool:
    """Do the values' marks say that a comma comes before the decimals?"""
    thousand = r"regexp_full_match(c, '-?\d{1,3}\.\d{3}-?')"
    comma, stop, thousands, sure = _one(
        con,
        r"select count(*) filter (where regexp_matches(c, '(^|-)0?,\d+-?$|,(\d{1,2}|\d{4,})-?$|\..*,|\..*\.')), "
        r"count(*) filter (where regexp_matches(c, '(^|-)0?\.\d+-?$|\.(\d{1,2}|\d{4,})-?$|,.*\.|,.*,')), "
        f"count(*) filter (where {thousand}), "
        # Beside whole numbers, or with a currency, three digits after a full stop are thousands.
        rf"count(*) filter (where regexp_full_match(c, '-?\d+') or ({thousand} and c <> v)) "
        f"from (select {v} as v, {bare} as c from shaped where {v} is not null)",
    )
    return bool(comma > stop or (not comma and not stop and thousands and sure))


# Days of a unit of time, and how people write it, without accents; {n} days, 1m and P1M are read too.
_UNITS = (
    ("1", "d|days?|daily|tage?|taglich|jours?|quotidien(ne)?|dias?|diario|giorn[oi]|dag(en)?"),
    ("7", "w|weeks?|weekly|wochen?|wochentlich|semaines?|hebdomadaire|semanas?|semanal|settiman[ae]|settimanale"
          "|we+k(en)?|wekelijks"),
    ("30.4375", "m|mo|mths?|months?|monthly|monate?|monatlich|mois|mensuel(le)?|mes(es)?|mensual|mes[ei]|mensile"
                "|maand(en)?|maandelijks"),
    ("91.3125", "q|quarters?|quarterly|quartale?|quartalsweise|vierteljahr(e|lich)?|trimestres?|trimestriel(le)?"
                "|trimestral|trimestrale|kwarta(al|len)"),
    ("182.625", "half[ -]?year(ly)?|semi[ -]?annual(ly)?|halbjahr(e|lich)?|semestres?|semestriel(le)?|semestral(e)?"),
    ("365.25", "y|yr|years?|yearly|annual(ly)?|jahre?|jahrlich|an(s|nee|nees|nuel|nuelle)?|anos?|anual|ann[oi]"
               "|annuale|jaar|jaren|jaarlijks"),
)  # fmt: skip


PERIOD = re.compile(rf"(every|per|pro|alle|/)? ?p?\d*[ -]?({'|'.join(words for _, words in _UNITS)})")


def period(v: str) -> Reading:
    """How to read a column of lengths of time as whole days: monthly, "3 months", P1Y, 14 (days)."""
    said = f"regexp_replace(strip_accents(lower({v})), '^(every|each|per|pro|par|alle|jede[nrs]?|tous les|/) +', '')"
    number = f"coalesce(try_cast(nullif(regexp_extract({said}, '^p?([0-9]+)', 1), '') as integer), 1)"
    whens = " ".join(
        f"when regexp_full_match({said}, 'p?[0-9]*[ -]?({words})') then {number} * {days}" for days, words in _UNITS
    )
    alone = f"when regexp_full_match({said}, '[0-9]{{1,4}}') then {number} * 1"
    return Reading(
        f"nullif(cast(round(case {alone} {whens} end) as bigint), 0)",
        "a period such as monthly, 3 months, yearly or a number of days",
    )


def identifier(con: duckdb.DuckDBPyConnection, v: str) -> Reading:
    """How to read a column of ids: without a protecting apostrophe, and without the ".0" of a spreadsheet.

    The ".0" goes only if every value has it; leading zeros stay. What a spreadsheet has rounded (9.01E+12) stands for
    several ids at once, so it is none.
    """
    whole = rf"ends_with({v}, '.0') and regexp_full_match({v}, '''?\d+\.0')"
    (others,) = _one(con, f"select count(*) from shaped where {v} is not null and not ({whole})")
    bare = f"case when starts_with({v}, '''') then substr({v}, 2) else {v} end"
    tidy = bare if others else rf"regexp_replace({bare}, '\.0$', '')"
    rounded = rf"contains({v}, '+') and regexp_full_match({v}, '''?\d([.,]\d+)?[eE]\+\d+')"
    return Reading(f"case when not ({rounded}) then {tidy} end", "an id in full: a spreadsheet has rounded this one")


def words(v: str, meanings: Mapping[str, Sequence[str]], kind: str) -> Reading:
    """How to read a column that answers in words, whatever the language and case.

    Args:
        v: the column.
        meanings: SQL literal of each meaning → the words for it, in lower case.
        kind: SQL type of the literals.
    """
    whens = " ".join(
        f"when lower({v}) in ({', '.join(chr(39) + word + chr(39) for word in said)}) then {meaning}"
        for meaning, said in meanings.items()
    )
    listed = ", ".join(dict.fromkeys(said[0] for said in meanings.values()))
    return Reading(f"cast(case {whens} end as {kind})", f"one of: {listed}")


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = con.execute(sql).fetchone()
    if row is None:
        raise AssertionError(sql)
    return row
