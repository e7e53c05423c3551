"""Learning to read from a company's own labels: ratings beside texts, and what staff corrected.

Kept only if it reads the company's own texts better than the rules do, on people that it did not learn from. The terms
are words and runs of letters weighed by TF-IDF and by how unevenly the classes use them; the lexicon's numbers and the
rules stand beside them.

Sources: Wang and Manning, Baselines and Bigrams, ACL 2012, section 2.3 (log-count ratios; here their root as a weight);
Platt, Probabilistic Outputs for Support Vector Machines (1999), with one slope for three classes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.voice.cold import NUMBERS, cold_sentiment, with_cold
from byname.voice.features import Terms, Vocabulary, terms, vocabulary, weigh
from byname.voice.intents import CUTS, INTENTS
from byname.voice.measures import calibration_error, macro_f1
from byname.voice.model import Head, Model, Scale, scaled
from byname.voice.reader import Reader
from byname.voice.reading import FEELINGS, look

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from byname.voice.reading import Looked

__all__ = ["LEAST", "Correction", "Learned", "learn", "learned"]

LEAST = 50  # labelled texts; with fewer, a lexicon reads as well
_LEAST_CLASS = 5
_LEAST_PEOPLE = 10
_LEAST_INTENT = 20  # corrections that say yes, and as many that say no
_FOLDS = 5
_CORRECTED = 3.0  # a person looked at it: worth three ratings
_MOST_OF_ONE = 10.0  # texts' weight of one person together
_MOST_TEXTS_OF_ONE = 200
# Chosen by cross-validation, and right within a factor of two wherever it was tried.
_STRENGTH = 1.0
# Rare classes weigh more in learning, by the root of their rarity, and by its root again in scaling: who reads for the
# few that are content must not be told that all are angry. It costs about .01 of calibration.
_RARITY, _TILT = 0.5, 0.25


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


@dataclass(frozen=True)
class _Rows:
    """Texts to learn from: terms, numbers, who wrote them, on which medium, in which part they are held out."""

    terms: Terms
    numbers: NDArray[np.float64]
    people: NDArray[np.int64]
    media: NDArray[np.str_]
    fold: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> tuple[Terms, NDArray[np.float64]]:
        """The terms and numbers of some of the texts, in their order (ascending)."""
        place = np.full(self.terms.texts, -1)
        place[rows] = np.arange(len(rows))
        kept = place[self.terms.text] >= 0
        of = self.terms
        found = Terms(place[of.text[kept]], of.hash[kept], of.count[kept], of.letters[kept], len(rows))
        return found, self.numbers[rows]


def learn(
    words: Sequence[str | None],
    media: Sequence[str | None],
    labels: Sequence[int | None],
    people: Sequence[Hashable],
    *,
    corrections: Sequence[Correction] | None = None,
    employees: tuple[str, ...] = (),
    names: frozenset[str] = frozenset(),
) -> Reader | None:
    """The reader of `learned`, or None if nothing was learned that reads better than the rules."""
    return learned(words, media, labels, people, corrections=corrections, employees=employees, names=names).reader


def learned(
    words: Sequence[str | None],
    media: Sequence[str | None],
    labels: Sequence[int | None],
    people: Sequence[Hashable],
    *,
    corrections: Sequence[Correction] | None = None,
    employees: tuple[str, ...] = (),
    names: frozenset[str] = frozenset(),
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
    rows = _rows([one for one in (seen[place] for place in wanted) if one is not None],
                 [people[place] for place in wanted], [media[place] or "" for place in wanted])  # fmt: skip
    at = np.array([row for row, place in enumerate(wanted) if place in said])
    label = np.array([said[place][0] + 1 for place in rated])
    weight = _capped(rows.people[at], np.array([said[place][1] for place in rated]))
    found = _feeling(rows, at, label, weight)
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


def _rows(seen: Sequence[Looked], people: Sequence[Hashable], media: Sequence[str]) -> _Rows:
    number = {person: place for place, person in enumerate(dict.fromkeys(people))}
    who = np.array([number[person] for person in people])
    # Held out by person: one person's texts are alike.
    fold = (np.random.default_rng(0).permutation(len(number)) % _FOLDS)[who]
    numbers = with_cold(np.array([one.numbers for one in seen]))
    return _Rows(terms([one.hidden for one in seen]), numbers, who, np.array(media), fold)


def _capped(people: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights such that no person counts for more than ten texts."""
    total = np.bincount(people, weights=weight)
    capped: NDArray[np.float64] = weight * np.minimum(1.0, _MOST_OF_ONE / np.maximum(total[people], 1.0))
    return capped


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


