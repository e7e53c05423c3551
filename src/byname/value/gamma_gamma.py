"""Gamma-Gamma: what a person spends per order.

Fader and Hardie, "The Gamma-Gamma Model of Monetary Value" (2013), brucehardie.com/notes/025; equation
numbers are theirs.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byname.value.gamma_functions import digamma, log_beta, trigamma
from byname.value.newton import Floats, climb, laplace, maximise
from byname.value.triples import whole_numbers

# As in bgnbd: within the cache, and below what makes BLAS start threads.
_CHUNK = 4096
_ENOUGH_TO_START = 30_000
# Spends whose logarithms differ by less than this (standard deviation) are the same spend, written with
# rounding.
_SAME = 1e-6
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The Gamma-Gamma model of a population of buyers, as fitted.

    Population: people with at least one order of positive value. A person's orders vary around their own
        mean (gamma,
    shape p, rate nu), means vary between people (nu is gamma, shape q, rate v), and how much somebody
    spends is unrelated to how often: check that before use.

    Attributes:
        p: shape of one person's orders.
        q: shape of nu over people; the population's mean is finite only for q > 1.
        v: rate of nu over people, in units of money.
        loglik: logarithm of the likelihood (1a) at the fit.
        people: how many buyers it was fitted on.
        iterations: passes over all buyers.
        converged: the search ended at a maximum.
        penalised: the likelihood had no maximum at finite parameters, and a weak normal prior was added:
            standard deviation 3 for each logarithm, around p = 1, q = e and v = the geometric mean spend.
        mean_spend: mean of the buyers' mean spends, in units of money; 0 without buyers.
        fallback: empty, or why `expected_spend` does not use the parameters but counts the population's
            mean as one more order of each person: (mean_spend + n * mean) / (1 + n).
        spread: covariance of the logarithms of p, q and v (Laplace: minus the inverse Hessian), shape (3, 3); zeros
            where there is a fallback.
    """

    p: float
    q: float
    v: float
    loglik: float = float("nan")
    people: int = 0
    iterations: int = 0
    converged: bool = False
    penalised: bool = False
    mean_spend: float = float("nan")
    fallback: str = ""
    spread: Floats = field(default_factory=lambda: np.zeros((3, 3)), compare=False, repr=False)

    @classmethod
    def fit(cls, orders: ArrayLike, mean_spend: ArrayLike, people: ArrayLike | None = None) -> Self:
        """Fit by maximum likelihood, equation (1a), on every buyer (nothing is binned).

        Args:
            orders: n, number of orders behind each mean, whole, shape (rows,). The published examples leave
                out the first order; with all orders the model ranked better on four shops.
            mean_spend: mean value of those orders, shape (rows,), in one currency.
            people: how many people each row stands for, shape (rows,); one each if not given.

        Returns:
            The fit. Rows without orders or without positive spend are left out, as the model has no place
            for them.

        Raises:
            ValueError: shapes differ, a count is negative or not whole, or a spend is not finite.
        """
        data = Spends.of(orders, mean_spend, people)
        if data.reason:
            nan = float("nan")
            return cls(nan, nan, nan, people=data.people, mean_spend=data.mean_spend, fallback=data.reason)
        centre = np.array([0.0, 1.0, 0.0])
        start = np.array([1.0, 1.0, 1.0])
        thin = data.thinned()
        if thin is not None:
            start = climb(thin.evaluate, start, centre, most=25)[0]
        found = maximise(data.evaluate, start, centre)
        p, q, v = (float(value) for value in np.exp(found.at))
        reason = "" if found.converged else "the search for a maximum did not converge"
        if q <= 1:
            reason = "q is 1 or less: spends vary so much that the population's mean is infinite"
        return cls(
            p,
            q,
            v * data.scale,
            loglik=found.value - data.people * float(np.log(data.scale)),
            people=data.people,
            iterations=found.iterations,
            converged=found.converged,
            penalised=found.penalised,
            mean_spend=data.mean_spend,
            fallback=reason,
            spread=np.zeros((3, 3)) if reason else laplace(found.hessian),
        )

    def log_likelihood(self, orders: ArrayLike, mean_spend: ArrayLike, people: ArrayLike | None = None) -> float:
        """Give the logarithm of the likelihood (1a); rows without orders or positive spend are left out."""
        data = Spends.of(orders, mean_spend, people)
        if not data.people:
            return 0.0
        value, _, _ = data.evaluate(np.log([self.p, self.q, self.v / data.scale]))
        return value - data.people * float(np.log(data.scale))

    def expected_spend(self, orders: ArrayLike, mean_spend: ArrayLike) -> Floats:
        """Give the expected value of a person's next order, equation (5).

        p * (v + n * mean) / (p * n + q - 1): a weighted mean of the population's p v / (q - 1) and the
        person's own.

        Args:
            orders: n, orders behind the mean, shape (rows,); 0 gives the population's mean.
            mean_spend: mean value of those orders, shape (rows,); does not matter where n is 0.

        Returns:
            Units of money, shape (rows,); finite. See ``fallback`` for populations that the model does not
            fit.
        """
        n = np.asarray(orders, dtype=np.float64)
        total = np.where(n > 0, n * np.asarray(mean_spend, dtype=np.float64), 0.0)
        prior_total, prior_orders = self.prior
        return (prior_total + total) / (prior_orders + n)

    def draws(self, orders: ArrayLike, mean_spend: ArrayLike, future: Floats, *, seed: int) -> Floats:
        """Draw what future orders bring in all: the person's own rate from (2), the orders around it.

        Args:
            orders: n, orders behind the mean, shape (rows,).
            mean_spend: mean value of those orders, shape (rows,).
            future: drawn numbers of orders to come, shape (draws, rows).
            seed: the same seed draws the same.

        Returns:
            Units of money, shape (draws, rows). With a ``fallback`` each order brings what is expected.
        """
        if self.fallback:
            return future * self.expected_spend(orders, mean_spend)
        random = np.random.default_rng(seed)
        n = np.asarray(orders, dtype=np.float64)
        total = np.where(n > 0, n * np.asarray(mean_spend, dtype=np.float64), 0.0)
        result = np.empty(future.shape)
        thetas = random.multivariate_normal(np.log([self.p, self.q, self.v]), self.spread, len(future))
        # Beyond three standard errors of a weakly known shape lie spends that nobody has.
        away = 3 * np.sqrt(np.diag(self.spread))
        for place, theta in enumerate(np.clip(thetas, thetas.mean(axis=0) - away, thetas.mean(axis=0) + away)):
            p, q, v = np.exp(theta)
            rate = random.gamma(p * n + q) / (v + total)
            result[place] = random.gamma(p * future[place]) / rate
        return result

    @property
    def prior(self) -> tuple[float, float]:
        """What the population adds to a person's own total spend and to their own number of orders.

        Equation (5) divided by p: (v + n * mean) / ((q - 1) / p + n), so that SQL can say it in one line.
        """
        if self.fallback or not self.q > 1:
            return (self.mean_spend if np.isfinite(self.mean_spend) else 0.0), 1.0
        return self.v, (self.q - 1) / self.p


