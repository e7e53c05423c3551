"""Customer equity: what all customers together are worth, in whom it lies, and what became of it since an earlier day.

Customer equity is the sum of the discounted lifetime values of all present customers (Rust, Lemon and Zeithaml,
"Return on Marketing", Journal of Marketing 68 (2004) 109-127). Return on Customer is profit and the change of customer
equity over the customer equity of before (Peppers and Rogers, "Return on Customer", 2005).

All functions take arrays of shape (people,) and sort them at most; none goes over people one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

type Floats = NDArray[np.float64]
type Bools = NDArray[np.bool_]
type Days = NDArray[np.datetime64]

__all__ = ["CONCENTRATION", "EQUITY", "Before", "People", "concentration", "equity"]

EQUITY = pa.schema(
    [
        ("kind", pa.string()),
        ("name", pa.string()),
        ("people", pa.int64()),
        ("amount", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("says", pa.string()),
    ]
)
CONCENTRATION = pa.schema(
    [("measure", pa.string()), ("share_of_people", pa.float64()), ("share_of_value", pa.float64())]
)

_TIERS = (("top 1%", 1), ("next 9%", 10), ("next 10%", 20), ("next 30%", 50), ("last 50%", 100))
_TOPS = (1, 10, 20)
_EVEN = 0.5  # below that, somebody is more likely gone than not
_STEPS = 100  # of the concentration curve
_DRAWS = 400
_SEED = 4
_NOTHING = 1e-12
_SINGLE, _FINE = 500, 2_000  # the first people stand alone in the draws; the others in so many groups of the like


@dataclass(frozen=True, slots=True)
class Before:
    """The same people in the same order at an earlier day; who was no customer then has zeros.

    Attributes:
        day: that day.
        customer: had bought by then.
        clv: as for `People`, likewise value_at_risk and p_alive.
        bought: bought since.
        profit: margin of what was bought since.
    """

    day: date
    customer: Bools
    clv: Floats
    value_at_risk: Floats
    p_alive: Floats
    bought: Bools
    profit: Floats


@dataclass(frozen=True, slots=True)
class People:
    """Customers at the end of a day, in any order; money in the company's currency.

    Attributes:
        clv: discounted margin expected within the horizon.
        value_at_risk: clv if surely a customer still, times the probability of being none.
        p_alive: probability of being a customer still.
        spend: what was spent within the last horizon.
        first_day: of the first purchase; NaT for whoever is no customer any more since all of it was undone.
        before: the same people at an earlier day, if there is one.
    """

    clv: Floats
    value_at_risk: Floats
    p_alive: Floats
    spend: Floats
    first_day: Days
    before: Before | None = None

    @classmethod
    def of(cls, table: pa.Table, day: date | None = None) -> Self:
        """Take a table; what is null, NaN or infinite in it counts as zero.

        Args:
            table: clv, value_at_risk, p_alive, spend and first_day; with a day also clv_before (null for who was no
                customer then), value_at_risk_before, p_alive_before, bought_since and profit_since.
            day: the earlier day.
        """
        first_day: Days = table.column("first_day").cast("date32").to_numpy()

        def floats(name: str, who: Bools) -> Floats:
            found: Floats = table.column(name).cast("float64").to_numpy()
            return np.where(who, np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0), 0.0)

        before = None
        if day:
            was = table.column("clv_before").is_valid().to_numpy()
            before = Before(
                day=day,
                customer=was,
                clv=floats("clv_before", was),
                value_at_risk=floats("value_at_risk_before", was),
                p_alive=floats("p_alive_before", was),
                bought=table.column("bought_since").fill_null(False).to_numpy(),
                profit=floats("profit_since", np.ones_like(was)),
            )
        now = ~np.isnat(first_day)
        return cls(
            clv=floats("clv", now),
            value_at_risk=floats("value_at_risk", now),
            p_alive=floats("p_alive", now),
            spend=floats("spend", now),
            first_day=first_day,
            before=before,
        )

    @property
    def customer(self) -> Bools:
        """Who is a customer."""
        return ~np.isnat(self.first_day)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table `equity`."""

    kind: str
    name: str
    people: int
    amount: float | None
    says: str
    low: float | None = None
    high: float | None = None


