"""Everything that can say what a buyer will spend: the purchase models, the plain rules, the learned model.

A rule is not there to be beaten: on some shops it is what wins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np

from byname.value.bgnbd import MbgNbd
from byname.value.contract import MODELS
from byname.value.covariates import WithCovariates
from byname.value.gamma_gamma import GammaGamma
from byname.value.seasons import Calendar
from byname.value.triples import Triples

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import date

    from byname.value.contract import PurchaseModel
    from byname.value.rows import Floats, Rows
    from byname.value.seasons import Daily

__all__ = [
    "ALL",
    "GROUPED",
    "LEARNED",
    "PLAIN",
    "PLAIN_REFERENCE",
    "REPEAT",
    "RULES",
    "SEASONAL",
    "Fitted",
    "Outlook",
    "structural",
]

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
# Its level is the blend's: a rule's or the trees' is that of other months, this one knows that people leave.
PLAIN_REFERENCE, SEASONAL = "Pareto/NBD, all orders", "Pareto/NBD with seasons, all orders"
GROUPED = "Pareto/NBD by first channel, all orders"


def structural(name: str) -> str:
    """The purchase model's name in a candidate's name, or nothing."""
    return next((model.name for model in MODELS if name.startswith(model.name)), "")


@dataclass(frozen=True)
class Fitted:
    """The purchase models and both spend models of one population.

    Attributes:
        models: by name.
        spend: Gamma-Gamma on all orders, and on the repeat ones.
        day: the day at whose end it was fitted.
        span_days: from the company's first purchase to the day, 1 or more.
        calendar: the pace of months; None where the history does not tell it.
        on_clock: the reference model fitted on the calendar's clock.
        by_group: the reference model of each group, by its number; empty where all are alike.
        notes: what the data do not tell and what stood in for what did not converge: (what, in words).
    """

    models: Mapping[str, PurchaseModel]
    spend: Mapping[str, GammaGamma]
    day: date
    span_days: float
    calendar: Calendar | None = None
    on_clock: PurchaseModel | None = None
    by_group: Mapping[int, PurchaseModel] = field(default_factory=dict)
    notes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def on(cls, rows: Rows, day: date, daily: Daily, wanted: Collection[str] | None = None) -> Self:
        """Fit on people one by one: the models of these names, all by default."""
        groups = {}
        for group in np.unique(rows.grp):
            some = rows.grp == group
            histories = (rows.repeat_orders[some], rows.recency_days[some], rows.age_days[some])
            groups[int(group)] = Triples.of_people(*histories)[0]
        repeats = rows.repeat_orders > 0
        spend = {
            ALL: GammaGamma.fit(rows.repeat_orders + 1, rows.mean_spend),
            REPEAT: GammaGamma.fit(rows.repeat_orders[repeats], _repeat_mean(rows)[repeats]),
        }
        return cls.counted(groups, spend, day, daily, wanted or {model.name for model in MODELS})

    @classmethod
    def counted(
        cls,
        groups: Mapping[int, Triples],
        spend: Mapping[str, GammaGamma],
        day: date,
        daily: Daily,
        wanted: Collection[str],
        *,
        grouped: bool = True,
    ) -> Self:
        """Fit on counts of distinct histories by group, the models that are wanted by name."""
        triples = _together(groups)
        models: dict[str, PurchaseModel] = {model.name: model.fit(triples) for model in MODELS if model.name in wanted}
        notes = [(name, model.identified) for name, model in models.items() if model.identified]
        notes += [(f"Gamma-Gamma, {which}", one.fallback) for which, one in spend.items() if one.fallback]
        lost = [name for name, model in models.items() if not model.converged and model.people]
        reference = structural(PLAIN_REFERENCE)
        for name in lost:
            if name == reference:
                models[name] = MbgNbd.fit(triples)
                notes.append((name, f"the search for a maximum did not converge; {MbgNbd.name} stands in"))
            else:
                del models[name]
                notes.append((name, "the search for a maximum did not converge; it is left out"))
        calendar = Calendar.of(daily.until(day), models[reference])
        on_clock = None
        if calendar:
            on_clock = type(models[reference]).fit(calendar.triples(day, triples))
        span_days = max((day - daily.first_day).days + 1.0, 1.0)
        by_group = {}
        if grouped and len(groups) > 1:
            numbers = sorted(groups)
            # The first group is what the others differ from.
            traits = np.eye(len(numbers))[:, 1:]
            kind = type(models[reference])
            fit = WithCovariates.fit(kind, [groups[number] for number in numbers], traits)
            by_group = {number: fit.for_group(place) for place, number in enumerate(numbers)}
        return cls(models, spend, day, span_days, calendar, on_clock, by_group, tuple(notes))

    @property
    def names(self) -> list[str]:
        """All candidates but the learned one."""
        more = [*([SEASONAL] if self.on_clock else []), *([GROUPED] if self.by_group else [])]
        return [*(f"{model}, {which}" for model in self.models for which in self.spend), *more, *RULES]

    @property
    def reference(self) -> str:
        """The candidate whose level is the blend's."""
        return SEASONAL if self.on_clock else PLAIN_REFERENCE

    def outlook(self, rows: Rows) -> Outlook:
        """These people as the models see them."""
        return Outlook(self, rows)

    def spend_per_order(self, rows: Rows, which: str = ALL) -> Floats:
        """What the next order is expected to bring, shape (people,)."""
        if which == ALL:
            return self.spend[which].expected_spend(rows.repeat_orders + 1, np.maximum(rows.mean_spend, 0.0))
        return self.spend[which].expected_spend(rows.repeat_orders, _repeat_mean(rows))


