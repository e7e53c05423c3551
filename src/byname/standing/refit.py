"""How much each kind of evidence is worth here: learned from what became of people, kept only if it foretells better.

A year ago each person had evidence T. What they did in the year after (left, complained, recommended unasked, bought
more) is known. The weights W of the table stay as reasoned; each kind k gets a factor m_k, so that its row counts m_k
times as much:

    Z = ln shares + T (m W),    P(outcome) = 1 / (1 + exp(-(a + b s(Z) + T h))),
    s(Z) = ln sum_j c_j exp(Z_j) - ln sum_j d_j exp(Z_j)

with c and d the standings that speak for and against the outcome. h is habit: who buys often will buy again whether
they like it or not, who complains easily will complain, who brings friends will bring more. So evidence of the same
sort as an outcome (`_SAME_SORT`) has a way of its own to it, and says nothing of feelings by it. The log-likelihood of
all outcomes is maximised over ln m, a, ln b and h with normal priors on ln m and h. The factors are learned on one half
of the people and judged on the other, and the other way round; they are kept where the likelihood of the other half is
surely better than that of the weights as shipped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from byname.standing.one_core import on_one_core

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from byname.standing.weights import Weights

type Floats = NDArray[np.float64]

__all__ = ["FEWEST_EVENTS", "FEWEST_PEOPLE", "Refit", "refit"]

FEWEST_PEOPLE, FEWEST_EVENTS = 500, 40
# Of ln m: two kinds of three are worth 0.8 to 1.3 times what is shipped, none less than half or more than twice.
# Outcomes are a narrow view on how people feel: who buys often leaves late whether they like it or not.
_PRIOR_SD, _MOST = 0.25, 0.7
_SURE = 2.0  # standard errors by which the likelihood of people not seen has to be better
_HABIT_SD = 2.0
_TINY = 1e-200
# Neutral, dissatisfied, actively dissatisfied, loyal, advocate: what speaks for each outcome, and against it.
SIDES = {
    "left": ((0.0, 1.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0, 1.0, 1.0)),
    "complained": ((0.0, 0.5, 1.0, 0.0, 0.0), (1.0, 0.5, 0.0, 1.0, 1.0)),
    "recommended": ((0.0, 0.0, 0.0, 0.5, 1.0), (1.0, 1.0, 1.0, 0.5, 0.0)),
    "grew": ((0.0, 0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 0.0, 0.0)),
}
_SAME_SORT = {"left": "behaviour", "complained": "vocal", "recommended": "act", "grew": "behaviour"}


@dataclass(frozen=True)
class Refit:
    """What was learned, kept or not.

    Attributes:
        weights: those to use.
        kept: whether they are the learned ones.
        gain: mean log-likelihood on people not seen, learned less shipped, summed over outcomes; likewise its standard
            error.
        error: see gain.
        says: in a sentence.
    """

    weights: Weights
    kept: bool
    gain: float
    error: float
    says: str


def refit(weights: Weights, evidence: Floats, outcomes: Mapping[str, Floats]) -> Refit:
    """Learn the kinds' factors.

    Args:
        weights: as shipped.
        evidence: of a year ago, from `adding.totals`, of shape (people, kinds); in a random order of people.
        outcomes: by name (left, complained, recommended, grew), each of shape (people,): 1, 0, or NaN where it cannot
            be said of the person.
    """
    with on_one_core():
        return _refit(weights, evidence, outcomes)


def _refit(weights: Weights, evidence: Floats, outcomes: Mapping[str, Floats]) -> Refit:
    told = {
        name: happened
        for name, happened in outcomes.items()
        if min(np.nansum(happened), np.nansum(1 - happened)) >= FEWEST_EVENTS
    }
    if len(evidence) < FEWEST_PEOPLE or not told:
        return Refit(weights, kept=False, gain=0.0, error=0.0, says="weights as shipped: too short a history to learn")
    half = np.arange(len(evidence)) % 2 == 0
    gains = np.zeros(len(evidence))
    for learn in (half, ~half):
        ours = _fit(weights, evidence[learn], {name: one[learn] for name, one in told.items()})
        plain = _fit(weights, evidence[learn], {name: one[learn] for name, one in told.items()}, free=False)
        rest = {name: one[~learn] for name, one in told.items()}
        gains[~learn] = _each(weights, evidence[~learn], rest, ours) - _each(weights, evidence[~learn], rest, plain)
    gain, error = float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))
    if gain <= _SURE * error:
        says = f"weights as shipped: learned ones foretold no better of {len(evidence):,} people"
        return Refit(weights, kept=False, gain=gain, error=error, says=says)
    times = np.exp(_fit(weights, evidence, told)[: len(weights.kinds)])
    says = f"weights learned from what became of {len(evidence):,} people within a year"
    learned = replace(weights, times=tuple(float(one) for one in times), says=says)
    return Refit(learned, kept=True, gain=gain, error=error, says=says)


def _fit(weights: Weights, evidence: Floats, outcomes: Mapping[str, Floats], *, free: bool = True) -> Floats:
    """Parameters: ln m of each kind; a, then ln b of each outcome; h of each and kind. With free=False ln m stays 0."""
    from scipy.optimize import minimize

    kinds, names = len(weights.kinds), list(outcomes)
    rates = np.array([np.clip(np.nanmean(outcomes[name]), 0.01, 0.99) for name in names])
    habits = np.concatenate([weights.which(_SAME_SORT[name]) for name in names])
    start = np.concatenate(
        [np.zeros(kinds), np.log(rates / (1 - rates)), np.full(len(names), np.log(0.5)), np.zeros(len(habits))]
    )
    most = np.concatenate(
        [np.full(kinds, _MOST * free), np.full(len(names), 20.0), np.full(len(names), 4.0), 20.0 * habits]
    )
    # In units of about one standard error each: rare kinds and common ones bend the likelihood very differently.
    bend = rates * (1 - rates)
    often = (evidence**2).mean(axis=0)
    reach = (np.array([kind.weights for kind in weights.kinds]) ** 2).mean(axis=1)
    one = 1 / np.sqrt(
        np.concatenate(
            [
                1 / _PRIOR_SD**2 / len(evidence) + 0.25 * often * reach * bend.sum(),
                bend,
                bend,
                (1 / _HABIT_SD**2 / len(evidence) + np.outer(bend, often)).ravel(),
            ]
        )
    )

    def scaled(at: Floats) -> tuple[float, Floats]:
        loss, slope = _loss(start + at * one, weights, evidence, outcomes)
        return loss, slope * one

    found = minimize(
        scaled,
        np.zeros(len(start)),
        jac=True,
        method="L-BFGS-B",
        bounds=list(zip(-most / one, most / one, strict=True)),
        options={"ftol": 1e-7, "gtol": 1e-5, "maxiter": 200, "maxcor": 20},
    )
    return np.asarray(start + found.x * one, dtype=np.float64)


@dataclass(frozen=True)
class _At:
    """The parameters by what they are; the last three have one entry or row an outcome."""

    times: Floats
    level: Floats
    steep: Floats
    habit: Floats

    @classmethod
    def of(cls, at: Floats, kinds: int, outcomes: int) -> _At:
        times, level, steep, habit = np.split(at, np.cumsum([kinds, outcomes, outcomes]))
        return cls(np.exp(times), level, np.exp(steep), habit.reshape(outcomes, kinds))


@dataclass(frozen=True)
class _Scored:
    """s(Z) of each person and outcome, and what its derivative needs: exp(Z), and its sums for and against."""

    score: Floats
    each: Floats
    toward: Floats
    against: Floats


def _loss(at: Floats, weights: Weights, evidence: Floats, outcomes: Mapping[str, Floats]) -> tuple[float, Floats]:
    kinds, people = len(weights.kinds), len(evidence)
    of = _At.of(at, kinds, len(outcomes))
    table = np.array([kind.weights for kind in weights.kinds])
    scored = _scored(np.log(weights.shares) + evidence @ (table * of.times[:, None]), tuple(outcomes))
    likelihood, missed = _held(of, scored, evidence, outcomes)
    missed /= people
    prior = float((at[:kinds] ** 2).sum()) / _PRIOR_SD**2 + float((of.habit**2).sum()) / _HABIT_SD**2
    loss = (prior / 2 - float(likelihood.sum())) / people
    fors, against = _sides(tuple(outcomes))
    steep = missed * of.steep
    by = scored.each * ((steep / scored.against) @ against - (steep / scored.toward) @ fors)
    times = at[:kinds] / _PRIOR_SD**2 / people + ((evidence.T @ by) * table).sum(axis=1) * of.times
    habits = of.habit / _HABIT_SD**2 / people - missed.T @ evidence
    return loss, np.concatenate(
        [times, -missed.sum(axis=0), -(missed * scored.score).sum(axis=0) * of.steep, habits.ravel()]
    )


def _each(weights: Weights, evidence: Floats, outcomes: Mapping[str, Floats], at: Floats) -> Floats:
    """Each person's log-likelihood, summed over what is known of them."""
    of = _At.of(at, len(weights.kinds), len(outcomes))
    table = np.array([kind.weights for kind in weights.kinds]) * of.times[:, None]
    return _held(of, _scored(np.log(weights.shares) + evidence @ table, tuple(outcomes)), evidence, outcomes)[0]


def _held(of: _At, scored: _Scored, evidence: Floats, outcomes: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Each person's log-likelihood, and what happened less its chance, a column an outcome; 0 where it is not known."""
    logit = np.clip(of.level + of.steep * scored.score + evidence @ of.habit.T, -30, 30)
    happened = np.column_stack(list(outcomes.values()))
    known = ~np.isnan(happened)
    happened = np.where(known, happened, 0.0)
    odds = np.exp(logit)
    likelihood = np.where(known, happened * logit - np.log1p(odds), 0.0).sum(axis=1)
    return likelihood, np.where(known, happened - odds / (1 + odds), 0.0)


def _sides(names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """What speaks for each outcome, and against it, each of shape (outcomes, standings)."""
    sides = np.array([SIDES[name] for name in names])
    return sides[:, 0], sides[:, 1]


def _scored(logits: Floats, names: tuple[str, ...]) -> _Scored:
    fors, against = _sides(names)
    each = np.exp(logits - logits.max(axis=1, keepdims=True))
    toward, other = (np.maximum(each @ side.T, _TINY) for side in (fors, against))
    return _Scored(np.log(toward / other), each, toward, other)
