"""How the report says numbers and days."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

__all__ = ["between", "chance", "count", "day", "figure", "money", "share", "signed"]

type Number = float | Decimal | None

_UNKNOWN = "unknown"
_MINUS = "\u2212"
_ALMOST = 0.995


def figure(value: Number, digits: int = 2) -> str:
    """With so many digits; what is not known says so."""
    if value is None:
        return _UNKNOWN
    rounded = round(float(value), digits) + 0.0  # no negative zero
    return f"{rounded:,.{digits}f}".replace("-", _MINUS)


def money(amount: Number) -> str:
    """In whole units."""
    return figure(amount, 0)


def signed(amount: Number) -> str:
    """In whole units, with its sign."""
    said = money(amount)
    return f"+{said}" if amount is not None and said != "0" and amount > 0 else said


def share(part: Number) -> str:
    """As a percentage."""
    return _UNKNOWN if part is None else f"{float(part):.0%}".replace("-", _MINUS)


def chance(probability: Number) -> str:
    """As a percentage that never rounds to certainty."""
    if probability is not None and _ALMOST < probability < 1:
        return ">99%"
    if probability is not None and 0 < probability < 1 - _ALMOST:
        return "<1%"
    return share(probability)


def count(number: int | None) -> str:
    """With marks between thousands."""
    return figure(number, 0)


def between(low: str, high: str) -> str:
    """A range whose ends are said already; nothing where neither is known."""
    return "" if low == high == _UNKNOWN else f"{low} to {high}"


def day(moment: date) -> str:
    """As people write it."""
    return f"{moment.day} {moment:%B %Y}"
