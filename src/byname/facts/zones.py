"""What clocks without an offset showed, as UTC: the company's zone, or one that a column names row by row."""
# ruff: noqa: S608 - the SQL is made here, of column names that are ours

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

__all__ = ["known_zones", "to_utc"]

_HOURS = {"z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
          "akst": -9, "akdt": -8, "hst": -10, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "eet": 2,
          "eest": 3, "msk": 3, "hkt": 8, "sgt": 8, "awst": 8, "jst": 9, "aest": 10, "aedt": 11, "nzst": 12,
          "nzdt": 13}  # fmt: skip
# As dashboards name them; "London" or "Paris" alone is found by its city.
_DASHBOARDS = {"atlantic time (canada)": "America/Halifax", "eastern time (us & canada)": "America/New_York",
               "central time (us & canada)": "America/Chicago", "mountain time (us & canada)": "America/Denver",
               "pacific time (us & canada)": "America/Los_Angeles", "arizona": "America/Phoenix",
               "alaska": "America/Anchorage", "hawaii": "Pacific/Honolulu"}  # fmt: skip


def known_zones(con: duckdb.DuckDBPyConnection, column: str) -> dict[str, str | timedelta]:
    """What the names in a column of zones mean; unknown ones are left out, so that their rows are refused."""
    names = con.execute(f"select distinct lower(trim({column})) from shaped where {column} is not null").fetchall()
    return {name: known for (name,) in names if (known := _known(name)) is not None}


def to_utc(clock: str, zone: str, zone_column: str, zones: Mapping[str, str | timedelta]) -> str:
    """SQL of what a clock without an offset showed, as UTC; where no zone is named, the clock stood in `zone`."""
    if not zone_column:
        return _shifted(clock, zone)
    name = f"lower(trim({zone_column}))"
    whens = " ".join(f"when {name} = '{known}' then {_shifted(clock, meant)}" for known, meant in zones.items())
    return f"case when coalesce({name}, '') = '' then {_shifted(clock, zone)} {whens} end"


def _shifted(clock: str, zone: str | timedelta) -> str:
    if isinstance(zone, timedelta):
        return f"({clock} - to_seconds({int(zone.total_seconds())}))"
    return clock if zone in ("UTC", "Etc/UTC") else f"timezone('UTC', timezone('{zone}', {clock}))"


@cache
def _known(name: str) -> str | timedelta | None:
    if name in _HOURS:
        return timedelta(hours=_HOURS[name])
    if name in _DASHBOARDS:
        return _DASHBOARDS[name]
    zones = {zone.lower(): zone for zone in sorted(available_timezones())}
    of_city = next((zone for lower, zone in zones.items() if lower.endswith(f"/{name.replace(' ', '_')}")), None)
    return zones.get(name, of_city) if name else None
