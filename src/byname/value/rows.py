"""What is known of each buyer at the end of a day: the one view on the past that every model and rule takes.

A back-test is the same view at an earlier day, with what was spent after it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from byname.engines import Statement, statement
from byname.engines.zone import local_day_sql

if TYPE_CHECKING:
    from datetime import date

    from byname.engines import Engine, Table

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

__all__ = ["Rows", "day_of", "days_bought", "rows_at"]

SPAN = statement("value.span", "select min(occurred_at) as first_at, max(occurred_at) as last_at from net")

DAYS_SQL = """
    with bought as (
        select person_id, {day} as day, count(*) as orders, cast(sum(amount) as decimal(18, 4)) as spent
        from net
        group by person_id, {day}
    )
    select bought.*, coalesce(groups.grp, 0) as grp
    from bought
    left join groups on groups.person_id = bought.person_id
"""

_BASIC = """
           cast(sum(orders) as bigint) as orders,
           count(*) - 1 as repeat_orders,                                  -- x
           date_diff('day', min(day), max(day)) as recency_days,           -- t_x
           date_diff('day', min(day), cast($as_of as date)) as age_days,   -- T
           cast(sum(spent) as decimal(18, 4)) as spend_total,
           arg_min(spent, day) as first_spend,
           min(grp) as grp,
           cast(sum(case when day > $days_91 then spent else 0 end) as decimal(18, 4)) as spend_91"""

_MORE = """,
           arg_max(spent, day) as last_spend,
           max(spent) as most_spend,
           cast(sum(case when day > $days_30 then spent else 0 end) as decimal(18, 4)) as spend_30,
           cast(sum(case when day > $days_182 then spent else 0 end) as decimal(18, 4)) as spend_182,
           cast(sum(case when day > $days_365 then spent else 0 end) as decimal(18, 4)) as spend_365,
           count_if(day > $days_30) as days_30,
           count_if(day > $days_91) as days_91,
           count_if(day > $days_182) as days_182,
           count_if(day > $days_365) as days_365"""

# x, t_x and T of Fader, Hardie and Lee (2005), JMR 42, p. 416, and what was spent.
ROWS = statement(
    "value.rows",
    f"select person_id,{_BASIC} from days where day <= cast($as_of as date) group by person_id",  # noqa: S608 - ours
)
FEATURES = statement(
    "value.features",
    f"select person_id,{_BASIC}{_MORE} from days where day <= cast($as_of as date) group by person_id",  # noqa: S608
)
_WINDOWS = (30, 91, 182, 365)


@dataclass(frozen=True, slots=True)
class Rows:
    """Buyers at the end of a day; arrays of shape (people,), money in the company's currency.

    Attributes:
        orders: purchases.
        repeat_orders: x, distinct purchase days less one.
        recency_days: t_x, days from the first to the last purchase.
        age_days: T, days from the first purchase to the day.
        spend_total: all that was spent, net of what went back.
        first_spend: on the first purchase day.
        grp: the person's group by what was known at the first order, from `groups`; 0 for all others.
        spend_91: within the last 91 days.
        last_spend: on the last purchase day; like all that follow, zeros where it was not asked for.
        most_spend: on the best day.
        spend_30: within the last 30 days; likewise spend_182 and spend_365.
        days_30: purchase days within the last 30 days; likewise days_91, days_182, days_365.
    """

    orders: Ints
    repeat_orders: Ints
    recency_days: Ints
    age_days: Ints
    spend_total: Floats
    first_spend: Floats
    grp: Ints
    spend_91: Floats
    last_spend: Floats
    most_spend: Floats
    spend_30: Floats
    spend_182: Floats
    spend_365: Floats
    days_30: Floats
    days_91: Floats
    days_182: Floats
    days_365: Floats

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """Take the columns of a fetched table; those that it does not have are zeros."""
        whole = ("orders", "repeat_orders", "recency_days", "age_days", "grp")
        found = {}
        for one in fields(cls):
            if one.name not in table.column_names:
                found[one.name] = np.zeros(table.num_rows, dtype=np.int64 if one.name in whole else np.float64)
            else:
                kind = "int64" if one.name in whole else "float64"
                found[one.name] = table.column(one.name).cast(kind).to_numpy()
        return cls(**found)

    def __len__(self) -> int:
        return len(self.repeat_orders)

    def __getitem__(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Rows:
        """Some of the people."""
        return Rows(**{one.name: getattr(self, one.name)[which] for one in fields(self)})

    @property
    def mean_spend(self) -> Floats:
        """Mean spend of a purchase day, over all of them."""
        mean: Floats = self.spend_total / (self.repeat_orders + 1)
        return mean


def day_of(engine: Engine, net: Table, zone: str) -> str:
    """SQL for the day of `occurred_at` in a zone, over the span of these orders.

    Where the zone changes its offset, the expression is made for the span at hand: a statement with it is put together
    when it runs.
    """
    span = engine.fetch(engine.run(SPAN, net=net)).to_pylist()[0]
    first: datetime = span["first_at"] or datetime(1970, 1, 1)  # noqa: DTZ001 - UTC
    return local_day_sql("occurred_at", zone, first, span["last_at"] or first)


def days_bought(engine: Engine, net: Table, *, zone: str, groups: Table | None = None) -> Table:
    """One row for each person and purchase day: person_id, day, orders, spent, grp.

    By person and day first, then by person: that spares a count(distinct) over everything.

    Args:
        engine: where the table is.
        net: person_id, occurred_at (UTC) and amount, one row an order.
        zone: the company's IANA zone: a day begins and ends there.
        groups: person_id and grp, from `groups.first_channels`; everybody is alike without.
    """
    if groups is None:
        groups = engine.arrow(pa.table({"person_id": pa.array([], pa.string()), "grp": pa.array([], pa.int64())}))
    sql = DAYS_SQL.format(day=day_of(engine, net, zone))
    return engine.run(Statement("value.days", sql), net=net, groups=groups)


def rows_at(engine: Engine, days: Table, day: date, *, wide: bool) -> Table:
    """One row a buyer at the end of that day: person_id and the columns of `Rows`.

    Args:
        engine: where the table is.
        days: from `days_bought`.
        day: the last day that counts.
        wide: with the columns that only the learned model asks for.
    """
    back = {f"days_{count}": day - timedelta(days=count) for count in (_WINDOWS if wide else (91,))}
    return engine.run(FEATURES if wide else ROWS, days=days, as_of=day, **back)
