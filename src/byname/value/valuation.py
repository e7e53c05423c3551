"""What each buyer is worth: models fitted on counts, people valued a slice at a time, one table for the snapshot.

The models never see people: the engine counts distinct histories and spends, and the fits run on these counts. People
pass through NumPy in slices, so that memory does not grow with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import Statement, statement
from byname.value.blend import blend
from byname.value.candidates import ALL, GROUPED, LEARNED, PLAIN_REFERENCE, REPEAT, Fitted, structural
from byname.value.gamma_gamma import GammaGamma
from byname.value.ids import id_below
from byname.value.past import past_of
from byname.value.policy import MONTH, Policy, choose, levelled, times
from byname.value.ranges import Places, Ranges, Tops
from byname.value.rows import Rows, rows_at
from byname.value.shares import Z80
from byname.value.simulated import simulated
from byname.value.triples import Triples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from byname.engines import Engine, Table
    from byname.value.rows import Floats
    from byname.value.seasons import Daily
    from byname.value.terms import Terms

__all__ = ["Valuation", "Worth", "fitted_at", "valuation", "worth_at"]

_SLICE = 250_000
_VIEWED = 50_000  # people tell the levels and places of all
_QUARTER = 91
_RELATED = 0.3
_RELATED_SAYS = "who comes often spends otherwise at a time, which Gamma-Gamma does not know"

TRIPLES = statement(
    "value.triples",
    """
    select grp, repeat_orders, recency_days, age_days, count(*) as people
    from rows
    group by grp, repeat_orders, recency_days, age_days
    """,
)

# Spend per purchase day over all of them, and over the repeat ones alone: which ranks better is the shop's own.
SPENDS = statement(
    "value.spends",
    """
    select repeat_orders + 1 as days,
           cast(spend_total as double) / nullif(cast(repeat_orders + 1 as double), 0) as mean_spend,
           count(*) as people
    from rows
    where spend_total > cast(0 as decimal(18, 4))
    group by repeat_orders, spend_total
    """,
)
REPEAT_SPENDS = statement(
    "value.repeat_spends",
    """
    with again as (
        select repeat_orders, cast(spend_total - first_spend as decimal(18, 4)) as spent
        from rows
        where repeat_orders > 0 and spend_total > first_spend
    )
    select repeat_orders as days,
           cast(spent as double) / nullif(cast(repeat_orders as double), 0) as mean_spend,
           count(*) as people
    from again
    group by repeat_orders, spent
    """,
)

SLICE = statement(
    "value.slice",
    """
    select rows.*, coalesce(margins.margin, $margin) as margin
    from rows
    left join margins on margins.person_id = rows.person_id
    where rows.person_id >= $low and rows.person_id < $high
    """,
)

VALUE = statement(
    "value.value",
    """
    select rows.person_id, rows.orders, rows.repeat_orders, rows.recency_days, rows.age_days,
           case when rows.repeat_orders > 0
                then cast(cast(rows.spend_total - rows.first_spend as decimal(18, 4)) as double)
                     / nullif(cast(rows.repeat_orders as double), 0) end as mean_spend,
           rows.spend_total,
           coalesce(returned.returned_total, cast(0 as decimal(18, 4))) as returned_total,
           predicted.* exclude (person_id),
           $model as model
    from rows
    join predicted on predicted.person_id = rows.person_id
    left join returned on returned.person_id = rows.person_id
    """,
)


@dataclass(frozen=True)
class Worth:
    """Everything fitted at one day; it values people who bought until then.

    Attributes:
        policy: what to believe.
        fitted: the models that the policy asks for, and the reference.
        histories: distinct (x, t_x, T).
        people: buyers.
        related: correlation of the logarithms of how often and how much at a time, over who came again: Gamma-Gamma
            takes them as unrelated. None where nobody did.
    """

    policy: Policy
    fitted: Fitted
    histories: int
    people: int
    related: float | None = None

    @property
    def report(self) -> list[tuple[str, str]]:
        """What the models do not know or assume: (what, in words)."""
        found = list(self.fitted.notes)
        if self.related is not None:
            verdict = "little enough for Gamma-Gamma" if abs(self.related) < _RELATED else _RELATED_SAYS
            found.append(("how often and how much at a time", f"correlation {self.related:.2f}: {verdict}"))
        return found

    @property
    def total_range(self) -> tuple[float, float]:
        """80% range of the total over what is expected of it, by the past errors of level."""
        away = Z80 * self.policy.level_sd
        return float(np.exp(-away)), float(np.exp(away))


@dataclass(frozen=True)
class Valuation:
    """The value table and what is behind it; daily is the company's purchases by day."""

    table: Table
    worth: Worth
    daily: Daily


