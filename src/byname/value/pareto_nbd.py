"""Pareto/NBD: who still buys, and how often, where people may leave at any time.

Schmittlein, Morrison and Colombo, "Counting Your Customers: Who Are They and What Will They Do Next?", Management
Science 33 (1987) 1-24. The likelihood is in `pareto_likelihood`.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from byname.value.horizon import discounted_steps
from byname.value.newton import MOST, Floats, Maximum, drawn_parameters, found_by, laplace
from byname.value.pareto_likelihood import ParetoLikelihood, alive_by_history
from byname.value.triples import Ints, Triples, histories
from byname.value.unknown import unknown


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """The Pareto/NBD model of a population of customers, as fitted.

    Population: people with at least one purchase. While alive, a person buys at random at a rate drawn from a gamma
    distribution (shape r, rate alpha), and lives for an exponential time whose rate is drawn from another one (shape s,
    rate beta); the two are unrelated. Nothing is known of prices, seasons or contacts.

    Attributes:
        r: shape of the purchase rate.
        alpha_days: its rate parameter, in days; r / alpha_days is the mean purchases a day while alive.
        s: shape of the rate of leaving.
        beta_days: its rate parameter, in days; beta_days / (s - 1) is the mean life.
        loglik: natural logarithm of the likelihood at the fit, time in days.
        people: how many people it was fitted on.
        iterations: passes over all histories.
        converged: the search ended at a maximum, on at least one person.
        penalised: there was no maximum at finite parameters, and a weak normal prior was added: standard deviation 3
            for each logarithm, around r = s = 1 and alpha = beta = the mean age, but no less than a year.
        spread: covariance of the logarithms of the four, shape (4, 4): minus the inverse Hessian (Laplace), with the
            weak prior where it was added; positive definite after a fit, zeros where parameters were given.
    """

    name: ClassVar[str] = "Pareto/NBD"
    # A covariate of leaving moves beta, and with it the mean rate; see `covariates`.
    moved: ClassVar[dict[str, tuple[int, float]]] = {"rate": (1, -1.0), "leaving": (3, -1.0)}

    r: float
    alpha_days: float
    s: float
    beta_days: float
    loglik: float = float("nan")
    people: int = 0
    iterations: int = 0
    converged: bool = False
    penalised: bool = False
    spread: Floats = field(default_factory=lambda: np.zeros((4, 4)), compare=False, repr=False)

    @classmethod
    def fit(cls, triples: Triples) -> Self:
        """Fit by maximum likelihood.

        Args:
            triples: distinct histories with counts. The answer depends on the counts only.

        Returns:
            The fit. It never raises for want of data: see ``penalised`` and ``converged``.
        """
        likelihood = cls.likelihood(triples)
        return cls.of(found_by(likelihood, likelihood.rough_start()), likelihood.people)

    @classmethod
    def likelihood(cls, triples: Triples) -> ParetoLikelihood:
        """Give the likelihood of these people as a function of the four logarithms."""
        return ParetoLikelihood.of(triples)

    @classmethod
    def of(cls, found: Maximum, people: int = 0) -> Self:
        """Make the model of where a search in the four logarithms ended."""
        r, alpha_days, s, beta_days = (float(value) for value in np.exp(found.at))
        return cls(
            r,
            alpha_days,
            s,
            beta_days,
            loglik=found.value,
            people=people,
            iterations=found.iterations,
            converged=found.converged,
            penalised=found.penalised,
            spread=laplace(found.hessian),
        )

    @property
    def logarithms(self) -> Floats:
        """Of r, alpha, s and beta, shape (4,): what ``spread`` is about."""
        return np.log([self.r, self.alpha_days, self.s, self.beta_days])

    @property
    def identified(self) -> str:
        """Empty, or a sentence about what these purchases do not tell; see `unknown` for the rule."""
        # Rather high: people leave faster than they buy.
        many_leave = self.s / self.beta_days > self.r / self.alpha_days
        return unknown(
            self.logarithms, self.spread, many_leave=many_leave, penalised=self.penalised, people=self.people
        )

    def log_likelihood(self, triples: Triples) -> float:
        """Give the natural logarithm of the likelihood of these people, time in days."""
        return self.likelihood(triples).value(self.logarithms)

    def p_alive(self, repeat_orders: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike) -> Floats:
        """Give the probability that a person has not left by the as-of day.

        Who bought once may have left too: here one-time buyers are not all alive.

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
        """Give the expected number of purchases in the days after the as-of day; SMC equation (22).

        Args:
            days: the horizon, 0 or more.
            repeat_orders: x, shape (n,) or one number.
            recency_days: t_x in whole days, likewise.
            age_days: T in whole days, likewise.

        Returns:
            Expected purchases, shape (n,); finite for all parameters and histories, also for s = 1.

        Raises:
            ValueError: a row cannot be a purchase history, or the horizon is negative or not finite.
        """
        x, t_x, age = histories(repeat_orders, recency_days, age_days)
        return self.orders_if_alive(days, 0.0, x, age) * self._p_alive(x, t_x, age)

    def orders_if_alive(
        self, horizon_days: float, annual_discount_rate: float, repeat_orders: ArrayLike, age_days: ArrayLike
    ) -> Floats:
        """Give the expected purchases of who is alive, each month's discounted to the as-of day.

        See `BgNbd.orders_if_alive`: the same months, arguments and errors. Times P(alive) it is what is expected.
        """
        x, _, age = histories(repeat_orders, 0, age_days)
        steps = discounted_steps(horizon_days, annual_discount_rate, one_step=annual_discount_rate == 0)
        if not len(steps.end_days):
            return np.zeros(len(x))
        # (r+x) (beta+T) / (alpha+T) times the expected share of each step that is lived, by a table over T: that is
        # [1 - ((beta+T) / (beta+T+t))**(s-1)] / (s-1), which is the logarithm at s = 1.
        ages = np.arange(int(age.max(initial=0)) + 1)
        grown = np.log1p(steps.end_days / (self.beta_days + ages)[:, None])
        power = self.s - 1
        lived: Floats = -np.expm1(-power * grown) / power if abs(power) > 1e-9 else grown  # noqa: PLR2004
        table = (lived @ steps.drops) * (self.beta_days + ages) / (self.alpha_days + ages)
        found: Floats = (self.r + x) * table[age]
        return found

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
        rate, their time of leaving and their purchases until then.

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
            r, alpha, s, beta = np.exp(theta)
            alive = ParetoNbd(r, alpha, s, beta)._p_alive(x, t_x, age)  # noqa: SLF001 - another of this class
            shape = (len(rows), len(x))
            rate = random.gamma(r + x, size=shape) / (alpha + age)
            leaving = random.gamma(s, size=shape) / (beta + age)
            lives = np.minimum(random.exponential(size=shape) / np.maximum(leaving, 1e-300), days)
            result[rows] = np.where(random.random(shape) < alive, random.poisson(np.minimum(rate * lives, MOST)), 0)
        return result

    def _p_alive(self, x: Ints, t_x: Ints, age: Ints) -> Floats:
        return alive_by_history(self.logarithms, x, t_x, age)
