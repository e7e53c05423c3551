"""What every purchase model can do: one contract, and a test that runs over all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from byname.value.bgnbd import BgNbd, MbgNbd
from byname.value.pareto_nbd import ParetoNbd

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from byname.value.newton import Floats, Likelihood, Maximum
    from byname.value.triples import Ints, Triples

__all__ = ["MODELS", "PurchaseModel"]


class PurchaseModel(Protocol):
    """A model of when people buy, fitted on counts of distinct histories (x, t_x, T), time in days.

    Four positive parameters: the shape and rate of how often people buy, and two of how they leave.
    """

    name: ClassVar[str]
    # What a covariate may be of ("rate", "leaving"): the logarithm that it moves, and the sign with which it does.
    moved: ClassVar[dict[str, tuple[int, float]]]

    @classmethod
    def fit(cls, triples: Triples) -> Self:
        """Fit by maximum likelihood; never raises for want of data."""
        ...

    @classmethod
    def likelihood(cls, triples: Triples) -> Likelihood:
        """The likelihood of these people as a function of the parameters' logarithms."""
        ...

    @classmethod
    def of(cls, found: Maximum, people: int = 0) -> Self:
        """The model of where a search in the logarithms ended."""
        ...

    @property
    def logarithms(self) -> Floats:
        """The parameters' logarithms, shape (4,)."""
        ...

    @property
    def loglik(self) -> float:
        """Natural logarithm of the likelihood at the fit."""
        ...

    @property
    def people(self) -> int:
        """How many people it was fitted on."""
        ...

    @property
    def iterations(self) -> int:
        """Passes over all histories."""
        ...

    @property
    def converged(self) -> bool:
        """The search ended at a maximum, on at least one person."""
        ...

    @property
    def penalised(self) -> bool:
        """There was no maximum at finite parameters, and a weak prior was added."""
        ...

    @property
    def spread(self) -> Floats:
        """Covariance of the parameters' logarithms, shape (4, 4); positive definite after a fit."""
        ...

    @property
    def identified(self) -> str:
        """Empty, or a sentence about what the data do not tell: to be said instead of the parameters."""
        ...

    def log_likelihood(self, triples: Triples) -> float:
        """Natural logarithm of the likelihood of these people."""
        ...

    def p_alive(self, repeat_orders: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike) -> Floats:
        """Probability of not having left, shape (n,)."""
        ...

    def expected_orders(
        self, days: float, repeat_orders: ArrayLike, recency_days: ArrayLike, age_days: ArrayLike
    ) -> Floats:
        """Expected purchases in the next days, shape (n,)."""
        ...

    def orders_if_alive(
        self, horizon_days: float, annual_discount_rate: float, repeat_orders: ArrayLike, age_days: ArrayLike
    ) -> Floats:
        """Expected purchases of who has not left, each month's discounted from the month's end, shape (n,)."""
        ...

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
        """Drawn numbers of purchases in the next days, the parameters' uncertainty in them, shape (count, n)."""
        ...


MODELS: tuple[type[PurchaseModel], ...] = (BgNbd, MbgNbd, ParetoNbd)
