"""Everything that can say what a buyer will spend: the purchase models, the plain rules, the learned model.

A rule is not there to be beaten: on some shops it is what wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from byname.value.contract import MODELS
from byname.value.gamma_gamma import GammaGamma
from byname.value.triples import Triples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from byname.value.contract import PurchaseModel
    from byname.value.rows import Floats, Rows

__all__ = ["ALL", "LEARNED", "PLAIN", "REPEAT", "RULES", "Fitted", "structural"]

PLAIN = "past spend continues"
LEARNED = "learned"
# A first purchase of yesterday does not mean one a day.
_SHORTEST = 30

# Spend in the next days by habit; the span is how long the company's history is.
RULES: Mapping[str, Callable[[Rows, float, float], Floats]] = {
    PLAIN: lambda rows, days, span: rows.spend_total * (days / span),
    "own rate continues": lambda rows, days, _span: rows.spend_total * (days / np.maximum(rows.age_days, _SHORTEST)),
    "last quarter continues": lambda rows, days, span: rows.spend_91 * (days / min(91.0, span)),
}
ALL, REPEAT = "all orders", "repeat orders"


def structural(name: str) -> str:
    """The purchase model's name in a candidate's name, or nothing."""
    return next((model.name for model in MODELS if name.startswith(f"{model.name},")), "")


@dataclass(frozen=True)
class Fitted:
    """The purchase models and both spend models of one population.

    Attributes:
        models: by name.
        spend: Gamma-Gamma on all orders, and on the repeat ones.
        span_days: from the company's first purchase to the day, 1 or more.
    """

    models: Mapping[str, PurchaseModel]
    spend: Mapping[str, GammaGamma]
    span_days: float

    @classmethod
    def on(cls, rows: Rows, span_days: float) -> Self:
        """Fit on people one by one; a million are better counted on the engine first."""
        triples, _ = Triples.of_people(rows.repeat_orders, rows.recency_days, rows.age_days)
        repeats = rows.repeat_orders > 0
        return cls(
            {model.name: model.fit(triples) for model in MODELS},
            {
                ALL: GammaGamma.fit(rows.repeat_orders + 1, rows.mean_spend),
                REPEAT: GammaGamma.fit(rows.repeat_orders[repeats], _repeat_mean(rows)[repeats]),
            },
            span_days,
        )

    @property
    def names(self) -> list[str]:
        """All candidates but the learned one."""
        return [f"{model}, {which}" for model in self.models for which in self.spend] + list(RULES)

    def expected_spend(self, rows: Rows, days: float, names: Iterable[str]) -> dict[str, Floats]:
        """Spend within the next days by candidate, shape (people,) each."""
        found: dict[str, Floats] = {}
        orders: dict[str, Floats] = {}
        for name in names:
            if name in RULES:
                found[name] = np.maximum(RULES[name](rows, days, self.span_days), 0.0)
                continue
            model, _, which = name.partition(", ")
            if model not in orders:
                history = (rows.repeat_orders, rows.recency_days, rows.age_days)
                orders[model] = self.models[model].expected_orders(days, *history)
            found[name] = orders[model] * self.spend_per_order(rows, which)
        return found

    def spend_per_order(self, rows: Rows, which: str = ALL) -> Floats:
        """What the next order is expected to bring, shape (people,)."""
        if which == ALL:
            return self.spend[which].expected_spend(rows.repeat_orders + 1, np.maximum(rows.mean_spend, 0.0))
        return self.spend[which].expected_spend(rows.repeat_orders, _repeat_mean(rows))


def _repeat_mean(rows: Rows) -> Floats:
    mean: Floats = np.maximum(rows.spend_total - rows.first_spend, 0.0) / np.maximum(rows.repeat_orders, 1)
    return mean
