"""BG/NBD and MBG/NBD: who still buys, and how often.

Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way: An Alternative to the Pareto/NBD Model",
Marketing Science 24 (2005) 275-284. Equation numbers are theirs. MBG/NBD, where people may leave after the first
purchase too: Batislam, Denizel and Filiztekin, "Empirical Validation and Comparison of Models for Customer Base
Analysis", International Journal of Research in Marketing 24 (2007) 201-209; it is BG/NBD with one more chance to leave.

The likelihood (6) needs no special function here: with whole x, ratios of gamma functions are products over
0..x-1, and summed over people each factor counts once for every person who went on past it. Powers of
(alpha + days) come from a table over days. What is left for each distinct triple with x > 0 is one logistic
function.
"""

from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byname.value.horizon import discounted_steps, orders_if_alive
from byname.value.newton import Floats, Maximum, climb, drawn_parameters, laplace, maximise
from byname.value.triples import Ints, Triples, distinct_pairs, histories

# Small enough for the processor's cache, and for BLAS not to start threads whose waiting costs more than
# the sums.
_CHUNK = 4096
# The first steps are taken on about this many triples: they find the place to a per cent of a standard
# error or so.
_ENOUGH_TO_START = 30_000
# Where nothing is known of how often people buy, once a year or less: a shop open for two days must not
# promise thousands.
_DAYS_PER_YEAR = 365.25
# A standard deviation of a logarithm over which a parameter may as well be a tenth or the tenfold.
_UNKNOWN = 2.3


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The BG/NBD model of a population of customers, as fitted.

    Population: people with at least one purchase. While alive, a person buys at random at a rate drawn from
        a gamma
    distribution (shape r, rate alpha); after each repeat purchase, and only then, they leave for good with
    a probability drawn from a beta distribution (a, b); the two are unrelated. Nothing is known of prices,
    seasons or contacts.

    Attributes:
        r: shape of the purchase rate.
        alpha_days: its rate parameter, in days; r / alpha_days is the mean purchases a day while alive.
        a: first parameter of the probability of leaving after a purchase.
        b: its second parameter.
        loglik: natural logarithm of the likelihood (6) at the fit, time in days.
        people: how many people it was fitted on.
        iterations: passes over all triples.
        converged: the search ended at a maximum, on at least one person.
        penalised: the likelihood had no maximum at finite parameters (nobody repeats, everybody alike,
            hardly any people, nobody ever leaves) and a weak normal prior was added: standard deviation 3
            for each logarithm, around r = a = b = 1 and alpha = the mean age, but no less than a year. The
            numbers are then usable, not estimates to publish.
        spread: covariance of the logarithms of the four (Laplace), shape (4, 4).
    """

    name: ClassVar[str] = "BG/NBD"
    # Chances to leave before the first repeat purchase.
    early: ClassVar[int] = 0

    r: float
    alpha_days: float
    a: float
    b: float
    loglik: float = float("nan")
    people: int = 0
    iterations: int = 0
    converged: bool = False
    penalised: bool = False
    spread: Floats = field(default_factory=lambda: np.eye(4) * 9.0, compare=False, repr=False)

    @classmethod
    def fit(cls, triples: Triples) -> Self:
        """Fit by maximum likelihood, equation (6).

        Args:
            triples: distinct histories with counts. The answer depends on the counts only, not on how rows
                are split.

        Returns:
            The fit. It never raises for want of data: see ``penalised`` and ``converged``. Without people the
            parameters are r = a = b = 1 and alpha_days = 365.25, with ``converged`` False.
        """
        likelihood = Likelihood.of(triples, cls.early)
        centre, spread = likelihood.centre, np.eye(4) * 9.0
        if not likelihood.people:
            found = Maximum(centre, 0.0, 0, converged=False, penalised=True)
        else:
            start = likelihood.rough_start()
            thin = likelihood.thinned()
            if thin is not None:
                start = climb(thin.evaluate, start, centre, most=25)[0]
            found = maximise(likelihood.evaluate, start, centre)
            spread = laplace(likelihood.evaluate(found.at)[2])
        r, alpha_days, a, b = (float(value) for value in np.exp(found.at))
        return cls(
            r,
            alpha_days,
            a,
            b,
            loglik=found.value,
            people=likelihood.people,
            iterations=found.iterations,
            converged=found.converged,
            penalised=found.penalised,
            spread=spread,
        )

    @property
    def identified(self) -> str:
        """Empty, or why the parameters of leaving mean nothing here: a -> 0 is a shop that nobody leaves."""
        # A standard deviation of ln(a) over ln(10): a may as well be a tenth or the tenfold.
        if np.sqrt(self.spread[2, 2]) > _UNKNOWN or self.penalised:
            return "nobody is seen to leave: how people leave cannot be told from these purchases"
        return ""

    def log_likelihood(self, triples: Triples) -> float:
        """Give the natural logarithm of the likelihood (6) of these people, time in days."""
        return Likelihood.of(triples, self.early).evaluate(np.log([self.r, self.alpha_days, self.a, self.b]))[0]

    def p_alive(self, repeat_orders: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike) -> Floats:
        """Give the probability that a person has not left by the as-of day.

        From the denominator of (10); spelt out in Fader, Hardie and Lee, "Computing P(alive) Using the
        BG/NBD Model" (2008). The model lets people leave only after a repeat purchase, so **who never
        repeated is alive with probability 1**, however long ago the purchase was: it says nothing about
        one-time buyers. Their expected orders are low all the same, for their purchase rate is.

        Args:
            repeat_orders: x, shape (n,) or one number.
            recency_days: t_x in whole days, likewise.
            age_days: T in whole days, likewise.

        Returns:
            Probabilities between 0 and 1, shape (n,).

        Raises:
            ValueError: a row cannot be a purchase history.
        """
        x, t_x, age = histories(repeat_orders, recency_days, age_days)
        return self._p_alive(x, t_x, age)

    def expected_orders(
        self, days: float, repeat_orders: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike
    ) -> Floats:
        """Give the expected number of purchases in the days after the as-of day, equation (10).

        Args:
            days: the horizon, 0 or more.
            repeat_orders: x, shape (n,) or one number.
            recency_days: t_x in whole days, likewise.
            age_days: T in whole days, likewise.

        Returns:
            Expected purchases, shape (n,); finite for all parameters and histories.

        Raises:
            ValueError: a row cannot be a purchase history, or the horizon is negative or not finite.
        """
        x, t_x, age = histories(repeat_orders, recency_days, age_days)
        return self.orders_if_alive(days, 0.0, x, age) * self._p_alive(x, t_x, age)

    def orders_if_alive(
        self, horizon_days: float, annual_discount_rate: float, repeat_orders: ArrayLike, age_days: ArrayLike
    ) -> Floats:
        """Give the expected purchases of who is alive, each month's discounted from its end to the as-of day.

        Equation (10) without its denominator; sum over months t of [E(Y(t)) - E(Y(t-1))] / (1 + d)**t, with a month of
        30.4375 days, t in years and d the annual rate; the last step is shorter if the horizon is not a whole number of
        months. Times P(alive) it is what is expected of a person.

        Args:
            horizon_days: days after the as-of day, 0 or more.
            annual_discount_rate: d, 0.1 for ten per cent a year; 0 or more.
            repeat_orders: x, shape (n,) or one number.
            age_days: T in whole days, likewise.

        Returns:
            Discounted expected purchases, shape (n,); evaluated once for each distinct (x, T).

        Raises:
            ValueError: a row cannot be a purchase history, or horizon or rate are negative or not finite.
        """
        x, _, age = histories(repeat_orders, 0, age_days)
        steps = discounted_steps(horizon_days, annual_discount_rate, one_step=annual_discount_rate == 0)
        pair_x, pair_age, inverse = distinct_pairs(x, age)
        b = self.b + self.early
        return orders_if_alive(self.r, self.alpha_days, self.a, b, steps, pair_x, pair_age)[inverse]

    def draws(
        self,
        days: float,
        repeat_orders: ArrayLike,
        recency_days: ArrayLike,
        age_days: ArrayLike,
        *,
        count: int,
        seed: int,
    ) -> Ints:
        """Draw how often each may buy in the days after the as-of day.

        The parameters are drawn too (normal around the fit, with ``spread``), then whether the person is alive, their
        rate and their probability of leaving; purchases end with the one after which they leave.

        Args:
            days: the horizon.
            repeat_orders: x, shape (n,).
            recency_days: t_x in whole days, likewise.
            age_days: T in whole days, likewise.
            count: how many draws.
            seed: the same seed draws the same.

        Returns:
            Purchases, shape (count, n).
        """
        x, t_x, age = histories(repeat_orders, recency_days, age_days)
        random = np.random.default_rng(seed)
        result = np.empty((count, len(x)), dtype=np.int64)
        at = np.log([self.r, self.alpha_days, self.a, self.b])
        for rows, theta in drawn_parameters(at, self.spread, count, random):
            r, alpha, a, b = np.exp(theta)
            alive = type(self)(r, alpha, a, b)._p_alive(x, t_x, age)  # noqa: SLF001 - another of this class
            shape = (len(rows), len(x))
            rate = random.gamma(r + x, size=shape) / (alpha + age)
            leaves = np.clip(random.beta(a, b + x + self.early, size=shape), 1e-12, 1.0)
            bought = np.minimum(random.poisson(rate * days), random.geometric(leaves))
            result[rows] = np.where(random.random(shape) < alive, bought, 0)
        return result

    def _p_alive(self, x: Ints, t_x: Ints, age: Ints) -> Floats:
        log_days = np.log1p(np.arange(int(age.max(initial=0)) + 1) / self.alpha_days)
        odds = np.log(self.a) - np.log(self.b + np.maximum(x - 1 + self.early, 0))
        odds += (self.r + x) * (log_days[age] - log_days[t_x])
        # exp overflows harmlessly far above: such a person is gone.
        gone = np.exp(np.minimum(odds, 700.0))
        return np.where(x + self.early > 0, 1 / (1 + gone), 1.0)


@dataclass(frozen=True, slots=True)
class MbgNbd(BgNbd):
    """The MBG/NBD model: as BG/NBD, but people may leave after their first purchase too.

    So who bought once and was never seen again is not alive for sure.
    """

    name: ClassVar[str] = "MBG/NBD"
    early: ClassVar[int] = 1


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
