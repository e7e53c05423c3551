"""Texts as numbers: words, pairs of words and runs of letters, weighed by TF-IDF, for a whole batch at once.

Every term is known by a 64-bit hash of its letters, so a model holds no words of anybody. What is hidden before
(addresses, numbers, handles) is one sign each here, and digits are all alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

__all__ = ["HIDDEN", "Terms", "Vocabulary", "terms", "vocabulary", "weigh"]

HIDDEN = "\ue000"  # a letter of private use: stands for every letter of what is hidden

# Runs of 2 to 5 letters within a word and its edges, as is usual for short texts.
_RUNS = (2, 3, 4, 5)
_BASE = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint64(0xD1B54A32D192ED03)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SPACE, _SIGN, _LETTER = 0, 1, 2
_KNOWN = 0x10000
_LONG = 32  # letters; what is longer is no word
_BITS = np.uint64(42)


@dataclass(frozen=True)
class Terms:
    """Every term of every text, each once.

    Attributes:
        text: which text, shape (terms,).
        hash: which term, shape (terms,).
        count: how often in that text, shape (terms,).
        letters: is it a run of letters (else a word or a pair)? Shape (terms,).
        texts: how many texts.
    """

    text: NDArray[np.int64]
    hash: NDArray[np.uint64]
    count: NDArray[np.float32]
    letters: NDArray[np.bool_]
    texts: int


@dataclass(frozen=True)
class Vocabulary:
    """The terms that count.

    Attributes:
        hashes: ascending, shape (terms,).
        idf: 1 + ln((1 + texts) / (1 + texts with it)), shape (terms,).
        letters: is it a run of letters? Shape (terms,).
    """

    hashes: NDArray[np.uint64]
    idf: NDArray[np.float32]
    letters: NDArray[np.bool_]

    def find(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The place of each term, -1 where it is not known."""
        if not len(self.hashes):
            return np.full(len(hashes), -1)
        found = np.full(len(hashes), -1)
        sieve = np.zeros(1 << 22, dtype=np.bool_)
        sieve[self.hashes >> _BITS] = True
        likely = np.flatnonzero(sieve[hashes >> _BITS])
        place = np.minimum(np.searchsorted(self.hashes, hashes[likely]), len(self.hashes) - 1)
        same = self.hashes[place] == hashes[likely]
        found[likely[same]] = place[same]
        return found


@lru_cache(1)
def _classes() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """For every common letter: what kind it is, and what it counts as."""
    kinds = np.full(_KNOWN, _SIGN, dtype=np.uint8)
    folded = np.arange(_KNOWN, dtype=np.uint32)
    for code in range(_KNOWN):
        letter = chr(code)
        if letter.isspace() or code < ord(" "):
            kinds[code], folded[code] = _SPACE, ord(" ")
        elif letter.isdigit():
            kinds[code], folded[code] = _LETTER, ord("0")
        elif letter.isalnum() or letter in f"'{HIDDEN}":
            kinds[code] = _LETTER
    kinds[ord("’")], folded[ord("’")] = _LETTER, ord("'")
    return kinds, folded


@lru_cache(1)
def _powers(size: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    inverse = np.uint64(pow(int(_BASE), -1, 1 << 64))
    up = np.full(size, _BASE, dtype=np.uint64)
    down = np.full(size, inverse, dtype=np.uint64)
    up[0] = down[0] = 1
    return np.cumprod(up, dtype=np.uint64), np.cumprod(down, dtype=np.uint64)


def _lower(text: str) -> str:
    lowered = text.lower()
    return (
        lowered if len(lowered) == len(text) else "".join(one if len(one.lower()) > 1 else one.lower() for one in text)
    )


def _codes(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.int64]]:
    """The letters of all texts in one row (code, kind, text): no space twice, no letter thrice."""
    # Each text has a space of its own on both sides: what is found in it must not hang on its neighbours.
    whole = "".join(f" {_lower(text)} " for text in texts)
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.fromiter((len(text) + 2 for text in texts), dtype=np.int64, count=len(texts))
    text = np.repeat(np.arange(len(texts)), lengths)
    kinds, folded = _classes()
    common = codes < _KNOWN
    at = np.where(common, codes, 0)
    kind = np.where(common, kinds[at], np.uint8(_SIGN))
    code = np.where(common, folded[at], codes)
    once = (code == ord(" ")) | (code == ord(HIDDEN))
    keep = np.ones(len(code), dtype=np.bool_)
    keep[1:] = (code[1:] != code[:-1]) | ~once[1:] | (text[1:] != text[:-1])
    keep[2:] &= (code[2:] != code[1:-1]) | (code[2:] != code[:-2]) | (text[2:] != text[:-2])
    return code[keep].astype(np.uint64), kind[keep], text[keep]


def terms(texts: Sequence[str]) -> Terms:
    """Find the terms of texts in which what is personal is hidden already.

    Args:
        texts: what was said, each no longer than what is read of a text.
    """
    if not texts:
        none = np.zeros(0, dtype=np.int64)
        return Terms(none, none.astype(np.uint64), none.astype(np.float32), none.astype(np.bool_), 0)
    code, kind, text = _codes(texts)
    words = _words(code, kind, text)
    runs = _letters(code, kind, text)
    owner = np.concatenate([words[0], runs[0]])
    hashes = np.concatenate([words[1], runs[1]])
    # The last bit of a hash says which block the term is of.
    hashes &= ~np.uint64(1)
    hashes[len(words[1]) :] |= np.uint64(1)
    return _counted(owner, hashes, len(texts))