@dataclass(frozen=True, slots=True)
class Spends:
    """Equation (1a) over buyers, with what does not depend on the parameters added up once.

    Attributes:
        totals: n * mean in units of ``scale``, shape (buyers,).
        weights: people of each row, and these times n, shape (2, buyers).
        distinct: distinct n, shape (kinds,).
        counts: people with each of them, shape (kinds,).
        logs: over people, the sums of n * ln(total) and of ln(mean), in units of ``scale``.
        scale: the geometric mean of the mean spends: the fit does not depend on the unit of money.
        people: all of them.
        mean_spend: the mean over people of their mean spend.
        reason: why nothing can be fitted, or empty.
    """

    totals: Floats
    weights: Floats
    distinct: Floats
    counts: Floats
    logs: tuple[float, float]
    scale: float
    people: int
    mean_spend: float
    reason: str

    @classmethod
    def of(cls, orders: ArrayLike, mean_spend: ArrayLike, people: ArrayLike | None) -> Self:
        """Check the rows, keep the buyers, add up what stays the same from pass to pass."""
        n = whole_numbers("orders", orders)
        mean = np.asarray(mean_spend, dtype=np.float64)
        weight = np.ones(n.shape) if people is None else whole_numbers("people", people).astype(np.float64)
        if not (n.shape == mean.shape == weight.shape and n.ndim == 1):
            raise ValueError(
                "orders, mean_spend and people must be one-dimensional and equally long; "
                f"found shapes {n.shape}, {mean.shape}, {weight.shape}"
            )
        wrong = (n < 0) | (weight < 0) | ~np.isfinite(mean)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise ValueError(
                f"row {row}: orders {n[row]}, mean_spend {mean[row]}, people {weight[row]:g}; "
                "expected counts of 0 or more and a finite spend"
            )
        buyer = (n > 0) & (mean > 0) & (weight > 0)
        if not buyer.all():
            n, mean, weight = n[buyer], mean[buyer], weight[buyer]
        count = int(weight.sum())
        log_mean = np.log(mean)
        middle = float(weight @ log_mean) / max(count, 1)
        log_mean -= middle
        scale = float(np.exp(middle))
        by_n = np.bincount(n, weight) if n.size else np.zeros(0)
        kinds = np.flatnonzero(by_n)
        weighted = weight * n
        spread = float(weight @ log_mean**2) / max(count, 1)
        reason = ""
        if count < _FEWEST:
            reason = f"{count} buyers with positive spend: nothing to compare"
        elif spread <= _SAME**2:
            reason = "all buyers spend the same per order"
        return cls(
            totals=n * (mean / scale),
            weights=np.stack((weight, weighted)),
            distinct=kinds.astype(np.float64),
            counts=by_n[kinds],
            logs=(float(weighted @ (log_mean + _log_of(n))), float(weight @ log_mean)),
            scale=scale,
            people=count,
            mean_spend=float(weight @ mean) / max(count, 1),
            reason=reason,
        )

    def thinned(self) -> "Spends | None":
        """Take every k-th buyer as a sample to start from; None if there are few."""
        k = len(self.totals) // _ENOUGH_TO_START
        if k < 2:  # noqa: PLR2004
            return None
        weights = self.weights[:, ::k]
        n = np.rint(weights[1] / weights[0]).astype(np.int64)
        by_n = np.bincount(n, weights[0])
        kinds = np.flatnonzero(by_n)
        totals = self.totals[::k]
        log_total = np.log(totals)
        logs = (float(weights[1] @ log_total), float(weights[0] @ (log_total - _log_of(n))))
        people = int(weights[0].sum())
        return Spends(totals, weights, kinds.astype(np.float64), by_n[kinds], logs, 1.0, people, 1.0, "")

    def evaluate(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give log-likelihood (money in units of ``scale``), gradient and Hessian in (ln p, ln q, ln v).

        (1a) is  -ln B(p n, q) + q ln v + p n ln y - ln mean - (p n + q) ln(v + y)  with y = n * mean.
        """
        p, q, v = np.exp(theta)
        log_sums, share_sums, slow_sums = self._passes(v)
        n, count = self.distinct, self.counts
        shape = p * n
        people, orders = float(count.sum()), float(count @ n)

        log_v = float(theta[2])
        # Logarithms of 1 + y/v, so that q ln v has gone into them and nothing cancels where v and q are huge.
        value = -float(count @ log_beta(shape, float(q))) + p * self.logs[0] - self.logs[1]
        value -= p * orders * log_v + p * log_sums[1] + q * log_sums[0]

        psi_sum = digamma(shape + q)
        d_p = float((count * n) @ (psi_sum - digamma(shape))) + self.logs[0] - orders * log_v - log_sums[1]
        d_q = float(count @ psi_sum) - people * float(digamma(np.array([q]))[0]) - log_sums[0]
        # d ln(1 + y/v) / d ln v = -y / (v + y), the share.
        gradient = np.array([p * d_p, q * d_q, p * share_sums[1] + q * share_sums[0] - p * orders])

        tri_sum = trigamma(shape + q)
        d_pp = float((count * n**2) @ (tri_sum - trigamma(shape)))
        d_pq = float((count * n) @ tri_sum)
        d_qq = float(count @ tri_sum) - people * float(trigamma(np.array([q]))[0])
        hessian = np.empty((3, 3))
        hessian[0, 0] = p * d_p + p**2 * d_pp
        hessian[0, 1] = hessian[1, 0] = p * q * d_pq
        hessian[1, 1] = q * d_q + q**2 * d_qq
        hessian[0, 2] = hessian[2, 0] = p * (share_sums[1] - orders)
        hessian[1, 2] = hessian[2, 1] = q * share_sums[0]
        hessian[2, 2] = -(p * slow_sums[1] + q * slow_sums[0])
        return float(value), gradient, hessian

    def _passes(self, v: float) -> tuple[Floats, Floats, Floats]:
        """Sum ln(1 + y/v), y/(v+y) and y v/(v+y)**2 over people, and the same times n; each of shape (2,)."""
        features = np.empty((3, _CHUNK))
        sums = np.zeros((2, 3))
        for begin in range(0, len(self.totals), _CHUNK):
            y = self.totals[begin : begin + _CHUNK]
            rows = features[:, : len(y)]
            np.divide(y, v, out=rows[2])
            np.log1p(rows[2], out=rows[0])
            np.divide(y, y + v, out=rows[1])
            np.multiply(rows[1], 1 - rows[1], out=rows[2])
            sums += self.weights[:, begin : begin + _CHUNK] @ rows.T
        return sums[:, 0], sums[:, 1], sums[:, 2]


def _log_of(n: NDArray[np.int64]) -> Floats:
    """Logarithms of many small whole numbers, by a table."""
    table = np.zeros(int(n.max(initial=1)) + 1)
    table[1:] = np.log(np.arange(1, len(table)))
    return table[n]
