"""How words sound, by a lexicon: VADER's numbers, and which words they rest on.

The lists are those of the package vaderSentiment; the sums are ours, once over the words and only around those that the
lexicon knows, which is several times as quick and comes to the same numbers.

Source: Hutto and Gilbert, VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text,
ICWSM-14 (2014), section 3.2.
"""

from __future__ import annotations

import math
import string
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Sound", "sound"]

_CAPITALS, _DENIED, _ALPHA = 0.733, -0.74, 15.0
_EMPHASIS, _MOST_MARKS, _DOUBT, _MUCH_DOUBT = 0.292, 4, 0.18, 0.96
_FEW_MARKS = 3
_FADING = (1.0, 0.95, 0.9)
_EMOTICON = 2  # letters: what is left of ":)" without its signs
_FURTHEST = 2


@dataclass(frozen=True, slots=True)
class Sound:
    """How a text sounds.

    Attributes:
        negative: share of the words, weighed, that sound so; likewise neutral and positive.
        neutral: see above.
        positive: see above.
        compound: the sum of the valences on -1 to 1.
        words: from, to (letters of the text), and valence, of each word or emoji that the lexicon knows.
    """

    negative: float
    neutral: float
    positive: float
    compound: float
    words: tuple[tuple[int, int, float], ...] = ()


@dataclass(frozen=True)
class _Lists:
    valence: Mapping[str, float]
    emoji: Mapping[str, str]
    boosts: Mapping[str, float]
    denials: frozenset[str]
    idioms: Mapping[str, float]


@lru_cache(1)
def _lists() -> _Lists:
    from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    return _Lists(analyzer.lexicon, analyzer.emojis, BOOSTER_DICT, frozenset(NEGATE), SPECIAL_CASES)


def sound(text: str) -> Sound:
    """VADER's four numbers, to its own rounding.

    Args:
        text: clean words; what stands for hidden parts counts as a word that nobody knows.
    """
    lists = _lists()
    origin = None
    if not text.isascii() and not lists.emoji.keys().isdisjoint(text):
        text, origin = _without_emoji(text, lists.emoji)
    whole = text.strip()
    raw = whole.split()
    if not raw:
        return Sound(0.0, 0.0, 0.0, 0.0)
    words = [_bare(word) for word in raw]
    low = [word.lower() for word in words]
    known = lists.valence
    places = [place for place, word in enumerate(low) if word in known and word not in lists.boosts]
    if not places:
        return Sound(0.0, 1.0, 0.0, 0.0)
    loud = sum(map(str.isupper, words))
    mixed = 0 < loud < len(words)
    valences = [0.0] * len(words)
    for place in places:
        if low[place] == "kind" and low[place + 1 : place + 2] == ["of"]:
            continue
        valences[place] = _valence(words, low, place, mixed=mixed, lists=lists)
    if "but" in low:
        _turn(valences, low.index("but"))
    carried = [(place, valences[place]) for place in places if valences[place]]
    return _summed(valences, whole, tuple(_placed(text, raw, words, carried, origin)))


def _without_emoji(text: str, names: Mapping[str, str]) -> tuple[str, Sequence[int]]:
    """The text with emoji in words, and for each letter of it where it comes from."""
    made, origin = [], []
    space = True
    for place, letter in enumerate(text):
        name = names.get(letter)
        said = letter if name is None else name if space else f" {name}"
        space = letter == " " if name is None else False
        made.append(said)
        origin += [place] * len(said)
    return "".join(made), origin


def _placed(
    text: str,
    raw: Sequence[str],
    words: Sequence[str],
    carried: Sequence[tuple[int, float]],
    origin: Sequence[int] | None,
) -> Iterator[tuple[int, int, float]]:
    """Where in the text as given the words stand that carry a valence."""
    last = end = 0
    for place, valence in carried:
        for word in raw[last:place]:
            end = text.index(word, end) + len(word)
        last = place + 1
        whole = text.index(raw[place], end)
        end = whole + len(raw[place])
        start = text.index(words[place], whole)
        last_letter = start + len(words[place]) - 1
        if origin is None:
            yield start, last_letter + 1, valence
        else:
            yield origin[start], origin[last_letter] + 1, valence


