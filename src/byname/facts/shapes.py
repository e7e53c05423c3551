"""What the values of a text column look like, and the SQL that reads them.

A column is looked at once, as counts of shapes ("0000-00-00 00:00:00 +0000": every digit is 0), and gets one
expression. So 03/04/2026 is read the way that the other rows of the same column decide, a column of one plain
shape costs one cast, and a value that fits nothing becomes null, which the caller reports as a refusal.

Every function here works on the view `shaped`, in which the column of that name is the trimmed text, null where
nothing was meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

if TYPE_CHECKING:
    import duckdb

__all__ = ["MACROS", "Reading", "blank", "identifier", "instant", "money", "words"]

# What people and programs write where there is nothing.
_BLANKS = ("", "-", "--", "n/a", "#n/a", "na", "null", "none", "nan", "nil", "undefined",
           "0000-00-00", "0000-00-00 00:00:00")  # fmt: skip

MACROS = (
    # A year outside these is a slip of the keyboard or an empty value in disguise.
    "create or replace temp macro in_range(t) as "
    "case when t between timestamp '1900-01-01' and timestamp '2200-01-01' then t end",
    "create or replace temp macro shape_of(t) as translate(lower(t), '0123456789', '0000000000')",
)


@dataclass(frozen=True)
class Reading:
    """How a column is read: `sql` gives the typed value or null; `expected` is said where it gives null."""

    sql: str
    expected: str


def blank(value: str) -> str:
    """SQL for the trimmed text, null where nothing was meant."""
    listed = ", ".join(f"'{word}'" for word in _BLANKS)
    return f"case when lower(trim({value})) in ({listed}) then null else trim({value}) end"


# ------------------------------------------------------------------------------------------------ instants

_TIME = r"(?P<time>[ t]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?"
_CLOCK = _TIME + r"(?P<ampm> ?[ap]\.?m\.?)?(?P<offset> ?(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2}))?$"
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}" + _CLOCK)
_YEAR_FIRST = re.compile(r"^\d{4}(?P<mark>[/.-])\d{1,2}(?P=mark)\d{1,2}" + _CLOCK)
_YEAR_LAST = re.compile(r"^\d{1,2}(?P<mark>[/.-])\d{1,2}(?P=mark)(?P<year>\d{4}|\d{2}),?" + _CLOCK)
_NAMED_DAY_FIRST = re.compile(
    r"^(?P<weekday>[a-z]{3,9},? )?\d{1,2}(?P<mark>[ -])(?P<month>[a-z]{3,9})\.?(?P=mark)(?P<year>\d{4}|\d{2}),?" + _CLOCK
)
_NAMED_MONTH_FIRST = re.compile(
    r"^(?P<weekday>[a-z]{3,9}, )?(?P<month>[a-z]{3,9})\.? \d{1,2},? (?P<year>\d{4}),?( at)?" + _CLOCK
)
_COMPACT = re.compile(r"^\d{8}$")
_SECONDS = re.compile(r"^\d{9,10}(\.\d+)?$")
_MILLIS = re.compile(r"^\d{12,13}$")
_SERIAL = re.compile(r"^\d{5}(\.\d+)?$")

_HOURS_OF_ZONES = {"z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
                   "akst": -9, "akdt": -8, "hst": -10, "cet": 1, "cest": 2, "bst": 1, "aest": 10, "aedt": 11,
                   "nzst": 12, "nzdt": 13, "jst": 9}  # fmt: skip
# As dashboards name them; "London" or "Paris" alone is found by its city.
_NAMED_ZONES = {"atlantic time (canada)": "America/Halifax", "eastern time (us & canada)": "America/New_York",
                "central time (us & canada)": "America/Chicago", "mountain time (us & canada)": "America/Denver",
                "pacific time (us & canada)": "America/Los_Angeles", "arizona": "America/Phoenix",
                "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu"}  # fmt: skip


@dataclass(frozen=True)
class _Wall:
    """SQL of a timestamp; `utc` if the value itself said its offset."""

    sql: str
    utc: bool = False


def instant(
    con: duckdb.DuckDBPyConnection, v: str, *, zone: str, order: str = "", zone_column: str = "", only_day: bool = False
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
    found = con.execute(
        f"select shape_of({v}), count(*) from shaped where {v} is not null group by 1 order by 2 desc, 1 limit 500"
    ).fetchall()
    shapes = [str(shape) for shape, _ in found]
    order = _order(con, v, shapes) or order
    zones = _zones(con, zone_column) if zone_column else None
    branches = {}
    for shape in shapes:
        wall = _wall(shape, v, order)
        if wall is not None:
            branches[shape] = wall.sql if wall.utc or only_day else _to_utc(wall.sql, zone, zone_column, zones)
    read = f"in_range({_by_shape(v, branches)})"
    expected = _expected(shapes, branches, order)
    if zone_column:
        expected += ", and a time zone such as Europe/Berlin or MDT beside it"
    return Reading(f"cast({read} as date)" if only_day else read, expected)


def _order(con: duckdb.DuckDBPyConnection, v: str, shapes: list[str]) -> str:
    """Which comes first in 03/04/2026, by the values of the column that can be read in one way only."""
    matches = [match for shape in shapes if (match := _YEAR_LAST.match(shape)) and match["mark"] != "."]
    if not matches:
        return ""
    row = con.execute(
        f"select count(*) filter (where try_cast(regexp_extract({v}, '^([0-9]+)', 1) as integer) > 12), "
        f"count(*) filter (where try_cast(regexp_extract({v}, '^[0-9]+[/-]([0-9]+)', 1) as integer) > 12) "
        f"from shaped where regexp_matches({v}, '^[0-9]{{1,2}}[/-][0-9]{{1,2}}[/-]')"
    ).fetchone()
    day_first, month_first = row or (0, 0)
    if day_first and month_first:  # one order and a few slips, or a mixture that nobody can read
        return "dmy" if day_first > 20 * month_first else "mdy" if month_first > 20 * day_first else ""
    if not day_first and not month_first:
        # A clock of twelve hours beside numbers is American where nothing says otherwise.
        return "mdy" if any(match["ampm"] for match in matches) else ""
    return "dmy" if day_first else "mdy"


def _wall(shape: str, v: str, order: str) -> _Wall | None:
    """How one shape is read; None if it is no date."""
    if (match := _ISO.match(shape)) and not match["ampm"]:
        bare = _without_offset(v) if match["offset"] else v
        return _offset(v, match["offset"], f"try_cast(replace({bare}, ',', '.') as timestamp)")
    if match := _YEAR_FIRST.match(shape):
        mark = match["mark"]
        return _strptime(v, f"%Y{mark}%m{mark}%d", match)
    if match := _YEAR_LAST.match(shape):
        return _year_last(v, match, order)
    if _COMPACT.match(shape):
        return _Wall(f"try_strptime({v}, '%Y%m%d')")
    if _SECONDS.match(shape):
        return _Wall(f"make_timestamp(cast(try_cast({v} as decimal(20,6)) * 1000000 as bigint))", utc=True)
    if _MILLIS.match(shape):
        return _Wall(f"make_timestamp(try_cast({v} as bigint) * 1000)", utc=True)
    if _SERIAL.match(shape):  # days since 1899-12-30, as spreadsheets count; rounded to the second
        days = f"try_cast({v} as double)"
        seconds = f"to_seconds(cast(round({days} * 86400) as bigint))"
        return _Wall(f"case when {days} between 10000 and 90000 then timestamp '1899-12-30' + {seconds} end")
    if match := _NAMED_DAY_FIRST.match(shape):
        return _named(v, match, "{day}{mark}{month}{mark}{year}")
    if match := _NAMED_MONTH_FIRST.match(shape):
        return _named(v, match, "{month} {day} {year}")
    return None


def _year_last(v: str, match: re.Match[str], order: str) -> _Wall:
    mark, year = match["mark"], "%Y" if len(match["year"]) == len("2026") else "%y"
    formats = {"dmy": f"%d{mark}%m{mark}{year}", "mdy": f"%m{mark}%d{mark}{year}"}
    order = "dmy" if mark == "." else order  # with full stops the day comes first wherever they are used
    if order:
        return _strptime(v, formats[order], match)
    # Undecided: only a date that is the same in both orders can be taken.
    one, other = (_strptime(v, formats[name], match) for name in ("dmy", "mdy"))
    return replace(one, sql=f"case when {one.sql} = {other.sql} then {one.sql} end")


def _named(v: str, match: re.Match[str], pattern: str) -> _Wall:
    clean = f"regexp_replace(lower({v}), '^[a-z]+,? ', '')" if match["weekday"] else f"lower({v})"
    clean = f"replace(replace(replace({clean}, '.', ''), ' at ', ' '), 'sept ', 'sep ')"
    date_format = pattern.format(
        day="%d",
        mark=match.groupdict().get("mark", " "),
        month="%b" if len(match["month"]) <= len("sept") else "%B",
        year="%Y" if len(match["year"]) == len("2026") else "%y",
    )
    return _strptime(clean, date_format, match)


def _strptime(v: str, date_format: str, match: re.Match[str]) -> _Wall:
    clean = _without_offset(v) if match["offset"] else v
    clean = f"regexp_replace(replace(lower({clean}), ',', ''), '[ t]+', ' ', 'g')" if match["time"] else f"replace(lower({clean}), ',', '')"
    clock = ""
    if match["time"]:
        clock = " %I:%M" if match["ampm"] else " %H:%M"
        clock += ":%S" if match["time"].count(":") > 1 else ""
        if "." in match["time"]:
            clean = f"regexp_replace({clean}, '(:[0-9]+)\\.[0-9]+', '\\1')"
    if match["ampm"]:
        clean = f"regexp_replace({clean}, ' ?([ap])\\.?m\\.?$', ' \\1m')"
        clock += " %p"
    return _offset(v, match["offset"], f"try_strptime({clean}, '{date_format}{clock}')")


def _offset(v: str, offset: str | None, wall: str) -> _Wall:
    """The clock's time less the offset that the value names."""
    if not offset:
        return _Wall(wall)
    if offset.strip() in ("z", "utc", "gmt"):
        return _Wall(wall, utc=True)
    sign = f"case when regexp_extract({v}, '([+-])[0-9:]+$', 1) = '-' then -1 else 1 end"
    hours = f"try_cast(regexp_extract({v}, '[+-]([0-9]{{2}})[0-9:]*$', 1) as integer)"
    minutes = f"coalesce(try_cast(regexp_extract({v}, '[+-][0-9]{{2}}:?([0-9]{{2}})$', 1) as integer), 0)"
    return _Wall(f"({wall} - to_minutes(({sign}) * ({hours} * 60 + {minutes})))", utc=True)