def valuation(
    engine: Engine,
    days: Table,
    returned: Table,
    terms: Terms,
    as_of: date,
    policy: Policy | None,
    margins: Table | None = None,
) -> Valuation:
    """Value every buyer at the end of a day.

    Args:
        engine: where the tables are.
        days: one row for each person and purchase day, from `rows.days_bought`.
        returned: person_id and returned_total.
        terms: horizon, discount and margin.
        as_of: the day.
        policy: what to believe; chosen anew where there is none, or none that serves.
        margins: person_id and margin, from `margins.margins`; who is not in it has the terms' margin.

    Returns:
        One row a buyer: the columns of the snapshot's `value`. `mean_spend` is the mean over repeat purchases;
        `expected_spend` is revenue within the horizon, `clv` is discounted and times the margin.
    """
    past = past_of(engine, days, as_of)
    if policy is None or not policy.serves(as_of, int(terms.horizon_days), past.people):
        policy = choose(past, as_of, int(terms.horizon_days))
    rows = rows_at(engine, days, as_of, wide=LEARNED in policy.weights)
    worth = fitted_at(engine, rows, policy, past.daily, as_of)
    predicted = worth_at(engine, rows, worth, terms, margins)
    table = engine.run(VALUE, rows=rows, predicted=predicted, returned=returned, model=policy.blended_of)
    engine.drop(predicted)
    return Valuation(table, worth, past.daily)


def fitted_at(engine: Engine, rows: Table, policy: Policy, daily: Daily, day: date) -> Worth:
    """Fit on counts the models that the policy asks for, at the end of a day.

    Args:
        engine: where the table is.
        rows: from `rows.rows_at` of that day.
        policy: what to believe.
        daily: for the pace of months; what came after the day is not looked at.
        day: the day.
    """
    names = ("repeat_orders", "recency_days", "age_days", "people")
    counted = engine.fetch(engine.run(TRIPLES, rows=rows), order_by=("grp", *names))
    grp, columns = counted.column("grp").to_numpy(), [counted.column(name).to_numpy() for name in names]
    groups = {int(one): Triples(*(column[grp == one] for column in columns)) for one in np.unique(grp)}
    spend, related = {}, None
    for which, what in ((ALL, SPENDS), (REPEAT, REPEAT_SPENDS)):
        if which == ALL or any(name.endswith(which) for name in policy.weights):
            found = engine.fetch(engine.run(what, rows=rows), order_by=("days", "mean_spend"))
            spends = [found.column(name).to_numpy() for name in ("days", "mean_spend", "people")]
            spend[which] = GammaGamma.fit(*spends)
            related = _related(*spends) if which == ALL else related
    grouped = GROUPED in policy.weights
    fitted = Fitted.counted(groups, spend, day, daily, policy.models, grouped=grouped)
    return Worth(policy, fitted, counted.num_rows, int(columns[3].sum()), related)


def _related(days: Floats, mean_spend: Floats, people: Floats) -> float | None:
    """Correlation of ln(days) and ln(mean spend) over people with two days or more."""
    again = days > 1
    weight = people[again].astype(np.float64)
    if weight.sum() < 3:  # noqa: PLR2004 - two points always lie on a line
        return None
    spread = np.cov(np.log(days[again]), np.log(mean_spend[again]), ddof=0, aweights=weight)
    scale = float(np.sqrt(spread[0, 0] * spread[1, 1]))
    return float(spread[0, 1]) / scale if scale > 0 else None


