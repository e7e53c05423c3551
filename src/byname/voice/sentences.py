"""The sentences of a text, the one that is best quoted, and who of the staff is praised or blamed in one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from byname.voice.lexicon import sound

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

__all__ = ["Named", "best_quote", "named_employees", "sentences"]

type Span = tuple[int, int]
type Named = tuple[int, int, str, bool]  # from, to, which employee, praised

_END = re.compile(r"(?<=[.!?…。！？])[\"'”’)]{0,2}\s+|\n+")
_SHORTEST, _LONGEST = 20, 240
_FEWEST_WORDS = 4
_MOST_SENTENCES = 60
_CLEAR = 0.2  # VADER's compound: beyond it a sentence is for or against
_WORTH = {
    "praise": 3.0,
    "recommends": 3.0,
    "complaint": 2.5,
    "leaving": 2.5,
    "idea": 2.0,
    "thanks": 1.0,
    "question": 0.5,
}
_TONE = 2.0
_CLOSED = 0.25
_HIDDEN = 1.0


def sentences(text: str) -> list[Span]:
    """Where each sentence begins and ends, without the space around it; the first sixty of them."""
    found: list[Span] = []
    start = 0
    for end in _END.finditer(text):
        _add(found, text, start, end.start())
        start = end.end()
        if len(found) >= _MOST_SENTENCES:
            return found
    _add(found, text, start, len(text))
    return found


def _add(found: list[Span], text: str, start: int, end: int) -> None:
    said = text[start:end]
    plain = said.strip()
    if plain:
        start += len(said) - len(said.lstrip())
        found.append((start, start + len(plain)))


def best_quote(
    text: str,
    spans: Sequence[tuple[int, int, str]],
    toned: Sequence[tuple[int, int, float]],
    found: Sequence[tuple[int, int, str]],
) -> Span | None:
    """The sentence that says most: of a length to be quoted, with a reading in it, and little that is hidden.

    Args:
        text: clean words.
        spans: from, to, intent.
        toned: from, to, valence of words that the lexicon knows.
        found: from, to, kind of what is personal.
    """
    best, most = None, 0.0
    for start, end in sentences(text):
        if not _SHORTEST <= end - start <= _LONGEST or text.count(" ", start, end) < _FEWEST_WORDS - 1:
            continue
        worth = sum(_WORTH[intent] for a, b, intent in spans if start <= a and b <= end)
        tone = abs(sum(valence for a, b, valence in toned if start <= a and b <= end))
        hidden = sum(1 for a, b, _ in found if a < end and b > start)
        worth += _TONE * tone / (tone + _TONE) - _HIDDEN * hidden + _CLOSED * (text[end - 1] in ".!")
        if worth > most:
            best, most = (start, end), worth
    return best


@lru_cache(8)
def _by_word(employees: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """For the first word of each way to name an employee, those ways; a first name alone where one bears it."""
    first: dict[str, set[str]] = {}
    for name in employees:
        parts = name.lower().split()
        if parts:
            first.setdefault(parts[0], set()).add(name)
    return {word: tuple(sorted(names)) for word, names in first.items()}


def named_employees(
    text: str,
    low: str,
    words: AbstractSet[str],
    employees: tuple[str, ...],
    spans: Sequence[tuple[int, int, str]],
) -> list[Named]:
    """Who of the staff is named in a sentence that praises or blames; nobody of a sentence that does neither.

    Args:
        text: clean words as written.
        low: the same in lower case.
        words: the words of `low`.
        employees: the names that the settings give.
        spans: from, to, intent.
    """
    if not employees:
        return []
    known = _by_word(employees)
    woken = words & known.keys()
    if not woken:
        return []
    within = sentences(text)
    found: dict[str, Named] = {}
    for word in sorted(woken):
        for place in re.finditer(rf"\b{re.escape(word)}\b", low):
            name, end = _which(known[word], low, text, place.start(), place.end())
            sentence = next(((a, b) for a, b in within if a <= place.start() < b), None)
            if name is None or sentence is None:
                continue
            praised = _praised(text, sentence, spans)
            # Blame once is kept, whatever else is said.
            if praised is not None and (name not in found or not praised):
                found[name] = (place.start(), end, name, praised)
    return sorted(found.values())


def _which(names: Sequence[str], low: str, text: str, start: int, end: int) -> tuple[str | None, int]:
    for name in sorted(names, key=len, reverse=True):
        whole = name.lower()
        if low.startswith(whole, start) and not low[start + len(whole) : start + len(whole) + 1].isalnum():
            return (name, start + len(whole)) if len(whole.split()) > 1 or text[start].isupper() else (None, end)
    # A first name that two of them bear names nobody, and one in small letters may be a word.
    return (names[0], end) if len(names) == 1 and text[start].isupper() else (None, end)


def _praised(text: str, sentence: Span, spans: Sequence[tuple[int, int, str]]) -> bool | None:
    start, end = sentence
    intents = {intent for a, b, intent in spans if a < end and b > start}
    tone = sound(text[start:end]).compound
    if "complaint" in intents or "leaving" in intents:
        return None if "praise" in intents or tone > _CLEAR else False
    if intents & {"praise", "recommends", "thanks"}:
        return True if tone > -_CLEAR else None
    return tone > 0 if abs(tone) > _CLEAR else None
