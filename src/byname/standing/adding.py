"""Evidence adds up: pieces fade, are capped by kind, and their log-odds tell how a person feels; acts tell who speaks.

p(feels) = softmax(ln base + n T W), with T the evidence of each kind that counts today and W the log-odds of unhappy,
content and attached. Pieces are not strangers to each other: who likes us buys steadily, more, and on, and says so. So
twice as much evidence tells less than twice as much: n = K^-r for all that is known, K = T max|W| above 1. What is
known is believed as far as it goes: of little evidence a part only, the rest is how people feel of whom nothing is
known. A tie takes time: who has not been here over two own buying cycles begins with a small part of the base of the
attached.

The five standings are feeling times speaking, by their definitions. Of the unhappy those who said so unasked within 365
days are actively dissatisfied; of the attached those who spoke or acted for us unasked within 365 days are advocates;
and nobody is called attached without two kinds of evidence, one of them behaviour over two of their own buying cycles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from byname.standing.states import STATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byname.standing.weights import Weights

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

__all__ = ["ACT_DAYS", "UNKNOWN", "Pieces", "evidence_of", "label", "probabilities", "totals"]

ACT_DAYS = 365
UNKNOWN = -1
_SURE = 0.5  # the largest probability from which a standing has a name
# Evidence that moves the odds by this much is believed to a half.
_HALF_BELIEVED = 0.35
# r. With 0, of the people of 18 generated companies who were called something with 85%, 66% were it.
_ALIKE = 0.2
# Of the odds of the attached, for who has not been here over two own cycles.
_TOO_NEW = 0.14
_TELLS = 0.2  # an instance faded further than this is no kind of evidence of its own
_SPEAKS_FOR = 0.2  # log-odds toward attached from which a kind is evidence of a tie
# Who may feel attached and has not shown it stays below this, and so is never called so.
_NOT_SHOWN = 0.49
# Of the unhappy with an unasked complaint on record, and of those without: one reading in ten errs, and some complain
# elsewhere.
_VOCAL, _SILENT = 0.9, 0.04
_UNHAPPY, _CONTENT, _ATTACHED = range(3)
NEUTRAL, DISSATISFIED, ACTIVELY, LOYAL, ADVOCATE = range(len(STATES))


@dataclass(frozen=True)
class Pieces:
    """Dated pieces of evidence of some people; arrays of shape (pieces,).

    Attributes:
        person: the person's number.
        kind: the kind's number.
        begins: the day from which it counts, in days since 1970.
        ends: the day from which it counts no more.
        strength: of a plain instance.
    """

    person: Ints
    kind: Ints
    begins: Ints
    ends: Ints
    strength: Floats

    def counts(self, day: int, weights: Weights) -> Floats:
        """What each piece counts on a day, before the caps."""
        half_life = np.array([kind.half_life_days for kind in weights.kinds])[self.kind]
        age = day - self.begins
        faded = np.where(half_life > 0, np.exp2(-age / np.maximum(half_life, 1)), 1.0)
        return np.where((age >= 0) & (day < self.ends), self.strength * faded, 0.0)

    def within(self, what: str, people: int, day: int, weights: Weights) -> NDArray[np.bool_]:
        """Who has a piece of that sort ("act", "vocal") of the last 365 days."""
        recent = weights.which(what)[self.kind] & (self.begins <= day) & (self.begins > day - ACT_DAYS)
        return np.bincount(self.person[recent], minlength=people) > 0


def totals(pieces: Pieces, people: int, day: int, weights: Weights) -> tuple[Floats, Floats]:
    """Evidence of each kind that counts, of shape (people, kinds), and what each piece counts under the caps."""
    counts = pieces.counts(day, weights)
    found = _summed(pieces, counts, people, weights)
    capped = _capped(found, weights)
    share = np.divide(capped, found, out=np.ones(found.shape), where=found > 0)
    return capped, counts * share[pieces.person, pieces.kind]


def evidence_of(pieces: Pieces, people: int, day: int, weights: Weights) -> Floats:
    """The first of `totals` alone: days of the past need no piece by itself."""
    return _capped(_summed(pieces, pieces.counts(day, weights), people, weights), weights)


def _summed(pieces: Pieces, counts: Floats, people: int, weights: Weights) -> Floats:
    kinds = len(weights.kinds)
    cell = pieces.person * kinds + pieces.kind
    summed = np.bincount(cell, weights=counts, minlength=people * kinds).astype(np.float64)
    return summed.reshape(people, kinds)


def _capped(found: Floats, weights: Weights) -> Floats:
    return np.asarray(np.minimum(found, np.array([kind.cap for kind in weights.kinds])))


def probabilities(
    evidence: Floats,
    weights: Weights,
    *,
    acted: NDArray[np.bool_],
    complained: NDArray[np.bool_],
    cycles: NDArray[np.bool_],
) -> Floats:
    """The five probabilities of each person, of shape (people, 5); rows sum to 1.

    Args:
        evidence: from `totals`, with the kinds of `buying` filled in; shape (people, kinds).
        weights: what each kind says.
        acted: who did something for us unprompted within 365 days.
        complained: who said that they are unhappy, unasked, within 365 days.
        cycles: whose behaviour is known over two of their own cycles.
    """
    base, table = np.array(weights.base), weights.feels
    known = evidence @ np.abs(table).max(axis=1)
    before = np.where(cycles[:, None], base, _shares(base * np.array([1.0, 1.0, _TOO_NEW])))
    logits = np.log(before) + (evidence @ table) * np.maximum(known, 1.0)[:, None] ** -_ALIKE
    feels = _shares(np.exp(logits - logits.max(axis=1, keepdims=True)))
    believed = (1 - np.exp2(-known / _HALF_BELIEVED))[:, None]
    feels = believed * feels + (1 - believed) * before
    tells = (evidence >= _TELLS) & (table[:, _ATTACHED] >= _SPEAKS_FOR)
    shown = cycles & (tells.sum(axis=1) >= 2) & (tells & weights.which("behaviour")).any(axis=1)  # noqa: PLR2004
    attached = np.where(shown, feels[:, _ATTACHED], np.minimum(feels[:, _ATTACHED], _NOT_SHOWN))
    vocal = np.where(complained, _VOCAL, _SILENT)
    made = np.zeros((len(evidence), len(STATES)))
    made[:, NEUTRAL] = feels[:, _CONTENT] + feels[:, _ATTACHED] - attached
    made[:, DISSATISFIED] = feels[:, _UNHAPPY] * (1 - vocal)
    made[:, ACTIVELY] = feels[:, _UNHAPPY] * vocal
    made[:, LOYAL] = np.where(acted, 0.0, attached)
    made[:, ADVOCATE] = np.where(acted, attached, 0.0)
    return made


def _shares(parts: Floats) -> Floats:
    return np.asarray(parts / parts.sum(axis=-1, keepdims=True))


def label(found: Floats) -> Ints:
    """The number of the standing with the largest probability; `UNKNOWN` where that is under a half."""
    return np.where(found.max(axis=1) >= _SURE, found.argmax(axis=1), UNKNOWN)
