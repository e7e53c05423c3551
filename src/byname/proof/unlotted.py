"""Campaigns without lots: who could be held against whom, at which day, and what both did before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from byname.engines import statement
from byname.proof.observed import Side, observed, refused
from byname.proof.outcomes import Outcome, followed
from byname.standing.doubly_robust import LEAST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from numpy.typing import NDArray

    from byname.engines import Engine, Table
    from byname.proof.enrolled import Campaign
    from byname.proof.observed import Observed

type Floats = NDArray[np.float64]

__all__ = ["MOST_CAMPAIGNS", "Compared", "unlotted"]

MOST_CAMPAIGNS = 30  # the latest; older ones are counted and left out
_MOST = 10_000  # people of either side: more tell hardly more. Ids are random, so the first ones are a sample
_SCHEMA = pa.schema(
    {
        "campaign": pa.string(),
        "person_id": pa.string(),
        "unit": pa.string(),
        "is_treated": pa.bool_(),
        "day": pa.date32(),
    }
)

REACHED = statement(
    "proof.reached",
    """
    select sent.campaign, sent.person_id, sent.unit, sent.is_treated, sent.day
    from sent
    join wanted on wanted.campaign = sent.campaign
    where date_diff('day', sent.day, cast($as_of as date)) >= wanted.days
    qualify row_number() over (partition by sent.campaign order by sent.person_id) <= $most
    """,
)
BUYERS = statement(
    "proof.buyers",
    """
    with buyers as (select distinct person_id from days)
    select buyers.person_id, coalesce(units.unit, buyers.person_id) as unit
    from buyers
    left join units on units.person_id = buyers.person_id
    qualify row_number() over (order by buyers.person_id) <= $most
    """,
)
IN_IT = statement(
    "proof.in_it",
    """
    select sent.campaign, sent.person_id
    from sent
    join wanted on wanted.campaign = sent.campaign
    semi join buyers on buyers.person_id = sent.person_id
    """,
)


@dataclass(frozen=True)
class Compared:
    """One campaign without lots.

    Attributes:
        found: what can be said, or why nothing.
        mean_treated: of the outcome, of those reached; NaN where nobody's days are over.
        mean_others: of those who were not.
    """

    found: Observed
    mean_treated: float
    mean_others: float


def unlotted(
    engine: Engine,
    campaigns: Mapping[str, Campaign],
    outcomes: Mapping[str, Outcome],
    *,
    sent: Table,
    happened: Table,
    days: Table,
    units: Table,
    subscriptions: Table,
    record_person: Table,
    as_of: date,
) -> dict[str, Compared]:
    """Compare, for each of these campaigns, who was reached with buyers who were not.

    Args:
        engine: where the tables are.
        campaigns: those without lots, at most `MOST_CAMPAIGNS`.
        outcomes: what is counted, by campaign.
        sent: from `enrolled`.
        happened: from `happenings`.
        days: purchase days.
        units: person_id and unit.
        subscriptions: contracts.
        record_person: record_id and person_id.
        as_of: the last day that counts.
    """
    if not campaigns:
        return {}
    wanted = engine.arrow(
        pa.table(
            {
                "campaign": pa.array(list(campaigns), pa.string()),
                "days": pa.array([outcomes[name].days for name in campaigns], pa.int64()),
            }
        )
    )
    reached = engine.fetch(
        engine.run(REACHED, sent=sent, wanted=wanted, as_of=as_of, most=_MOST), order_by=("campaign", "person_id")
    )
    buyers = engine.run(BUYERS, days=days, units=units, most=2 * _MOST)
    in_it = engine.fetch(engine.run(IN_IT, sent=sent, wanted=wanted, buyers=buyers))
    pool = engine.fetch(buyers, order_by=("person_id",))
    both = {name: _both(reached.filter(pc.equal(reached["campaign"], name)), in_it, pool, name) for name in campaigns}

    def follow(people: Mapping[str, pa.Table], what: Mapping[str, Outcome]) -> dict[str, pa.Table]:
        table = followed(
            engine,
            engine.arrow(pa.concat_tables(people.values())),
            what,
            happened=happened,
            subscriptions=subscriptions,
            record_person=record_person,
            as_of=as_of,
        )
        rows = engine.fetch(table, order_by=("campaign", "person_id"))
        return {name: rows.filter(pc.equal(rows["campaign"], name)) for name in people}

    after = follow(both, outcomes)
    earlier = {name: _earlier(people, outcomes[name]) for name, people in both.items()}
    other = {
        name: Outcome("bought" if outcomes[name].kind != "bought" else "spend", outcomes[name].days) for name in both
    }
    before, placebo = follow(earlier, outcomes), follow(earlier, other)
    return {
        name: _compared(after[name], before[name], placebo[name], (outcomes[name], other[name])) for name in campaigns
    }


def _both(reached: pa.Table, in_it: pa.Table, pool: pa.Table, name: str) -> pa.Table:
    """Who was reached, and buyers who were not, each of these with the day of one who was."""
    treated = reached.select(_SCHEMA.names).cast(_SCHEMA)
    theirs = in_it.filter(pc.equal(in_it["campaign"], name))["person_id"]
    others = pool.filter(pc.invert(pc.is_in(pool["person_id"], value_set=theirs.combine_chunks()))).slice(0, _MOST)
    if not treated.num_rows or not others.num_rows:
        return treated
    like = np.arange(others.num_rows) % treated.num_rows
    made = pa.table(
        {
            "campaign": pa.array([name] * others.num_rows, pa.string()),
            "person_id": others["person_id"],
            "unit": others["unit"],
            "is_treated": pa.array(np.zeros(others.num_rows, dtype=bool)),
            "day": treated["day"].take(pa.array(like)),
        },
        schema=_SCHEMA,
    )
    return pa.concat_tables([treated, made])


def _earlier(people: pa.Table, outcome: Outcome) -> pa.Table:
    """The same people so long before that the outcome's days end the day before the contact."""
    days = people["day"].to_numpy().astype("datetime64[D]") - np.timedelta64(outcome.days + 1, "D")
    return people.set_column(people.schema.get_field_index("day"), "day", pa.array(days, pa.date32()))


