"""Ranges where there is no past to calibrate them on: drawn from the models, with the uncertainty of their parameters.

A young shop gets wide ranges, not none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from byname.value.candidates import ALL, PLAIN_REFERENCE, structural
from byname.value.ranges import Places, Ranges, Tops

if TYPE_CHECKING:
    from byname.value.candidates import Fitted
    from byname.value.rows import Floats, Rows

__all__ = ["simulated"]

_PEOPLE = 2_000
_DRAWS = 60


def simulated(fitted: Fitted, rows: Rows, days: float, places: Places, expected: Floats) -> tuple[Ranges, Tops]:
    """Draw what up to 2,000 people may spend, sixty times each.

    Args:
        fitted: the models.
        rows: the people.
        days: how far ahead.
        places: from an expected spend to a place.
        expected: what is expected of each, shape (people,).
    """
    some = np.linspace(0, len(rows) - 1, min(len(rows), _PEOPLE)).astype(np.intp) if len(rows) else np.zeros(0, np.intp)
    few, means = rows[some], expected[some]
    model, spend = fitted.models[structural(PLAIN_REFERENCE)], fitted.spend[ALL]
    history = (few.repeat_orders, few.recency_days, few.age_days)
    orders = model.draws(days, *history, count=_DRAWS, seed=1).astype(np.float64)
    spent = spend.draws(few.repeat_orders + 1, np.maximum(few.mean_spend, 0.0), orders, seed=2)
    # The blend's mean is what is shown: the draws give the shape around it.
    mean = np.maximum(spent.mean(axis=0), 1e-300)
    spent = spent * (means / mean)
    place = places(means)
    return (
        Ranges.of(np.tile(place, _DRAWS), np.tile(means, _DRAWS), spent.ravel()),
        Tops.of([(place, one) for one in spent]),
    )