def _bare(word: str) -> str:
    if word.isalnum():
        return word
    stripped = word.strip(string.punctuation)
    return word if len(stripped) <= _EMOTICON else stripped


def _valence(words: Sequence[str], low: Sequence[str], place: int, *, mixed: bool, lists: _Lists) -> float:
    known = lists.valence
    valence = own = known[low[place]]
    if low[place] == "no" and place + 1 < len(low) and low[place + 1] in known:
        valence = 0.0
    if "no" in low[max(0, place - 3) : place] and (
        "no" in low[max(0, place - 2) : place] or (place > _FURTHEST and low[place - 1] in {"or", "nor"})
    ):
        valence = own * _DENIED
    if mixed and words[place].isupper():
        valence += _CAPITALS if valence > 0 else -_CAPITALS
    for back in range(3):
        before = place - back - 1
        if before < 0 or low[before] in known:
            continue
        boost = lists.boosts.get(low[before])
        if boost is not None:
            valence += _FADING[back] * _boosted(boost, valence, loud=mixed and words[before].isupper())
        valence = _denied(valence, low, place, back, lists.denials)
        if back == _FURTHEST:
            valence = _idiom(valence, low, place, lists)
    if place and low[place - 1] == "least" and not (place > 1 and low[place - 2] in {"at", "very"}):
        valence *= _DENIED
    return valence


def _boosted(boost: float, valence: float, *, loud: bool) -> float:
    scalar = -boost if valence < 0 else boost
    if loud:
        scalar += _CAPITALS if valence > 0 else -_CAPITALS
    return scalar


def _denied(valence: float, low: Sequence[str], place: int, back: int, denials: frozenset[str]) -> float:
    before = low[place - back - 1]
    so = {"so", "this"}
    if back == 1 and before == "never" and low[place - 1] in so:
        return valence * 1.25
    # The last of these holds without a "never", as in the source of the numbers.
    if back == _FURTHEST and ((before == "never" and low[place - 2] in so) or low[place - 1] in so):
        return valence * 1.25
    if back and before == "without" and "doubt" in low[place - back : place]:
        return valence
    return valence * _DENIED if before in denials or "n't" in before else valence


def _idiom(valence: float, low: Sequence[str], place: int, lists: _Lists) -> float:
    three, two, one, here = low[place - 3], low[place - 2], low[place - 1], low[place]
    for said in (f"{one} {here}", f"{two} {one} {here}", f"{two} {one}", f"{three} {two} {one}", f"{three} {two}"):
        if said in lists.idioms:
            valence = lists.idioms[said]
            break
    if place + 1 < len(low):
        valence = lists.idioms.get(f"{here} {low[place + 1]}", valence)
    if place + 2 < len(low):
        valence = lists.idioms.get(f"{here} {low[place + 1]} {low[place + 2]}", valence)
    for said in (f"{three} {two} {one}", f"{three} {two}", f"{two} {one}"):
        valence += lists.boosts.get(said, 0.0)
    return valence


def _turn(valences: list[float], but: int) -> None:
    """What comes after "but" counts more; equal valences are taken at the first of them, as in the source."""
    for place in range(len(valences)):
        if not valences[place]:
            continue
        first = valences.index(valences[place])
        if first < but:
            valences[first] *= 0.5
        elif first > but:
            valences[first] *= 1.5


def _summed(valences: Sequence[float], text: str, carried: tuple[tuple[int, int, float], ...]) -> Sound:
    total = sum(valences)
    marks = min(text.count("!"), _MOST_MARKS) * _EMPHASIS
    doubts = text.count("?")
    if doubts > 1:
        marks += doubts * _DOUBT if doubts <= _FEW_MARKS else _MUCH_DOUBT
    if total:
        total += math.copysign(marks, total)
    good = sum(valence + 1.0 for valence in valences if valence > 0)
    bad = sum(1.0 - valence for valence in valences if valence < 0)
    plain = valences.count(0.0)
    if good > bad:
        good += marks
    elif good < bad:
        bad += marks
    whole = good + bad + plain
    compound = total / math.sqrt(total * total + _ALPHA)
    return Sound(round(bad / whole, 3), round(plain / whole, 3), round(good / whole, 3), round(compound, 4), carried)