def _without_offset(v: str) -> str:
    return f"regexp_replace({v}, '(?i) ?(z|utc|gmt|[+-][0-9]{{2}}:?[0-9]{{2}}|[+-][0-9]{{2}})$', '')"


def _to_utc(wall: str, zone: str, zone_column: str, zones: dict[str, str | timedelta] | None) -> str:
    if zones is None:
        return _shifted(wall, zone)
    whens = " ".join(f"when '{name}' then {_shifted(wall, known)}" for name, known in zones.items())
    return f"case lower(trim({zone_column})) {whens} end" if whens else "cast(null as timestamp)"


def _shifted(wall: str, zone: str | timedelta) -> str:
    if isinstance(zone, timedelta):
        return f"({wall} - to_seconds({int(zone.total_seconds())}))"
    return wall if zone in ("UTC", "Etc/UTC") else f"timezone('UTC', timezone('{zone}', {wall}))"


def _zones(con: duckdb.DuckDBPyConnection, column: str) -> dict[str, str | timedelta]:
    """What the names in a column of zones mean; unknown ones are left out, so that their rows are refused."""
    names = con.execute(f"select distinct lower(trim({column})) from shaped where {column} is not null").fetchall()
    return {name: known for (name,) in names if (known := _known_zone(name)) is not None}


