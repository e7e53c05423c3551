"""Pareto/NBD: who still buys, and how often, where people may leave at any time.

Schmittlein, Morrison and Colombo, "Counting Your Customers: Who Are They and What Will They Do Next?", Management
Science 33 (1987) 1-24. The likelihood is in `pareto_likelihood`.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from byname.value.horizon import discounted_steps
from byname.value.newton import MOST, Floats
from byname.value.pareto_likelihood import ParetoLikelihood, alive_by_history
from byname.value.purchase_model import PurchaseModel
from byname.value.triples import Ints, Triples, histories


@dataclass(frozen=True, slots=True)
class ParetoNbd(PurchaseModel):
    """The Pareto/NBD model of a population of customers, as fitted.

    Population: people with at least one purchase. While alive, a person buys at random at a rate drawn from a gamma
    distribution (shape r, rate alpha), and lives for an exponential time whose rate is drawn from another one (shape s,
    rate beta); the two are unrelated. Nothing is known of prices, seasons or contacts. Who bought once may have left
    too: one-time buyers are not all alive.

    The weak prior, where there is one, is around r = s = 1 and alpha = beta = the mean age, but no less than a year.

    Attributes:
        r: shape of the purchase rate.
        alpha_days: its rate parameter, in days; r / alpha_days is the mean purchases a day while alive.
        s: shape of the rate of leaving.
        beta_days: its rate parameter, in days; beta_days / (s - 1) is the mean life.
    """

    name: ClassVar[str] = "Pareto/NBD"
    # A covariate of leaving moves beta, and with it the mean rate; see `covariates`.
    moved: ClassVar[dict[str, tuple[int, float]]] = {"rate": (1, -1.0), "leaving": (3, -1.0)}

    r: float
    alpha_days: float
    s: float
    beta_days: float

    @classmethod
    def likelihood(cls, triples: Triples) -> ParetoLikelihood:
        """Give the likelihood of these people as a function of the four logarithms."""
        return ParetoLikelihood.of(triples)

    @property
    def logarithms(self) -> Floats:
        """Of r, alpha, s and beta, shape (4,)."""
        return np.log([self.r, self.alpha_days, self.s, self.beta_days])

    @property
    def _many_leave(self) -> bool:
        # People leave faster than they buy.
        return self.s / self.beta_days > self.r / self.alpha_days

    def log_likelihood(self, triples: Triples) -> float:
        """See `PurchaseModel`; without the derivatives, which cost more than the value."""
        return self.likelihood(triples).value(self.logarithms)

    def orders_if_alive(
        self, horizon_days: float, annual_discount_rate: float, repeat_orders: ArrayLike, age_days: ArrayLike
    ) -> Floats:
        """SMC equation (22) without P(alive), in a form in which s = 1 is no special case; see `PurchaseModel`."""
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

    def _drawn_if_alive(
        self, days: float, x: Ints, age: Ints, shape: tuple[int, int], random: np.random.Generator
    ) -> Ints:
        """Purchases until the person's own end or the horizon's."""
        rate = random.gamma(self.r + x, size=shape) / (self.alpha_days + age)
        leaving = random.gamma(self.s, size=shape) / (self.beta_days + age)
        lives = np.minimum(random.exponential(size=shape) / np.maximum(leaving, 1e-300), days)
        bought: Ints = random.poisson(np.minimum(rate * lives, MOST))
        return bought

    def _p_alive(self, x: Ints, t_x: Ints, age: Ints) -> Floats:
        return alive_by_history(self.logarithms, x, t_x, age)
