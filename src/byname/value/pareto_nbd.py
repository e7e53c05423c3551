"""Pareto/NBD: who still buys, and how often, where people may leave at any time.

Schmittlein, Morrison and Colombo, "Counting Your Customers: Who Are They and What Will They Do Next?", Management
Science 33 (1987) 1-24; likelihood as in Fader and Hardie, "A Note on Deriving the Pareto/NBD Model and Related
Expressions" (2005), brucehardie.com/notes/009, equation (14) before its integral is written with the hypergeometric
function.

That function is slow and overflows. The integral itself is over days, the same for all people with as many purchases:
it is summed once for each number of purchases, from the last day back, in logarithms.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from byname.value.horizon import discounted_steps
from byname.value.newton import Floats, Maximum, climb, drawn_parameters, laplace, maximise
from byname.value.triples import Ints, Triples, histories

# Gauss-Legendre on each day: purchases are days apart, so within a day the integrand is nearly a straight line.
_NODES, _WEIGHTS = (
    0.5 * (one + shift) for one, shift in zip(np.polynomial.legendre.leggauss(4), (1.0, 0.0), strict=True)
)
_BLOCK = 1 << 19  # cells of a table at a time
_DAYS_PER_YEAR = 365.25
# A standard deviation of a logarithm over which a parameter may as well be a tenth or the tenfold.
_UNKNOWN = 2.3
# Of a logarithm, for the differences of the gradient.
_STEP = 1e-6
# Steps with the rough Hessian before those with the right one, which cost five times as much; on so many histories.
_ROUGH = 14
_ENOUGH = 10_000


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
        spread: covariance of the logarithms of the four (Laplace), shape (4, 4).
    """

    name: ClassVar[str] = "Pareto/NBD"

    r: float
    alpha_days: float
    s: float
    beta_days: float
    loglik: float = float("nan")
    people: int = 0
    iterations: int = 0
    converged: bool = False
    penalised: bool = False
    spread: Floats = field(default_factory=lambda: np.eye(4) * 9.0, compare=False, repr=False)

    @classmethod
    def fit(cls, triples: Triples) -> Self:
        """Fit by maximum likelihood.

        Args:
            triples: distinct histories with counts. The answer depends on the counts only.

        Returns:
            The fit. It never raises for want of data: see ``penalised`` and ``converged``.
        """
        likelihood = ParetoLikelihood.of(triples)
        centre = likelihood.centre
        if likelihood.people:
            thin = likelihood.thinned()
            start = climb(thin.roughly, likelihood.rough_start(), centre, most=_ROUGH)[0]
            near = climb(thin.evaluate, start, centre)[0]
            # What the outer products get wrong is nearly the same for a part of the people as for all.
            lacking = thin.hessian(near) - thin.roughly(near)[2]

            def evaluate(theta: Floats) -> tuple[float, Floats, Floats]:
                value, gradient, products = likelihood.roughly(theta)
                return value, gradient, products + lacking

            found = maximise(evaluate, near, centre)
            spread = laplace(evaluate(found.at)[2])
        else:
            found, spread = Maximum(centre, 0.0, 0, converged=False, penalised=True), np.eye(4) * 9.0
        r, alpha_days, s, beta_days = (float(value) for value in np.exp(found.at))
        return cls(
            r,
            alpha_days,
            s,
            beta_days,
            loglik=found.value,
            people=likelihood.people,
            iterations=found.iterations,
            converged=found.converged,
            penalised=found.penalised,
            spread=spread,
        )

    @property
    def identified(self) -> str:
        """Empty, or why the parameters of leaving mean nothing here."""
        if np.sqrt(self.spread[2, 2]) > _UNKNOWN or self.penalised:
            return "nobody is seen to leave: how people leave cannot be told from these purchases"
        return ""

    def log_likelihood(self, triples: Triples) -> float:
        """Give the natural logarithm of the likelihood of these people, time in days."""
        return ParetoLikelihood.of(triples).value_and_gradient(self._logarithms)[0]

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
        for rows, theta in drawn_parameters(self._logarithms, self.spread, count, random):
            r, alpha, s, beta = np.exp(theta)
            alive = ParetoNbd(r, alpha, s, beta)._p_alive(x, t_x, age)  # noqa: SLF001 - another of this class
            shape = (len(rows), len(x))
            rate = random.gamma(r + x, size=shape) / (alpha + age)
            leaving = random.gamma(s, size=shape) / (beta + age)
            lives = np.minimum(random.exponential(size=shape) / np.maximum(leaving, 1e-300), days)
            result[rows] = np.where(random.random(shape) < alive, random.poisson(rate * lives), 0)
        return result

    @property
    def _logarithms(self) -> Floats:
        return np.log([self.r, self.alpha_days, self.s, self.beta_days])

    def _p_alive(self, x: Ints, t_x: Ints, age: Ints) -> Floats:
        histories, inverse = _distinct(x, t_x, age)
        alive, left = _terms(self._logarithms, *histories)[:2]
        found: Floats = (1 / (1 + np.exp(np.minimum(left[0] - alive, 700.0))))[inverse]
        return found


