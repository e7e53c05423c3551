"""The company's day of an instant, against zoneinfo itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.engines import Statement
from byname.engines.portable import refusals
from byname.engines.zone import local_day_sql, offsets
from byname.errors import EngineError

if TYPE_CHECKING:
    from byname.engines import Engine

FIRST, LAST = datetime(1969, 6, 1), datetime(2038, 1, 1)  # noqa: DTZ001 - UTC without a zone, as columns are
ZONES = [
    "UTC",
    "Etc/GMT-5",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",  # half hours, and once changes at one minute past midnight
    "Asia/Kathmandu",  # 5:45, since 1986; before that 5:30
    "Australia/Lord_Howe",  # summer time of half an hour
    "Africa/Casablanca",  # summer time stops for Ramadan
    "Pacific/Apia",  # left out a whole day
    "Africa/Monrovia",  # 44 minutes and 30 seconds, until 1972
]


def days(engine: Engine, zone: str, moments: list[datetime | None]) -> list[date | None]:
    sql = f"select id, {local_day_sql('at_utc', zone, FIRST, LAST)} as day from moments"
    assert refusals(sql) == ()
    data = pa.table({"id": range(len(moments)), "at_utc": pa.array(moments, pa.timestamp("us"))})
    table = engine.run(Statement("test.days", sql), moments=engine.arrow(data))
    return list(engine.fetch(table, order_by=["id"])["day"].to_pylist())


def expected(zone: str, moment: datetime | None) -> date | None:
    return None if moment is None else moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()


def tricky(zone: str) -> list[datetime | None]:
    """Around each clock change and the midnights beside it, and a coarse walk over all the time between."""
    found: list[datetime | None] = [None, FIRST, LAST]
    for since, seconds in offsets(zone, FIRST, LAST):
        midnight = (since + timedelta(seconds=seconds)).replace(hour=0, minute=0, second=0)
        for base in (since, *(midnight - timedelta(seconds=seconds - shift) for shift in (-3600, 0, 1800, 3600))):
            for near in (-1_000_000, -1, 0, 1, 1_000_000):
                moment = base + timedelta(microseconds=near)
                if FIRST <= moment <= LAST:
                    found.append(moment)
    found += [FIRST + timedelta(hours=7 * 24 * step + step % 24) for step in range(3500)]
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_the_day_is_zoneinfos_day_round_every_clock_change(duck_engine: Engine, zone: str) -> None:
    moments = tricky(zone)
    assert days(duck_engine, zone, moments) == [expected(zone, moment) for moment in moments]


@pytest.mark.spark
@pytest.mark.parametrize("zone", ["UTC", "America/St_Johns", "Africa/Casablanca", "Africa/Monrovia"])
def test_spark_gives_the_same_days(spark_engine: Engine, zone: str) -> None:
    moments = tricky(zone)
    assert days(spark_engine, zone, moments) == [expected(zone, moment) for moment in moments]


@settings(max_examples=30, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    moments=st.lists(st.datetimes(min_value=FIRST, max_value=LAST), min_size=100, max_size=300),
)
def test_any_instant_has_zoneinfos_day(duck_engine: Engine, zone: str, moments: list[datetime]) -> None:
    assert days(duck_engine, zone, list(moments)) == [expected(zone, moment) for moment in moments]


def test_a_zone_without_clock_changes_is_one_cast() -> None:
    assert local_day_sql("t", "UTC", FIRST, LAST) == "cast(t as date)"
    assert local_day_sql("t", "Etc/GMT-5", FIRST, LAST) == "cast(t + interval '18000' second as date)"


def test_bounds_may_carry_a_zone() -> None:
    aware = local_day_sql("t", "Europe/Berlin", FIRST.replace(tzinfo=UTC), LAST.replace(tzinfo=UTC))
    assert aware == local_day_sql("t", "Europe/Berlin", FIRST, LAST)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd"])
def test_an_unknown_zone_is_an_error_that_names_it(zone: str) -> None:
    with pytest.raises(EngineError, match="zone: found"):
        local_day_sql("t", zone, FIRST, LAST)
