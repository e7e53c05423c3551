"""What a test on this company's own spend could see, said before it starts: measured on its last 90 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from byname.engines import statement
from byname.proof.cuped import adjusted
from byname.proof.detectable import smallest_effect, smallest_sample

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["HORIZON_DAYS", "TEST_SHARE", "Detectable", "detectable"]

HORIZON_DAYS = 90
TEST_SHARE = 0.1

SPENT = statement(
    "proof.spent_lately",
    """
    select person_id,
           cast(cast(sum(case when date_diff('day', day, cast($as_of as date)) between 0 and $window - 1
                              then spent else 0 end) as decimal(18, 4)) as double) as now,
           cast(cast(sum(case when date_diff('day', day, cast($as_of as date)) between $window and 2 * $window - 1
                              then spent else 0 end) as decimal(18, 4)) as double) as before
    from days
    where date_diff('day', day, cast($as_of as date)) >= 0
    group by person_id
    having min(day) <= cast($first as date)
    """,
)


@dataclass(frozen=True)
class Detectable:
    """What a test on this company's own spend could see, measured on the last 90 days.

    Attributes:
        customers: who had bought before these days.
        mean: money a person in these days.
        smallest: the smallest effect that is found in four of five tests, as a share of the mean; NaN where nobody
            spent.
        cut: share of the variance that adjusting by the 90 days before took away.
        needed: customers that it takes to see a tenth of the mean.
    """

    customers: int
    mean: float
    smallest: float
    cut: float
    needed: float


def detectable(engine: Engine, days: Table, *, as_of: date, share: float = TEST_SHARE) -> Detectable:
    """Measure what a holdout could see, before it starts.

    Args:
        engine: where the table is.
        days: person_id, day and spent.
        as_of: the last day that counts.
        share: to be held out.
    """
    first = as_of - timedelta(days=HORIZON_DAYS)
    table = engine.run(SPENT, days=days, as_of=as_of, first=first, window=HORIZON_DAYS)
    rows = engine.fetch(table, order_by=("person_id",))
    now, before = (rows.column(name).to_numpy() for name in ("now", "before"))
    people = len(now)
    if people < 2 or not now.std() > 0 or now.mean() <= 0:  # noqa: PLR2004 - no spread
        return Detectable(people, float(now.mean()) if people else 0.0, np.nan, np.nan, np.nan)
    one = adjusted(now, before, np.arange(people) % 2 == 0)
    spread, mean = float(one.outcome.std(ddof=1)), float(now.mean())
    held_out = people * share
    return Detectable(
        people,
        mean,
        smallest_effect(spread, people - held_out, held_out) / mean,
        float(1 - (spread / now.std(ddof=1)) ** 2),
        smallest_sample(mean / 10, spread, share),
    )
