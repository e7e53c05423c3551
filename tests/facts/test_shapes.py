"""Dates, amounts and ids are read the way that their whole column decides, or refused honestly (S3.18, S0.19)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.facts import reading, shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for macro in shapes.MACROS:
            connection.execute(macro)
        yield connection


def column(con: duckdb.DuckDBPyConnection, values: list[str | None], zones: list[str] | None = None) -> None:
    """Make the view `shaped` of one column, as the reading does it."""
    con.execute(
        "create or replace table staged as "
        "select unnest(cast(? as bigint[])) as place, unnest(cast(? as varchar[])) as said, "
        "unnest(cast(? as varchar[])) as zone",
        [list(range(len(values))), values, zones or [None] * len(values)],
    )
    con.execute(f"create or replace view shaped as select place, zone, {shapes.blank('said')} as v from staged")


def values_of(con: duckdb.DuckDBPyConnection, sql: str) -> list[Any]:
    return [row[0] for row in con.execute(f"select {sql} from shaped order by place").fetchall()]


def instants(con: duckdb.DuckDBPyConnection, *values: str, **settings: Any) -> list[datetime | None]:
    column(con, list(values), settings.pop("zones", None))
    return values_of(con, shapes.instant(con, "v", **{"zone": "Europe/Berlin", **settings}).sql)


def utc(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[misc,arg-type]  # noqa: DTZ001 - DuckDB gives UTC without saying so


def expected(con: duckdb.DuckDBPyConnection, *values: str, **settings: Any) -> str:
    column(con, list(values))
    return shapes.instant(con, "v", **{"zone": "Europe/Berlin", **settings}).expected


# ---------------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        # as in the exports that we know
        ("2026-05-01 09:59:00 +0200", utc(2026, 5, 1, 7, 59)),
        ("2026-02-10 15:30:40 UTC", utc(2026, 2, 10, 15, 30, 40)),
        ("2017-10-25T15:25:50Z", utc(2017, 10, 25, 15, 25, 50)),
        ("2026-01-05T09:00:00.123Z", utc(2026, 1, 5, 9, 0, 0, 123000)),
        ("2024-01-15T10:30:00.123456789Z", utc(2024, 1, 15, 10, 30, 0, 123456)),
        ("1705314600123", utc(2024, 1, 15, 10, 30, 0, 123000)),
        ("1705314600", utc(2024, 1, 15, 10, 30)),
        ("1705314600.5", utc(2024, 1, 15, 10, 30, 0, 500000)),
        ("45384.34789351852", utc(2024, 4, 2, 6, 20, 58)),
        ("45384", utc(2024, 4, 1, 22)),
        ("2023-01-23 06:27:59", utc(2023, 1, 23, 5, 27, 59)),
        ("2024-03-12 09:14", utc(2024, 3, 12, 8, 14)),
        ("3/15/2024 2:30 PM", utc(2024, 3, 15, 13, 30)),
        ("8/22/2026", utc(2026, 8, 21, 22)),
        ("08/22/26", utc(2026, 8, 21, 22)),
        # other usual ones
        ("2026-02-28", utc(2026, 2, 27, 23)),
        ("20260228", utc(2026, 2, 27, 23)),
        ("20260228T101500Z", utc(2026, 2, 28, 10, 15)),
        ("20260228101500", utc(2026, 2, 28, 9, 15)),
        ("1705314600123456", utc(2024, 1, 15, 10, 30, 0, 123456)),
        ("2026/02/28 10:15:00", utc(2026, 2, 28, 9, 15)),
        ("2026.02.28", utc(2026, 2, 27, 23)),
        ("2026-2-8 9:05", utc(2026, 2, 8, 8, 5)),
        ("2026-02-28T10:15:00+01:00", utc(2026, 2, 28, 9, 15)),
        ("2026-02-28T10:15:00-0330", utc(2026, 2, 28, 13, 45)),
        ("2026-02-28 10:15:00+02", utc(2026, 2, 28, 8, 15)),
        ("2026-02-28t10:15:00z", utc(2026, 2, 28, 10, 15)),
        ("2026-02-28 10:15:00,250", utc(2026, 2, 28, 9, 15, 0, 250000)),
        ("2026-02-28 10:15:00.5 UTC", utc(2026, 2, 28, 10, 15, 0, 500000)),
        ("28.02.2026", utc(2026, 2, 27, 23)),
        ("28.02.2026, 10:15:30", utc(2026, 2, 28, 9, 15, 30)),
        ("8.2.26 10:15", utc(2026, 2, 8, 9, 15)),
        ("28/02/2026 10:15:30,250", utc(2026, 2, 28, 9, 15, 30, 250000)),
        ("28-02-2026", utc(2026, 2, 27, 23)),
        ("02/28/2026 12:05:00 a.m.", utc(2026, 2, 27, 23, 5)),
        ("02/28/2026 12:05 pm UTC", utc(2026, 2, 28, 12, 5)),
        ("28 Feb 2026", utc(2026, 2, 27, 23)),
        ("28-Feb-26", utc(2026, 2, 27, 23)),
        ("28 February 2026 10:15", utc(2026, 2, 28, 9, 15)),
        ("5 June 2026", utc(2026, 6, 4, 22)),
        ("Jun 5, 2026", utc(2026, 6, 4, 22)),
        ("July 5, 2026 at 10:15 AM", utc(2026, 7, 5, 8, 15)),
        ("Oct 5, 2026 10:15", utc(2026, 10, 5, 8, 15)),
        ("31 Oct. 2026 10:15", utc(2026, 10, 31, 9, 15)),
        ("August 5 2026 10:15", utc(2026, 8, 5, 8, 15)),
        ("Sept 5, 2026", utc(2026, 9, 4, 22)),
        ("May 5, 2026, 10:15:30 PM", utc(2026, 5, 5, 20, 15, 30)),
        ("Sat, 28 Feb 2026 10:15:00 +0100", utc(2026, 2, 28, 9, 15)),
        ("Sat, 28 Feb 2026 10:15:00 GMT", utc(2026, 2, 28, 10, 15)),
        ("Saturday, October 3, 2026", utc(2026, 10, 2, 22)),
        ("Tue Feb 24 11:35:52 -0800 2015", utc(2015, 2, 24, 19, 35, 52)),
        ("Tue Feb 24 11:35:52 2015", utc(2015, 2, 24, 10, 35, 52)),
    ],
)
def test_a_date_of_any_usual_form_is_read(con: duckdb.DuckDBPyConnection, said: str, meant: datetime) -> None:
    assert instants(con, said) == [meant]
    assert instants(con, f"  {said}\u00a0") == [meant]


@pytest.mark.parametrize(
    "said",
    [
        "31/02/2026",
        "2026-02-30",
        "2026-13-01",
        "2026-02-28 25:00",
        "29 Feb 2025",
        "32.01.2026",
        "99999",
        "5.2.",
        "0001-01-01",
        "9999-12-31",
        "tomorrow",
        "13th of January",
        "2026-02-28 10:15 Bielefeld",
        "28 Foo 2026",
        "2026",
        "12",
        "00/00/0000",
        "14:30",
        "3/15/2024 14:30 PM",
        "1705314600x",
        "20261301",
        "-1705314600",
        "2026-02-28T10:15:00+99:00",
    ],
)
def test_what_is_no_date_is_refused_and_stops_nothing(con: duckdb.DuckDBPyConnection, said: str) -> None:
    assert instants(con, "2026-02-28", said, "28.02.2026") == [utc(2026, 2, 27, 23), None, utc(2026, 2, 27, 23)]
    assert instants(con, said) == [None]


@pytest.mark.parametrize(
    "said", ["", " ", "-", "--", "\u2013", "N/A", "NULL", "None", "NaN", "#N/A", "0000-00-00 00:00:00", "\u00a0"]
)
def test_what_says_nothing_is_nothing_and_no_refusal(con: duckdb.DuckDBPyConnection, said: str) -> None:
    column(con, [said])
    assert values_of(con, "v") == [None]


def test_a_column_of_one_order_decides_the_dates_that_could_be_either(con: duckdb.DuckDBPyConnection) -> None:
    assert instants(con, "03/04/2026", "25/04/2026", zone="UTC") == [utc(2026, 4, 3), utc(2026, 4, 25)]
    assert instants(con, "03/04/2026", "04/25/2026", zone="UTC") == [utc(2026, 3, 4), utc(2026, 4, 25)]
    assert instants(con, "3-4-26", "25-4-26", zone="UTC") == [utc(2026, 4, 3), utc(2026, 4, 25)]


def test_an_undecided_column_takes_only_what_is_the_same_in_both_orders(con: duckdb.DuckDBPyConnection) -> None:
    assert instants(con, "03/04/2026", "05/05/2026", zone="UTC") == [None, utc(2026, 5, 5)]
    assert 'say [dates] order = "dmy" or "mdy" in byname.toml' in expected(con, "03/04/2026")


def test_the_settings_decide_where_the_column_does_not(con: duckdb.DuckDBPyConnection) -> None:
    assert instants(con, "03/04/2026", zone="UTC", order="dmy") == [utc(2026, 4, 3)]
    assert instants(con, "03/04/2026", zone="UTC", order="mdy") == [utc(2026, 3, 4)]


def test_the_column_is_believed_before_the_settings(con: duckdb.DuckDBPyConnection) -> None:
    assert instants(con, "03/04/2026", "25/04/2026", zone="UTC", order="mdy")[0] == utc(2026, 4, 3)


def test_a_clock_of_twelve_hours_is_american_where_nothing_else_decides(con: duckdb.DuckDBPyConnection) -> None:
    assert instants(con, "03/04/2026 2:30 PM", zone="UTC") == [utc(2026, 3, 4, 14, 30)]
    assert instants(con, "03/04/2026 2:30 PM", "25/04/2026 2:30 PM", zone="UTC")[0] == utc(2026, 4, 3, 14, 30)
    assert instants(con, "03/04/2026 2:30 PM", zone="UTC", order="dmy") == [utc(2026, 4, 3, 14, 30)]


def test_with_full_stops_the_day_comes_first(con: duckdb.DuckDBPyConnection) -> None:
    assert instants(con, "03.04.2026", zone="UTC") == [utc(2026, 4, 3)]


def test_one_odd_row_among_thousands_is_refused_and_the_order_of_the_others_is_said(
    con: duckdb.DuckDBPyConnection,
) -> None:
    days = [f"{day:02d}/{month:02d}/2026" for day in range(1, 29) for month in range(1, 13)] * 4
    read = instants(con, *days, "12/31/2026", zone="UTC")
    assert read[0] == utc(2026, 1, 1)
    assert read[-1] is None
    assert None not in read[:-1]
    assert expected(con, *days, "12/31/2026").endswith("; the other rows of this column read as day/month/year")


def test_a_column_that_mixes_both_orders_is_not_guessed_at(con: duckdb.DuckDBPyConnection) -> None:
    assert instants(con, "25/04/2026", "04/25/2026", "03/04/2026", "06/06/2026", zone="UTC") == [
        None,
        None,
        None,
        utc(2026, 6, 6),
    ]


def test_the_settings_decide_a_column_that_mixes_both_orders(con: duckdb.DuckDBPyConnection) -> None:
    assert instants(con, "25/04/2026", "04/25/2026", "03/04/2026", zone="UTC", order="dmy") == [
        utc(2026, 4, 25),
        None,
        utc(2026, 4, 3),
    ]


def test_forms_may_change_within_a_column(con: duckdb.DuckDBPyConnection) -> None:
    said = ["2024-03-12 09:14", "3/15/2024 2:30 PM", "45384.5", "1705314600", "12 Mar 2024"]
    assert instants(con, *said, zone="UTC") == [
        utc(2024, 3, 12, 9, 14), utc(2024, 3, 15, 14, 30), utc(2024, 4, 2, 12), utc(2024, 1, 15, 10, 30),
        utc(2024, 3, 12),
    ]  # fmt: skip


def test_thousands_of_forms_of_words_are_read(con: duckdb.DuckDBPyConnection) -> None:
    start = datetime(2026, 1, 1, 0, 30)  # noqa: DTZ001
    moments = [start + timedelta(hours=7 * step) for step in range(2000)]
    said = [
        f"{moment:%A, %B} {moment.day}, {moment.year} {moment.hour % 12 or 12}:{moment:%M %p}" for moment in moments
    ]
    assert instants(con, *said, zone="UTC") == moments


def test_only_the_day_is_taken_where_a_day_is_meant(con: duckdb.DuckDBPyConnection) -> None:
    said = ("2026-02-28T23:30:00-08:00", "28/02/2026 23:30", "45384.9")
    assert instants(con, *said, only_day=True) == [date(2026, 2, 28), date(2026, 2, 28), date(2024, 4, 2)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("2026-02-28", "year-month-day"),
        ("28.02.2026", "day.month.year"),
        ("45384.5", "days as a spreadsheet counts them"),
        ("1705314600123", "seconds or milliseconds since 1970"),
        ("02/28/2026", "month/day/year"),
        ("28 Feb 2026", "00 feb 0000"),
    ],
)
def test_a_refusal_says_how_the_other_rows_are_read(con: duckdb.DuckDBPyConnection, said: str, words: str) -> None:
    assert expected(con, said, "nonsense").endswith(f"the other rows of this column read as {words}")


# ---------------------------------------------------------------------------------------------------- zones


def test_a_clock_without_offset_stands_in_the_companys_zone(con: duckdb.DuckDBPyConnection) -> None:
    said = ("2026-01-15 12:00", "2026-07-15 12:00")
    assert instants(con, *said) == [utc(2026, 1, 15, 11), utc(2026, 7, 15, 10)]
    assert instants(con, *said, zone="America/New_York") == [utc(2026, 1, 15, 17), utc(2026, 7, 15, 16)]
    assert instants(con, *said, zone="UTC") == [utc(2026, 1, 15, 12), utc(2026, 7, 15, 12)]


def test_an_hour_that_the_clock_skips_or_repeats_is_still_one_instant(con: duckdb.DuckDBPyConnection) -> None:
    skipped, repeated = instants(con, "2026-03-29 02:30", "2026-10-25 02:30")
    assert skipped == utc(2026, 3, 29, 1, 30)
    assert repeated in (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30))


def test_a_column_that_names_the_zone_decides_row_by_row(con: duckdb.DuckDBPyConnection) -> None:
    zones = ["MDT", "America/New_York", "europe/berlin", "CET", "UTC", "Eastern Time (US & Canada)"]
    read = instants(con, *["8/22/2026 09:14:03"] * 6, zones=zones, zone_column="zone")
    assert read == [utc(2026, 8, 22, hour, 14, 3) for hour in (15, 13, 7, 8, 9, 13)]


def test_a_zone_that_nobody_knows_is_refused_and_an_empty_one_is_the_companys(con: duckdb.DuckDBPyConnection) -> None:
    column(con, ["2026-08-22 09:14"] * 3, ["Nowhere's time", "", "UTC"])
    read = shapes.instant(con, "v", zone="Europe/Berlin", zone_column="zone")
    assert values_of(con, read.sql) == [None, utc(2026, 8, 22, 7, 14), utc(2026, 8, 22, 9, 14)]
    assert "zone" in read.expected


FORMS: dict[str, Callable[[datetime], str]] = {
    "ISO with offset": lambda at: at.isoformat(),
    "ISO in UTC": lambda at: at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "ISO without offset": lambda at: at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
    "UTC in letters": lambda at: at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    "Shopify": lambda at: at.strftime("%Y-%m-%d %H:%M:%S %z"),
    "year first": lambda at: at.astimezone(UTC).strftime("%Y/%m/%d %H:%M:%S"),
    "American": lambda at: at.astimezone(UTC).strftime("%m/%d/%Y %I:%M:%S %p"),
    "European": lambda at: at.strftime("%d/%m/%Y %H:%M:%S %z"),
    "with full stops": lambda at: at.astimezone(UTC).strftime("%d.%m.%Y, %H:%M:%S"),
    "short month": lambda at: at.astimezone(UTC).strftime("%d %b %Y %H:%M:%S"),
    "long month": lambda at: at.astimezone(UTC).strftime("%B %d, %Y at %I:%M:%S %p"),
    "mail": lambda at: at.strftime("%a, %d %b %Y %H:%M:%S %z"),
    "seconds": lambda at: str(int(at.timestamp())),
    "milliseconds": lambda at: str(int(at.timestamp()) * 1000),
    "spreadsheet": lambda at: repr((at - datetime(1899, 12, 30, tzinfo=UTC)) / timedelta(days=1)),
    "compact": lambda at: at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"),
}
OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
MOMENTS = st.datetimes(datetime(2001, 9, 10), datetime(2099, 12, 31), timezones=OFFSETS)  # noqa: DTZ001


@pytest.mark.parametrize("form", FORMS)
@given(moments=st.lists(MOMENTS, min_size=1, max_size=12))
@settings(max_examples=15, deadline=None)
def test_a_date_that_python_wrote_reads_back_as_the_same_instant(
    con: duckdb.DuckDBPyConnection, form: str, moments: list[datetime]
) -> None:
    whole = [moment.replace(microsecond=0) for moment in moments]
    order = {"American": "mdy", "European": "dmy"}.get(form, "")
    # A column of one order shows it: beside the drawn ones there is always one that can be read in one way only.
    whole += [datetime(2026, 12, 31, 10, tzinfo=UTC)] * 13
    read = instants(con, *[FORMS[form](moment) for moment in whole], zone="UTC", order=order)
    assert read == [moment.astimezone(UTC).replace(tzinfo=None) for moment in whole]


@given(st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31)), min_size=1, max_size=20))  # noqa: DTZ001
@settings(max_examples=50, deadline=None)
def test_a_berlin_clock_reads_back_as_pythons_zones_say(con: duckdb.DuckDBPyConnection, clocks: list[datetime]) -> None:
    read = instants(con, *[f"{clock:%Y-%m-%d %H:%M:%S.%f}" for clock in clocks])
    for clock, at in zip(clocks, read, strict=True):
        folds = {clock.replace(tzinfo=BERLIN, fold=fold).astimezone(UTC).replace(tzinfo=None) for fold in (0, 1)}
        assert at in folds


@given(
    st.lists(
        st.text(max_size=30) | st.from_regex(r"[0-9/.: \-]{4,24}(am|pm|Z|UTC)?", fullmatch=True),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=50, deadline=None)
def test_no_text_stops_a_column_of_dates(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    clean = [text.replace("\x00", "") for text in texts]
    assert len(instants(con, *clean, zones=clean, zone_column="zone")) == len(texts)


# -------------------------------------------------------------------------------------------------- amounts


def amounts(con: duckdb.DuckDBPyConnection, *values: str, kind: str = "decimal(18,4)") -> list[Any]:
    column(con, list(values))
    return values_of(con, shapes.money(con, "v", kind).sql)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("997.98", "997.98"),
        ("1,240.00", "1240"),
        ("$1,240.00", "1240"),
        ("1.240,00", "1240"),
        ("1'240.50", "1240.5"),
        ("1\u2019240.50", "1240.5"),
        ("$ (12.50)", "-12.5"),
        ("($12.50)", "-12.5"),
        ("(12.50)", "-12.5"),
        ("-£5.00", "-5"),
        ("£-5.00", "-5"),
        ("5.00-", "-5"),
        ("\u22125,00 €", "-5"),
        ("12,50 EUR", "12.5"),
        ("EUR 12,50", "12.5"),
        ("1 240,00", "1240"),
        ("1\u00a0240,00", "1240"),
        ("1\u202f240,00\u00a0€", "1240"),
        ("1,240", "1240"),
        ("1,240,000", "1240000"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        (".5", "0.5"),
        ("12", "12"),
        ("+12.5", "12.5"),
        ("12,34,567.00", "1234567"),
        ("1.240.000,5", "1240000.5"),
        ("CHF 1'240.-", "1240"),
        ("12,-", "12"),
        ("R$ 1.240,00", "1240"),
        ("US$1,240.00", "1240"),
        ("kr 1 240,00", "1240"),
        ("0", "0"),
        ("Rs. 1,240.00", "1240"),
        ("zł 12,50", "12.5"),
        ("12,50 zł", "12.5"),
        ("12.50 Kč", "12.5"),
    ],
)
def test_an_amount_of_any_usual_form_is_read(con: duckdb.DuckDBPyConnection, said: str, meant: str) -> None:
    assert amounts(con, said) == [Decimal(meant)]


@pytest.mark.parametrize(
    "said",
    [
        "free",
        "a lot",
        "12 or 13",
        "1.2.3",
        "1,2,3",
        "12-50",
        "12:30",
        "1e",
        "$",
        "€ -",
        "2026-02-28",
        "99999999999999999999",
        "inf",
        "12%",
        "1240 EUR 50",
        "..",
        "5 apples",
    ],
)
def test_what_is_no_amount_is_refused_and_stops_nothing(con: duckdb.DuckDBPyConnection, said: str) -> None:
    assert amounts(con, "1,240.00", said, "$5.00") == [Decimal(1240), None, Decimal(5)]
    assert amounts(con, said, "7.25") == [None, Decimal("7.25")]
    assert amounts(con, said, kind="double") in ([None], [1e20])


def test_the_column_decides_what_the_mark_before_three_digits_is(con: duckdb.DuckDBPyConnection) -> None:
    assert amounts(con, "1.240", "12") == [Decimal(1240), Decimal(12)]
    assert amounts(con, "1.240", "12.50") == [Decimal("1.24"), Decimal("12.5")]
    assert amounts(con, "1.240", "2.125") == [Decimal("1.24"), Decimal("2.125")]
    assert amounts(con, "1.240", "2.125", "free") == [Decimal("1.24"), Decimal("2.125"), None]
    assert amounts(con, "1.240 €", "2.125 €") == [Decimal(1240), Decimal(2125)]
    assert amounts(con, "1.240", "12,50") == [Decimal(1240), Decimal("12.5")]
    assert amounts(con, "1,240", "12") == [Decimal(1240), Decimal(12)]
    assert amounts(con, "1,240", "12.50") == [Decimal(1240), Decimal("12.5")]


def test_a_value_with_the_other_decimal_mark_is_refused_and_not_made_a_hundred_times_larger(
    con: duckdb.DuckDBPyConnection,
) -> None:
    assert amounts(con, "1.240,00", "3,50", "12.50") == [Decimal(1240), Decimal("3.5"), None]
    assert amounts(con, "1,240.00", "3.50", "12,50") == [Decimal(1240), Decimal("3.5"), None]


def test_an_amount_too_large_to_hold_is_refused(con: duckdb.DuckDBPyConnection) -> None:
    assert amounts(con, "99999999999999.99", "999999999999999.99") == [Decimal("99999999999999.99"), None]


def test_numbers_may_be_written_as_programs_write_them(con: duckdb.DuckDBPyConnection) -> None:
    assert amounts(con, "1.5e3", "-2", "0.1", kind="double") == [1500.0, -2.0, 0.1]
    assert amounts(con, "inf", "-Infinity", kind="double") == [None, None]


def grouped(mark: str) -> Callable[[Decimal], str]:
    return lambda amount: f"{amount:,.2f}".replace(",", mark)


def european(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


STYLES: dict[str, Callable[[Decimal], str]] = {
    "plain": lambda amount: f"{amount:.2f}",
    "four places": lambda amount: f"{amount:.4f}",
    "English": grouped(","),
    "Swiss": grouped("'"),
    "European": european,
    "French": lambda amount: european(amount).replace(".", "\u202f") + " €",
    "dollars": lambda amount: f"{'-' if amount < 0 else ''}${abs(amount):,.2f}",
    "bookkeeping": lambda amount: f"({abs(amount):,.2f})" if amount < 0 else f"{amount:,.2f}",
    "with a code": lambda amount: european(amount) + " EUR",
    "minus behind": lambda amount: european(abs(amount)) + ("-" if amount < 0 else ""),
}


@pytest.mark.parametrize("style", STYLES)
@given(drawn=st.lists(st.decimals(-(10**13), 10**13, places=2), min_size=1, max_size=12))
@settings(max_examples=20, deadline=None)
def test_an_amount_that_python_wrote_reads_back_equal(
    con: duckdb.DuckDBPyConnection, style: str, drawn: list[Decimal]
) -> None:
    assert amounts(con, *[STYLES[style](amount) for amount in drawn]) == drawn


@given(
    st.lists(st.text(max_size=20) | st.from_regex(r"[0-9., ()$€'\-]{1,16}", fullmatch=True), min_size=1, max_size=20)
)
@settings(max_examples=50, deadline=None)
def test_no_text_stops_a_column_of_amounts(con: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    clean = [text.replace("\x00", "") for text in texts]
    assert len(amounts(con, *clean)) == len(texts)
    assert len(amounts(con, *clean, kind="double")) == len(texts)


# ------------------------------------------------------------------------------------------- ids and words


def ids(con: duckdb.DuckDBPyConnection, *values: str) -> list[Any]:
    column(con, list(values))
    return values_of(con, shapes.identifier(con, "v").sql)


def test_an_id_loses_its_protecting_apostrophe_and_keeps_its_zeros(con: duckdb.DuckDBPyConnection) -> None:
    assert ids(con, "'9013808660771", "'007", "007", "'+31612345678", "o'clock") == [
        "9013808660771",
        "007",
        "007",
        "+31612345678",
        "o'clock",
    ]


def test_the_point_zero_of_a_spreadsheet_goes_only_if_every_id_has_it(con: duckdb.DuckDBPyConnection) -> None:
    assert ids(con, "17850.0", "", "13047.0") == ["17850", None, "13047"]
    assert ids(con, "17850.0", "A-1") == ["17850.0", "A-1"]
    assert ids(con, "1.0", "1.1") == ["1.0", "1.1"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("yes", True),
        ("No", False),
        ("TRUE", True),
        ("0", False),
        ("Ja", True),
        ("Nein", False),
        ("oui", True),
        ("non", False),
        ("Sí", True),
        ("não", False),
        ("WAHR", True),
        ("FALSCH", False),
        ("VRAI", True),
        ("FAUX", False),
        ("tak", True),
        ("nej", False),
        ("1.0", True),
        ("perhaps", None),
        ("2", None),
    ],
)
def test_yes_and_no_are_understood_in_several_languages(
    con: duckdb.DuckDBPyConnection,
    said: str,
    meant: bool | None,  # noqa: FBT001
) -> None:
    column(con, [said])
    assert values_of(con, shapes.words("v", reading._FLAGS, "boolean").sql) == [meant]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("SUBSCRIBED", "given"),
        ("NEVER_SUBSCRIBED", "not given"),
        ("UNSUBSCRIBED", "withdrawn"),
        ("yes", "given"),
        ("no", "not given"),
        ("", None),
        ("dunno", None),
    ],
)
def test_an_unticked_box_is_not_a_withdrawal(con: duckdb.DuckDBPyConnection, said: str, meant: str | None) -> None:
    column(con, [said])
    assert values_of(con, shapes.words("v", reading._CONSENTS, "varchar").sql) == [meant]


def test_stars_are_numbers_or_words(con: duckdb.DuckDBPyConnection) -> None:
    column(con, ["5", "FIVE", "four stars", "3.0", "6", "0", "a lot"])
    assert values_of(con, shapes.words("v", reading._STARS, "double").sql) == [5, 5, 4, 3, None, None, None]
