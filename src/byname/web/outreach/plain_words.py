"""Words as a service of another channel, or our own page, may be given them."""

from __future__ import annotations

import re

__all__ = ["NOT_TEXT", "tidy"]

NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def tidy(text: str) -> str:
    """A text with one kind of line's end, and without what is no letter."""
    return NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
