"""BG/NBD and MBG/NBD: who still buys, and how often.

Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way: An Alternative to the Pareto/NBD Model",
Marketing Science 24 (2005) 275-284. Equation numbers are theirs. MBG/NBD, where people may leave after the first
purchase too: Batislam, Denizel and Filiztekin, "Empirical Validation and Comparison of Models for Customer Base
Analysis", International Journal of Research in Marketing 24 (2007) 201-209; it is BG/NBD with one more chance to leave.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from byname.value.bgnbd_likelihood import Likelihood
from byname.value.horizon import discounted_steps, orders_if_alive
from byname.value.newton import MOST, Floats, Maximum, climb, drawn_parameters, found_by, laplace
from byname.value.triples import Ints, Triples, distinct_pairs, histories
from byname.value.unknown import unknown


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
        spread: covariance of the logarithms of the four, shape (4, 4): minus the inverse Hessian (Laplace), with the
            weak prior where it was added; positive definite after a fit, zeros where parameters were given.
    """

    name: ClassVar[str] = "BG/NBD"
    # Chances to leave before the first repeat purchase.
    early: ClassVar[int] = 0
    # A covariate of leaving moves a, and with it the mean probability; see `covariates`.
    moved: ClassVar[dict[str, tuple[int, float]]] = {"rate": (1, -1.0), "leaving": (2, 1.0)}

    r: float
    alpha_days: float
    a: float
    b: float
    loglik: float = float("nan")
    people: int = 0
    iterations: int = 0
    converged: bool = False
    penalised: bool = False
    spread: Floats = field(default_factory=lambda: np.zeros((4, 4)), compare=False, repr=False)

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
        likelihood = cls.likelihood(triples)
        start, thin = likelihood.rough_start(), likelihood.thinned()
        if thin is not None:
            start = climb(thin.evaluate, start, likelihood.centre, most=25)[0]
        return cls.of(found_by(likelihood, start), likelihood.people)

    @classmethod
    def likelihood(cls, triples: Triples) -> Likelihood:
        """Give the likelihood of these people as a function of the four logarithms."""
        return Likelihood.of(triples, cls.early)

    @classmethod
    def of(cls, found: Maximum, people: int = 0) -> Self:
        """Make the model of where a search in the four logarithms ended."""
        r, alpha_days, a, b = (float(value) for value in np.exp(found.at))
        return cls(
            r,
            alpha_days,
            a,
            b,
            loglik=found.value,
            people=people,
            iterations=found.iterations,
            converged=found.converged,
            penalised=found.penalised,
            spread=laplace(found.hessian),
        )

    @property
    def logarithms(self) -> Floats:
        """Of r, alpha, a and b, shape (4,): what ``spread`` is about."""
        return np.log([self.r, self.alpha_days, self.a, self.b])

    @property
    def identified(self) -> str:
        """Empty, or a sentence about what these purchases do not tell; see `unknown` for the rule."""
        return unknown(
            self.logarithms, self.spread, many_leave=self.a > self.b, penalised=self.penalised, people=self.people
        )

    def log_likelihood(self, triples: Triples) -> float:
        """Give the natural logarithm of the likelihood (6) of these people, time in days."""
        return self.likelihood(triples).evaluate(self.logarithms)[0]

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
        for rows, theta in drawn_parameters(self.logarithms, self.spread, count, random):
            r, alpha, a, b = np.exp(theta)
            alive = type(self)(r, alpha, a, b)._p_alive(x, t_x, age)  # noqa: SLF001 - another of this class
            shape = (len(rows), len(x))
            rate = random.gamma(r + x, size=shape) / (alpha + age)
            leaves = np.clip(random.beta(a, b + x + self.early, size=shape), 1e-12, 1.0)
            bought = np.minimum(random.poisson(np.minimum(rate * days, MOST)), random.geometric(leaves))
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

    Population, attributes and units as in `BgNbd`. With one more chance to leave, B(a, b+x) becomes B(a, b+x+1), and
    who bought once and was never seen again is not alive for sure. Batislam, Denizel and Filiztekin, "Empirical
    Validation and Comparison of Models for Customer Base Analysis", Int. J. of Research in Marketing 24 (2007) 201-209;
    Hoppe and Wagner, "Customer Base Analysis: The Case for a Central Variant of the Betageometric/NBD
    Model", Marketing - Journal of Research and Management 3 (2007) 75-90.
    """

    name: ClassVar[str] = "MBG/NBD"
    early: ClassVar[int] = 1
