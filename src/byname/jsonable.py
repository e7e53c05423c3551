"""Values of a snapshot as JSON has them: money as a number, days and times as ISO text."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

__all__ = ["jsonable"]


def jsonable(value: object) -> float | str:
    """What `json.dumps` is to write where it knows no kind of its own: its `default`.

    Raises:
        TypeError: neither money nor a day nor a time.
    """
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(type(value).__name__)