def equity(people: People, low: float | None = None, high: float | None = None) -> pa.Table:
    """The table `equity`: total, tiers, cohorts, change, Return on Customer, risk, spread.

    Amounts are whole cents, and those of tiers, of cohorts and of the change add up to the cent.

    Args:
        people: at the end of the day.
        low: of the total's 80% range; the ranges of people do not add up to it, so it is handed in.
        high: likewise.
    """
    whole, count = float(people.clv.sum()), int(people.customer.sum())
    rows = [
        _Row("total", "customer equity", count, _cents(whole), _TOTAL_SAYS[low is None], low, high),
        *_tiers(people, whole),
        *_cohorts(people, whole),
        *_change(people),
        *_return_on_customer(people),
        *_risk(people),
        *_spread("clv", people.clv[people.customer]),
        *_spread("spend", people.spend[people.customer]),
    ]
    return pa.Table.from_pylist([{name: getattr(row, name) for name in EQUITY.names} for row in rows], EQUITY)


_TOTAL_SAYS = (
    "what all customers are expected to bring, discounted; an 80% range of the whole",
    "what all customers are expected to bring, discounted; no range: no earlier day tells how far off the whole can be",
)


def concentration(people: People) -> pa.Table:
    """The table `concentration`: which share of value the first share of people holds, from the best down.

    The Lorenz curve turned around. A measure in which nobody has anything has no curve; less than nothing counts as
    nothing.
    """
    parts = []
    for measure, values in (("clv", people.clv), ("spend", people.spend)):
        ranked = _ranked(values[people.customer])
        held = np.cumsum(ranked)
        if not len(held) or held[-1] <= 0:
            continue
        steps = min(_STEPS, len(held))
        count = np.arange(steps + 1) * len(held) // steps
        share = np.append(0.0, held)[count] / held[-1]
        parts.append(pa.table([[measure] * len(count), count / len(held), share], schema=CONCENTRATION))
    return pa.concat_tables([CONCENTRATION.empty_table(), *parts])


def _tiers(people: People, whole: float) -> Iterator[_Row]:
    """The best hundredth, the next nine, and so on, by clv."""
    groups = _by_tier(people.clv, people.customer)
    amounts = _add_up([float(people.clv[group].sum()) for group in groups], whole)
    for (name, _), group, amount in zip(_TIERS, groups, amounts, strict=True):
        yield _Row("tier", name, len(group), amount, f"by worth; {_share(amount, whole)} of the whole")


