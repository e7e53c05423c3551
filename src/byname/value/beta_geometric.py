"""Shifted beta-geometric: how long contracts run, where their end is seen.

Fader and Hardie, "How to Project Customer Retention", Journal of Interactive Marketing 21 (2007) 76-90. With B the beta
function, S(t) = B(alpha, beta+t) / B(alpha, beta) survive t renewals, and P(t) = B(alpha+1, beta+t-1) / B(alpha, beta)
end at the t-th; the likelihood is the paper's appendix B, with S for contracts that still run. Why a cohort's retention
rises: those who leave easily leave first. A curve through past retention does not know that, and projects too low.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from byname.value.newton import Floats, Maximum, drawn_parameters, found_by, laplace
from byname.value.triples import Ints, whole_numbers

__all__ = ["BetaGeometric"]

# A standard deviation of a logarithm over which a number may as well be a tenth or the tenfold.
_UNKNOWN = float(np.log(10))
# More periods than this are days taken for something else: a hundred years of them.
_MOST_PERIODS = 36_600


@dataclass(frozen=True, slots=True)
class BetaGeometric:
    """The shifted beta-geometric model of a population of contracts, as fitted.

    Population: contracts that are renewed or ended at the end of each period, all of them seen from their first period
    on. A holder ends theirs with the same probability at each renewal, drawn from a beta distribution (alpha, beta).
    A period is what the company bills: a month, a year; one length in one fit. Prices, seasons and contacts are not
    known to it.

    Attributes:
        alpha: first parameter of the probability of ending at a renewal.
        beta: its second parameter; alpha / (alpha + beta) end at their first renewal.
        loglik: natural logarithm of the likelihood at the fit.
        people: how many contracts it was fitted on.
        iterations: evaluations of the likelihood.
        converged: the search ended at a maximum, on at least one contract.
        penalised: the likelihood had no maximum at finite parameters (none ended, all at their first renewal, all
            alike) and a weak normal prior was added: standard deviation 3 for each logarithm, around alpha = beta = 1.
        spread: covariance of the logarithms of the two, shape (2, 2): minus the inverse Hessian (Laplace), with the
            weak prior where it was added; zeros where parameters were given.
        identified: empty, or a sentence about what the data do not tell. The rule: penalised, or the standard
            deviation of ln(alpha) or ln(beta) is over ln 10, so that it may as well be a tenth or the tenfold.
    """

    name: ClassVar[str] = "shifted beta-geometric"

    alpha: float
    beta: float
    loglik: float = float("nan")
    people: int = 0
    iterations: int = 0
    converged: bool = False
    penalised: bool = False
    spread: Floats = field(default_factory=lambda: np.zeros((2, 2)), compare=False, repr=False)
    identified: str = ""

    @classmethod
    def fit(cls, periods: ArrayLike, ended: ArrayLike, people: ArrayLike | None = None) -> Self:
        """Fit by maximum likelihood: P(periods + 1) for who ended, S(periods) for who still runs.

        Args:
            periods: whole periods that each contract survived: renewals made, shape (rows,).
            ended: True if it ended at the renewal after them, False if it still runs, shape (rows,).
            people: how many contracts each row stands for, shape (rows,); one each if not given.

        Returns:
            The fit. It never raises for want of data: see ``penalised``, ``converged`` and ``identified``.

        Raises:
            ValueError: shapes differ, or a number is negative or not whole; the message names the first such row.
        """
        contracts = Contracts.of(periods, ended, people)
        found = found_by(contracts, contracts.rough_start())
        spread = laplace(found.hessian)
        alpha, beta = (float(value) for value in np.exp(found.at))
        return cls(
            alpha,
            beta,
            loglik=found.value,
            people=contracts.people,
            iterations=found.iterations,
            converged=found.converged,
            penalised=found.penalised,
            spread=spread,
            identified=_unknown(contracts, spread, found),
        )

    def log_likelihood(self, periods: ArrayLike, ended: ArrayLike, people: ArrayLike | None = None) -> float:
        """Give the natural logarithm of the likelihood of these contracts; arguments and errors as for `fit`."""
        return Contracts.of(periods, ended, people).evaluate(self.logarithms)[0]

    @property
    def logarithms(self) -> Floats:
        """Of alpha and beta, shape (2,): what ``spread`` is about."""
        return np.log([self.alpha, self.beta])

    def survival(self, periods: ArrayLike) -> Floats:
        """Give the share of new contracts that survive so many periods, S.

        Args:
            periods: whole, 0 or more, shape (n,) or one number.

        Returns:
            Shares between 0 and 1, shape (n,).

        Raises:
            ValueError: a number is negative or not whole.
        """
        whole = _periods("periods", periods)
        return np.exp(_log_survival(self.alpha, self.beta, int(whole.max(initial=0))))[whole]

    def retention(self, after: ArrayLike) -> Floats:
        """Give the share of contracts that survive their next renewal, by periods survived so far.

        S(after + 1) / S(after) = (beta + after) / (alpha + beta + after).

        Args:
            after: whole periods survived, 0 or more, shape (n,) or one number.

        Returns:
            Shares between 0 and 1, shape (n,), rising with ``after``.

        Raises:
            ValueError: a number is negative or not whole.
        """
        whole = _periods("after", after)
        return (self.beta + whole) / (self.alpha + self.beta + whole)

    def expected_periods(
        self, survived: ArrayLike, horizon_periods: int, *, discount_per_period: float = 0.0
    ) -> Floats:
        """Give the periods that a running contract is still expected to run, within a horizon.

        Sum over k = 1 .. horizon of S(survived + k) / S(survived) / (1 + d)**k: a period counts if the contract
        survives the renewal before it, discounted from the period's end as purchases are.

        Args:
            survived: whole periods survived so far, 0 or more, shape (n,) or one number.
            horizon_periods: how many periods ahead, 0 or more.
            discount_per_period: d, such as 0.1 for ten per cent a year where a period is a year; 0 or more.

        Returns:
            Periods, shape (n,), at most the horizon.

        Raises:
            ValueError: a number is out of range or not whole.
        """
        whole = _periods("survived", survived)
        ahead = int(_periods("horizon_periods", horizon_periods)[0])
        if not (np.isfinite(discount_per_period) and discount_per_period >= 0):
            raise ValueError(f"discount_per_period is {discount_per_period}; expected 0 or more, such as 0.1")
        distinct, inverse = np.unique(whole, return_inverse=True)
        logs = _log_survival(self.alpha, self.beta, int(whole.max(initial=0)) + ahead)
        further = np.arange(1, ahead + 1)
        share = np.exp(logs[distinct[:, None] + further] - logs[distinct][:, None])
        found: Floats = (share @ np.power(1 + discount_per_period, -further.astype(np.float64)))[inverse]
        return found

    def draws(self, survived: ArrayLike, horizon_periods: int, *, count: int, seed: int) -> Ints:
        """Draw how many further periods running contracts may last within a horizon.

        The parameters are drawn too (normal around the fit, with ``spread``), then each holder's probability of ending
        given what they survived, Beta(alpha, beta + survived), then their end.

        Args:
            survived: whole periods survived so far, shape (n,) or one number.
            horizon_periods: how many periods ahead, 0 or more.
            count: how many draws.
            seed: the same seed draws the same.

        Returns:
            Periods, at most the horizon, shape (count, n).

        Raises:
            ValueError: a number is negative or not whole.
        """
        whole = _periods("survived", survived)
        ahead = int(_periods("horizon_periods", horizon_periods)[0])
        random = np.random.default_rng(seed)
        result = np.empty((count, len(whole)), dtype=np.int64)
        for rows, theta in drawn_parameters(self.logarithms, self.spread, count, random):
            alpha, beta = np.exp(theta)
            ends = np.clip(random.beta(alpha, beta + whole, size=(len(rows), len(whole))), 1e-12, 1.0)
            result[rows] = np.minimum(random.geometric(ends) - 1, ahead)
        return result


@dataclass(frozen=True, slots=True)
class Contracts:
    """The likelihood of contracts, by counts.

    Attributes:
        went_on: contracts that survived more than j periods, for j = 0, 1, ..., shape (n,).
        ended: contracts that ended after surviving j periods, shape (n,).
    """

    went_on: Floats
    ended: Floats

    @classmethod
    def of(cls, periods: ArrayLike, ended: ArrayLike, people: ArrayLike | None) -> Self:
        """Check the rows and count them."""
        survived = _periods("periods", periods)
        gone = np.atleast_1d(np.asarray(ended, dtype=bool))
        counts = (
            np.ones(survived.shape, dtype=np.int64)
            if people is None
            else np.atleast_1d(whole_numbers("people", people))
        )
        if not (survived.shape == gone.shape == counts.shape and survived.ndim == 1):
            raise ValueError(
                "periods, ended and people must be one-dimensional and equally long; "
                f"found shapes {survived.shape}, {gone.shape}, {counts.shape}"
            )
        if counts.size and counts.min() < 0:
            row = int(counts.argmin())
            raise ValueError(f"row {row}: people is {counts[row]}; expected a count, 0 or more")
        size = int(survived.max(initial=0)) + 1
        by_periods = np.bincount(survived, counts.astype(np.float64), size)
        return cls(
            went_on=np.append(np.cumsum(by_periods[:0:-1])[::-1], 0.0),
            ended=np.bincount(survived, np.where(gone, counts, 0).astype(np.float64), size),
        )

    @property
    def people(self) -> int:
        """Contracts of which anything is known: running ones that never came to a renewal tell nothing."""
        return int(self.went_on[0] + self.ended[0])

    @property
    def centre(self) -> Floats:
        """Logarithms of parameters of which nothing is known."""
        return np.zeros(2)

    def rough_start(self) -> Floats:
        """Begin at the share that ended of all renewals that came."""
        ends, renewals = float(self.ended.sum()), float(self.ended.sum() + self.went_on.sum())
        return np.log([1.0, max(renewals - ends, 0.5) / max(ends, 0.5)])

    def evaluate(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give log-likelihood, gradient and Hessian in (ln alpha, ln beta).

        P and S are products over renewals j: (beta+j) / (alpha+beta+j) for each survived, alpha / (alpha+beta+j)
        for the last of those that ended.
        """
        alpha, beta = np.exp(theta)
        j = np.arange(len(self.ended))
        renewals = self.went_on + self.ended
        per, per_both = 1 / (beta + j), 1 / (alpha + beta + j)
        value = self.ended @ np.log(alpha * per_both) - self.went_on @ np.log1p(alpha * per)
        gradient = np.array(
            [
                self.ended.sum() - alpha * (renewals @ per_both),
                beta * (self.went_on @ per - renewals @ per_both),
            ]
        )
        hessian = np.empty((2, 2))
        hessian[0, 0] = -alpha * (renewals @ ((beta + j) * per_both**2))
        hessian[0, 1] = hessian[1, 0] = alpha * beta * (renewals @ per_both**2)
        hessian[1, 1] = beta * (self.went_on @ (j * per**2) - renewals @ ((alpha + j) * per_both**2))
        return float(value), gradient, hessian


def _unknown(contracts: Contracts, spread: Floats, found: Maximum) -> str:
    """Say what the data do not tell; see `BetaGeometric.identified`."""
    if not contracts.people:
        return "no contract has come to its first renewal: nothing can be told"
    if not found.penalised and np.sqrt(np.diag(spread)).max() <= _UNKNOWN:
        return ""
    if not contracts.ended.any():
        return "no contract has ended: how long they last cannot be told from these data"
    if not contracts.went_on.any():
        return "every contract ended at its first renewal: how long others last cannot be told from these data"
    return "contracts seem to end all alike: how much their holders differ cannot be told from these data"


def _log_survival(alpha: float, beta: float, longest: int) -> Floats:
    """Logarithms of S(n) for n = 0 .. longest: sums of ln retention."""
    return np.concatenate(([0.0], -np.cumsum(np.log1p(alpha / (beta + np.arange(longest))))))


def _periods(name: str, values: ArrayLike) -> Ints:
    """Take an array of whole periods, or say which is none."""
    found = np.atleast_1d(whole_numbers(name, values))
    wrong = (found < 0) | (found > _MOST_PERIODS)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"row {row}: {name} is {found.flat[row]}; expected whole periods, 0 to {_MOST_PERIODS}")
    return found
