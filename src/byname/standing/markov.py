"""Who really moved: a hidden Markov model over the standings of each quarter, with how often the label errs.

A reading of 90% accuracy turns 8% who move in a month into 24% who seem to: most changes of a label are errors of
reading. The model holds what is true apart from what is read: hidden states s_t with transitions A, labels o_t with the
confusion B(s, o) = P(label o | true s), which is known and not fitted. A and the first distribution are estimated by
expectation-maximisation (Baum and Petrie 1966; Rabiner 1989, Proc. IEEE 77, eq. 40), with Dirichlet(1/2) priors on the
rows of A. Its steps are long where labels err much; each is lengthened by how the two before it turned (SQUAREM:
Varadhan and Roland, Scand. J. Stat. 35 (2008) 335-353, scheme S3), and taken back where that fits worse. All is
computed on distinct histories and their counts, so that people cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from byname.standing.histories import MISSING, TINY, Given, Seen, expected, given_each, given_of, rows_of
from byname.standing.one_core import on_one_core

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

__all__ = ["MISSING", "Smoothed", "confusion_of", "smooth"]

_PRIOR = 0.5
_STEPS, _ENOUGH = 70, 1e-5
_LEAST = 1e-9
# Transitions are learned from about so many, evenly spread: their error is far below what a reader sees.
_LEARNED_FROM = 50_000
# A quarter may be unlike the others: a price rise, an outage. How much, other people's labels decide.
_USUAL = (float("inf"), 1000.0, 100.0, 10.0)
_CHOSEN_FROM, _CLEARLY = 20_000, 2.0
_OWN_STEPS, _NEARLY = 14, 1e-3


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
    given = given_of(part, confusion)
    pooled, first = _pooled(given, len(confusion))
    usual = _usual(part[:_CHOSEN_FROM], confusion, pooled, first)
    moves = _by_step(given, pooled, first, usual)
    every, which = given_each(labels, confusion)
    seen = expected(every, moves, first)
    path = _viterbi(every, moves, first)
    return Smoothed(path[which], seen.moved[which], pooled, seen.pairs, _doubt(every, seen, moves), usual)


def _pooled(given: Given, states: int) -> tuple[Floats, Floats]:
    """Transitions over all the time and the first distribution, by expectation-maximisation."""
    moves = np.full((states, states), 0.1 / max(states - 1, 1))
    np.fill_diagonal(moves, 0.9)

    def improved(at: Floats) -> tuple[Floats, float]:
        seen = expected(given, _each(at[:-1], given), at[-1])
        fit = float(seen.fit.sum()) + _PRIOR * float(np.log(at).sum())
        return rows_of(np.vstack([seen.pairs.sum(axis=0), seen.starts]) + _PRIOR), fit

    at = _climbed(improved, np.vstack([moves, np.full(states, 1 / states)]), _STEPS, _ENOUGH)
    return at[:-1], at[-1]


def _by_step(given: Given, pooled: Floats, first: Floats, usual: Floats) -> Floats:
    """Transitions of each step: Dirichlet priors that are `usual` people who move as over all the time."""
    moves = _each(pooled, given)
    own = np.isfinite(usual)
    if not own.any():
        return moves
    prior = usual[own, None, None] * pooled

    def improved(at: Floats) -> tuple[Floats, float]:
        made = moves.copy()
        made[own] = at
        seen = expected(given, made, first)
        return rows_of(seen.pairs[own] + prior), float(seen.fit.sum()) + float((prior * np.log(at)).sum())

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
    length = max(1.0, float(np.linalg.norm(before) / max(np.linalg.norm(turn), TINY)))
    return rows_of(np.exp(np.clip(np.log(at) + 2 * length * before + length**2 * turn, -30, 0)))


def _usual(labels: NDArray[np.int8], confusion: Floats, pooled: Floats, first: Floats) -> Floats:
    """How unlike the others each step is: what foretells the labels of other people at its end best."""
    steps = max(labels.shape[1] - 1, 0)
    if steps < 2 or not len(labels) // 2:  # noqa: PLR2004 - one step is all the time
        return np.full(steps, np.inf)
    halves = [given_of(labels[side::2], confusion) for side in (0, 1)]
    fits = np.zeros((len(_USUAL), steps))
    for place, usual in enumerate(_USUAL):
        for one, other in (halves, halves[::-1]):
            moves = _by_step(one, pooled, first, np.full(steps, usual))
            fits[place] += expected(other, moves, first).fit[1:]
    best = fits.argmax(axis=0)
    # A step is like all others until other people's labels say clearly that it is not.
    clearly = fits.max(axis=0) - fits[0] > _CLEARLY
    return np.where(clearly, np.array(_USUAL)[best], np.inf)


def _each(moves: Floats, given: Given) -> Floats:
    return np.tile(moves, (max(len(given.emitted) - 1, 0), 1, 1))


def _doubt(given: Given, seen: Seen, moves: Floats) -> Floats:
    """Sum over people of Var([i to j] - share_ij [i] | labels): what the labels leave open (Louis 1982, eq. 3.2)."""
    doubt = np.zeros(moves.shape)
    for step, each in enumerate(moves):
        old = given.begun[step]
        later = given.emitted[step + 1, :, :old] * seen.behind[step + 1, :, :old]
        reached = each @ later
        from_here = seen.ahead[step, :, :old] / np.maximum((seen.ahead[step, :, :old] * reached).sum(axis=0), TINY)
        people = given.people[:old]
        stood = from_here * reached
        once = seen.pairs[step]
        share = once / np.maximum(once.sum(axis=1, keepdims=True), TINY)
        twice = each**2 * ((people * from_here**2) @ (later**2).T)
        crossed = each * ((people * from_here * stood) @ later.T)
        alone = (stood @ people)[:, None]
        squared = (stood**2 @ people)[:, None]
        found = once * (1 - share) ** 2 + (alone - once) * share**2 - twice + 2 * share * crossed - share**2 * squared
        doubt[step] = np.maximum(found, 0)
    return doubt


def _viterbi(given: Given, moves: Floats, first: Floats) -> NDArray[np.int8]:
    """The likeliest path of each history (Viterbi 1967; Rabiner 1989, eq. 33), of shape (histories, days)."""
    emitted, begun = given.emitted, given.begun
    days, states, histories = emitted.shape
    path = np.full((histories, days), MISSING, dtype=np.int8)
    log_moves, log_first = np.log(np.maximum(moves, TINY)), np.log(first)
    came = np.zeros(emitted.shape, dtype=np.int8)
    best = np.zeros((states, histories))
    for day in range(days):
        old, here = begun[day - 1] if day else 0, begun[day]
        if old:
            ways = best[:, None, :old] + log_moves[day - 1][:, :, None]
            came[day, :, :old] = ways.argmax(axis=0)
            best[:, :old] = ways.max(axis=0)
        best[:, old:here] = log_first[:, None]
        best[:, :here] += np.log(np.maximum(emitted[day, :, :here], TINY))
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
