"""How well a score tells those to whom something happened from the others: the AUC, its interval, paired differences.

The AUC is the chance that one to whom it happened has a higher score than one to whom it did not; a tie counts half
(Hanley and McNeil, Radiology 143 (1982) 29-36). Its variance, and the covariance of two scores of the same people, are
those of DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837-845, eq. 4 to 6, by mid-ranks (Sun and Xu, IEEE
Signal Processing Letters 21 (2014) 1389-1393): n log n instead of n squared.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Compared", "auc", "compared", "midranks"]


@dataclass(frozen=True, slots=True)
class Compared:
    """AUCs of several scores on the same people.

    Attributes:
        auc: of shape (scores,).
        covariance: of the AUCs, of shape (scores, scores).
        events: to how many it happened.
        people: how many there are.
    """

    auc: NDArray[np.float64]
    covariance: NDArray[np.float64]
    events: int
    people: int

    def interval(self, which: int, *, share: float = 0.95) -> tuple[float, float]:
        """Low and high end of one AUC's interval, within 0 and 1."""
        half = _z(share) * float(np.sqrt(self.covariance[which, which]))
        return max(0.0, float(self.auc[which]) - half), min(1.0, float(self.auc[which]) + half)

    def difference(self, one: int, other: int, *, share: float = 0.95) -> tuple[float, float, float]:
        """How much higher the AUC of one score is than that of another, with its low and high end."""
        of = self.covariance
        variance = float(of[one, one] + of[other, other] - 2 * of[one, other])
        found, half = float(self.auc[one] - self.auc[other]), _z(share) * np.sqrt(max(0.0, variance))
        return found, found - half, found + half


def _z(share: float) -> float:
    return NormalDist().inv_cdf((1 + share) / 2)


def midranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1; those that tie share the mean of theirs. Of shape (people,)."""
    order = np.argsort(values, kind="stable")
    _, first, counts = np.unique(values[order], return_index=True, return_counts=True)
    ranks = np.empty(len(values))
    ranks[order] = np.repeat(first + (counts + 1) / 2, counts)
    return ranks


def auc(score: NDArray[np.float64], happened: NDArray[np.bool_]) -> float:
    """The AUC of one score; NaN where it happened to all or to nobody.

    Args:
        score: of shape (people,), without NaN.
        happened: of shape (people,).
    """
    events = int(happened.sum())
    others = len(happened) - events
    if not events or not others:
        return float("nan")
    return float((midranks(score)[happened].sum() - events * (events + 1) / 2) / (events * others))


def compared(scores: NDArray[np.float64], happened: NDArray[np.bool_]) -> Compared:
    """AUCs of several scores, with the covariance that comes from their being of the same people.

    Args:
        scores: of shape (scores, people), without NaN.
        happened: of shape (people,).

    Raises:
        ValueError: it happened to fewer than two or to all but fewer than two, which gives no variance.
    """
    events, people = int(happened.sum()), len(happened)
    others = people - events
    if min(events, others) < 2:  # noqa: PLR2004 - a variance takes two
        raise ValueError(
            f"it happened to {events} of {people} people; expected two at least, and two to whom it did not"
        )
    # For each with the event: the part of the others that lies below (V10). For each other: that above (V01).
    with_it = np.empty((len(scores), events))
    without = np.empty((len(scores), others))
    for place, score in enumerate(scores):
        of_all = midranks(score)
        with_it[place] = (of_all[happened] - midranks(score[happened])) / others
        without[place] = 1 - (of_all[~happened] - midranks(score[~happened])) / events
    covariance = np.atleast_2d(np.cov(with_it)) / events + np.atleast_2d(np.cov(without)) / others
    return Compared(with_it.mean(axis=1), covariance, events, people)
