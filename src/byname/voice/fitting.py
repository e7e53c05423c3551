"""Fitting a reader of texts: the rows to learn from, logistic regression on terms and numbers, and scales for each medium.

Sources: Wang and Manning, Baselines and Bigrams, ACL 2012, section 2.3 (log-count ratios; here their root as a weight);
Platt, Probabilistic Outputs for Support Vector Machines (1999), with one slope for three classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from byname.voice.cold import with_cold
from byname.voice.features import Terms, Vocabulary, terms, vocabulary, weigh
from byname.voice.model import Head, Scale, scaled

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from numpy.typing import NDArray

    from byname.voice.reading import Looked

__all__ = ["FOLDS", "LEAST", "Rows", "capped", "fit_head", "fit_scales", "fitted", "held_out", "rows_of"]

FOLDS = 5
LEAST = 50  # labelled texts; with fewer, a lexicon reads as well
_MOST_OF_ONE = 10.0  # texts' weight of one person together
_STRENGTH = 1.0  # chosen by cross-validation; the double costs half a hundredth of F1
# Rare classes weigh more in learning, by the root of their rarity, and by its root again in scaling: who reads for the
# few that are content must not be told that all are angry. It costs about .01 of calibration.
_RARITY, _TILT = 0.5, 0.25


@dataclass(frozen=True)
class Rows:
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


def rows_of(seen: Sequence[Looked], people: Sequence[Hashable], media: Sequence[str]) -> Rows:
    """The rows of texts that were looked at; which part a text is held out in hangs on its writer alone."""
    number = {person: place for place, person in enumerate(dict.fromkeys(people))}
    who = np.array([number[person] for person in people])
    # Held out by person: one person's texts are alike.
    fold = (np.random.default_rng(0).permutation(len(number)) % FOLDS)[who]
    numbers = with_cold(np.array([one.numbers for one in seen]))
    return Rows(terms([one.hidden for one in seen]), numbers, who, np.array(media), fold)


def capped(people: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights such that no person counts for more than ten texts."""
    total = np.bincount(people, weights=weight)
    capped: NDArray[np.float64] = weight * np.minimum(1.0, _MOST_OF_ONE / np.maximum(total[people], 1.0))
    return capped


def held_out(
    rows: Rows,
    at: NDArray[np.int64],
    fold: NDArray[np.int64],
    fit: Callable[[NDArray[np.bool_]], tuple[Vocabulary, Head]],
) -> NDArray[np.float64]:
    """Logits of each text by a model that has not seen its writer."""
    made: list[tuple[NDArray[np.bool_], NDArray[np.float64]]] = []
    for part in range(FOLDS):
        held = fold == part
        if held.any():
            known, made_head = fit(~held)
            found, numbers = rows.take(at[held])
            made.append((held, made_head.logits(weigh(found, known), numbers)))
    logits = np.empty((len(at), made[0][1].shape[1]))
    for held, some in made:
        logits[held] = some
    return logits


def fitted(
    rows: Rows, at: NDArray[np.int64], label: NDArray[np.int64], weight: NDArray[np.float64], classes: int
) -> tuple[Vocabulary, Head]:
    """The terms of some of the texts that count, and a head fitted on them.

    Args:
        rows: all texts.
        at: which of them teach, ascending.
        label: of each that teaches, 0 to `classes` - 1.
        weight: of each that teaches.
        classes: three, or one for yes and no.
    """
    found, numbers = rows.take(at)
    known = vocabulary(found, rows.people[at])
    return known, fit_head(weigh(found, known), numbers, label, weight, classes)


def fit_head(
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


def fit_scales(
    logits: NDArray[np.float64], label: NDArray[np.int64], weight: NDArray[np.float64], media: NDArray[np.str_]
) -> tuple[dict[str, Scale], Scale]:
    """A scale for each medium that has enough rated texts, and one of all together."""
    whole = _scale(logits, label, weight, Scale(1.0, (0.0, 0.0, 0.0)))
    scales = {}
    for medium, count in zip(*np.unique(media, return_counts=True), strict=True):
        # On four fifths of the texts, as here in judging, four fifths are enough.
        if medium and count >= LEAST * (1 - 1 / FOLDS):
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