@lru_cache
def _known_zone(name: str) -> str | timedelta | None:
    if name in _HOURS_OF_ZONES:
        return timedelta(hours=_HOURS_OF_ZONES[name])
    if name in _NAMED_ZONES:
        return _NAMED_ZONES[name]
    zones = {zone.lower(): zone for zone in sorted(available_timezones())}
    of_city = next((zone for lower, zone in zones.items() if lower.endswith(f"/{name.replace(' ', '_')}")), None)
    return zones.get(name, of_city)


def _by_shape(v: str, branches: dict[str, str]) -> str:
    """One expression for the column: a CASE over shapes where they are read differently."""
    if not branches:
        return "cast(null as timestamp)"
    if len(set(branches.values())) == 1:
        return next(iter(branches.values()))
    whens = " ".join(f"when '{shape}' then {sql}" for shape, sql in branches.items())
    return f"case shape_of({v}) {whens} end"


def _expected(shapes: list[str], branches: dict[str, str], order: str) -> str:
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
    if _SECONDS.match(shape) or _MILLIS.match(shape):
        return "seconds or milliseconds since 1970"
    return "year-month-day" if _ISO.match(shape) or _YEAR_FIRST.match(shape) else shape


# -------------------------------------------------------------------------------------------------- amounts

_SYMBOL = r"(\p{Sc}|[A-Za-z]{1,3}\p{Sc}|[A-Za-z]{2,3}\.?)?"
_AMOUNT = rf"^[\s(+\-−]*{_SYMBOL}[\s\-−]*[.,]?\d[\d.,\s'']*{_SYMBOL}[\s)\-−]*$"


