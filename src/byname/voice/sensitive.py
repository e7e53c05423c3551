"""Texts about what nobody may be judged by: health, religion, politics, union, ethnicity, sexuality, pregnancy, money trouble.

These are the special categories of TERMS and of Article 9 GDPR, and money trouble beside them. Of such a text nothing is
quoted and nothing is evidence, so a word too many costs little and a word too few much.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

__all__ = ["is_sensitive"]


@lru_cache(1)
def _lists() -> tuple[frozenset[str], frozenset[str], re.Pattern[str]]:
    """Words that tell alone, words that begin a phrase, and the phrases."""
    written = tomllib.loads(files("byname.voice").joinpath("sensitive.toml").read_text("utf-8"))
    alone = frozenset(word for kind in written.values() for word in kind["words"].split())
    phrases = sorted(
        phrase.strip() for kind in written.values() for phrase in kind["phrases"].split(";") if phrase.strip()
    )
    first = frozenset(phrase.split()[0] for phrase in phrases)
    return alone, first, re.compile(r"\b(?:" + "|".join(map(re.escape, phrases)) + r")\b")


def is_sensitive(low: str, words: AbstractSet[str]) -> bool:
    """Is the text about a special category?

    Args:
        low: the text in lower case.
        words: its words.
    """
    alone, first, phrases = _lists()
    if not alone.isdisjoint(words):
        return True
    return not first.isdisjoint(words) and phrases.search(low) is not None