class Outlook:
    """What the models expect of some people; whether they are still customers is asked once a model."""

    def __init__(self, fitted: Fitted, rows: Rows) -> None:
        self._fitted, self._rows = fitted, rows
        self._alive: dict[str, Floats] = {}

    def p_alive(self, model: str) -> Floats:
        """Probability of not having left, shape (people,)."""
        if model not in self._alive:
            rows = self._rows
            history = (rows.repeat_orders, rows.recency_days, rows.age_days)
            self._alive[model] = self._fitted.models[model].p_alive(*history)
        return self._alive[model]

    def orders(self, model: str, days: float, annual_discount_rate: float = 0.0) -> Floats:
        """Expected purchases in the next days, discounted, shape (people,)."""
        if_alive = self._fitted.models[model].orders_if_alive(
            days, annual_discount_rate, self._rows.repeat_orders, self._rows.age_days
        )
        return if_alive * self.p_alive(model)

    def expected_spend(self, days: float, names: Iterable[str]) -> dict[str, Floats]:
        """Spend within the next days by candidate, shape (people,) each."""
        found: dict[str, Floats] = {}
        orders: dict[str, Floats] = {}
        spend: dict[str, Floats] = {}
        for name in names:
            if name in RULES:
                found[name] = np.maximum(RULES[name](self._rows, days, self._fitted.span_days), 0.0)
                continue
            of_when, _, of_how_much = name.partition(", ")
            if of_when not in orders:
                orders[of_when] = self._orders(name, days)
            if of_how_much not in spend:
                spend[of_how_much] = self._fitted.spend_per_order(self._rows, of_how_much)
            found[name] = orders[of_when] * spend[of_how_much]
        return found

    def _orders(self, name: str, days: float) -> Floats:
        if name == GROUPED:
            return self._by_group(days)
        if name == SEASONAL:
            return self._on_clock(days)
        return self.orders(structural(name), days)

    def _by_group(self, days: float) -> Floats:
        rows, models = self._rows, self._fitted.by_group
        found = np.zeros(len(rows))
        for group, model in models.items():
            some = np.flatnonzero(rows.grp == group)
            few = rows[some]
            found[some] = model.expected_orders(days, few.repeat_orders, few.recency_days, few.age_days)
        return found

    def _on_clock(self, days: float) -> Floats:
        fitted, rows = self._fitted, self._rows
        if not fitted.calendar or not fitted.on_clock:
            message = "no calendar was learned: the history is shorter than two years"
            raise ValueError(message)
        recency, age = fitted.calendar.retimed(fitted.day, rows.recency_days, rows.age_days)
        ahead = fitted.calendar.ahead(fitted.day, days)
        return fitted.on_clock.expected_orders(ahead, rows.repeat_orders, recency, age)


def _together(groups: Mapping[int, Triples]) -> Triples:
    """Everybody's histories; a history may stand in several rows."""
    names = ("repeat_orders", "recency_days", "age_days", "people")
    none = np.zeros(0, dtype=np.int64)
    return Triples(*(np.concatenate([none, *(getattr(one, name) for one in groups.values())]) for name in names))


def _repeat_mean(rows: Rows) -> Floats:
    mean: Floats = np.maximum(rows.spend_total - rows.first_spend, 0.0) / np.maximum(rows.repeat_orders, 1)
    return mean