def _by_tier(clv: Floats, customer: Bools) -> list[NDArray[np.intp]]:
    """Indices of the people of each tier: the first share of them, rounded up."""
    found = np.flatnonzero(customer)
    order = found[np.argsort(-clv[found], kind="stable")]
    return np.split(order, [-(-len(order) * until // 100) for _, until in _TIERS[:-1]])


def _cohorts(people: People, whole: float) -> Iterator[_Row]:
    """By the quarter of the first purchase."""
    quarter = people.first_day[people.customer].astype("datetime64[M]").astype(np.int64) // 3
    if not len(quarter):
        return
    first = int(quarter.min())
    count = np.bincount(quarter - first)
    found = np.flatnonzero(count)
    worth = np.bincount(quarter - first, people.clv[people.customer])[found]
    for place, amount in zip(found, _add_up(worth.tolist(), whole), strict=True):
        year, part = divmod(first + int(place), 4)
        says = f"first bought then; {_share(amount, whole)} of the whole"
        yield _Row("cohort", f"{1970 + year} Q{part + 1}", int(count[place]), amount, says)


def _change(people: People) -> Iterator[_Row]:
    """From the customer equity of an earlier day to that of this one, each person in one step."""
    before = people.before
    if before is None:
        return
    change = people.clv - before.clv
    likely, was_likely = people.p_alive >= _EVEN, before.p_alive >= _EVEN
    new = ~before.customer
    lost = before.customer & was_likely & ~likely
    won = before.customer & ~was_likely & likely & before.bought
    rest = ~(new | lost | won)
    steps = (
        ("new", new & people.customer, "bought for the first time since"),
        ("grown", rest & (change > 0), "expected to bring more than they were then"),
        ("shrunk", rest & (change < 0), "expected to bring less than they were then"),
        ("lost", lost, "more likely gone than not, which they were not then"),
        ("won back", won, "were more likely gone than not, and bought again"),
    )
    start, end = float(before.clv.sum()), float(people.clv.sum())
    amounts = _add_up([float(change[who].sum()) for _, who, _ in steps], _cents(end) - _cents(start))
    yield _Row("change", "from", int(before.customer.sum()), _cents(start), f"on {before.day}")
    for (name, who, says), amount in zip(steps, amounts, strict=True):
        yield _Row("change", name, int(who.sum()), amount, says)
    yield _Row("change", "to", int(people.customer.sum()), _cents(end), "on the day of this snapshot")


def _return_on_customer(people: People) -> Iterator[_Row]:
    """Profit and change of customer equity over the customer equity of before: of all, and by the tiers of then."""
    before = people.before
    if before is None:
        yield _Row("roc", "total", 0, None, "unknown: there is no earlier day to hold this one against")
        return
    everybody = np.arange(len(people.clv))
    groups = [everybody, *_by_tier(before.clv, before.customer)]
    names = ["total", *(name for name, _ in _TIERS)]
    for name, group in zip(names, groups, strict=True):
        base = float(before.clv[group].sum())
        earned = float(before.profit[group].sum() + people.clv[group].sum()) - base
        says = f"since {before.day}; " + ("new customers are in it" if name == "total" else "by worth on that day")
        if _cents(base) > 0:
            yield _Row("roc", name, len(group), earned / base, says)
        else:
            yield _Row("roc", name, len(group), None, f"unknown: customer equity was nothing on {before.day}")


def _risk(people: People) -> Iterator[_Row]:
    """What may be slipping away, and what was and then bought again."""
    risk = people.value_at_risk
    says = "worth if they were surely customers still, times the chance that they are not"
    yield _Row("risk", "at risk", int((risk > 0).sum()), _cents(float(risk.sum())), says)
    before = people.before
    if before is not None:
        saved = before.bought & (before.value_at_risk > 0)
        says = f"was at risk on {before.day}, of those who bought since"
        yield _Row("risk", "saved", int(saved.sum()), _cents(float(before.value_at_risk[saved].sum())), says)


# -------------------------------------------------------------------------------------------------- spread


def _spread(measure: str, values: Floats) -> Iterator[_Row]:
    """How unequal people are, each figure with an 80% range by drawing as many people anew (the bootstrap).

    The draws are made on counts: people who are alike are one group, and a draw says how often each group came. Who is
    worth more than anybody seen cannot be drawn, so the range of the most over the median is too narrow above.
    """
    ranked = _ranked(values)
    if not len(ranked) or ranked[0] <= 0:
        yield _Row("spread", f"{measure}: Gini", len(ranked), None, "unknown: nobody has anything")
        return
    seen, drawn = _figures(ranked), _draws(*_alike(ranked))
    for name, amount in seen.items():
        people, says = len(ranked), "0 where all have the same, near 1 where one has all"
        if name.startswith("top"):
            people = _first(len(ranked), int(name[4:-1]))
            says = f"share that the first {people:,} of {len(ranked):,} people hold"
        elif name == "most over median":
            says = "the first person over the one in the middle; who is above all seen so far is not in the range"
            if amount is None:
                says = "unknown: the person in the middle has nothing"
        low, high = _quantiles(drawn[name]) if amount is not None else (None, None)
        yield _Row("spread", f"{measure}: {name}", people, amount, says, low, high)


def _ranked(values: Floats) -> Floats:
    """From the best down; less than nothing is nothing, and so is less than a trillionth of what the first has."""
    ranked: Floats = np.sort(np.maximum(values, 0.0))[::-1]
    if len(ranked):
        ranked[ranked < _NOTHING * ranked[0]] = 0.0
    return ranked


def _first(people: int, percent: int) -> int:
    """How many people the first per cent are: rounded up."""
    return -(-people * percent // 100)


def _figures(ranked: Floats) -> dict[str, float | None]:
    """Gini, shares of the first people, most over median; of values from the best down that are not all 0."""
    people, held = len(ranked), np.cumsum(ranked)
    whole = float(held[-1])
    median = float(np.median(ranked))
    tops = {f"top {percent}%": float(held[_first(people, percent) - 1]) / whole for percent in _TOPS}
    gini = (2 * float((held / whole).sum()) - 1) / people - 1  # twice the area between the curve and the diagonal
    return {"Gini": gini, **tops, "most over median": float(ranked[0]) / median if median > 0 else None}


def _alike(ranked: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Groups of people of nearly the same value, from the best down: how many, and their mean."""
    people = len(ranked)
    edges = np.unique(
        np.concatenate(
            (
                np.arange(min(_SINGLE, people)),
                np.geomspace(1, people, _FINE).astype(np.int64),
                np.linspace(0, people, _FINE + 1).astype(np.int64),
            )
        )
    )
    count = np.diff(edges)
    return count, np.add.reduceat(ranked, edges[:-1]) / count


def _draws(count: NDArray[np.int64], values: Floats) -> dict[str, Floats]:
    """The same figures for people drawn anew, each of shape (draws,); NaN or infinite where there is none."""
    people = int(count.sum())
    drawn = np.random.default_rng(_SEED).multinomial(people, count / people, size=_DRAWS)
    place = drawn.cumsum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        held = (drawn * values).cumsum(axis=1)
        held /= held[:, -1:]
        area = (drawn * held).sum(axis=1) - (drawn * (drawn * values)).sum(axis=1) / (drawn @ values) / 2
        found = {"Gini": 2 * area / people - 1}
        for percent in _TOPS:
            first = _first(people, percent)
            last = (place >= first).argmax(axis=1)[:, None]
            beyond = np.take_along_axis(place, last, axis=1)[:, 0] - first
            upto = np.take_along_axis(held, last, axis=1)[:, 0]
            found[f"top {percent}%"] = upto - beyond * values[last[:, 0]] / (drawn @ values)
        middle = [values[(place >= rank).argmax(axis=1)] for rank in ((people + 1) // 2, people // 2 + 1)]
        found["most over median"] = values[(drawn > 0).argmax(axis=1)] / ((middle[0] + middle[1]) / 2)
    return found


def _quantiles(drawn: Floats) -> tuple[float | None, float | None]:
    """An 80% range; a bound that is no number is unknown."""
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return None, None
    low, high = (float(one) for one in np.quantile(known, (0.1, 0.9), method="inverted_cdf"))
    return (low if np.isfinite(low) else None), (high if np.isfinite(high) else None)


# ------------------------------------------------------------------------------------------------- numbers


def _cents(amount: float) -> float:
    return round(100 * amount) / 100


def _add_up(parts: Sequence[float], whole: float) -> list[float]:
    """Round parts to cents so that they add up to the rounded whole: the largest takes what rounding leaves."""
    cents = [round(100 * part) for part in parts]
    left = round(100 * whole) - sum(cents)
    if left:
        cents[max(range(len(parts)), key=lambda one: abs(parts[one]))] += left
    return [one / 100 for one in cents]


def _share(amount: float, whole: float) -> str:
    return f"{amount / whole:.0%}" if _cents(whole) > 0 else "nothing"
