"""Who really moved: a hidden Markov model over the standings of each quarter, with how often the label errs.

A reading of 90% accuracy turns 8% who move in a month into 24% who seem to: most changes of a label are errors of
reading. The model holds what is true apart from what is read: hidden states s_t with transitions A, labels o_t with the
confusion B(s, o) = P(label o | true s), which is known and not fitted. A and the first distribution are estimated by
expectation-maximisation (Baum and Petrie 1966; Rabiner 1989, Proc. IEEE 77, eq. 40), with Dirichlet(1/2) priors on the
rows of A. All is computed on distinct histories and their counts, so that people cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

__all__ = ["MISSING", "Smoothed", "confusion_of", "smooth"]

MISSING = -1
_PRIOR = 0.5
_STEPS, _ENOUGH = 200, 1e-6
_LEAST = 1e-9
# Transitions are learned from about so many, evenly spread: their error is far below what a reader sees.
_LEARNED_FROM = 100_000


@dataclass(frozen=True)
class Smoothed:
    """What was most likely true; the first axis is people, the second days from the earliest on.

    Attributes:
        path: the likeliest whole path (Viterbi), of shape (people, days); `MISSING` before the first label.
        moved: P(true state changed | all labels) between a day and the day before it, of shape (people, days - 1); NaN
            where one of both has no label yet.
        transitions: A, of shape (states, states); rows sum to 1.
        counts: expected transitions, of shape (days - 1, states, states), over all people.
    """

    path: NDArray[np.int8]
    moved: NDArray[np.float32]
    transitions: Floats
    counts: Floats


def confusion_of(probabilities: Floats, labels: Ints) -> Floats:
    """P(label | true state) as calibrated probabilities imply it: rows are true states and sum to 1.

    Args:
        probabilities: of shape (readings, states).
        labels: of shape (readings,); readings without a label are left out.
    """
    states = probabilities.shape[1]
    joint = np.full((states, states), _LEAST)
    for state in range(states):
        joint[:, state] += probabilities[labels == state].sum(axis=0)
    # Of a state that nothing was read as yet, the label is taken to be right more often than not.
    joint += np.eye(states) + 0.25 / states
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))


def smooth(labels: NDArray[np.int8], confusion: Floats) -> Smoothed:
    """Estimate the transitions, and what was true of each person.

    Args:
        labels: of shape (people, days), from the earliest day on; `MISSING` where there is none. After the first label
            a missing one says nothing.
        confusion: P(label | true state), rows are true states.
    """
    moves, first = _learned(labels[:: max(1, len(labels) // _LEARNED_FROM)], confusion)
    histories, which = _distinct(labels)
    people = np.bincount(which, minlength=len(histories)).astype(np.float64)
    emitted, begun = _emissions(histories, confusion), _begun(histories)
    moved, pairs, _ = _expected(emitted, begun, moves, first, people)
    path = _viterbi(emitted, begun, moves, first)
    return Smoothed(path[which], moved[which], moves, pairs)


def _learned(labels: NDArray[np.int8], confusion: Floats) -> tuple[Floats, Floats]:
    """The transitions and the first distribution, by expectation-maximisation."""
    states = len(confusion)
    histories, which = _distinct(labels)
    people = np.bincount(which, minlength=len(histories)).astype(np.float64)
    emitted, begun = _emissions(histories, confusion), _begun(histories)
    moves = np.full((states, states), 0.1 / max(states - 1, 1))
    np.fill_diagonal(moves, 0.9)
    first = np.full(states, 1 / states)
    for _ in range(_STEPS):
        _, pairs, starts = _expected(emitted, begun, moves, first, people)
        made = _rows(pairs.sum(axis=0) + _PRIOR)
        first = (starts + _PRIOR) / (starts + _PRIOR).sum()
        change = np.abs(made - moves).max()
        moves = made
        if change < _ENOUGH:
            break
    return moves, first


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
    """P(label of the day | state), of shape (days, histories, states); 1 where there is none."""
    table = np.vstack([confusion.T, np.ones(len(confusion))])  # the last row is of `MISSING`
    return np.asarray(table[histories.T])


def _begun(histories: NDArray[np.int8]) -> NDArray[np.bool_]:
    """From the first label on."""
    return np.asarray(np.cumsum(histories != MISSING, axis=1) > 0)


def _expected(
    emitted: Floats, begun: NDArray[np.bool_], moves: Floats, first: Floats, people: Floats
) -> tuple[NDArray[np.float32], Floats, Floats]:
    """Forward and backward: P(moved) by history and step, expected transitions by step, expected first states.

    P(s_t-1 = i, s_t = j | labels) is proportional to ahead_i A_ij later_j (Rabiner 1989, eq. 37): summed over histories
    it is A times a product of two matrices, so no history needs a matrix of its own.
    """
    days, histories, states = emitted.shape
    ahead = np.empty((days, histories, states))
    for day in range(days):
        before = ahead[day - 1] @ moves if day else np.tile(first, (histories, 1))
        known = begun[:, day - 1] if day else np.zeros(histories, dtype=bool)
        before[~known] = first
        now = before * emitted[day]
        ahead[day] = now / np.maximum(now.sum(axis=1, keepdims=True), 1e-300)
    behind = np.ones((histories, states))
    moved = np.full((histories, max(days - 1, 0)), np.nan, dtype=np.float32)
    pairs = np.zeros((max(days - 1, 0), states, states))
    starts = np.zeros(states)
    for day in range(days - 1, -1, -1):
        both = begun[:, day - 1] if day else np.zeros(histories, dtype=bool)
        here = ahead[day] * behind
        here /= np.maximum(here.sum(axis=1, keepdims=True), 1e-300)
        is_first = begun[:, day] & ~both
        starts += people[is_first] @ here[is_first]
        if not day:
            break
        later = emitted[day] * behind
        reached = later @ moves.T
        whole = np.maximum((ahead[day - 1] * reached).sum(axis=1), 1e-300)
        pairs[day - 1] = moves * ((ahead[day - 1] * (people * both / whole)[:, None]).T @ later)
        stayed = (ahead[day - 1] * later) @ np.diag(moves) / whole
        moved[both, day - 1] = np.clip(1 - stayed[both], 0, 1)
        reached /= np.maximum(reached.max(axis=1, keepdims=True), 1e-300)
        reached[~both] = 1.0
        behind = reached
    return moved, pairs, starts


def _viterbi(emitted: Floats, begun: NDArray[np.bool_], moves: Floats, first: Floats) -> NDArray[np.int8]:
    """The likeliest path of each history (Viterbi 1967; Rabiner 1989, eq. 33)."""
    days, histories, states = emitted.shape
    path = np.full((histories, days), MISSING, dtype=np.int8)
    if not days:
        return path
    log_moves, log_first = np.log(moves), np.log(first)
    came = np.zeros(emitted.shape, dtype=np.int8)
    best = np.zeros((histories, states))
    for day in range(days):
        known = begun[:, day - 1] if day else np.zeros(histories, dtype=bool)
        reached, way = best[:, :1] + log_moves[0], np.zeros(best.shape, dtype=np.int8)
        for state in range(1, states):
            other = best[:, state : state + 1] + log_moves[state]
            better = other > reached
            reached[better], way[better] = other[better], state
        reached[~known] = log_first
        came[day], best = way, reached + np.log(np.maximum(emitted[day], 1e-300))
    state_now = best.argmax(axis=1)
    for day in range(days - 1, -1, -1):
        path[:, day] = np.where(begun[:, day], state_now, MISSING)
        if day:
            state_now = np.where(begun[:, day - 1], came[day, np.arange(histories), state_now], state_now)
    return path


def _rows(counts: Floats) -> Floats:
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))
