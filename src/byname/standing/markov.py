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
_STEPS, _ENOUGH = 200, 1e-5
_LEAST = 1e-9
# Transitions are learned from about so many, evenly spread: their error is far below what a reader sees.
_LEARNED_FROM = 50_000
# A quarter may be unlike the others: a price rise, an outage. How much, other people's labels decide.
_USUAL = (float("inf"), 1000.0, 100.0, 10.0)
_CHOSEN_FROM, _CLEARLY = 20_000, 2.0
_OWN_STEPS, _NEARLY = 40, 1e-3
_TINY = 1e-300


@dataclass(frozen=True)
class Smoothed:
    """What was most likely true; the first axis is people, the second days from the earliest on.

    Attributes:
        path: the likeliest whole path (Viterbi), of shape (people, days); `MISSING` before the first label.
        moved: P(true state changed | all labels) between a day and the day before it, of shape (people, days - 1); NaN
            where one of both has no label yet.
        transitions: A over all the time, of shape (states, states); rows sum to 1.
        counts: expected transitions, of shape (days - 1, states, states), over all people.
        doubt: variance of each count against its row's share, as labels leave open who moved; of the same shape.
        usual: of shape (days - 1,): a step's own transitions begin with so many people in each row who move as over all
            the time; infinite where the step is best taken to be like all others.
    """

    path: NDArray[np.int8]
    moved: NDArray[np.float32]
    transitions: Floats
    counts: Floats
    doubt: Floats
    usual: Floats


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
    part = labels[:: max(1, len(labels) // _LEARNED_FROM)]
    given = _given(part, confusion)
    pooled, first = _pooled(given, len(confusion))
    usual = _usual(part[:_CHOSEN_FROM], confusion, pooled, first)
    moves = _by_step(given, pooled, first, usual)
    every, which = _given_each(labels, confusion)
    seen = _expected(every, moves, first)
    path = _viterbi(every, moves, first)
    return Smoothed(path[which], seen.moved[which], pooled, seen.pairs, _doubt(every, seen, moves), usual)


@dataclass(frozen=True)
class _Given:
    """Distinct histories: P(label | state) of shape (days, histories, states), from when on, and of how many people."""

    emitted: Floats
    begun: NDArray[np.bool_]
    people: Floats


@dataclass(frozen=True)
class _Seen:
    """What is expected, given the labels.

    Attributes:
        moved: P(moved), of shape (histories, days - 1).
        pairs: expected transitions by step.
        starts: expected first states.
        fit: log-likelihood of each day's labels given those before, of shape (days,).
        ahead: P(state | labels up to the day), of shape (days, histories, states).
        behind: P(later labels | state), up to a factor, of the same shape.
    """

    moved: NDArray[np.float32]
    pairs: Floats
    starts: Floats
    fit: Floats
    ahead: Floats
    behind: Floats


def _given_each(labels: NDArray[np.int8], confusion: Floats) -> tuple[_Given, Ints]:
    histories, which = _distinct(labels)
    people = np.bincount(which, minlength=len(histories)).astype(np.float64)
    begun = np.asarray(np.cumsum(histories != MISSING, axis=1) > 0)
    return _Given(_emissions(histories, confusion), begun, people), which


def _given(labels: NDArray[np.int8], confusion: Floats) -> _Given:
    return _given_each(labels, confusion)[0]


def _pooled(given: _Given, states: int) -> tuple[Floats, Floats]:
    """Transitions over all the time and the first distribution, by expectation-maximisation."""
    moves = np.full((states, states), 0.1 / max(states - 1, 1))
    np.fill_diagonal(moves, 0.9)
    first = np.full(states, 1 / states)
    for _ in range(_STEPS):
        seen = _expected(given, _each(moves, given), first)
        made = _rows(seen.pairs.sum(axis=0) + _PRIOR)
        first = (seen.starts + _PRIOR) / (seen.starts + _PRIOR).sum()
        change = np.abs(made - moves).max()
        moves = made
        if change < _ENOUGH:
            break
    return moves, first


def _by_step(given: _Given, pooled: Floats, first: Floats, usual: Floats) -> Floats:
    """Transitions of each step: Dirichlet priors that are `usual` people who move as over all the time."""
    moves = _each(pooled, given)
    own = np.isfinite(usual)
    if not own.any():
        return moves
    for _ in range(_OWN_STEPS):
        made = moves.copy()
        made[own] = _rows(_expected(given, moves, first).pairs[own] + usual[own, None, None] * pooled)
        change = np.abs(made - moves).max(initial=0)
        moves = made
        if change < _NEARLY:
            break
    return moves


def _usual(labels: NDArray[np.int8], confusion: Floats, pooled: Floats, first: Floats) -> Floats:
    """How unlike the others each step is: what foretells the labels of other people at its end best."""
    steps = max(labels.shape[1] - 1, 0)
    if steps < 2 or not len(labels) // 2:  # noqa: PLR2004 - one step is all the time
        return np.full(steps, np.inf)
    halves = [_given(labels[side::2], confusion) for side in (0, 1)]
    fits = np.zeros((len(_USUAL), steps))
    for place, usual in enumerate(_USUAL):
        for one, other in (halves, halves[::-1]):
            moves = _by_step(one, pooled, first, np.full(steps, usual))
            fits[place] += _expected(other, moves, first).fit[1:]
    best = fits.argmax(axis=0)
    # A step is like all others until other people's labels say clearly that it is not.
    clearly = fits.max(axis=0) - fits[0] > _CLEARLY
    return np.where(clearly, np.array(_USUAL)[best], np.inf)


def _each(moves: Floats, given: _Given) -> Floats:
    return np.tile(moves, (max(len(given.emitted) - 1, 0), 1, 1))


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


def _expected(given: _Given, moves: Floats, first: Floats) -> _Seen:
    """Forward and backward.

    P(s_t-1 = i, s_t = j | labels) is proportional to ahead_i A_ij later_j (Rabiner 1989, eq. 37): summed over histories
    it is A times a product of two matrices, so no history needs a matrix of its own.
    """
    emitted, begun, people = given.emitted, given.begun, given.people
    days, histories, states = emitted.shape
    ahead, behind = np.empty(emitted.shape), np.ones(emitted.shape)
    fit, ones = np.zeros(days), np.ones(states)
    for day in range(days):
        before = ahead[day - 1] @ moves[day - 1] if day else np.tile(first, (histories, 1))
        before[~_known(begun, day - 1)] = first
        now = before * emitted[day]
        whole = np.maximum(now @ ones, _TINY)
        fit[day] = people @ np.log(whole)
        ahead[day] = now / whole[:, None]
    moved = np.full((histories, max(days - 1, 0)), np.nan, dtype=np.float32)
    pairs = np.zeros((max(days - 1, 0), states, states))
    starts = np.zeros(states)
    for day in range(days - 1, -1, -1):
        both = _known(begun, day - 1)
        is_first = begun[:, day] & ~both
        here = ahead[day][is_first] * behind[day][is_first]
        starts += (people[is_first] / np.maximum(here @ ones, _TINY)) @ here
        if not day:
            break
        later = emitted[day] * behind[day]
        reached = later @ moves[day - 1].T
        whole = np.maximum((ahead[day - 1] * reached) @ ones, _TINY)
        pairs[day - 1] = moves[day - 1] * ((ahead[day - 1] * (people * both / whole)[:, None]).T @ later)
        stayed = (ahead[day - 1] * later) @ np.diag(moves[day - 1]) / whole
        moved[both, day - 1] = np.clip(1 - stayed[both], 0, 1)
        reached /= np.maximum(reached @ ones, _TINY)[:, None]
        reached[~both] = 1.0
        behind[day - 1] = reached
    return _Seen(moved, pairs, starts, fit, ahead, behind)


def _known(begun: NDArray[np.bool_], day: int) -> NDArray[np.bool_]:
    return begun[:, day] if day >= 0 else np.zeros(len(begun), dtype=bool)


def _doubt(given: _Given, seen: _Seen, moves: Floats) -> Floats:
    """Sum over people of Var([i to j] - share_ij [i] | labels): what the labels leave open (Louis 1982, eq. 3.2)."""
    doubt = np.zeros(moves.shape)
    for step, each in enumerate(moves):
        later = given.emitted[step + 1] * seen.behind[step + 1]
        reached = later @ each.T
        whole = np.maximum((seen.ahead[step] * reached).sum(axis=1), _TINY)
        from_here = seen.ahead[step] / whole[:, None]
        people = (given.people * given.begun[:, step])[:, None]
        stood = from_here * reached
        once = seen.pairs[step]
        share = once / np.maximum(once.sum(axis=1, keepdims=True), _TINY)
        twice = each**2 * ((people * from_here**2).T @ later**2)
        crossed = each * ((people * from_here * stood).T @ later)
        alone = (people * stood).sum(axis=0)[:, None]
        squared = (people * stood**2).sum(axis=0)[:, None]
        found = once * (1 - share) ** 2 + (alone - once) * share**2 - twice + 2 * share * crossed - share**2 * squared
        doubt[step] = np.maximum(found, 0)
    return doubt


def _viterbi(given: _Given, moves: Floats, first: Floats) -> NDArray[np.int8]:
    """The likeliest path of each history (Viterbi 1967; Rabiner 1989, eq. 33)."""
    emitted, begun = given.emitted, given.begun
    days, histories, states = emitted.shape
    path = np.full((histories, days), MISSING, dtype=np.int8)
    if not days:
        return path
    log_moves, log_first = np.log(np.maximum(moves, _TINY)), np.log(first)
    came = np.zeros(emitted.shape, dtype=np.int8)
    best = np.zeros((histories, states))
    for day in range(days):
        known, ways = _known(begun, day - 1), log_moves[max(day - 1, 0)] if days > 1 else np.zeros((states, states))
        reached, way = best[:, :1] + ways[0], np.zeros(best.shape, dtype=np.int8)
        for state in range(1, states):
            other = best[:, state : state + 1] + ways[state]
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
    return np.asarray(counts / counts.sum(axis=-1, keepdims=True))
