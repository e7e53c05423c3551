"""How much each kind of evidence is worth here: learned from what became of people, kept only if it foretells better.

A year ago each person had evidence T. What they did in the year after (left, complained, recommended unasked, bought
more) is known. The weights W of the table stay as reasoned; each kind k gets a factor m_k, so that its row counts m_k
times as much:

    Z = ln shares + T (m W),    P(outcome) = 1 / (1 + exp(-(a + b s(Z)))),
    s(Z) = ln sum_j c_j exp(Z_j) - ln sum_j d_j exp(Z_j)

with c and d the standings that speak for and against the outcome. The log-likelihood of all outcomes is maximised over
ln m, a and ln b with a normal prior on ln m. The factors are learned on one half of the people and judged on the other,
and the other way round; they are kept where the likelihood of the other half is surely better than that of the weights
as shipped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

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
# Neutral, dissatisfied, actively dissatisfied, loyal, advocate: what speaks for each outcome, and against it.
SIDES = {
    "left": ((0.0, 1.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0, 1.0, 1.0)),
    "complained": ((0.0, 0.5, 1.0, 0.0, 0.0), (1.0, 0.5, 0.0, 1.0, 1.0)),
    "recommended": ((0.0, 0.0, 0.0, 0.5, 1.0), (1.0, 1.0, 1.0, 0.5, 0.0)),
    "grew": ((0.0, 0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 0.0, 0.0)),
}


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
    """Parameters: ln m of each kind, then a and ln b of each outcome; with free=False ln m stays 0."""
    from scipy.optimize import minimize

    kinds, names = len(weights.kinds), list(outcomes)
    rates = np.array([np.clip(np.nanmean(outcomes[name]), 0.01, 0.99) for name in names])
    start = np.concatenate([np.zeros(kinds), np.log(rates / (1 - rates)), np.full(len(names), np.log(0.5))])
    bounds = (
        [(-_MOST, _MOST) if free else (0.0, 0.0)] * kinds + [(-20.0, 20.0)] * len(names) + [(-6.0, 2.0)] * len(names)
    )
    found = minimize(_loss, start, (weights, evidence, outcomes), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x, dtype=np.float64)


def _loss(at: Floats, weights: Weights, evidence: Floats, outcomes: Mapping[str, Floats]) -> tuple[float, Floats]:
    kinds, count = len(weights.kinds), len(outcomes)
    times = np.exp(at[:kinds])
    table = np.array([kind.weights for kind in weights.kinds])
    logits = np.log(weights.shares) + evidence @ (table * times[:, None])
    people = len(evidence)
    loss = float((at[:kinds] ** 2).sum()) / (2 * _PRIOR_SD**2) / people
    slope = np.zeros_like(at)
    slope[:kinds] = at[:kinds] / _PRIOR_SD**2 / people
    toward = np.zeros_like(logits)
    for place, (name, happened) in enumerate(outcomes.items()):
        score, by = _score(logits, name)
        level, steep = at[kinds + place], np.exp(at[kinds + count + place])
        known = ~np.isnan(happened)
        chance = 1 / (1 + np.exp(-np.clip(level + steep * score, -40, 40)))
        missed = np.where(known, np.nan_to_num(happened) - chance, 0.0) / people
        loss -= float(_likelihood(chance, happened)[known].sum()) / people
        slope[kinds + place] = -missed.sum()
        slope[kinds + count + place] = -(missed * score).sum() * steep
        toward -= (missed * steep)[:, None] * by
    slope[:kinds] += ((evidence.T @ toward) * table).sum(axis=1) * times
    return loss, slope


def _each(weights: Weights, evidence: Floats, outcomes: Mapping[str, Floats], at: Floats) -> Floats:
    """Each person's log-likelihood, summed over what is known of them."""
    kinds, count = len(weights.kinds), len(outcomes)
    table = np.array([kind.weights for kind in weights.kinds]) * np.exp(at[:kinds])[:, None]
    logits = np.log(weights.shares) + evidence @ table
    whole = np.zeros(len(evidence))
    for place, (name, happened) in enumerate(outcomes.items()):
        score, _ = _score(logits, name)
        steep = np.exp(at[kinds + count + place])
        chance = 1 / (1 + np.exp(-np.clip(at[kinds + place] + steep * score, -40, 40)))
        whole += np.where(np.isnan(happened), 0.0, _likelihood(chance, happened))
    return whole


def _likelihood(chance: Floats, happened: Floats) -> Floats:
    return np.asarray(np.log(np.where(np.nan_to_num(happened) > 0, chance, 1 - chance) + 1e-12))


def _score(logits: Floats, name: str) -> tuple[Floats, Floats]:
    """s(Z) of each person, and its derivative by Z."""
    with np.errstate(divide="ignore"):
        sides = [np.log(np.array(side)) for side in SIDES[name]]
    top = logits.max(axis=1, keepdims=True)
    sums, shares = [], []
    for side in sides:
        each = np.exp(logits - top + side)
        whole = each.sum(axis=1)
        sums.append(np.log(whole))
        shares.append(each / whole[:, None])
    return sums[0] - sums[1], shares[0] - shares[1]
