"""Evidence adds up: pieces fade, are capped by kind, and their log-odds give five probabilities.

p = softmax(ln base + T W), with T the evidence of each kind that counts today and W the weights. What is known is
believed as far as it goes: of little evidence a part only, the rest is where people stand of whom nothing is known.
Then the definitions hold: nobody is attached without two kinds of evidence, one of them behaviour over two own buying
cycles, and nobody an advocate without an unprompted act within 365 days.
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

__all__ = ["ACT_DAYS", "UNKNOWN", "Pieces", "label", "probabilities", "totals"]

ACT_DAYS = 365
UNKNOWN = -1
_SURE = 0.5  # the largest probability from which a standing has a name
# Evidence of half a doubling of the odds is believed to a half.
_HALF_BELIEVED = 0.5
_TELLS = 0.2  # an instance faded further than this is no kind of evidence of its own
_SPEAKS_FOR = 0.3  # log-odds toward loyal from which a kind is evidence of a tie
# Where the two kinds are not there yet, a part of those who feel attached are nevertheless; they are not named so.
_NOT_SHOWN = 0.4
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

    def acted(self, people: int, day: int, weights: Weights) -> NDArray[np.bool_]:
        """Who did something for us unprompted within the last 365 days."""
        recent = weights.which("act")[self.kind] & (self.begins <= day) & (self.begins > day - ACT_DAYS)
        return np.bincount(self.person[recent], minlength=people) > 0


def totals(pieces: Pieces, people: int, day: int, weights: Weights) -> tuple[Floats, Floats]:
    """Evidence of each kind that counts, of shape (people, kinds), and what each piece counts under the caps."""
    kinds = len(weights.kinds)
    counts = pieces.counts(day, weights)
    cell = pieces.person * kinds + pieces.kind
    found = np.bincount(cell, weights=counts, minlength=people * kinds).astype(np.float64).reshape(people, kinds)
    capped = np.minimum(found, np.array([kind.cap for kind in weights.kinds]))
    share = np.divide(capped, found, out=np.ones(found.shape), where=found > 0)
    return capped, counts * share.ravel()[cell]


def probabilities(evidence: Floats, weights: Weights, *, acted: NDArray[np.bool_], cycles: NDArray[np.bool_]) -> Floats:
    """The five probabilities of each person, of shape (people, 5); rows sum to 1.

    Args:
        evidence: from `totals`, with the kinds of `buying` filled in; shape (people, kinds).
        weights: what each kind says.
        acted: who did something for us unprompted within 365 days.
        cycles: whose behaviour is known over two of their own cycles.
    """
    base, table = np.array(weights.base), weights.table
    logits = np.log(base) + evidence @ table
    found = np.exp(logits - logits.max(axis=1, keepdims=True))
    found /= found.sum(axis=1, keepdims=True)
    known = evidence @ np.abs(table).max(axis=1)
    believed = (1 - np.exp2(-known / _HALF_BELIEVED))[:, None]
    found = believed * found + (1 - believed) * base
    return _defined(found, evidence, weights, acted, cycles, believed[:, 0])


def _defined(
    found: Floats,
    evidence: Floats,
    weights: Weights,
    acted: NDArray[np.bool_],
    cycles: NDArray[np.bool_],
    believed: Floats,
) -> Floats:
    """What the definitions of the five standings ask for."""
    tells = (evidence >= _TELLS) & (weights.table[:, LOYAL] >= _SPEAKS_FOR)
    shown = cycles & (tells.sum(axis=1) >= 2) & (tells & weights.which("behaviour")).any(axis=1)  # noqa: PLR2004
    attached = found[:, LOYAL] + found[:, ADVOCATE]
    kept = np.where(shown, 1.0, 1 - (1 - _NOT_SHOWN) * believed)
    made = found.copy()
    made[:, NEUTRAL] += attached * (1 - kept)
    made[:, LOYAL] = np.where(acted, 0.0, attached * kept)
    made[:, ADVOCATE] = np.where(acted, attached * kept, 0.0)
    return made


def label(found: Floats) -> Ints:
    """The number of the standing with the largest probability; `UNKNOWN` where that is under a half."""
    return np.where(found.max(axis=1) >= _SURE, found.argmax(axis=1), UNKNOWN)
