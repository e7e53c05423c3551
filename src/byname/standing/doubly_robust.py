"""What a treatment that nobody drew by lot did, as well as records can say: doubly robust, with cross-fitting.

Two models are fitted, who was treated given what was known before (the propensity), and what became of them given that
and the treatment. The estimate is right if either of them is (Robins, Rotnitzky and Zhao, JASA 89 (1994) 846-866; Bang
and Robins, Biometrics 61 (2005) 962-972, eq. 9). Each model speaks only of people on whom it was not fitted
(Chernozhukov et al., Econometrics Journal 21 (2018) C1-C68, eq. 5.3). Who nearly always or nearly never is treated has
nobody to be held against and is left out (Crump, Hotz, Imbens and Mitnik, Biometrika 96 (2009) 187-199, eq. 3).

What was not recorded before the treatment stays unadjusted: no method makes up for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]
type Ints = NDArray[np.int64]

__all__ = ["LEAST", "Design", "Effect", "TooFewError", "design"]

LEAST = 30  # people on either side; fewer, and an interval by the normal curve does not hold
_EVENTS = 10  # of a yes or no: as many of each
_FOLDS = 5
_RIDGE = 1.0  # on standardised columns: as if one more person had been seen who tells nothing
_ROWS_A_COLUMN = 20  # squares and products come in where there are so many rows for each of them
_STEPS = 50
_NEAR = 0.01  # a propensity is not believed to be nearer to 0 or 1 than this


class TooFewError(ValueError):
    """There are too few to say anything; the words say of what."""


@dataclass(frozen=True)
class Effect:
    """What the treatment changed, on average over those who are kept.

    Attributes:
        effect: mean difference of the outcome, in its unit, between all treated and none.
        error: its standard error, from the influence function, by person.
        treated: the mean outcome if all were treated.
        untreated: if none were.
        raw: the difference without adjustment, which misleads.
        raw_error: its standard error.
    """

    effect: float
    error: float
    treated: float
    untreated: float
    raw: float
    raw_error: float

    def interval(self, share: float) -> tuple[float, float]:
        """Low and high end that hold the truth with this probability, if all that decides was recorded."""
        return _interval(self.effect, self.error, share)

    def raw_interval(self, share: float) -> tuple[float, float]:
        """The same of the difference without adjustment."""
        return _interval(self.raw, self.raw_error, share)


@dataclass(frozen=True)
class Design:
    """Who can be compared with whom; it knows nothing of outcomes, so it cannot be chosen by them.

    Attributes:
        basis: of shape (rows, columns), with a first column of ones.
        is_treated: of shape (rows,).
        person: of shape (rows,): rows of one person are not independent.
        propensity: P(treated | what was known before), fitted on other people.
        kept: rows that have somebody to be held against.
    """

    basis: Floats
    is_treated: Flags
    person: Ints
    propensity: Floats
    kept: Flags

    @property
    def apart(self) -> float:
        """The largest standardised difference between both sides that is left after weighting; under 0.1 is usual.

        Austin, Statistics in Medicine 28 (2009) 3083-3107.
        """
        columns = self.basis[self.kept, 1:]
        if not columns.shape[1]:
            return 0.0
        treated, chance = self.is_treated[self.kept], self.propensity[self.kept]
        weight = np.where(treated, 1 / chance, 1 / (1 - chance))
        means = [np.average(columns[side], axis=0, weights=weight[side]) for side in (treated, ~treated)]
        spread = np.sqrt((columns[treated].var(axis=0) + columns[~treated].var(axis=0)) / 2)
        return float((np.abs(means[0] - means[1]) / np.maximum(spread, 1e-9)).max())

    def effect(self, outcome: Floats) -> Effect:
        """What the treatment did to an outcome.

        Args:
            outcome: of shape (rows,), each a finite number; 0 and 1 only for a yes or no.

        Raises:
            TooFewError: it is a yes or no, and there are fewer than ten of either.
        """
        is_binary = bool(np.isin(outcome, (0, 1)).all())
        seen = outcome[self.kept]
        if is_binary and min(seen.sum(), len(seen) - seen.sum()) < _EVENTS:
            raise TooFewError(f"{int(seen.sum()):,} of {len(seen):,}; expected {_EVENTS} at least of either")
        fold = self.person % _FOLDS
        ifs = np.zeros((2, len(outcome)))
        for of in range(_FOLDS):
            for side in (0, 1):
                fitted = (fold != of) & (self.is_treated == bool(side))
                fit = _logistic if is_binary else _linear
                ifs[side, fold == of] = fit(self.basis[fitted], outcome[fitted])(self.basis[fold == of])
        treated, chance = self.is_treated, self.propensity
        one = ifs[1] + np.where(treated, (outcome - ifs[1]) / chance, 0.0)
        none = ifs[0] + np.where(treated, 0.0, (outcome - ifs[0]) / (1 - chance))
        difference = (one - none)[self.kept]
        raw, raw_error = self._raw(outcome)
        return Effect(
            float(difference.mean()),
            _clustered(difference - difference.mean(), self.person[self.kept]),
            float(one[self.kept].mean()),
            float(none[self.kept].mean()),
            raw,
            raw_error,
        )

    def _raw(self, outcome: Floats) -> tuple[float, float]:
        """Over all rows: trimming is a part of the adjustment."""
        treated = self.is_treated
        one, none = outcome[treated].mean(), outcome[~treated].mean()
        share = treated.mean()
        influence = np.where(treated, (outcome - one) / share, -(outcome - none) / (1 - share))
        return float(one - none), _clustered(influence, self.person)


def design(known: Floats, is_treated: Flags, person: Ints | None = None) -> Design:
    """Fit who was treated, and leave out who has nobody to be held against.

    Args:
        known: what was known before the treatment, of shape (rows, columns); finite numbers.
        is_treated: of shape (rows,).
        person: number of the person of each row, from 0; by default each row is a person.

    Raises:
        TooFewError: fewer than `LEAST` people on either side, before or after leaving out.
    """
    person = np.arange(len(is_treated)) if person is None else person
    _enough(is_treated, person, "")
    basis = _basis(known)
    fold = person % _FOLDS
    chance = np.zeros(len(is_treated))
    for of in range(_FOLDS):
        there = fold != of
        chance[~there] = _logistic(basis[there], is_treated[there].astype(np.float64))(basis[~there])
    chance = np.clip(chance, _NEAR, 1 - _NEAR)
    kept = _comparable(chance)
    _enough(is_treated[kept], person[kept], " who have somebody to be held against")
    return Design(basis, is_treated, person, chance, kept)


def _enough(is_treated: Flags, person: Ints, which: str) -> None:
    sides = [len(np.unique(person[is_treated == side])) for side in (True, False)]
    if min(sides) < LEAST:
        raise TooFewError(
            f"{sides[0]:,} people treated and {sides[1]:,} not{which}; expected {LEAST} at least of either"
        )


def _comparable(chance: Floats) -> Flags:
    """Rows with 1 / (e (1 - e)) up to the bound at which the estimate's variance is least (Crump et al., eq. 3)."""
    cost = 1 / (chance * (1 - chance))
    if cost.max() <= 2 * cost.mean():
        return np.ones(len(chance), dtype=bool)
    ordered = np.sort(cost)
    allowed = ordered <= 2 * np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    # The cost of a row is at most twice the mean of those up to it: the largest such bound keeps most people.
    return np.asarray(cost <= ordered[allowed].max())


