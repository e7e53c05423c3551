"""Texts in, readings out: one pure function, the same on every engine.

Every text is cleaned, what is personal is found, and the rules are tried; feeling and learned intents are then calculated for
a batch at once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from byname.errors import EngineError
from byname.voice.clean import Clean, clean
from byname.voice.cold import cold_sentiment, numbers_of
from byname.voice.doubt import is_doubtful
from byname.voice.features import HIDDEN, terms
from byname.voice.intents import CUTS, INTENTS, Intents, find_intents, folded, words_of
from byname.voice.languages import language
from byname.voice.lexicon import Sound, sound
from byname.voice.masking import Found, find_personal, hide, mask
from byname.voice.semantic import embed
from byname.voice.sensitive import is_sensitive
from byname.voice.sentences import best_quote, named_employees
from byname.voice.topics import topic_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from byname.voice.reader import Reader

__all__ = ["FEELINGS", "READING", "Looked", "look", "read"]

FEELINGS = ("negative", "neutral", "positive")
READING = pa.schema(
    [
        *((name, pa.float64()) for name in FEELINGS),
        ("calibrated", pa.bool_()),
        *((name, pa.float64()) for name in INTENTS),
        ("intents", pa.string()),
        ("topic", pa.string()),
        ("sensitive", pa.bool_()),
        ("language", pa.string()),
        ("employees", pa.string()),
        ("quote", pa.string()),
        ("masked", pa.string()),
        ("spans", pa.string()),
        ("uncertain", pa.bool_()),
        ("model", pa.string()),
    ]
)

_BATCH = 10_000
_READ = 4_000  # letters of the new part that are read; two pages say it
_MASKED = 2_000
_MOST_TONED = 5
_FURIOUS = 0.95
_SENSITIVE = "sensitive"


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in one text, before feeling is calculated.

    Attributes:
        words: its new part.
        text: what of it is read.
        low: the same in lower case, what is personal hidden.
        bag: its different words.
        found: what is personal.
        sounds: by the lexicon.
        intents: by the rules.
        numbers: as `cold.NUMBERS` has them.
    """

    words: Clean
    text: str
    low: str
    bag: frozenset[str]
    found: tuple[Found, ...]
    hidden: str
    sounds: Sound
    intents: Intents
    numbers: tuple[float, ...]


def look(words: str | None, names: frozenset[str] = frozenset()) -> Looked | None:
    """Clean a text and try the rules on it; None where nothing new is said in it."""
    if not words:
        return None
    cleaned = clean(words)
    text = cleaned.text[:_READ]
    if not text or text.isspace():
        return None
    found = tuple(find_personal(text, names))
    # The first letter of a handle stays: rules ask whether somebody is addressed.
    hidden = hide(text, found, HIDDEN) if found else text
    low = folded(hidden)
    bag = words_of(low)
    sounds = sound(hidden)
    intents = find_intents(low, bag)
    vader = (sounds.negative, sounds.neutral, sounds.positive, sounds.compound)
    return Looked(
        cleaned, text, low, bag, found, hidden, sounds, intents, numbers_of(hidden.rstrip(), bag, vader, intents.scores)
    )


def read(words: Sequence[str | None], media: Sequence[str | None], reader: Reader) -> pa.Table:
    """Read texts.

    Args:
        words: subject and text of each message, as the source has them.
        media: ticket, review, post, survey, …, one for each text.
        reader: how texts are read.

    Returns:
        One row for each text, in order, with the columns of `READING`.

    Raises:
        ValueError: there are not as many media as texts.
    """
    batches = [
        _batch([text for text, _ in some], [medium for _, medium in some], reader)
        for some in batched(zip(words, media, strict=True), _BATCH)
    ]
    return pa.Table.from_batches(batches, READING)


def _batch(words: Sequence[str | None], media: Sequence[str | None], reader: Reader) -> pa.RecordBatch:
    looked = [look(text, reader.names) for text in words]
    rows = [(place, one) for place, one in enumerate(looked) if one is not None]
    feeling, calibrated, scores = _felt([one for _, one in rows], [media[place] for place, _ in rows], reader)
    columns: dict[str, list[Any]] = {name: [None] * len(words) for name in READING.names}
    columns["model"] = [reader.says] * len(words)
    for name, none in (
        ("calibrated", False),
        ("sensitive", False),
        ("uncertain", False),
        ("intents", ""),
        ("employees", "[]"),
        ("spans", "[]"),
    ):
        columns[name] = [none] * len(words)
    for at, (place, one) in enumerate(rows):
        said = _said(one, scores[at], reader)
        for name, value in said.items():
            columns[name][place] = value
        columns["negative"][place], columns["neutral"][place], columns["positive"][place] = feeling[at]
        columns["calibrated"][place] = calibrated[at]
    return pa.RecordBatch.from_arrays([pa.array(columns[field.name], field.type) for field in READING], schema=READING)


