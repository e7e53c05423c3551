"""BG/NBD and MBG/NBD: who still buys, and how often.

Fader, Hardie and Lee, "'Counting Your Customers' the Easy Way: An Alternative to the Pareto/NBD Model",
Marketing Science 24 (2005) 275-284. Equation numbers are theirs. MBG/NBD, where people may leave after the first
purchase too: Batislam, Denizel and Filiztekin, "Empirical Validation and Comparison of Models for Customer Base
Analysis", International Journal of Research in Marketing 24 (2007) 201-209; it is BG/NBD with one more chance to leave.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike

from byname.value.bgnbd_likelihood import Likelihood
from byname.value.horizon import discounted_steps, orders_if_alive
from byname.value.newton import MOST, Floats, climb, found_by
from byname.value.purchase_model import PurchaseModel
from byname.value.triples import Ints, Triples, distinct_pairs, histories


@dataclass(frozen=True, slots=True)
class BgNbd(PurchaseModel):
    """The BG/NBD model of a population of customers, as fitted.

    Population: people with at least one purchase. While alive, a person buys at random at a rate drawn from a gamma
    distribution (shape r, rate alpha); after each repeat purchase, and only then, they leave for good with a
    probability drawn from a beta distribution (a, b); the two are unrelated. Nothing is known of prices, seasons or
    contacts.

    P(alive) is from the denominator of (10); spelt out in Fader, Hardie and Lee, "Computing P(alive) Using the BG/NBD
    Model" (2008). The model lets people leave only after a repeat purchase, so **who never repeated is alive with
    probability 1**, however long ago the purchase was: it says nothing about one-time buyers. Their expected orders,
    equation (10), are low all the same, for their purchase rate is.

    The weak prior, where there is one, is around r = a = b = 1 and alpha = the mean age, but no less than a year.
    Without people the parameters are r = a = b = 1 and alpha_days = 365.25, with ``converged`` False.

    Attributes:
        r: shape of the purchase rate.
        alpha_days: its rate parameter, in days; r / alpha_days is the mean purchases a day while alive.
        a: first parameter of the probability of leaving after a purchase.
        b: its second parameter.
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

    @classmethod
    def fit(cls, triples: Triples) -> Self:
        """Fit by maximum likelihood, equation (6); the first steps on a part of the histories. See `PurchaseModel`."""
        likelihood = cls.likelihood(triples)
        start, thin = likelihood.rough_start(), likelihood.thinned()
        if thin is not None:
            start = climb(thin.evaluate, start, likelihood.centre, most=25)[0]
        return cls.of(found_by(likelihood, start), likelihood.people)

    @classmethod
    def likelihood(cls, triples: Triples) -> Likelihood:
        """Give the likelihood (6) of these people as a function of the four logarithms."""
        return Likelihood.of(triples, cls.early)

    @property
    def logarithms(self) -> Floats:
        """Of r, alpha, a and b, shape (4,)."""
        return np.log([self.r, self.alpha_days, self.a, self.b])

    @property
    def _many_leave(self) -> bool:
        return self.a > self.b

    def orders_if_alive(
        self, horizon_days: float, annual_discount_rate: float, repeat_orders: ArrayLike, age_days: ArrayLike
    ) -> Floats:
        """Equation (10) without its denominator, once for each distinct (x, T); see `PurchaseModel`."""
        x, _, age = histories(repeat_orders, 0, age_days)
        steps = discounted_steps(horizon_days, annual_discount_rate, one_step=annual_discount_rate == 0)
        pair_x, pair_age, inverse = distinct_pairs(x, age)
        b = self.b + self.early
        return orders_if_alive(self.r, self.alpha_days, self.a, b, steps, pair_x, pair_age)[inverse]

    def _drawn_if_alive(
        self, days: float, x: Ints, age: Ints, shape: tuple[int, int], random: np.random.Generator
    ) -> Ints:
        """Purchases end with the one after which the person leaves."""
        rate = random.gamma(self.r + x, size=shape) / (self.alpha_days + age)
        leaves = np.clip(random.beta(self.a, self.b + x + self.early, size=shape), 1e-12, 1.0)
        return np.minimum(random.poisson(np.minimum(rate * days, MOST)), random.geometric(leaves))

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
