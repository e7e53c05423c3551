"""What people want to say, by rules that a reader can check: complaint, praise, recommendation, question, idea, leaving, thanks.

The rules are data (rules.toml). A rule's pattern is tried only where the text has one of the rule's words, so that most
texts meet a few of them.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

__all__ = ["CUTS", "INTENTS", "Intents", "find_intents", "folded", "rules_hash", "words_of"]

INTENTS = ("complaint", "praise", "recommends", "question", "idea", "leaving", "thanks")

# At its cut an intent is right nine times in ten or better (bench/voice.py); questions and ideas cost less when wrong.
CUTS: Mapping[str, float] = {
    "complaint": 0.84,
    "praise": 0.8,
    "recommends": 0.85,
    "question": 0.7,
    "idea": 0.8,
    "leaving": 0.9,
    "thanks": 0.8,
}

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_AROUND = 40  # letters on both sides that may take a finding back
_ASKED = "*?"
_SECOND = 0.5  # a second rule that agrees closes half of what it alone would


@dataclass(frozen=True)
class _Rule:
    intent: str
    weight: float
    says: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Intents:
    """What was found.

    Attributes:
        scores: how sure, in the order of `INTENTS`.
        spans: from, to, which intent: the letters that carried it.
    """

    scores: tuple[float, ...]
    spans: tuple[tuple[int, int, str], ...]


def _source() -> str:
    return files("byname.voice").joinpath("rules.toml").read_text("utf-8")


@lru_cache(1)
def rules_hash() -> str:
    """What tells one state of the rules from another."""
    return hashlib.sha256(_source().encode()).hexdigest()[:16]


@lru_cache(1)
def _rules() -> tuple[tuple[_Rule, ...], Mapping[str, tuple[int, ...]], tuple[int, ...]]:
    """The rules, which of them each word wakes, and those that a question mark wakes."""
    rules, woken, asked = [], dict[str, list[int]](), []
    for number, written in enumerate(tomllib.loads(_source())["rule"]):
        unless = written.get("unless")
        rules.append(
            _Rule(
                written["intent"],
                written["weight"],
                re.compile(written["says"], re.MULTILINE),
                re.compile(unless, re.MULTILINE) if unless else None,
            )
        )
        if written["if"] == _ASKED:
            asked.append(number)
        else:
            for word in written["if"].split():
                woken.setdefault(word, []).append(number)
    return tuple(rules), {word: tuple(numbers) for word, numbers in woken.items()}, tuple(asked)


def folded(text: str) -> str:
    """Lower case and straight apostrophes; every letter stays where it is."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(one.lower() if len(one.lower()) == 1 else one for one in text)
    return low.replace("’", "'")


def words_of(low: str) -> frozenset[str]:
    """The different words of a text that is in lower case."""
    return frozenset(_WORD.findall(low))


def find_intents(low: str, words: AbstractSet[str]) -> Intents:
    """Find what the rules know.

    Args:
        low: the text as `folded` gives it, what is personal hidden.
        words: its words.
    """
    rules, woken, asked = _rules()
    numbers = {number for word in words & woken.keys() for number in woken[word]}
    if "?" in low:
        numbers.update(asked)
    best: dict[str, float] = {}
    spans = []
    for number in sorted(numbers):
        rule = rules[number]
        span = _first(rule, low)
        if span is None:
            continue
        before = best.get(rule.intent, 0.0)
        strong, weak = max(before, rule.weight), min(before, rule.weight)
        best[rule.intent] = 1.0 - (1.0 - strong) * (1.0 - _SECOND * weak)
        spans.append((*span, rule.intent))
    return Intents(tuple(best.get(intent, 0.0) for intent in INTENTS), tuple(spans))


def _first(rule: _Rule, low: str) -> tuple[int, int] | None:
    for found in rule.says.finditer(low):
        start, end = found.span()
        while start < end and not low[start].isalnum():
            start += 1
        if start == end:
            continue
        # Words are looked at whole: a cut one could be another.
        left = low.rfind(" ", 0, max(0, start - _AROUND)) + 1
        if rule.unless is None or not rule.unless.search(low, left, min(len(low), end + _AROUND)):
            return start, end
    return None