def money(con: duckdb.DuckDBPyConnection, v: str, kind: str = "decimal(18,4)") -> Reading:
    """How to read a column of amounts or numbers: 997.98 and 1,240.00 and 1.240,00 and $ (12.50).

    The decimal mark is the one that the column shows; a single mark before exactly three digits parts thousands,
    but for a column in which every value has three digits after a full stop.
    """
    expected = "an amount such as 1240.00" if kind.startswith("decimal") else "a number such as 12.5"
    failed, dotted, whole, decimals = _one(
        con,
        f"select count(*) filter (where try_cast({v} as {kind}) is null), "
        rf"count(*) filter (where regexp_full_match({v}, '-?\d{{1,3}}(\.\d{{3}})+')), "
        rf"count(*) filter (where regexp_full_match({v}, '-?\d+')), "
        rf"count(*) filter (where regexp_full_match({v}, '-?(0?\.\d+|\d+\.(\d{{1,2}}|\d{{4,}}))')) "
        f"from shaped where {v} is not null",
    )
    if not failed and (not dotted or decimals or not whole):
        return Reading(f"try_cast({v} as {kind})", expected)
    clean = rf"regexp_replace(replace(replace({v}, '−', '-'), '(', '-'), '[^0-9.,\-]', '', 'g')"
    comma, stop, thousands = _one(
        con,
        r"select count(*) filter (where regexp_matches(c, '(^|-)0?,\d+-?$|,(\d{1,2}|\d{4,})-?$|\..*,')), "
        r"count(*) filter (where regexp_matches(c, '(^|-)0?\.\d+-?$|\.(\d{1,2}|\d{4,})-?$|,.*\.')), "
        r"count(*) filter (where regexp_full_match(c, '-?\d{1,3}(\.\d{3})+-?')) "
        f"from (select {clean} as c from shaped where {v} is not null)",
    )
    decimal_comma = comma > stop or (not comma and not stop and thousands > 0)
    number = f"replace(replace({clean}, '.', ''), ',', '.')" if decimal_comma else f"replace({clean}, ',', '')"
    signed = f"case when {number} like '%-%' then '-' || replace({number}, '-', '') else {number} end"
    return Reading(f"case when regexp_matches({v}, '{_AMOUNT}') then try_cast({signed} as {kind}) end", expected)


def identifier(con: duckdb.DuckDBPyConnection, v: str) -> Reading:
    """How to read a column of ids: without a protecting apostrophe, and without the ".0" of a spreadsheet.

    The ".0" goes only if every value has it; leading zeros stay.
    """
    (others,) = _one(
        con, rf"select count(*) from shaped where {v} is not null and not regexp_full_match({v}, '''?\d+\.0')"
    )
    bare = f"case when starts_with({v}, '''') then substr({v}, 2) else {v} end"
    return Reading(bare if others else rf"regexp_replace({bare}, '\.0$', '')", "an id")


def words(v: str, meanings: dict[str, tuple[str, ...]], kind: str) -> Reading:
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
