"""What every purchase model can do, and what they all do alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from byname.value.newton import drawn_parameters, found_by, laplace
from byname.value.triples import histories
from byname.value.unknown import unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from byname.value.newton import Floats, Likelihood, Maximum
    from byname.value.triples import Ints, Triples

__all__ = ["PurchaseModel"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseModel(ABC):
    """A model of when people buy, fitted on counts of distinct histories (x, t_x, T), time in days.

    Four positive parameters, given by place: the shape and rate of how often people buy, and two of how they leave.

    Attributes:
        loglik: natural logarithm of the likelihood at the fit, time in days.
        people: how many people it was fitted on.
        iterations: passes over all histories.
        converged: the search ended at a maximum, on at least one person.
        penalised: the likelihood had no maximum at finite parameters (nobody repeats, everybody alike, hardly any
            people, nobody ever leaves) and a weak normal prior was added: standard deviation 3 for each logarithm. The
            numbers are then usable, not estimates to publish.
        spread: covariance of the logarithms of the four, shape (4, 4): minus the inverse Hessian (Laplace), with the
            weak prior where it was added; positive definite after a fit, zeros where parameters were given.
    """

    name: ClassVar[str]
    # What a covariate may be of ("rate", "leaving"): the logarithm that it moves, and the sign with which it does.
    moved: ClassVar[dict[str, tuple[int, float]]]

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
            triples: distinct histories with counts. The answer depends on the counts only, not on how rows are split.

        Returns:
            The fit. It never raises for want of data: see ``penalised`` and ``converged``.
        """
        likelihood = cls.likelihood(triples)
        return cls.of(found_by(likelihood, likelihood.rough_start()), likelihood.people)

    @classmethod
    @abstractmethod
    def likelihood(cls, triples: Triples) -> Likelihood:
        """The likelihood of these people as a function of the parameters' logarithms."""

    @classmethod
    def of(cls, found: Maximum, people: int = 0) -> Self:
        """The model of where a search in the logarithms ended."""
        return cls._with(
            np.exp(found.at),
            loglik=found.value,
            people=people,
            iterations=found.iterations,
            converged=found.converged,
            penalised=found.penalised,
            spread=laplace(found.hessian),
        )

    @classmethod
    def _with(cls, parameters: Floats, **found: Any) -> Self:
        make: Any = cls  # only the models themselves take parameters by place
        model: Self = make(*(float(one) for one in parameters), **found)
        return model

    @property
    @abstractmethod
    def logarithms(self) -> Floats:
        """The parameters' logarithms, shape (4,): what ``spread`` is about."""

    @property
    @abstractmethod
    def _many_leave(self) -> bool:
        """The tendency to leave that was found is rather high, if it means anything."""

    @property
    def identified(self) -> str:
        """Empty, or a sentence about what these purchases do not tell; see `unknown` for the rule."""
        return unknown(
            self.logarithms, self.spread, many_leave=self._many_leave, penalised=self.penalised, people=self.people
        )

    def log_likelihood(self, triples: Triples) -> float:
        """Give the natural logarithm of the likelihood of these people, time in days."""
        return self.likelihood(triples).evaluate(self.logarithms)[0]

    def p_alive(self, repeat_orders: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike) -> Floats:
        """Give the probability that a person has not left by the as-of day.

        Args:
            repeat_orders: x, shape (n,) or one number.
            recency_days: t_x in whole days, likewise.
            age_days: T in whole days, likewise.

        Returns:
            Probabilities between 0 and 1, shape (n,).

        Raises:
            ValueError: a row cannot be a purchase history.
        """
        return self._p_alive(*histories(repeat_orders, recency_days, age_days))

    @abstractmethod
    def _p_alive(self, x: Ints, t_x: Ints, age: Ints) -> Floats:
        """P(alive) of histories that were checked."""

    def expected_orders(
        self, days: float, repeat_orders: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike
    ) -> Floats:
        """Give the expected number of purchases in the days after the as-of day.

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

    @abstractmethod
    def orders_if_alive(
        self, horizon_days: float, annual_discount_rate: float, repeat_orders: ArrayLike, age_days: ArrayLike
    ) -> Floats:
        """Give the expected purchases of who is alive, each month's discounted from its end to the as-of day.

        Sum over months t of [E(Y(t)) - E(Y(t-1))] / (1 + d)**t, with a month of 30.4375 days, t in years and d the
        annual rate; the last step is shorter if the horizon is not a whole number of months. Times P(alive) it is what
        is expected of a person.

        Args:
            horizon_days: days after the as-of day, 0 or more.
            annual_discount_rate: d, 0.1 for ten per cent a year; 0 or more.
            repeat_orders: x, shape (n,) or one number.
            age_days: T in whole days, likewise.

        Returns:
            Discounted expected purchases, shape (n,).

        Raises:
            ValueError: a row cannot be a purchase history, or horizon or rate are negative or not finite.
        """

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

        The parameters are drawn too (normal around the fit, with ``spread``), then what a person who is alive buys,
        then whether the person is.

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
            model = self._with(np.exp(theta))
            shape = (len(rows), len(x))
            bought = model._drawn_if_alive(days, x, age, shape, random)  # noqa: SLF001 - another of this class
            alive = random.random(shape) < model._p_alive(x, t_x, age)  # noqa: SLF001 - the histories are checked
            result[rows] = np.where(alive, bought, 0)
        return result

    @abstractmethod
    def _drawn_if_alive(
        self, days: float, x: Ints, age: Ints, shape: tuple[int, int], random: np.random.Generator
    ) -> Ints:
        """Drawn purchases of who is alive: their rate and their leaving, then what comes of them; of that shape."""
