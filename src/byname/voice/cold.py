"""Feeling before anything was learned: rules and a lexicon, weighed by hand, said to be uncalibrated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from byname.voice.intents import INTENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ALL_NUMBERS", "NUMBERS", "cold_sentiment", "numbers_of", "with_cold"]

# What is counted in a text beside its words: VADER's four, the intents, and a few signs.
NUMBERS = (
    "negative", "neutral", "positive", "compound", *INTENTS,
    "asks_last", "marks", "length", "capitals", "digits", "link", "handles", "denied", "quoted", "turned",
)  # fmt: skip

# What a model learns from: it begins where the rules are, and needs few texts to be as good.
ALL_NUMBERS = (*NUMBERS, "cold_negative", "cold_neutral", "cold_positive")

_MANY_MARKS, _MANY_WORDS, _MANY_DIGITS, _MANY_HANDLES = 3, 40, 10, 3
_CAPITALS = 3.0
# VADER's numbers count twice: they rest on every word of the text, a sign on one.
_VADER = 2.0
_LEAVING = 0.7  # of a complaint: an account may be closed without a grudge
_DENIALS = frozenset(
    "not no never none nobody nothing cannot can't cant don't dont didn't doesn't won't isn't wasn't".split()
)
_TURNS = frozenset("but however though although except yet".split())


def numbers_of(
    text: str, words: frozenset[str], vader: tuple[float, float, float, float], intents: tuple[float, ...]
) -> tuple[float, ...]:
    """The numbers of one text, in the order of `NUMBERS`, each about 0 to 2.

    Args:
        text: clean words, what is personal hidden.
        words: its different words.
        vader: negative, neutral, positive, compound.
        intents: how sure each is.
    """
    size = len(text)
    return (
        *(_VADER * number for number in vader),
        *intents,
        float(text.endswith("?")),
        min(text.count("!"), _MANY_MARKS) / _MANY_MARKS,
        min(len(words), _MANY_WORDS) / _MANY_WORDS,
        _CAPITALS * sum(map(str.isupper, text[:200])) / min(size + 1, 200),
        min(sum(map(str.isdigit, text[:200])), _MANY_DIGITS) / _MANY_DIGITS,
        float("http" in text or "www." in text),
        min(text.count(" @"), _MANY_HANDLES) / _MANY_HANDLES,
        float(not _DENIALS.isdisjoint(words)),
        float(text[:1] in '"“' or text[:3] == "RT "),
        float(not _TURNS.isdisjoint(words)),
    )


def cold_sentiment(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Negative, neutral, positive before anything was learned.

    A complaint outweighs a kind word beside it, thanks beside none are kind, and a plain question is neutral. The weights
    are set by hand and say which way, not how often: they are not calibrated.

    Args:
        numbers: shape (texts, `NUMBERS`).

    Returns:
        Shape (texts, 3); each row sums to 1.
    """
    of = {name: numbers[:, place] for place, name in enumerate(NUMBERS)}
    sounds = of["compound"] / _VADER
    against = np.maximum(of["complaint"], _LEAVING * of["leaving"])
    plain = 1.0 - against
    kind = np.maximum(of["praise"], 0.8 * of["thanks"]) * plain
    logits = np.stack(
        [
            -0.1 + 2.6 * against - 1.2 * sounds - 1.2 * kind + 0.8 * of["denied"],
            0.5 + 0.7 * of["question"] * plain - 0.5 * against - np.abs(sounds),
            -1.5 + 1.5 * sounds + 3.0 * kind + 1.6 * of["recommends"] - 2.6 * against - 0.6 * of["question"],
        ],
        axis=1,
    )
    logits -= logits.max(axis=1, keepdims=True)
    shares = np.exp(logits)
    found: NDArray[np.float64] = shares / shares.sum(axis=1, keepdims=True)
    return found


def with_cold(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """The numbers and the logarithms of what the rules make of them, shape (texts, `ALL_NUMBERS`)."""
    shares = cold_sentiment(numbers)
    return np.hstack([numbers, np.log(np.maximum(shares, 1e-6))])