def _basis(known: Floats) -> Floats:
    """A column of ones, what is known in units of its spread, and where there are rows enough squares and products."""
    centred = known - known.mean(axis=0)
    spread = known.std(axis=0)
    columns = centred[:, spread > 0] / spread[spread > 0]
    first, second = np.triu_indices(columns.shape[1])
    if len(known) >= _ROWS_A_COLUMN * (1 + columns.shape[1] + len(first)):
        more = columns[:, first] * columns[:, second]
        wide = more.std(axis=0)
        # A flag's own square is the flag again.
        new = wide > 1e-9  # noqa: PLR2004 - nought but for rounding
        columns = np.hstack([columns, (more[:, new] - more[:, new].mean(axis=0)) / wide[new]])
    return np.hstack([np.ones((len(known), 1)), columns])


class _Fitted:
    """A function of rows."""

    def __init__(self, weights: Floats, *, is_chance: bool) -> None:
        self.weights, self.is_chance = weights, is_chance

    def __call__(self, basis: Floats) -> Floats:
        line = basis @ self.weights
        return _sigmoid(line) if self.is_chance else line


def _linear(basis: Floats, outcome: Floats) -> _Fitted:
    """Least squares with a small ridge on all but the first column."""
    penalty = _RIDGE * np.eye(basis.shape[1])
    penalty[0, 0] = 0
    return _Fitted(np.linalg.solve(basis.T @ basis + penalty, basis.T @ outcome), is_chance=False)


def _logistic(basis: Floats, outcome: Floats) -> _Fitted:
    """Logistic regression with the same ridge, by Newton's method with halved steps."""
    penalty = _RIDGE * np.eye(basis.shape[1])
    penalty[0, 0] = 1e-6  # so that it ends where all are alike
    weights = np.zeros(basis.shape[1])
    loss = _loss(basis, outcome, penalty, weights)
    for _ in range(_STEPS):
        chance = _sigmoid(basis @ weights)
        slope = basis.T @ (chance - outcome) + penalty @ weights
        curve = (basis * (chance * (1 - chance))[:, None]).T @ basis + penalty
        step = np.linalg.solve(curve, slope)
        made, size = weights - step, 1.0
        while (found := _loss(basis, outcome, penalty, made)) > loss + 1e-12 and size > 1e-6:  # noqa: PLR2004
            size /= 2
            made = weights - size * step
        weights, loss = made, found
        if np.abs(size * step).max() < 1e-9:  # noqa: PLR2004 - where it rests
            break
    return _Fitted(weights, is_chance=True)


def _loss(basis: Floats, outcome: Floats, penalty: Floats, weights: Floats) -> float:
    line = basis @ weights
    return float((np.logaddexp(0, line) - outcome * line).sum() + weights @ penalty @ weights / 2)


def _sigmoid(line: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(line, -500, 500))))


def _clustered(influence: Floats, person: Ints) -> float:
    """Standard error of a mean whose rows belong to people: rows of one person are added before they are squared."""
    _, of = np.unique(person, return_inverse=True)
    by_person = np.bincount(of, weights=influence)
    people = len(by_person)
    return float(np.sqrt((by_person**2).sum() * people / max(people - 1, 1)) / len(influence))


def _interval(middle: float, error: float, share: float) -> tuple[float, float]:
    half = NormalDist().inv_cdf((1 + share) / 2) * error
    return middle - half, middle + half
