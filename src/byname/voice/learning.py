"""Learning to read from a company's own labels: ratings beside texts, and what staff corrected.

Kept only if it reads the company's own texts better than the rules do, on people that it did not learn from. The terms
are words and runs of letters weighed by TF-IDF and by how unevenly the classes use them; the lexicon's numbers and the
rules stand beside them. With few labels, what texts mean (`semantic`, an extra) may stand there too, if it wins.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from byname.voice.cold import NUMBERS, cold_sentiment
from byname.voice.features import Vocabulary, weigh
from byname.voice.fitting import FOLDS, LEAST, Rows, capped, fit_head, fit_scales, fitted, held_out, rows_of
from byname.voice.intents import CUTS, INTENTS
from byname.voice.measures import calibration_error, log_loss, macro_f1
from byname.voice.model import Head, Model, Scale, scaled, with_meaning
from byname.voice.reader import Reader
from byname.voice.reading import FEELINGS, look
from byname.voice.semantic import available, embed

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["LEAST", "Correction", "Learned", "learn", "learned"]

_LEAST_CLASS = 5
_LEAST_PEOPLE = 10
_LEAST_INTENT = 20  # corrections that say yes, and as many that say no
_CORRECTED = 3.0  # a person looked at it: worth three ratings
_MOST_TEXTS_OF_ONE = 200
_MOST_MEANT = 1_000  # labelled texts; with more, the words themselves are known, and meaning only costs time


@dataclass(frozen=True)
class Correction:
    """What a member of staff said of a text.

    Attributes:
        text: which of the texts.
        label: negative, neutral, positive; an intent, or "not " and an intent.
    """

    text: int
    label: str


@dataclass(frozen=True)
class Learned:
    """What came of learning.

    Attributes:
        reader: None if what was learned is not kept.
        texts: labelled texts, and people who wrote them.
        people: see above.
        f1: macro-F1 over three classes on people that were held out.
        f1_cold: the same of the rules and the lexicon.
        calibration_error: expected calibration error on people that were held out.
        media: those that are calibrated.
        intents: those that were learned from corrections and beat the rules.
        why: one sentence.
    """

    reader: Reader | None
    texts: int
    people: int
    f1: float | None = None
    f1_cold: float | None = None
    calibration_error: float | None = None
    media: tuple[str, ...] = ()
    intents: tuple[str, ...] = ()
    why: str = ""


def learn(
    words: Sequence[str | None],
    media: Sequence[str | None],
    labels: Sequence[int | None],
    people: Sequence[Hashable],
    *,
    corrections: Sequence[Correction] | None = None,
    employees: tuple[str, ...] = (),
    names: frozenset[str] = frozenset(),
    semantic: Path | None = None,
) -> Reader | None:
    """The reader of `learned`, or None if nothing was learned that reads better than the rules."""
    return learned(
        words, media, labels, people, corrections=corrections, employees=employees, names=names, semantic=semantic
    ).reader


def learned(
    words: Sequence[str | None],
    media: Sequence[str | None],
    labels: Sequence[int | None],
    people: Sequence[Hashable],
    *,
    corrections: Sequence[Correction] | None = None,
    employees: tuple[str, ...] = (),
    names: frozenset[str] = frozenset(),
    semantic: Path | None = None,
) -> Learned:
    """Learn feeling from ratings and corrections, and intents from corrections alone.

    Args:
        words: texts as the source has them.
        media: the medium of each.
        labels: -1, 0, 1 by the rating beside it (stars 1-2, 3, 4-5; NPS 0-6, 7-8, 9-10; CSAT as stars), or None.
        people: who wrote each.
        corrections: what staff said; of a text that has both, the correction holds, and weighs three times as much. A
            later correction of the same text and reading takes the place of an earlier one.
        employees: names of the staff, for the reader.
        names: names that are held already, for the reader.
        semantic: folder of the file that tells what texts mean; where the extra is installed and the labels are few, what
            is learned from words and meaning is kept if it foretells labels of people that were held out better.

    Raises:
        ValueError: a label, or a correction, that is none.
    """
    said, intents = _labels(labels, corrections or ())
    known = said.keys() | {place for of in intents.values() for place in of}
    seen = {place: look(words[place], names) for place in _thinned(sorted(known), people)}
    wanted = [place for place, one in seen.items() if one is not None]
    rated = [place for place in wanted if place in said]
    cold = Reader.cold(employees, names)
    lack = _lack([said[place][0] for place in rated], [people[place] for place in rated])
    if lack:
        return Learned(None, len(rated), len({people[place] for place in rated}), why=lack)
    texts = [one for one in (seen[place] for place in wanted) if one is not None]
    rows = rows_of(texts, [people[place] for place in wanted], [media[place] or "" for place in wanted])
    at = np.array([row for row, place in enumerate(wanted) if place in said])
    label = np.array([said[place][0] + 1 for place in rated])
    weight = capped(rows.people[at], np.array([said[place][1] for place in rated]))
    found = _feeling(rows, at, label, weight)
    if semantic is not None and len(at) <= _MOST_MEANT and available():
        wide = replace(rows, numbers=with_meaning(rows.numbers, embed([one.hidden for one in texts], semantic)))
        other = _feeling(wide, at, label, weight)
        if other.loss < found.loss:
            rows, found = wide, replace(other, semantic=True)
            cold = replace(cold, cache=semantic)
    heads = {name: of for name, of in intents.items() if len(of)}
    kept = {}
    for name, of in heads.items():
        head = _intent(
            rows, found.vocabulary, name, {row: of[place] for row, place in enumerate(wanted) if place in of}
        )
        if head is not None:
            kept[name] = head
    return _judged(found, kept, cold, len(rated), len(np.unique(rows.people[at])))


def _labels(
    labels: Sequence[int | None], corrections: Sequence[Correction]
) -> tuple[dict[int, tuple[int, float]], dict[str, dict[int, bool]]]:
    """Of each text the feeling and its weight; of each intent the texts that were said to have it or not."""
    said: dict[int, tuple[int, float]] = {}
    for place, label in enumerate(labels):
        if label is not None:
            if label not in {-1, 0, 1}:
                raise ValueError(f"text {place}: found label {label!r}; expected -1, 0, 1 or None")
            said[place] = (int(label), 1.0)
    intents: dict[str, dict[int, bool]] = {name: {} for name in INTENTS}
    for one in corrections:
        name = one.label.removeprefix("not ")
        if one.label in FEELINGS:
            said[one.text] = (FEELINGS.index(one.label) - 1, _CORRECTED)
        elif name in INTENTS:
            intents[name][one.text] = name == one.label
        else:
            expected = ", ".join((*FEELINGS, *INTENTS))
            raise ValueError(
                f"text {one.text}: found label {one.label!r}; expected {expected}, or 'not ' and an intent"
            )
    return said, intents


def _lack(labels: Sequence[int], people: Sequence[Hashable]) -> str:
    """What is missing to learn from; '' if nothing is."""
    if len(labels) < LEAST:
        return f"{len(labels)} labelled texts; it takes {LEAST}"
    if len(set(people)) < _LEAST_PEOPLE:
        return f"{len(set(people))} people wrote them; it takes {_LEAST_PEOPLE}"
    rare = [FEELINGS[label + 1] for label in (-1, 0, 1) if 0 < labels.count(label) < _LEAST_CLASS]
    present = len(set(labels))
    if present - len(rare) < 2:  # noqa: PLR2004 - two classes can be told apart
        return f"nearly all labels are the same; it takes {_LEAST_CLASS} of another"
    return ""


def _thinned(places: Sequence[int], people: Sequence[Hashable]) -> list[int]:
    """At most two hundred texts of one person, spread evenly over all that there are."""
    count = Counter(people[place] for place in places)
    seen: Counter[Hashable] = Counter()
    kept = []
    for place in places:
        person = people[place]
        step = max(1.0, count[person] / _MOST_TEXTS_OF_ONE)
        if int(seen[person] / step) != int((seen[person] - 1) / step) or not seen[person]:
            kept.append(place)
        seen[person] += 1
    return kept


@dataclass(frozen=True)
class _Feeling:
    """What was learned of feeling, and how well it does on people that were held out."""

    vocabulary: Vocabulary
    head: Head
    scales: dict[str, Scale]
    other: Scale
    f1: float
    f1_cold: float
    error: float
    loss: float
    semantic: bool = False


def _feeling(rows: Rows, at: NDArray[np.int64], label: NDArray[np.int64], weight: NDArray[np.float64]) -> _Feeling:
    media, fold = rows.media[at], rows.fold[at]
    logits = held_out(rows, at, fold, lambda part: fitted(rows, at[part], label[part], weight[part], 3))
    shares = np.empty_like(logits)
    for part in range(FOLDS):
        held = fold == part
        scales, other = fit_scales(logits[~held], label[~held], weight[~held], media[~held])
        for medium in np.unique(media[held]):
            here = held & (media == medium)
            shares[here] = scaled(logits[here], scales.get(str(medium), other))
    cold = cold_sentiment(rows.numbers[at, : len(NUMBERS)])
    known, head = fitted(rows, at, label, weight, 3)
    scales, other = fit_scales(logits, label, weight, media)
    return _Feeling(
        known, head, scales, other,
        macro_f1(label, shares.argmax(axis=1), weight), macro_f1(label, cold.argmax(axis=1), weight),
        calibration_error(label, shares, weight), log_loss(label, shares, weight),
    )  # fmt: skip


def _intent(rows: Rows, known: Vocabulary, name: str, said: dict[int, bool]) -> Head | None:
    """An intent learned from corrections; None where they are few, or the rule does as well."""
    at = np.array(sorted(said), dtype=np.int64)
    label = np.array([int(said[int(row)]) for row in at], dtype=np.int64)
    if min(np.count_nonzero(label), np.count_nonzero(1 - label)) < _LEAST_INTENT:
        return None
    weight = capped(rows.people[at], np.ones(len(at)))

    def fit(part: NDArray[np.bool_]) -> tuple[Vocabulary, Head]:
        found, numbers = rows.take(at[part])
        return known, fit_head(weigh(found, known), numbers, label[part], weight[part], 1)

    logits = held_out(rows, at, rows.fold[at], fit)[:, 0]
    rule = rows.numbers[at, NUMBERS.index(name)] >= CUTS[name]
    own = 1.0 / (1.0 + np.exp(-logits)) >= CUTS[name]
    if macro_f1(label, own.astype(np.int64), weight) <= macro_f1(label, rule.astype(np.int64), weight):
        return None
    return fit(np.ones(len(at), dtype=np.bool_))[1]


def _judged(found: _Feeling, intents: dict[str, Head], cold: Reader, texts: int, people: int) -> Learned:
    wins = found.f1 > found.f1_cold
    figures = f"macro-F1 {found.f1:.3f} on people that were held out, rules and lexicon {found.f1_cold:.3f}"
    reader = None
    if wins:
        model = Model(found.vocabulary, found.head, found.scales, found.other, intents, texts, found.semantic)
        reader = replace(cold, model=model)
    return Learned(
        reader, texts, people, found.f1, found.f1_cold, found.error,
        tuple(sorted(found.scales)) if wins else (), tuple(sorted(intents)) if wins else (),
        f"{'kept' if wins else 'not kept'}: {figures}",
    )  # fmt: skip