def _feeling(rows: _Rows, at: NDArray[np.int64], label: NDArray[np.int64], weight: NDArray[np.float64]) -> _Feeling:
    media, fold = rows.media[at], rows.fold[at]
    logits = _held_out(rows, at, fold, lambda part: _fitted(rows, at[part], label[part], weight[part], 3))
    shares = np.empty_like(logits)
    for part in range(_FOLDS):
        held = fold == part
        scales, other = _scales(logits[~held], label[~held], weight[~held], media[~held])
        for medium in np.unique(media[held]):
            here = held & (media == medium)
            shares[here] = scaled(logits[here], scales.get(str(medium), other))
    cold = cold_sentiment(rows.numbers[at, : len(NUMBERS)])
    known, head = _fitted(rows, at, label, weight, 3)
    scales, other = _scales(logits, label, weight, media)
    return _Feeling(
        known, head, scales, other,
        macro_f1(label, shares.argmax(axis=1), weight), macro_f1(label, cold.argmax(axis=1), weight),
        calibration_error(label, shares, weight),
    )  # fmt: skip


def _held_out(
    rows: _Rows,
    at: NDArray[np.int64],
    fold: NDArray[np.int64],
    fit: Callable[[NDArray[np.bool_]], tuple[Vocabulary, Head]],
) -> NDArray[np.float64]:
    """Logits of each text by a model that has not seen its writer."""
    made: list[tuple[NDArray[np.bool_], NDArray[np.float64]]] = []
    for part in range(_FOLDS):
        held = fold == part
        if held.any():
            known, head = fit(~held)
            found, numbers = rows.take(at[held])
            made.append((held, head.logits(weigh(found, known), numbers)))
    logits = np.empty((len(at), made[0][1].shape[1]))
    for held, some in made:
        logits[held] = some
    return logits


def _fitted(
    rows: _Rows, at: NDArray[np.int64], label: NDArray[np.int64], weight: NDArray[np.float64], classes: int
) -> tuple[Vocabulary, Head]:
    found, numbers = rows.take(at)
    known = vocabulary(found, rows.people[at])
    return known, _head(weigh(found, known), numbers, label, weight, classes)


def _head(
    weighed: Any, numbers: NDArray[np.float64], label: NDArray[np.int64], weight: NDArray[np.float64], classes: int
) -> Head:
    """Logistic regression on terms, weighed by how unevenly the classes use them, and on numbers.

    Args:
        weighed: sparse, shape (texts, terms).
        numbers: shape (texts, numbers).
        label: 0 to `classes` - 1; for one class 0 or 1.
        weight: of each text.
        classes: how many logits come out: three, or one for yes and no.
    """
    import warnings

    from scipy.sparse import csr_matrix, hstack
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    uneven = _unevenness(weighed, label)
    both = hstack([weighed.multiply(uneven).tocsr(), csr_matrix(numbers)]).tocsr()
    model = LogisticRegression(C=_STRENGTH, max_iter=200, tol=1e-3)
    with warnings.catch_warnings():
        # Where it stops after 200 steps is as good on people that were held out.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(both, label, sample_weight=weight * _rarity(label, weight, _RARITY))
    terms_known = weighed.shape[1]
    out = np.zeros((classes, both.shape[1]))
    bias = np.full(classes, -10.0) if classes > 1 else np.zeros(1)
    if len(model.classes_) == 2 and classes > 1:  # noqa: PLR2004 - two of three classes were seen
        out[model.classes_[1]], bias[model.classes_[1]] = model.coef_[0] / 2, model.intercept_[0] / 2
        out[model.classes_[0]], bias[model.classes_[0]] = -model.coef_[0] / 2, -model.intercept_[0] / 2
    else:
        places = model.classes_ if classes > 1 else [0]
        out[places], bias[places] = model.coef_, model.intercept_
    return Head(
        (out[:, :terms_known] * uneven).T.astype(np.float32),
        out[:, terms_known:].T.astype(np.float32),
        bias.astype(np.float32),
    )


