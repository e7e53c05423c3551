"""Weeks in which a lot says how often somebody hears from us, so that later it can be learned what suits whom (S2.11).

Companies write more to those who answer more, so ordinary records cannot tell what the writing did. One person-week in
ten is drawn, by a salted hash of who talks to each other and of the ISO week; the number is even between none and the
person's own limit, never above.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.proof.holdouts import lot

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day

__all__ = ["SHARE", "drawn_weeks", "nobody_drawn"]

SHARE = 0.1
_DRAWN = pa.schema({"person_id": pa.string(), "lot": pa.float64()})


def drawn_weeks(engine: Engine, people: Table, day: Day, salt: str) -> Table:
    """Who is drawn in the as-of day's week: person_id and lot (even over 0 to 1); nobody where learn_pace is off.

    Args:
        engine: where the table is.
        people: person_id and unit.
        day: on which we look.
        salt: the company's secret.
    """
    if not day.settings.plan.learn_pace:
        return nobody_drawn(engine)
    year, week, _ = day.as_of.isocalendar()
    return engine.apply(partial(_drawn, salt=salt, week=f"{year}-W{week:02}"), people, _DRAWN)


def nobody_drawn(engine: Engine) -> Table:
    """The same where no lot decides."""
    return engine.arrow(_DRAWN.empty_table())


def _drawn(batch: pa.RecordBatch, salt: str, week: str) -> pa.RecordBatch:
    units = batch.column("unit").to_pylist()
    chosen = pa.array(np.flatnonzero(lot(units, salt, f"pace {week}") < SHARE))
    lots = pa.array(lot(units, salt, f"pace {week} how many"))
    return pa.RecordBatch.from_arrays([batch.column("person_id").take(chosen), lots.take(chosen)], schema=_DRAWN)