def _felt(
    looked: Sequence[Looked], media: Sequence[str | None], reader: Reader
) -> tuple[list[list[float]], list[bool], list[list[float]]]:
    """Feeling, whether it is calibrated, and the intents' scores of texts that have words."""
    if not looked:
        return [], [], []
    numbers = np.array([one.numbers for one in looked])
    scores = np.array([one.intents.scores for one in looked])
    if reader.model is None:
        feeling, calibrated = cold_sentiment(numbers), np.zeros(len(looked), dtype=np.bool_)
    else:
        texts = [one.hidden for one in looked]
        meant = embed(texts, _cache(reader)) if reader.model.semantic else None
        feeling, calibrated, learned = reader.model.read(terms(texts), numbers, media, meant)
        for name, score in learned.items():
            scores[:, INTENTS.index(name)] = score
    _kindly(scores, feeling)
    return feeling.tolist(), calibrated.tolist(), scores.tolist()


def _cache(reader: Reader) -> Path:
    if reader.cache is None:
        raise EngineError(
            where="the semantic reader", found="no folder for its model", expected="Reader(…, cache=Path(…))",
            do="Remove models/voice and refresh: it is learned anew.",
        )  # fmt: skip
    return reader.cache


def _kindly(scores: NDArray[np.float64], feeling: NDArray[np.float64]) -> None:
    """Who recommends or praises is content: in an unhappy text it is another's word, or bitter; so are furious thanks."""
    unhappy = feeling[:, 0] > np.maximum(feeling[:, 1], feeling[:, 2])
    scores[unhappy, INTENTS.index("praise")] *= 0.8
    scores[feeling[:, 0] > feeling[:, 2], INTENTS.index("recommends")] *= 0.5
    scores[feeling[:, 0] >= _FURIOUS, INTENTS.index("thanks")] *= 0.8


def _said(one: Looked, scores: Sequence[float], reader: Reader) -> dict[str, Any]:
    of = dict(zip(INTENTS, scores, strict=True))
    past = sorted((name for name in INTENTS if of[name] >= CUTS[name]), key=lambda name: -of[name])
    low = folded(one.text)
    sensitive = is_sensitive(low, one.bag) or any(word in low for word in reader.sensitive)
    toned = sorted(one.sounds.words, key=lambda word: -abs(word[2]))[:_MOST_TONED]
    named = named_employees(one.text, one.low, one.bag, reader.employees, one.intents.spans)
    # Nobody is blamed by name: neither in a quote nor in what is shown.
    blamed = [(start, end, "employee") for start, end, _, praised in named if not praised]
    found = sorted([*one.found, *blamed]) if blamed else one.found
    quote = None if sensitive else best_quote(one.text, one.intents.spans, toned, found)
    code = language(one.text if not one.found else one.hidden.replace(HIDDEN, " "))
    doubtful = is_doubtful(one.low, one.bag, of, one.sounds.compound)
    return {
        **of,
        "intents": ", ".join(past),
        "topic": _SENSITIVE if sensitive else topic_of(one.text),
        "sensitive": sensitive,
        "language": code,
        "employees": json.dumps([{"name": name, "praised": praised} for _, _, name, praised in named])
        if named
        else "[]",
        "quote": None if quote is None else " ".join(mask(one.text, found, *quote).split()),
        "masked": None if sensitive else mask(one.text, found)[:_MASKED].strip(),
        "spans": _spans(one, toned),
        "uncertain": doubtful or (reader.model is None and code not in {None, "en"}),
    }


def _spans(one: Looked, toned: Sequence[tuple[int, int, float]]) -> str:
    spans = [
        *one.intents.spans,
        *((start, end, "positive" if valence > 0 else "negative") for start, end, valence in toned),
    ]
    return json.dumps([[*one.words.original(start, end), reading] for start, end, reading in sorted(spans)])
