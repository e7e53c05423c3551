"""What customers wrote, as plain text: markup of a mail or a review is taken out, never shown and never run."""

from __future__ import annotations

import html
import re

import nh3

__all__ = ["plain"]

_BREAK = re.compile(r"<\s*(?:br|/\s*(?:p|div|li|tr|h[1-6]|blockquote))\b", re.IGNORECASE)


def plain(text: str | None, longest: int = 20_000) -> str:
    """The words alone, at most so many letters.

    Args:
        text: as a source has it: plain, or HTML.
        longest: letters that are kept; more is no message but a file.
    """
    if not text:
        return ""
    cut = text[:longest]
    if "<" in cut or "&" in cut:
        cut = html.unescape(nh3.clean(_BREAK.sub(r"\n\g<0>", cut), tags=set()))
    return cut.strip() + (" …" if len(text) > longest else "")