def worth_at(engine: Engine, rows: Table, worth: Worth, terms: Terms, margins: Table | None = None) -> Table:
    """What is expected of each buyer: person_id and the predicted columns of `value`.

    Args:
        engine: where the table is.
        rows: from `rows.rows_at`, wide where the policy has the learned model in it.
        worth: fitted at the same day.
        terms: horizon, discount and margin.
        margins: person_id and margin.
    """
    made, view = [], None
    margins = margins or engine.arrow(pa.table({"person_id": pa.array([], pa.string()), "margin": np.zeros(0)}))
    for part in _slices(engine, rows, margins, worth.people, terms.margin):
        view = view or _View.of(worth, Rows.of(part.slice(0, _VIEWED)), terms)
        columns = view.columns(Rows.of(part), terms, part.column("margin").to_numpy())
        made.append(engine.arrow(pa.table({"person_id": part.column("person_id"), **columns})))
    if len(made) == 1:
        return made[0]
    every = " union all ".join(f"select * from part_{place}" for place in range(len(made)))  # noqa: S608 - ours
    table = engine.run(Statement("value.predicted", every), **{f"part_{place}": one for place, one in enumerate(made)})
    for one in made:
        engine.drop(one)
    return table


def _slices(engine: Engine, rows: Table, margins: Table, people: int, margin: float) -> Iterator[pa.Table]:
    """People by their ids: every slice is a random part of all of them."""
    count = max(1, -(-people // _SLICE))
    bounds = ["", *(id_below(one / count) for one in range(1, count + 1))]
    for low, high in pairwise(bounds):
        part = engine.run(SLICE, rows=rows, margins=margins, low=low, high=high, margin=margin)
        yield engine.fetch(part, order_by=("person_id",))
        engine.drop(part)


@dataclass(frozen=True)
class _View:
    """The policy brought to one day: levels, places and ranges as the first slice has them."""

    worth: Worth
    level: dict[str, float]
    places: Places
    ranges: Ranges
    month: Tops
    year: Tops

    @classmethod
    def of(cls, worth: Worth, rows: Rows, terms: Terms) -> _View:
        policy = worth.policy
        predicted = policy.predict(worth.fitted, rows, terms.horizon_days)
        level = levelled(worth.fitted, predicted, policy.level)
        expected = blend(times(predicted, level), policy.weights)
        places = Places.of(expected)
        ranges, month, year = policy.ranges, policy.month, policy.year
        if ranges is None or year is None:
            ranges, year = simulated(worth.fitted, rows, terms.horizon_days, places, expected)
        if month is None:
            _, month = simulated(worth.fitted, rows, MONTH, places, expected)
        return cls(worth, level, places, ranges, month, year)

    def columns(self, rows: Rows, terms: Terms, margin: Floats) -> dict[str, Floats]:
        """The predicted columns of some people, each of shape (people,); never NaN, never infinite."""
        policy, fitted = self.worth.policy, self.worth.fitted
        outlook, horizon = fitted.outlook(rows), terms.horizon_days
        predicted = policy.predict(fitted, rows, horizon, outlook)
        expected = blend(times(predicted, self.level), policy.weights)
        place = self.places(expected)
        low, median, high = self.ranges.of_people(place, expected)
        model = structural(PLAIN_REFERENCE)
        alive = outlook.p_alive(model)
        orders = outlook.orders(model, horizon)
        quarter = outlook.orders(model, min(float(_QUARTER), horizon))
        discounted = np.minimum(outlook.orders(model, horizon, terms.annual_discount_rate), orders)
        some = np.maximum(orders, 1e-300)
        kept = margin * (discounted / some)
        at_risk = np.where(alive > 0, (1 - alive) / np.maximum(alive, 1e-300), 0.0) * discounted
        return {
            "p_alive": alive,
            "expected_orders": orders,
            "expected_spend": expected,
            "median_spend": median,
            "expected_spend_quarter": expected * (quarter / some),
            "clv": kept * expected,
            "clv_low": np.minimum(kept * low, kept * high),
            "clv_high": np.maximum(kept * low, kept * high),
            "value_at_risk": np.maximum(margin, 0.0) * at_risk * fitted.spend_per_order(rows),
            "p_top_decile_month": self.month.of_people(place),
            "p_top_decile_year": self.year.of_people(place),
        }
