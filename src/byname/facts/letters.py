"""Letters without their marks, so that "Zürich" and "Zurich" are one word."""

from __future__ import annotations

import unicodedata

__all__ = ["flat", "plain"]


def plain(text: str) -> str:
    """The text without the marks on its letters."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def flat(text: str) -> str:
    """Small letters without marks; all else stays.

    >>> flat("Straße 5, MÜNCHEN")
    'strasse 5, munchen'
    """
    return plain(text.lower().replace("ß", "ss"))
