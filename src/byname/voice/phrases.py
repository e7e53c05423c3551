"""The words and short phrases of many texts, as arrays: which text holds which phrase.

Texts are taken apart once; everything after that is NumPy. No list says what is a word of interest: phrases are told by
how many people say them, and only what joins words or scolds (`stop_words.toml`) is left out.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

__all__ = ["Phrases", "distinct", "phrases_of", "same_words"]

# Words, or what parts them; a masked piece such as "[phone]" and a number part them too.
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\[[^\]]{1,20}\]|[^\w\s'-]|\d+|\n")
_LETTER = re.compile(r"[^\W\d_]")
_LETTERS = re.compile(r"[^\W\d_]+")
_READ = 1_000  # letters; a phrase that matters comes early
_SHORTEST = 3  # letters in a word that stands alone
_BREAK = 0


@dataclass(frozen=True)
class Phrases:
    """Which text holds which phrase, each pair once.

    Attributes:
        terms: the phrases, in lower case.
        text: place of the text, of each pair.
        term: place of the phrase in `terms`, of each pair.
    """

    terms: tuple[str, ...]
    text: NDArray[np.int64]
    term: NDArray[np.int64]


@lru_cache(maxsize=1)
def _stops() -> tuple[frozenset[str], frozenset[str]]:
    """What is never part of a phrase's ends, and what may only begin one."""
    told = tomllib.loads(files(__package__).joinpath("stop_words.toml").read_text("utf-8"))
    negating = frozenset(told["negating"].split())
    return frozenset(told["joining"].split()) | frozenset(told["feeling"].split()) - negating, negating


def same_words(text: str) -> str:
    """What two texts share that say the same: their words' letters, without case, marks and numbers."""
    return " ".join(_LETTERS.findall(text[:_READ].lower()))


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The values, each once, in order. NumPy's own `unique` hashes, which takes ten times as long on millions."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if ordered.size else ordered


def phrases_of(texts: Sequence[str], *, least: int = 3, without: Collection[str] = ()) -> Phrases:
    """Words, pairs and triples of words that at least `least` texts hold.

    A pair or triple does not go over a mark, a number or a line's end, and begins and ends with a word that tells
    something.

    Args:
        texts: clean words, personal data masked.
        least: fewer texts than this and a phrase is left out.
        without: words that are no phrase and part of none: the brand, names of staff and products.
    """
    words, flat, of = _flat(texts)
    told = _telling(words, without)
    whole = distinct(flat + of * len(words))
    often = np.bincount(whole % len(words), minlength=len(words)) >= least
    ends, begins = told[0] & often, (told[0] | told[1]) & often
    long = np.fromiter((len(word) >= _SHORTEST for word in words), bool, len(words))
    found = [_counted(flat, of, ends[flat] & long[flat], [0], words, least)]
    for length in (2, 3):
        last = flat.size - length + 1
        if last <= 0:
            continue
        holds = begins[flat[:last]] & ends[flat[length - 1 :]] & (of[:last] == of[length - 1 :])
        for inner in range(1, length - 1):
            holds &= (flat[inner : last + inner] != _BREAK) & often[flat[inner : last + inner]]
        found.append(_counted(flat, of, holds, range(length), words, least))
    terms: list[str] = []
    text, term = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for names, where, what in found:
        text.append(where)
        term.append(what + len(terms))
        terms += names
    return Phrases(tuple(terms), np.concatenate(text), np.concatenate(term))


def _flat(texts: Sequence[str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """The known words; all texts' words in one row, by place in the known ones; the text of each."""
    place: defaultdict[str, int] = defaultdict(count(1).__next__)
    place[""] = _BREAK
    flat: list[int] = []
    lengths = np.empty(len(texts), np.int64)
    find, number = _WORD.findall, place.__getitem__
    before = 0
    for at, text in enumerate(texts):
        flat.extend(map(number, find(text[:_READ].lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))))
        lengths[at] = len(flat) - before
        before = len(flat)
    words = list(place)
    parts = np.fromiter((not _LETTER.match(word) for word in words), bool, len(words))
    row = np.array(flat, np.int64)
    row[parts[row]] = _BREAK
    return words, row, np.repeat(np.arange(len(texts)), lengths)


def _telling(words: list[str], without: Collection[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which words tell something, and which may begin a phrase beside those."""
    stops, negating = _stops()
    named = {part for name in without for part in _LETTERS.findall(name.lower())}
    never = stops | negating | named | {""}
    tells = np.fromiter((word not in never and bool(_LETTER.match(word)) for word in words), bool, len(words))
    return tells, np.fromiter((word in negating for word in words), bool, len(words))


def _counted(
    flat: NDArray[np.int64],
    of: NDArray[np.int64],
    holds: NDArray[np.bool_],
    inside: Sequence[int],
    words: list[str],
    least: int,
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """The phrases that begin where `holds` and that enough texts have, and the pairs of text and phrase."""
    at = np.flatnonzero(holds)
    key = np.zeros(at.size, np.int64)
    for inner in inside:
        key = key * len(words) + flat[at + inner]
    names, place = np.unique(key, return_inverse=True)
    pair = distinct(of[at] * max(names.size, 1) + place)
    text, term = pair // max(names.size, 1), pair % max(names.size, 1)
    kept = np.bincount(term, minlength=names.size) >= least
    again = np.cumsum(kept) - 1
    chosen = kept[term] if term.size else np.zeros(0, bool)
    said = []
    for name in names[kept].tolist():
        parts, left = [], name
        for _ in inside:
            left, part = divmod(left, len(words))
            parts.append(words[part])
        said.append(" ".join(reversed(parts)))
    return said, text[chosen], again[term[chosen]]
