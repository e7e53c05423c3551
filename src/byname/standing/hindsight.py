"""What the standings of a year ago foretold: the weights are learned from it, and their record stands beside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from byname.engines import statement
from byname.standing.aftermath import YEAR, aftermath, people_of
from byname.standing.foretell import foretell
from byname.standing.refit import SIDES, refit
from byname.standing.stand import YEAR_AGO, days_back, usual_gap, view
from byname.standing.states import STATES
from byname.standing.weights import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from byname.engines import Engine, Table
    from byname.standing.pieces import Part
    from byname.standing.weights import Weights

__all__ = ["Hindsight", "hindsight"]

_MOST = 50_000  # people to learn from

OF_THESE = statement(
    "standing.of_these",
    """
    select became.person_id, became.left_us, became.complained, became.recommended, became.grew
    from became
    join these on these.person_id = became.person_id
    """,
)


@dataclass(frozen=True)
class Hindsight:
    """What a year ago teaches.

    Attributes:
        weights: to be used from now on.
        foretold: `foretell.SCHEMA`: how well the standings of a year ago, by the weights as shipped, foretold what
            people did, beside recency, NPS and spend.
    """

    weights: Weights
    foretold: Table


def hindsight(
    engine: Engine,
    part: Part,
    kept: Weights | None,
    *,
    facts: Mapping[str, Table],
    net: Table,
    voice: Table,
    record_person: Table,
    as_of: date,
    until: datetime,
) -> Hindsight:
    """Look at the day a year ago as it was known then, and at what became of people.

    Args:
        engine: where the tables are.
        part: some of the people; ids are random, so any part is a sample.
        kept: weights that were learned before; None if none were.
        facts: the newest version of each fact table.
        net: purchases.
        voice: what each message was read as.
        record_person: record_id and person_id.
        as_of: the day.
        until: its end, UTC.
    """
    plain, then = shipped(), days_back(as_of)[YEAR_AGO]
    seen = view(part, then, plain, usual_gap(part, then))
    here = seen.present & (np.cumsum(seen.present) <= _MOST)
    ids = part.people.column("person_id").combine_chunks().filter(pa.array(here))
    standing = pa.table({"person_id": ids, **{name: seen.found[here, place] for place, name in enumerate(STATES)}})
    became = aftermath(
        engine,
        net=net,
        voice=voice,
        ratings=facts["ratings"],
        referrals=facts["referrals"],
        record_person=record_person,
        then_until=until - YEAR,
    )
    these = engine.arrow(standing)
    foretold = engine.arrow(foretell(people_of(engine, became, these)))
    if kept is not None and kept.serves(as_of):
        return Hindsight(kept, foretold)
    rows = engine.fetch(engine.run(OF_THESE, became=became, these=these), order_by=("person_id",))
    outcomes = {
        name: np.asarray(rows.column("left_us" if name == "left" else name), dtype=np.float64) for name in SIDES
    }
    customers = np.asarray(pc.is_in(ids, value_set=rows.column("person_id").combine_chunks()))
    found = refit(plain, seen.evidence[here][customers], outcomes)
    return Hindsight(replace(found.weights, says=found.says, trained_upto=as_of), foretold)
