"""Histories of labels that err, each kind once: what is expected of the states behind them, forward and backward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

__all__ = ["MISSING", "TINY", "Given", "Seen", "expected", "given_each", "given_of", "rows_of"]

MISSING = -1
TINY = 1e-300


@dataclass(frozen=True)
class Given:
    """Distinct histories, those that begin first at the front, so that those of a day are a slice.

    Attributes:
        emitted: P(label | state), of shape (days, states, histories).
        begun: how many histories have begun by each day, of shape (days,).
        people: of how many people each is.
    """

    emitted: Floats
    begun: Ints
    people: Floats


@dataclass(frozen=True)
class Seen:
    """What is expected, given the labels.

    Attributes:
        moved: P(moved), of shape (histories, days - 1); NaN before a history begins.
        pairs: expected transitions by step.
        starts: expected first states.
        fit: log-likelihood of each day's labels given those before, of shape (days,).
        ahead: P(state | labels up to the day), of shape (days, states, histories); 0 before a history begins.
        behind: P(later labels | state), up to a factor, of the same shape.
    """

    moved: NDArray[np.float32]
    pairs: Floats
    starts: Floats
    fit: Floats
    ahead: Floats
    behind: Floats


def given_each(labels: NDArray[np.int8], confusion: Floats) -> tuple[Given, Ints]:
    """The distinct histories of people, and which of them each person's is.

    Args:
        labels: of shape (people, days), from the earliest day on; `MISSING` where there is none.
        confusion: P(label | true state), rows are true states.
    """
    histories, which = _distinct(labels)
    begins = (histories == MISSING).cumprod(axis=1).sum(axis=1)
    order = np.argsort(begins, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    people = np.bincount(which, minlength=len(histories)).astype(np.float64)
    begun = np.searchsorted(begins[order], np.arange(labels.shape[1]), side="right")
    return Given(_emissions(histories[order], confusion), begun, people[order]), place[which]


def given_of(labels: NDArray[np.int8], confusion: Floats) -> Given:
    """The distinct histories alone."""
    return given_each(labels, confusion)[0]


def _distinct(labels: NDArray[np.int8]) -> tuple[NDArray[np.int8], Ints]:
    """The distinct rows, and which of them each row is."""
    if not labels.size:
        return labels[:1], np.zeros(len(labels), dtype=np.int64)
    base = int(labels.max()) + 2
    key = np.zeros(len(labels), dtype=np.int64)
    for column in labels.T:
        key = key * base + (column.astype(np.int64) + 1)
    _, at, which = np.unique(key, return_index=True, return_inverse=True)
    return labels[at], which


def _emissions(histories: NDArray[np.int8], confusion: Floats) -> Floats:
    """P(label of the day | state), of shape (days, states, histories); 1 where there is none."""
    table = np.hstack([confusion, np.ones((len(confusion), 1))])  # the last column is of `MISSING`
    return np.ascontiguousarray(table[:, histories.T].swapaxes(0, 1))


def expected(given: Given, moves: Floats, first: Floats) -> Seen:
    """Forward and backward.

    P(s_t-1 = i, s_t = j | labels) is proportional to ahead_i A_ij later_j (Rabiner 1989, eq. 37): summed over histories
    it is A times a product of two matrices, so no history needs a matrix of its own.
    """
    emitted, begun, people = given.emitted, given.begun, given.people
    days, states, histories = emitted.shape
    ahead, behind = np.zeros(emitted.shape), np.ones(emitted.shape)
    fit, starts = np.zeros(days), np.zeros(states)
    for day in range(days):
        old, here = begun[day - 1] if day else 0, begun[day]
        now = ahead[day, :, :here]
        if old:
            np.matmul(moves[day - 1].T, ahead[day - 1, :, :old], out=now[:, :old])
        now[:, old:] = first[:, None]
        now *= emitted[day, :, :here]
        whole = np.maximum(now.sum(axis=0), TINY)
        fit[day] = people[:here] @ np.log(whole)
        now /= whole
    moved = np.full((histories, max(days - 1, 0)), np.nan, dtype=np.float32)
    pairs = np.zeros((max(days - 1, 0), states, states))
    for day in range(days - 1, -1, -1):
        old, here = begun[day - 1] if day else 0, begun[day]
        new = ahead[day, :, old:here] * behind[day, :, old:here]
        starts += (new / np.maximum(new.sum(axis=0), TINY)) @ people[old:here]
        if not day:
            break
        before = ahead[day - 1, :, :old]
        later = emitted[day, :, :old] * behind[day, :, :old]
        reached = moves[day - 1] @ later
        whole = np.maximum((before * reached).sum(axis=0), TINY)
        pairs[day - 1] = moves[day - 1] * ((before * (people[:old] / whole)) @ later.T)
        stayed = np.diag(moves[day - 1]) @ (before * later) / whole
        moved[:old, day - 1] = np.clip(1 - stayed, 0, 1)
        behind[day - 1, :, :old] = reached / np.maximum(reached.sum(axis=0), TINY)
    return Seen(moved, pairs, starts, fit, ahead, behind)


def rows_of(counts: Floats) -> Floats:
    """Counts as shares: the last axis sums to 1."""
    return np.asarray(counts / counts.sum(axis=-1, keepdims=True))
