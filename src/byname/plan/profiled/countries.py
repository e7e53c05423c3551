"""Which country a written word means, and whose clock is the only one there.

The zone data of the system's `tzdata` package say which zones a country has (zone.tab) and what it is called in English
(iso3166.tab). A country of two zones that show the same time has one clock all the same.
"""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pyarrow as pa

from byname.plan.channels import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["country_code", "lands", "zone_of"]

_CODE = 2


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    """Country → its zones, in the order of the data."""
    found: dict[str, list[str]] = {}
    for line in _lines("zone.tab"):
        code, _, zone = line.split("\t")[:3]
        found.setdefault(code, []).append(zone)
    return {code: tuple(zones) for code, zones in found.items()}


@cache
def _names() -> dict[str, str]:
    """Folded name → country."""
    listed = files("byname.plan.profiled").joinpath("countries.toml").read_text("utf-8")
    named = {folded(one): code for code, names in tomllib.loads(listed).items() for one in names.split(",")}
    official = {folded(name): code for code, name in (line.split("\t") for line in _lines("iso3166.tab"))}
    return official | named


def _lines(name: str) -> list[str]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def country_code(written: str) -> str | None:
    """The ISO code of a country as somebody wrote it, or None where it cannot be told.

    >>> country_code("Österreich"), country_code("us"), country_code("Atlantis")
    ('AT', 'US', None)
    """
    plain = written.strip()
    if len(plain) == _CODE and plain.upper() in _zones():
        return plain.upper()
    return _names().get(folded(plain))


@cache
def zone_of(country: str, year: int) -> str | None:
    """The zone of a country in which all clocks show the same, in that year; None where they do not.

    Args:
        country: ISO code.
        year: offsets are compared at noon of each of its months.
    """
    zones = _zones().get(country, ())
    clocks = {
        tuple(datetime(year, month, 1, 12, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset() for month in range(1, 13))
        for zone in zones
    }
    return zones[0] if len(clocks) == 1 else None


def lands(written: Iterable[str], year: int) -> pa.Table:
    """Each country as written, its code and its one zone: columns country, code, zone; null where not known."""
    names = sorted(set(written))
    codes = [country_code(one) for one in names]
    zones = [code and zone_of(code, year) for code in codes]
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in (("country", names), ("code", codes), ("zone", zones))}
    )