def _distinct(x: Ints, t_x: Ints, age: Ints) -> tuple[tuple[Ints, Ints, Ints], NDArray[np.intp]]:
    """Distinct histories, and each row's index among them."""
    if len(x) < 64:  # noqa: PLR2004 - sorting costs more than it spares
        return (x, t_x, age), np.arange(len(x))
    triples, inverse = Triples.of_people(x, t_x, age)
    return (triples.repeat_orders, triples.recency_days, triples.age_days), inverse


def _terms(theta: Floats, x: Ints, t_x: Ints, age: Ints, *, slopes: bool = False) -> tuple[Floats, Floats, Floats]:
    """The two ways to a history: still here, or left since the last purchase; without what both share.

    With a(t) = ln(1 + t/alpha) and b(t) = ln(1 + t/beta) the likelihood is G(r+x)/G(r) alpha**-x times
    e**(-(r+x) a(T) - s b(T)) + (s/beta) * integral from t_x to T of e**(-(r+x) a(t) - (s+1) b(t)) dt.

    Returns:
        ln of the first, shape (rows,); ln of the second and, with slopes, of the same integral with a, t/(alpha+t), b
        and t/(beta+t) in it, shape (1 or 5, rows); t/(alpha+t) and the like at T, shape (4, rows).
    """
    r, alpha, s, beta = np.exp(theta)
    at_age = np.stack((np.log1p(age / alpha), age / (alpha + age), np.log1p(age / beta), age / (beta + age)))
    alive = -(r + x) * at_age[0] - s * at_age[2]
    days = int(age.max(initial=0))
    t = np.arange(days) + _NODES[:, None]
    a, b = np.log1p(t / alpha), np.log1p(t / beta)
    kinds = 5 if slopes else 1
    left = np.full((kinds, len(x)), -np.inf)
    if days:
        # The integrand falls, so within a day nothing is larger than at its first node.
        falls = -r * a - (s + 1) * b
        moments = np.stack([np.ones_like(t), a, t / (alpha + t), b, t / (beta + t)][:kinds]) * _WEIGHTS[:, None]
        distinct, which = np.unique(x, return_inverse=True)
        order = np.argsort(which, kind="stable")
        ends = np.searchsorted(which[order], np.arange(len(distinct) + 1))
        block = max(_BLOCK // (kinds * t.size), 1)
        for begin in range(0, len(distinct), block):
            some = distinct[begin : begin + block]
            cells = falls[None] - some[:, None, None] * a[None]
            top = cells[:, 0, :].copy()
            cells -= top[:, None, :]
            np.exp(cells, out=cells)
            with np.errstate(divide="ignore"):
                daily = top + np.log(np.einsum("xnd,knd->kxd", cells, moments))
            back = np.full((kinds, len(some), days + 1), -np.inf)
            back[:, :, :-1] = np.logaddexp.accumulate(daily[:, :, ::-1], axis=2)[:, :, ::-1]
            rows = order[ends[begin] : ends[begin + len(some)]]
            one = which[rows] - begin
            since, until = back[:, one, t_x[rows]], back[:, one, age[rows]]
            with np.errstate(divide="ignore", invalid="ignore"):
                left[:, rows] = since + np.log(-np.expm1(np.minimum(until - since, 0.0)))
    left = np.where(np.isnan(left), -np.inf, left) + np.log(s / beta)
    return alive, left, at_age


@dataclass(frozen=True, slots=True)
class ParetoLikelihood:
    """The likelihood over a population.

    Attributes:
        histories: x, t_x and T of distinct triples, each of shape (triples,).
        weights: people with each.
    """

    histories: tuple[Ints, Ints, Ints]
    weights: Floats

    @classmethod
    def of(cls, triples: Triples) -> Self:
        """Take the triples that somebody has."""
        some = triples.people > 0
        return cls(
            (triples.repeat_orders[some], triples.recency_days[some], triples.age_days[some]),
            triples.people[some].astype(np.float64),
        )

    @property
    def people(self) -> int:
        """All of them."""
        return int(self.weights.sum())

    @property
    def centre(self) -> Floats:
        """Logarithms of the parameters of a population of which nothing is known but its age."""
        age = float(self.weights @ self.histories[2]) / max(self.people, 1)
        return np.log([1.0, max(age, _DAYS_PER_YEAR), 1.0, max(age, _DAYS_PER_YEAR)])

    def rough_start(self) -> Floats:
        """Begin where the mean rate is about the data's, and half are gone after about the mean age."""
        days = float(self.weights @ self.histories[2])
        rate = max(float(self.weights @ self.histories[0]), 0.5) / max(days, 1.0)
        return np.log([0.5, 0.5 / (2 * rate), 0.6, max(days / max(self.people, 1), 1.0)])

    def people_gradients(self, theta: Floats) -> tuple[float, Floats]:
        """Give log-likelihood, and each history's gradient in (ln r, ln alpha, ln s, ln beta), shape (4, triples)."""
        r, _, s, _ = np.exp(theta)
        x, t_x, age = self.histories
        alive, left, at_age = _terms(theta, x, t_x, age, slopes=True)
        both = np.logaddexp(alive, left[0])
        here = np.exp(alive - both)
        # Means of a, t/(alpha+t), b, t/(beta+t) over the days of leaving, weighted by their share of the likelihood.
        gone = np.exp(left - both)
        mean = here * at_age + gone[1:]
        # ln G(r+x)/G(r) is the sum of ln(r+j) over j < x: no gamma function, and nothing cancels.
        steps = r + np.arange(int(x.max(initial=0)))
        ratio, slope = (np.concatenate(([0.0], np.cumsum(one)))[x] for one in (np.log(steps), 1 / steps))
        value = self.weights @ (both + ratio) - float(self.weights @ x) * float(theta[1])
        gradients = np.stack(
            (
                r * (slope - mean[0]),
                (r + x) * mean[1] - x,
                gone[0] - s * mean[2],
                s * mean[3] + gone[4] - gone[0],
            )
        )
        return float(value), gradients

    def value_and_gradient(self, theta: Floats) -> tuple[float, Floats]:
        """Give log-likelihood and gradient, shape (4,)."""
        value, gradients = self.people_gradients(theta)
        return value, gradients @ self.weights

    def roughly(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give log-likelihood, gradient, and the outer products of people's gradients for the Hessian.

        Berndt, Hall, Hall and Hausman (1974). It costs nothing beside the gradient, and leads near the maximum.
        """
        value, gradients = self.people_gradients(theta)
        return value, gradients @ self.weights, -(gradients * self.weights) @ gradients.T

    def evaluate(self, theta: Floats) -> tuple[float, Floats, Floats]:
        """Give log-likelihood, gradient and Hessian in (ln r, ln alpha, ln s, ln beta)."""
        return *self.value_and_gradient(theta), self.hessian(theta)

    def hessian(self, theta: Floats) -> Floats:
        """Give the Hessian by differences of the gradient, shape (4, 4)."""
        _, gradient = self.value_and_gradient(theta)
        ahead = [self.value_and_gradient(theta + away)[1] for away in _STEP * np.eye(4)]
        hessian: Floats = (np.stack(ahead) - gradient) / _STEP
        return (hessian + hessian.T) / 2

    def thinned(self) -> Self:
        """Take the histories that many share and every n-th of the others, for all of them; all, if they are few."""
        if len(self.weights) <= 2 * _ENOUGH:
            return self
        shared = np.argsort(-self.weights, kind="stable")
        n = len(shared) // _ENOUGH
        rare = shared[_ENOUGH::n]
        weights = self.weights[rare] * (self.weights[shared[_ENOUGH:]].sum() / self.weights[rare].sum())
        some = np.concatenate((shared[:_ENOUGH], rare))
        x, t_x, age = (column[some] for column in self.histories)
        return type(self)((x, t_x, age), np.concatenate((self.weights[shared[:_ENOUGH]], weights)))
