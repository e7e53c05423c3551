"""The few filters of a playbook's words: days, counts, money, shares, lists; and what a missing fact does there."""

from __future__ import annotations

import math
import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Any

from byname.errors import BynameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["FILTERS", "Missing", "MissingFact", "filters", "printed", "said"]

_LONGEST = 200
_FEW = 3


class MissingFact(BynameError):  # noqa: N818 - a noun that reads well where it is raised
    """Words that need a fact which is not known of this person: the play cannot be worded for them.

    Args:
        column: the fact.
    """

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__(
            where="words",
            found=f"nothing known under {column}",
            expected="a fact of this person",
            do=f"Leave them out, or write the sentence within {{% if {column} %}} … {{% endif %}}.",
        )


class Missing:
    """A fact that is not known: no in every question, and an error when it is to be said."""

    __slots__ = ("column",)

    def __init__(self, column: str) -> None:
        self.column = column

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        raise MissingFact(self.column)

    def __eq__(self, _other: object) -> bool:
        return False

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, _other: object) -> bool:
        return False

    __le__ = __gt__ = __ge__ = __lt__

    def __contains__(self, _one: object) -> bool:
        return False

    def __iter__(self) -> Iterator[object]:
        raise MissingFact(self.column)


def said(value: object) -> object:
    """A value as it is said: texts on one line, without what cannot be seen, and not too long; None is not said."""
    if isinstance(value, str):
        seen = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in value)
        plain = " ".join(seen.split())
        return (plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1].rstrip() + "…") or None
    if isinstance(value, float):
        return None if not math.isfinite(value) else int(value) if value.is_integer() else value
    if isinstance(value, list | tuple):
        return tuple(one for each in value if (one := said(each)) is not None) or None
    return value


def printed(value: Any) -> object:
    """A value without a filter, as people write it: yes and no, two decimals, lists and days in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, date):
        return day(value)
    return listing(value) if isinstance(value, tuple) else value


def _known(value: Any) -> Any:
    if isinstance(value, Missing):
        raise MissingFact(value.column)
    return value


def days(value: Any) -> str:
    """A number of days: `1 day`, `12 days`. A day that is past counts like one to come: -3 is `3 days`."""
    number = abs(int(_known(value)))
    return counted(number, "day", "days") if number else "less than a day"


def ago(value: Any) -> str:
    """How long ago that many days are, as people say it: `yesterday`, `5 days ago`, `3 months ago`."""
    number = abs(int(_known(value)))
    if number <= 1:
        return ("today", "yesterday")[number]
    for least, unit, length in _SPANS:
        if number >= least:
            return f"{counted(round(number / length), unit, f'{unit}s')} ago"
    return f"{number} days ago"


# From so many days on, said in this unit, of so many days.
_SPANS = ((730, "year", 365.25), (60, "month", 30.44), (14, "week", 7))


def counted(value: Any, one: str, many: str) -> str:
    """A number with its word: `1 friend`, `3 friends`."""
    number = int(_known(value))
    return f"{number:,} {one if number == 1 else many}"


def percent(value: Any) -> str:
    """A share as whole percent: 0.25 is `25%`."""
    return f"{round(float(_known(value)) * 100)}%"


def day(value: Any) -> str:
    """A date in words: `3 May 2026`."""
    when: date = _known(value)
    months = "January February March April May June July August September October November December".split()
    return f"{when.day} {months[when.month - 1]} {when.year}"


def listing(value: Any) -> str:
    """A list in words, the first three of it: `a`, `a and b`, `a, b and c`."""
    *first, last = [str(one) for one in _known(value)][:_FEW]
    return f"{', '.join(first)} and {last}" if first else last


def small(value: Any) -> str:
    """The first letter small, where the text goes on within a sentence; a word of capitals stays."""
    text = str(_known(value))
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _money(currency: str) -> Callable[[Any], str]:
    def money(value: Any) -> str:
        """An amount in the company's currency, without cents: `1,250 EUR`."""
        return f"{round(float(_known(value))):,} {currency}".rstrip()

    return money


_PLAIN: Mapping[str, Callable[..., str]] = {
    "ago": ago,
    "counted": counted,
    "day": day,
    "days": days,
    "listing": listing,
    "percent": percent,
    "small": small,
}
# What each needs: the kind of its value, and how many words in brackets.
FILTERS: Mapping[str, tuple[str, int]] = {
    "ago": ("number", 0),
    "counted": ("number", 2),
    "day": ("date", 0),
    "days": ("number", 0),
    "listing": ("list", 0),
    "money": ("number", 0),
    "percent": ("number", 0),
    "small": ("text", 0),
}


def filters(currency: str) -> dict[str, Callable[..., str]]:
    """The filters by name, `money` in that currency."""
    return {**_PLAIN, "money": _money(currency)}
