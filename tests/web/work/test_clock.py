"""When the night's work is due, by the company's clock, on the days when clocks change too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from byname.company import Company, create
from byname.web.work.clock import made_at, next_night, was_missed


def in_zone(tmp_path: Path, zone: str, nightly: str = "03:00") -> Company:
    made = create(tmp_path / "acme", name="Acme", currency="EUR", zone=zone, country="DE")
    path = made.folder / "byname.toml"
    path.write_text(path.read_text("utf-8").replace('nightly = "03:00"', f'nightly = "{nightly}"'), "utf-8")
    from byname.company import open_company

    return open_company(made.folder)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        ("2026-06-10 00:30", "2026-06-10 01:00"),  # 03:00 in Berlin, in summer
        ("2026-06-10 01:00", "2026-06-11 01:00"),
        ("2026-01-10 20:00", "2026-01-11 02:00"),
        ("2026-03-28 12:00", "2026-03-29 01:00"),  # the night in which the clock goes on
        ("2026-10-24 12:00", "2026-10-25 02:00"),  # the one in which it goes back
    ],
)
def test_the_night_is_the_companys(tmp_path: Path, after: str, due: str) -> None:
    company = in_zone(tmp_path, "Europe/Berlin")
    said = next_night(company, datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert said == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_year_of_nights_has_a_refresh_each_day(tmp_path: Path) -> None:
    company = in_zone(tmp_path, "Europe/Berlin", "02:30")
    at, nights = datetime(2026, 1, 1, tzinfo=UTC), 0
    while at.year == 2026:
        at, nights = next_night(company, at), nights + 1
    assert nights in (365, 366)


def test_a_night_was_missed_where_the_snapshot_is_older_than_a_day(company: Company) -> None:
    made = made_at(company)
    assert made is not None
    assert not was_missed(company, made + timedelta(hours=23))
    assert was_missed(company, made + timedelta(hours=25))


def test_without_a_snapshot_no_night_was_missed(tmp_path: Path) -> None:
    assert not was_missed(in_zone(tmp_path, "UTC"), datetime.now(UTC))