def _counted(owner: NDArray[np.int64], hashes: NDArray[np.uint64], texts: int) -> Terms:
    # One sort by both keys mixed: equal pairs come together, and in which order the pairs come is all the same.
    order = np.argsort(hashes ^ (owner.astype(np.uint64) * _PAIR))
    owner, hashes = owner[order], hashes[order]
    first = np.ones(len(owner), dtype=np.bool_)
    first[1:] = (owner[1:] != owner[:-1]) | (hashes[1:] != hashes[:-1])
    starts = np.flatnonzero(first)
    count = np.diff(np.append(starts, len(owner))).astype(np.float32)
    kept = hashes[starts]
    return Terms(owner[starts], kept, count, (kept & np.uint64(1)).astype(np.bool_), texts)


def _words(
    code: NDArray[np.uint64], kind: NDArray[np.uint8], text: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Words and runs of signs, and each with the one before; a word of digits alone is none."""
    edge = np.ones(len(code), dtype=np.bool_)
    edge[1:] = (kind[1:] != kind[:-1]) | (text[1:] != text[:-1])
    starts = np.flatnonzero(edge)
    ends = np.append(starts[1:], len(code))
    whole = (kind[starts] != _SPACE) & (ends - starts <= _LONG)
    starts, ends = starts[whole], ends[whole]
    up, down = _powers(1 << max(16, len(code).bit_length()))
    total = np.zeros(len(code) + 1, dtype=np.uint64)
    np.cumsum(code * up[: len(code)], out=total[1:])
    digit = np.zeros(len(code) + 1, dtype=np.int64)
    np.cumsum(code != ord("0"), out=digit[1:])
    hashed = _mixed((total[ends] - total[starts]) * down[starts])
    plain = digit[ends] > digit[starts]
    of = text[starts]
    beside = of[1:] == of[:-1]
    paired = beside & (plain[1:] | plain[:-1])
    pairs = _mixed(hashed[:-1] * _PAIR + hashed[1:])
    return np.concatenate([of[plain], of[1:][paired]]), np.concatenate([hashed[plain], pairs[paired]])


def _letters(
    code: NDArray[np.uint64], kind: NDArray[np.uint8], text: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Runs of letters within a word, its edges counted as a space each; none of digits alone."""
    space = np.zeros(len(code) + 1, dtype=np.int64)
    np.cumsum(kind == _SPACE, out=space[1:])
    plain = np.zeros(len(code) + 1, dtype=np.int64)
    np.cumsum((kind != _SPACE) & (code != ord("0")), out=plain[1:])
    owners, hashes = [], []
    rolled = code.copy()
    for size in range(2, max(_RUNS) + 1):
        rolled = rolled[:-1] * _BASE + code[size - 1 :]
        count = len(rolled)
        within = space[size - 1 : size - 1 + count] == space[1 : 1 + count]
        same = text[:count] == text[size - 1 :]
        said = plain[size : size + count] > plain[:count]
        kept = np.flatnonzero(within & same & said)
        owners.append(text[kept])
        hashes.append(_mixed(rolled[kept] + np.uint64(size)))
    return np.concatenate(owners), np.concatenate(hashes)


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = (hashes ^ (hashes >> np.uint64(30))) * _MIX
    return mixed ^ (mixed >> np.uint64(27))


def vocabulary(found: Terms, people: NDArray[np.int64], *, least: int = 3, most: int = 150_000) -> Vocabulary:
    """Choose the terms that count: those that at least `least` people used, the most used first.

    Args:
        found: the terms of the texts to learn from.
        people: who wrote each text, as a number, shape (texts,).
        least: people who have to have used a term; fewer could tell who it was.
        most: how many terms at most.
    """
    hashes, place, texts = np.unique(found.hash, return_inverse=True, return_counts=True)
    who = people[found.text]
    order = np.lexsort((who, place))
    place, who = place[order], who[order]
    first = np.ones(len(place), dtype=np.bool_)
    first[1:] = (place[1:] != place[:-1]) | (who[1:] != who[:-1])
    by_people = np.bincount(place[first], minlength=len(hashes))
    kept = np.flatnonzero(by_people >= least)
    if len(kept) > most:
        kept = np.sort(kept[np.argsort(-by_people[kept], kind="stable")[:most]])
    idf = 1.0 + np.log((1.0 + found.texts) / (1.0 + texts[kept]))
    return Vocabulary(hashes[kept], idf.astype(np.float32), (hashes[kept] & np.uint64(1)).astype(np.bool_))


def weigh(found: Terms, known: Vocabulary) -> csr_matrix:
    """TF-IDF, (1 + ln tf) * idf, words and runs of letters each to length 1; shape (texts, terms known)."""
    from scipy.sparse import csr_matrix

    place = known.find(found.hash)
    kept = np.flatnonzero(place >= 0)
    text, place = found.text[kept], place[kept]
    weight = (1.0 + np.log(found.count[kept])) * known.idf[place]
    block = text * 2 + known.letters[place]
    length = np.sqrt(np.bincount(block, weights=weight * weight, minlength=2 * found.texts))
    weight = (weight / length[block]).astype(np.float32)
    return csr_matrix((weight, (text, place)), shape=(found.texts, len(known.hashes)))