def _unevenness(weighed: Any, label: NDArray[np.int64]) -> NDArray[np.float64]:
    """Root of the largest log-count ratio of a term between one class and the others, shape (terms,)."""
    present = weighed.copy()
    present.data = np.ones_like(present.data)
    every = np.asarray(present.sum(axis=0)).ravel() + 2.0
    most = np.zeros(weighed.shape[1])
    for one in np.unique(label):
        here = np.asarray(present[np.flatnonzero(label == one)].sum(axis=0)).ravel() + 1.0
        rest = every - here
        most = np.maximum(most, np.abs(np.log(here / here.sum()) - np.log(rest / rest.sum())))
    root: NDArray[np.float64] = np.sqrt(most)
    return root


def _rarity(label: NDArray[np.int64], weight: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """How much each text weighs for its class being rare; on average 1 by class."""
    total = np.bincount(label, weights=weight)
    present = np.count_nonzero(total)
    share = np.maximum(total, 1e-9) / total.sum()
    rare: NDArray[np.float64] = ((1.0 / (present * share)) ** power)[label]
    return rare


def _scales(
    logits: NDArray[np.float64], label: NDArray[np.int64], weight: NDArray[np.float64], media: NDArray[np.str_]
) -> tuple[dict[str, Scale], Scale]:
    """A scale for each medium that has enough rated texts, and one of all together."""
    whole = _scale(logits, label, weight, Scale(1.0, (0.0, 0.0, 0.0)))
    scales = {}
    for medium, count in zip(*np.unique(media, return_counts=True), strict=True):
        # On four fifths of the texts, as here in judging, four fifths are enough.
        if medium and count >= LEAST * (1 - 1 / _FOLDS):
            here = media == medium
            scales[str(medium)] = _scale(logits[here], label[here], weight[here], whole)
    return scales, whole


def _scale(logits: NDArray[np.float64], label: NDArray[np.int64], weight: NDArray[np.float64], near: Scale) -> Scale:
    """The likeliest slope and shifts, held near those of all media by a weight of some ten texts."""
    from scipy.optimize import minimize

    tilted = weight * _rarity(label, weight, _TILT)
    tilted = tilted * (weight.sum() / tilted.sum())
    rows = np.arange(len(label))
    start = np.array([np.log(near.slope), *near.shift])

    def loss(at: NDArray[np.float64]) -> float:
        shares = scaled(logits, Scale(float(np.exp(at[0])), (at[1], at[2], at[3])))
        held = 2.0 * float(np.sum((at - start) ** 2))
        return held - float(tilted @ np.log(np.maximum(shares[rows, label], 1e-12)))

    found = minimize(loss, start, method="L-BFGS-B", bounds=[(-3.0, 3.0), *[(-10.0, 10.0)] * 3]).x
    return Scale(float(np.exp(found[0])), (float(found[1]), float(found[2]), float(found[3])))


def _intent(rows: _Rows, known: Vocabulary, name: str, said: dict[int, bool]) -> Head | None:
    """An intent learned from corrections; None where they are few, or the rule does as well."""
    at = np.array(sorted(said), dtype=np.int64)
    label = np.array([int(said[int(row)]) for row in at], dtype=np.int64)
    if min(np.count_nonzero(label), np.count_nonzero(1 - label)) < _LEAST_INTENT:
        return None
    weight = _capped(rows.people[at], np.ones(len(at)))

    def fit(part: NDArray[np.bool_]) -> tuple[Vocabulary, Head]:
        found, numbers = rows.take(at[part])
        return known, _head(weigh(found, known), numbers, label[part], weight[part], 1)

    logits = _held_out(rows, at, rows.fold[at], fit)[:, 0]
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
        model = Model(found.vocabulary, found.head, found.scales, found.other, intents, texts)
        reader = Reader(cold.employees, cold.names, model)
    return Learned(
        reader, texts, people, found.f1, found.f1_cold, found.error,
        tuple(sorted(found.scales)) if wins else (), tuple(sorted(intents)) if wins else (),
        f"{'kept' if wins else 'not kept'}: {figures}",
    )  # fmt: skip
