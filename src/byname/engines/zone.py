"""Days in the company's zone, as SQL that needs no engine's own time zone data.

DuckDB carries one copy of the zone tables, Java another, and they are not of the same year. So the offsets are
looked up once, in Python, and written into the statement: both engines then only add and compare.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from byname.errors import EngineError

__all__ = ["local_day_sql", "offsets"]

# No zone has changed its clocks twice within a day and back.
_STEP = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def local_day_sql(column: str, zone: str, first: datetime, last: datetime) -> str:
    """SQL for the DATE in a zone of a UTC TIMESTAMP.

    Args:
        column: the timestamp, as SQL: "orders.occurred_at".
        zone: an IANA name, such as "Europe/Berlin".
        first: from when on; what lies before counts by this moment's offset. UTC, like ``last``.
        last: until when; what lies after counts by this moment's offset.

    Returns:
        A balanced tree of CASE over the clock changes between, null where the column is null.
    """
    return _tree(column, offsets(zone, _utc(first), _utc(last)))


@lru_cache(maxsize=64)
def offsets(zone: str, first: datetime, last: datetime) -> tuple[tuple[datetime, int], ...]:
    """The zone's offsets from ``first`` to ``last``: since when (UTC), and how many seconds ahead of UTC."""
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise EngineError(
            where="zone",
            found=f'"{zone}"',
            expected='the name of a time zone, such as "Europe/Berlin"',
        ) from error
    start = first.replace(microsecond=0)
    found = [(start, _offset(info, start))]
    while start < last:
        end = min(start + _STEP, last)
        if _offset(info, end) != found[-1][1]:
            changed = _change(info, start, end)
            found.append((changed, _offset(info, changed)))
        start = end
    return tuple(found)


def _change(info: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of the new offset, between a moment with the old one and a moment with the new."""
    old = _offset(info, before)
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        if _offset(info, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(info: ZoneInfo, moment: datetime) -> int:
    ahead = moment.replace(tzinfo=UTC).astimezone(info).utcoffset()
    return 0 if ahead is None else round(ahead.total_seconds())


def _tree(column: str, spans: tuple[tuple[datetime, int], ...]) -> str:
    if len(spans) == 1:
        seconds = spans[0][1]
        if not seconds:
            return f"cast({column} as date)"
        return f"cast({column} {'+' if seconds > 0 else '-'} interval '{abs(seconds)}' second as date)"
    middle = len(spans) // 2
    since = spans[middle][0].isoformat(" ")
    earlier, later = _tree(column, spans[:middle]), _tree(column, spans[middle:])
    return f"case when {column} < timestamp '{since}' then {earlier} else {later} end"


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
