"""Words that sell, found in a text: a thank-you that holds one is not a thank-you (S2.16, S3.11)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files

__all__ = ["holds_offer"]

_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'"})  # noqa: RUF001 - the letters meant


@lru_cache(1)
def _selling() -> re.Pattern[str]:
    """One pattern of all languages: a text in one may borrow from another."""
    written: dict[str, list[str]] = tomllib.loads(files("byname.playbooks").joinpath("offers.toml").read_text("utf-8"))
    every = (pattern for patterns in written.values() for pattern in patterns)
    return re.compile(rf"(?<!\w)(?:{'|'.join(every)})(?!\w)")


def _plain(text: str) -> str:
    """In small letters, one form of each letter, and without marks that cannot be seen."""
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return _SPACE.sub(" ", seen.translate(_QUOTES).lower())


def holds_offer(text: str) -> list[str]:
    """The words that sell, each once, in the order of the text: discount, voucher, only today, and the like.

    English, German, French, Spanish, Dutch, Italian and Portuguese. What has a common other meaning is found only
    within a phrase, so that "I offer my thanks" and "feel free to write" are no offers.

    >>> holds_offer("Thank you. Use the code FRIEND for 20% off.")
    ['use the code', '20% off']
    """
    return list(dict.fromkeys(found.group() for found in _selling().finditer(_plain(text))))
