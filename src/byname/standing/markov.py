"""Who really moved: a hidden Markov model over the standings of each quarter, with how often the label errs.

A reading of 90% accuracy turns 8% who move in a month into 24% who seem to: most changes of a label are errors of
reading. The model holds what is true apart from what is read: hidden states s_t with transitions A, labels o_t with the
confusion B(s, o) = P(label o | true s), which is known and not fitted. A and the first distribution are estimated by
expectation-maximisation (Baum and Petrie 1966; Rabiner 1989, Proc. IEEE 77, eq. 40), with Dirichlet(1/2) priors on the
rows of A. Its steps are long where labels err much; each is lengthened by how the two before it turned (SQUAREM:
Varadhan and Roland, Scand. J. Stat. 35 (2008) 335-353, scheme S3), and taken back where that fits worse. All is computed
on distinct histories and their counts, so that people cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from byname.standing.one_core import on_one_core

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

__all__ = ["MISSING", "Smoothed", "confusion_of", "smooth"]

MISSING = -1
_PRIOR = 0.5
_STEPS, _ENOUGH = 70, 1e-5
_LEAST = 1e-9
# Transitions are learned from about so many, evenly spread: their error is far below what a reader sees.
_LEARNED_FROM = 50_000
# A quarter may be unlike the others: a price rise, an outage. How much, other people's labels decide.
_USUAL = (float("inf"), 1000.0, 100.0, 10.0)
_CHOSEN_FROM, _CLEARLY = 20_000, 2.0
_OWN_STEPS, _NEARLY = 14, 1e-3
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
    with on_one_core():
        return _smoothed(labels, confusion)


def _smoothed(labels: NDArray[np.int8], confusion: Floats) -> Smoothed:
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
class _Seen:
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


def _given_each(labels: NDArray[np.int8], confusion: Floats) -> tuple[_Given, Ints]:
    histories, which = _distinct(labels)
    begins = (histories == MISSING).cumprod(axis=1).sum(axis=1)
    order = np.argsort(begins, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    people = np.bincount(which, minlength=len(histories)).astype(np.float64)
    begun = np.searchsorted(begins[order], np.arange(labels.shape[1]), side="right")
    return _Given(_emissions(histories[order], confusion), begun, people[order]), place[which]


def _given(labels: NDArray[np.int8], confusion: Floats) -> _Given:
    return _given_each(labels, confusion)[0]


def _pooled(given: _Given, states: int) -> tuple[Floats, Floats]:
    """Transitions over all the time and the first distribution, by expectation-maximisation."""
    moves = np.full((states, states), 0.1 / max(states - 1, 1))
    np.fill_diagonal(moves, 0.9)

    def improved(at: Floats) -> tuple[Floats, float]:
        seen = _expected(given, _each(at[:-1], given), at[-1])
        fit = float(seen.fit.sum()) + _PRIOR * float(np.log(at).sum())
        return _rows(np.vstack([seen.pairs.sum(axis=0), seen.starts]) + _PRIOR), fit

    at = _climbed(improved, np.vstack([moves, np.full(states, 1 / states)]), _STEPS, _ENOUGH)
    return at[:-1], at[-1]


def _by_step(given: _Given, pooled: Floats, first: Floats, usual: Floats) -> Floats:
    """Transitions of each step: Dirichlet priors that are `usual` people who move as over all the time."""
    moves = _each(pooled, given)
    own = np.isfinite(usual)
    if not own.any():
        return moves
    prior = usual[own, None, None] * pooled

    def improved(at: Floats) -> tuple[Floats, float]:
        made = moves.copy()
        made[own] = at
        seen = _expected(given, made, first)
        return _rows(seen.pairs[own] + prior), float(seen.fit.sum()) + float((prior * np.log(at)).sum())

    moves[own] = _climbed(improved, moves[own], _OWN_STEPS, _NEARLY)
    return moves


def _climbed(improved: Callable[[Floats], tuple[Floats, float]], at: Floats, steps: int, enough: float) -> Floats:
    """Where steps of expectation-maximisation lead: `improved` gives the next place, and how well this one fits."""
    best = -np.inf
    for _ in range(steps):
        once, fit = improved(at)
        if np.abs(once - at).max() < enough:
            return once
        twice, _ = improved(once)
        if np.abs(twice - once).max() < enough:
            return twice
        # A long step that fits worse is taken back.
        made, found = improved(_further(at, once, twice))
        at, best = (made, found) if found >= max(fit, best) else (twice, fit)
    return at


def _further(at: Floats, once: Floats, twice: Floats) -> Floats:
    """Where steps that go on turning like these two would lead; in logarithms, so that shares stay shares."""
    before, after = np.log(once) - np.log(at), np.log(twice) - np.log(once)
    turn = after - before
    length = max(1.0, float(np.linalg.norm(before) / max(np.linalg.norm(turn), _TINY)))
    return _rows(np.exp(np.clip(np.log(at) + 2 * length * before + length**2 * turn, -30, 0)))


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
    """P(label of the day | state), of shape (days, states, histories); 1 where there is none."""
    table = np.hstack([confusion, np.ones((len(confusion), 1))])  # the last column is of `MISSING`
    return np.ascontiguousarray(table[:, histories.T].swapaxes(0, 1))


def _expected(given: _Given, moves: Floats, first: Floats) -> _Seen:
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
        whole = np.maximum(now.sum(axis=0), _TINY)
        fit[day] = people[:here] @ np.log(whole)
        now /= whole
    moved = np.full((histories, max(days - 1, 0)), np.nan, dtype=np.float32)
    pairs = np.zeros((max(days - 1, 0), states, states))
    for day in range(days - 1, -1, -1):
        old, here = begun[day - 1] if day else 0, begun[day]
        new = ahead[day, :, old:here] * behind[day, :, old:here]
        starts += (new / np.maximum(new.sum(axis=0), _TINY)) @ people[old:here]
        if not day:
            break
        before = ahead[day - 1, :, :old]
        later = emitted[day, :, :old] * behind[day, :, :old]
        reached = moves[day - 1] @ later
        whole = np.maximum((before * reached).sum(axis=0), _TINY)
        pairs[day - 1] = moves[day - 1] * ((before * (people[:old] / whole)) @ later.T)
        stayed = np.diag(moves[day - 1]) @ (before * later) / whole
        moved[:old, day - 1] = np.clip(1 - stayed, 0, 1)
        behind[day - 1, :, :old] = reached / np.maximum(reached.sum(axis=0), _TINY)
    return _Seen(moved, pairs, starts, fit, ahead, behind)


def _doubt(given: _Given, seen: _Seen, moves: Floats) -> Floats:
    """Sum over people of Var([i to j] - share_ij [i] | labels): what the labels leave open (Louis 1982, eq. 3.2)."""
    doubt = np.zeros(moves.shape)
    for step, each in enumerate(moves):
        old = given.begun[step]
        later = given.emitted[step + 1, :, :old] * seen.behind[step + 1, :, :old]
        reached = each @ later
        from_here = seen.ahead[step, :, :old] / np.maximum((seen.ahead[step, :, :old] * reached).sum(axis=0), _TINY)
        people = given.people[:old]
        stood = from_here * reached
        once = seen.pairs[step]
        share = once / np.maximum(once.sum(axis=1, keepdims=True), _TINY)
        twice = each**2 * ((people * from_here**2) @ (later**2).T)
        crossed = each * ((people * from_here * stood) @ later.T)
        alone = (stood @ people)[:, None]
        squared = (stood**2 @ people)[:, None]
        found = once * (1 - share) ** 2 + (alone - once) * share**2 - twice + 2 * share * crossed - share**2 * squared
        doubt[step] = np.maximum(found, 0)
    return doubt


def _viterbi(given: _Given, moves: Floats, first: Floats) -> NDArray[np.int8]:
    """The likeliest path of each history (Viterbi 1967; Rabiner 1989, eq. 33), of shape (histories, days)."""
    emitted, begun = given.emitted, given.begun
    days, states, histories = emitted.shape
    path = np.full((histories, days), MISSING, dtype=np.int8)
    log_moves, log_first = np.log(np.maximum(moves, _TINY)), np.log(first)
    came = np.zeros(emitted.shape, dtype=np.int8)
    best = np.zeros((states, histories))
    for day in range(days):
        old, here = begun[day - 1] if day else 0, begun[day]
        if old:
            ways = best[:, None, :old] + log_moves[day - 1][:, :, None]
            came[day, :, :old] = ways.argmax(axis=0)
            best[:, :old] = ways.max(axis=0)
        best[:, old:here] = log_first[:, None]
        best[:, :here] += np.log(np.maximum(emitted[day, :, :here], _TINY))
    if not days:
        return path
    state_now = best.argmax(axis=0)
    for day in range(days - 1, -1, -1):
        here = begun[day]
        path[:here, day] = state_now[:here]
        if day:
            old = begun[day - 1]
            state_now[:old] = came[day, state_now[:old], np.arange(old)]
    return path


def _rows(counts: Floats) -> Floats:
    return np.asarray(counts / counts.sum(axis=-1, keepdims=True))
