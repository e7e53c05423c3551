"""Days before the as-of day, as SQL."""

from __future__ import annotations

__all__ = ["ago"]


def ago(column: str) -> str:
    """SQL for the days from a column's day to `$as_of`: null stays null, and what is of the last hours is today.

    An instant's day is UTC, so an instant may lie a day after the as-of day where the company's clock is behind.
    """
    days = f"date_diff('day', cast({column} as date), cast($as_of as date))"
    return f"case when {days} < 0 then 0 else {days} end"
