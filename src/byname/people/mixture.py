"""How likely each pair of groups is one person: a mixture of one person, one household, and strangers.

With b the Bayes factor of one person against strangers, and c that of one person against two people of one household,

    P(one person) = l b / (l b + k b / c + 1)

where l and k are the shares of all pairs that are one person and one household. Both are estimated from the pairs
themselves (the M-step of expectation maximisation for mixing weights: Dempster, Laird, Rubin 1977, JRSS B 39, p. 1;
the two-class model is Fellegi and Sunter 1969, JASA 64, p. 1183).

Strangers' agreement (u) is measured on random pairs, and some of those are one person or one household: where these are
many that hides how rare agreement is among strangers. So u is taken less l times m and k times h.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["FEW", "Mixed", "Weights", "corrected", "mix"]

_ROUNDS = 200
_SETTLED = 1e-6
_LEAST = 1e-5  # of m: what was never seen is not impossible
_MOST_OF_U = 30.0  # u is never lowered below a thirtieth: it is measured, too
# A few records know little about how rare it is to find somebody twice.
_SMALLEST_POPULATION = 1_000
FEW = 500  # groups below which nothing is learned from them: not the shares, not the levels
_TWICE = 0.2


@dataclass(frozen=True)
class Weights:
    """What the levels of one field are worth.

    Args:
        m: P(level | one person), the best level first.
        u: P(level | random pair).
        h: P(level | one household).
        fixed: how many of the first levels are weighed by the value's own frequency; their u is not corrected.
    """

    m: Sequence[float]
    u: Sequence[float]
    h: Sequence[float]
    fixed: int = 0


@dataclass(frozen=True)
class Mixed:
    """Probabilities of each pair, and the shares of all pairs.

    Args:
        person: P(one person), a pair.
        person_share: of all pairs.
        household_share: of all pairs.
    """

    person: NDArray[np.float64]
    person_share: float
    household_share: float


def corrected(weights: Weights, person_share: float, household_share: float) -> list[float]:
    """U among strangers only, a level: of all random pairs less those of one person and of one household."""
    strangers = 1 - person_share - household_share
    return [
        u if place < weights.fixed else max((u - person_share * m - household_share * h) / strangers, u / _MOST_OF_U)
        for place, (m, u, h) in enumerate(zip(weights.m, weights.u, weights.h, strict=True))
    ]


def mix(
    factors: NDArray[np.float64],
    levels: Mapping[str, NDArray[np.int64]],
    weights: Mapping[str, Weights],
    *,
    groups: int,
) -> Mixed:
    """P(one person) for each compared pair.

    Args:
        factors: log2 of the Bayes factor of one person against a random pair, a pair.
        levels: field → level of each pair, 0 for the best, -1 where one side is missing.
        weights: field → what its levels are worth.
        groups: how many groups there are; pairs that were not compared count as strangers.
    """
    pairs = groups * (groups - 1) / 2
    if not len(factors):
        return Mixed(np.empty(0), 0.0, 0.0)
    against_household = sum(
        (_by_level(levels[name], np.log2(_held(one.m) / _held(one.h))) for name, one in weights.items()),
        np.zeros(len(factors)),
    )
    # What was there before anything is looked at: too few records to estimate shares from must not make them large.
    before = _TWICE / max(groups, _SMALLEST_POPULATION)
    person_share = household_share = before
    person = np.empty(len(factors))
    for _ in range(_ROUNDS if groups >= FEW else 1):
        correction = sum(
            (
                _by_level(
                    levels[name], np.log2(np.asarray(one.u) / np.asarray(corrected(one, person_share, household_share)))
                )
                for name, one in weights.items()
            ),
            np.zeros(len(factors)),
        )
        as_person = factors + correction + np.log2(person_share)
        as_household = as_person - against_household + np.log2(household_share) - np.log2(person_share)
        total = np.logaddexp2(np.logaddexp2(as_person, as_household), 0.0)
        person = np.exp2(as_person - total)
        household = np.exp2(as_household - total)
        shares = max(float(person.sum()), 1.0) / pairs, max(float(household.sum()), 1.0) / pairs
        if groups < FEW:
            break
        moved = abs(np.log2(shares[0] / person_share)) + abs(np.log2(shares[1] / household_share))
        person_share, household_share = shares
        if moved < _SETTLED:
            break
    return Mixed(person, person_share, household_share)


def _held(values: Sequence[float]) -> NDArray[np.float64]:
    return np.maximum(np.asarray(values, dtype=np.float64), _LEAST)


def _by_level(level: NDArray[np.int64], worth: NDArray[np.float64]) -> NDArray[np.float64]:
    """The worth of each pair's level; nothing where one side is missing."""
    return np.append(worth, 0.0)[level]  # -1 takes the last