def _compared(after: pa.Table, before: pa.Table, placebo: pa.Table, what: tuple[Outcome, Outcome]) -> Compared:
    outcome, other = what
    treated = np.asarray(pc.fill_null(after["is_treated"], False))
    done = after["outcome"].to_numpy()
    means = [float(done[side].mean()) if side.any() else np.nan for side in (treated, ~treated)]
    # Who was a customer by then already can be held against another who was; of others nothing was known before.
    known = before["tenure_days"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    sides = (known & treated).sum(), (known & ~treated).sum()
    if min(sides) < LEAST:
        why = f"too few: {sides[0]:,} reached and {sides[1]:,} others were customers {outcome.days} days before"
        return Compared(refused(int(sides[0]), int(sides[1]), why), means[0], means[1])
    unit = np.asarray(after["unit"].combine_chunks().dictionary_encode().indices, dtype=np.int64)[known]
    found = observed(
        Side(_known(after)[known], {outcome.name: done[known]}),
        Side(
            _known(before)[known],
            {
                f"{one.says()} before it": rows["outcome"].to_numpy()[known]
                for one, rows in ((outcome, before), (other, placebo))
            },
        ),
        outcome.name,
        treated[known],
        unit,
    )
    return Compared(found, means[0], means[1])


def _known(rows: pa.Table) -> Floats:
    """What was known before: of shape (people, columns), finite."""
    columns = [
        np.log1p(np.maximum(np.nan_to_num(pc.fill_null(rows[name], 0).to_numpy().astype(np.float64)), 0))
        for name in ("year_count", "year_amount", "silent_days", "tenure_days", "before")
    ]
    return np.column_stack(columns)
