"""The likelihood of BG/NBD and MBG/NBD with its first and second derivatives, on counts.

Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way: An Alternative to the Pareto/NBD Model",
Marketing Science 24 (2005) 275-284. Equation numbers are theirs.

The likelihood (6) needs no special function here: with whole x, ratios of gamma functions are products over
0..x-1, and summed over people each factor counts once for every person who went on past it. Powers of
(alpha + days) come from a table over days. What is left for each distinct triple with x > 0 is one logistic
function.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from byname.value.newton import Floats
from byname.value.triples import Triples

# Small enough for the processor's cache, and for BLAS not to start threads whose waiting costs more than
# the sums.
_CHUNK = 4096
# The first steps are taken on about this many triples: they find the place to a per cent of a standard
# error or so.
_ENOUGH_TO_START = 30_000
# Where nothing is known of how often people buy, once a year or less: a shop open for two days must not
# promise thousands.
_DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Equation (6) over a population, with what does not depend on the parameters added up once.

    Attributes:
        went_on: shape (largest x,): people with more than j repeat orders, for j = 0, 1, ...
        by_age: shape (2, oldest age + 1): people, and their repeat orders, by age in days.
        repeaters: (x, t_x, T) of triples with x > 0, each of shape (repeating triples,).
        weights: people with each of these.
        people: all of them.
        orders: all their repeat orders.
        early: chances to leave before the first repeat purchase.
    """

    went_on: Floats
    by_age: Floats
    repeaters: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]
    weights: Floats
    people: int
    orders: float
    early: int = 0

    @classmethod
    def of(cls, triples: Triples, early: int = 0) -> Self:
        """Add up what stays the same from pass to pass."""
        x, age = triples.repeat_orders, triples.age_days
        weights = triples.people.astype(np.float64)
        by_x = np.bincount(x, weights, minlength=1)
        orders = weights * x
        some = np.flatnonzero((x + early > 0) & (triples.people > 0))
        return cls(
            went_on=np.cumsum(by_x[::-1])[::-1][1:],
            by_age=np.stack((np.bincount(age, weights, minlength=1), np.bincount(age, orders, minlength=1))),
            repeaters=(x[some], triples.recency_days[some], age[some]),
            weights=weights[some],
            people=int(triples.people.sum()),
            orders=float(orders.sum()),
            early=early,
        )

    @property
    def centre(self) -> Floats:
        """Logarithms of the parameters of a population of which nothing is known but its age."""
        age = float(self.by_age[0] @ np.arange(self.by_age.shape[1])) / max(self.people, 1)
        return np.log([1.0, max(age, _DAYS_PER_YEAR), 1.0, 1.0])

    def rough_start(self) -> Floats:
        """Begin where the mean rate is about the data's and as many leave as is common."""
        days = float(self.by_age[0] @ np.arange(self.by_age.shape[1]))
        rate = max(self.orders, 0.5) / max(days, 1.0)
        return np.log([0.5, 0.5 / (2 * rate), 0.8, 2.5])

    def thinned(self) -> "Likelihood | None":
        """Take every n-th repeating triple for all of them, to start from; None if they are few."""
        n = len(self.weights) // _ENOUGH_TO_START
        if n < 2:  # noqa: PLR2004
            return None
        x, t_x, age = (column[::n] for column in self.repeaters)
        scale = float(self.weights.sum() / self.weights[::n].sum())
        return replace(self, repeaters=(x, t_x, age), weights=self.weights[::n] * scale)

    def evaluate(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give log-likelihood, gradient and Hessian in (ln r, ln alpha, ln a, ln b)."""
        r, alpha, a, b = np.exp(theta)
        value, gradient, hessian = self._products(r, a, b)
        days = np.arange(self.by_age.shape[1])
        log_days = np.log1p(days / alpha)
        share = days / (alpha + days)  # minus the derivative of log_days by ln alpha

        # (alpha / (alpha + T))**(r + x) * alpha**-x, by age.
        people, orders = self.by_age
        slowness = share * (1 - share)
        value -= float((r * people + orders) @ log_days) + self.orders * float(theta[1])
        gradient[0] -= r * (people @ log_days)
        gradient[1] += (r * people + orders) @ share - self.orders
        hessian[0, 0] -= r * (people @ log_days)
        hessian[0, 1] += r * (people @ share)
        hessian[1, 1] -= (r * people + orders) @ slowness

        added, sums = self._left_or_not(r, a, b, log_days, share)
        one, d_log, d_share, leave = range(4)
        first, second = sums[:, 4], sums[:4, :4]
        value += added
        # The logit z has derivatives r*d_log, -d_share, 1 and -leave by the four logarithms.
        signs = np.array([r, -1.0, 1.0, -1.0])
        order = [d_log, d_share, one, leave]
        gradient += signs * first[order]
        hessian += np.outer(signs, signs) * second[np.ix_(order, order)]
        hessian[0, 0] += r * first[d_log]
        hessian[0, 1] -= r * first[4]
        hessian[1, 1] += first[5]
        hessian[3, 3] -= first[6]
        upper = np.triu(hessian)
        return value, gradient, upper + np.triu(upper, 1).T

    def _products(self, r: float, a: float, b: float) -> tuple[float, Floats, Floats]:
        """G(r+x)/G(r) * B(a, b+x)/B(a, b) as products over j < x of (r+j) (b+j) / (a+b+j).

        With an early chance to leave it is B(a, b+x+1), one more factor for everybody.
        """
        went_on, j = self.went_on, np.arange(len(self.went_on))
        per_r = 1 / (r + j)
        value = float(went_on @ np.log(r + j))
        hessian = np.zeros((4, 4))
        hessian[0, 0] = r * (went_on @ (j * per_r**2))

        n = np.concatenate(([float(self.people)], went_on)) if self.early else went_on
        j = np.arange(len(n))
        per_b, per_ab = 1 / (b + j), 1 / (a + b + j)
        # ln((b+j) / (a+b+j)), exact where b is huge and a is not.
        value -= float(n @ np.log1p(a * per_b))
        gradient = np.array([r * (went_on @ per_r), 0.0, -a * (n @ per_ab), b * (n @ (per_b - per_ab))])
        hessian[2, 2] = -a * (n @ ((b + j) * per_ab**2))
        hessian[2, 3] = a * b * (n @ per_ab**2)
        hessian[3, 3] = b * (n @ (j * per_b**2 - (a + j) * per_ab**2))
        return value, gradient, hessian

    def _left_or_not(self, r: float, a: float, b: float, log_days: Floats, share: Floats) -> tuple[float, Floats]:
        """Sum ln(1 + e**z) over repeaters, with e**z the odds of having left.

        These are a / (b+x-1) * ((alpha+T) / (alpha+t_x))**(r+x).

        Returns:
            The sum, and a table: rows are the sums of the seven features below, columns 0..3 weighted by
            the curvature of each term times one of the first four features, column 4 by its slope.
        """
        # Chances not taken before the last purchase; without an early one x is never 0 here.
        before = np.maximum(np.arange(len(self.went_on) + 1) - 1.0 + self.early, 0.0)
        log_odds = np.log(a) - np.log(b + before)
        leave = b / (b + before)
        leave_slope = leave * (before / (b + before))
        features = np.empty((7, _CHUNK))
        weighted = np.empty((5, _CHUNK))
        total, sums = 0.0, np.zeros((7, 5))
        for begin in range(0, len(self.weights), _CHUNK):
            x, t_x, age = (column[begin : begin + _CHUNK] for column in self.repeaters)
            weight = self.weights[begin : begin + _CHUNK]
            rows, cols = features[:, : len(x)], weighted[:, : len(x)]
            late, early = share[age], share[t_x]
            purchases = r + x
            rows[0] = 1.0
            np.subtract(log_days[age], log_days[t_x], out=rows[1])
            np.subtract(late, early, out=rows[4])
            np.multiply(purchases, rows[4], out=rows[2])
            rows[3] = leave[x]
            np.multiply(rows[2], 1 - late - early, out=rows[5])
            rows[6] = leave_slope[x]
            z = log_odds[x] + purchases * rows[1]
            small = np.exp(-np.abs(z))
            total += float(weight @ (np.maximum(z, 0.0) + np.log1p(small)))
            np.multiply(weight, np.where(z >= 0, 1.0, small) / (1 + small), out=cols[4])
            np.multiply(rows[:4], weight * (small / (1 + small) ** 2), out=cols[:4])
            sums += rows @ cols.T
        return total, sums
