"""What became of the customers of a day: who left, complained, recommended unasked, grew in the year after.

Seen from that day they are customers: they had bought in the year before it. What was known then (recency, NPS, spend)
stands beside it, so that a standing of that day can be held against it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from byname.engines import statement
from byname.standing.foretell import OUTCOMES, People
from byname.standing.states import STATES

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["YEAR", "aftermath", "people_of"]

YEAR = timedelta(days=365)

# A review or a survey was asked for unless its source says that it was not, as everywhere.
AFTERMATH = statement(
    "standing.aftermath",
    """
    with customers as (
        select person_id,
               cast(sum(case when occurred_at >= $year_before and occurred_at < $then_until then amount
                             else 0 end) as decimal(18, 4)) as spend,
               cast(sum(case when occurred_at >= $then_until and occurred_at < $year_after then amount
                             else 0 end) as decimal(18, 4)) as spend_after,
               max(case when occurred_at < $then_until then occurred_at end) as last_at,
               count_if(occurred_at >= $then_until and occurred_at < $year_after) as orders_after
        from net
        where occurred_at < $year_after
        group by person_id
    ),
    nps as (
        select record_person.person_id, ratings.score
        from ratings
        join record_person on record_person.record_id = ratings.record_id
        where lower(ratings.scale) = 'nps' and ratings.score >= 0e0 and ratings.score <= 10e0
          and coalesce(ratings.occurred_at, ratings.known_at) < $then_until
        qualify row_number() over (
            partition by record_person.person_id
            order by coalesce(ratings.occurred_at, ratings.known_at) desc, ratings.fact_id desc
        ) = 1
    ),
    words as (
        select person_id,
               bool_or(contains(coalesce(intents, ''), 'complaint')) as complained,
               bool_or(
                   coalesce(public, false) and not coalesce(prompted, medium in ('review', 'survey'), false)
                   and (contains(coalesce(intents, ''), 'recommends')
                        or (contains(coalesce(intents, ''), 'praise')
                            and not contains(coalesce(intents, ''), 'complaint')))
               ) as recommended
        from voice
        where occurred_at >= $then_until and occurred_at < $year_after and sensitive is not true
        group by person_id
    ),
    brought as (
        select distinct record_person.person_id
        from referrals
        join record_person on record_person.record_id = referrals.record_id
        where referrals.occurred_at >= $then_until and referrals.occurred_at < $year_after
    )
    select customers.person_id, date_diff('day', customers.last_at, $then_at) as recency_days, nps.score as nps,
           cast(customers.spend as double) as spend, customers.orders_after = 0 as left_us,
           coalesce(words.complained, false) as complained,
           coalesce(words.recommended, false) or brought.person_id is not null as recommended,
           customers.spend_after > customers.spend as grew
    from customers
    left join nps on nps.person_id = customers.person_id
    left join words on words.person_id = customers.person_id
    left join brought on brought.person_id = customers.person_id
    where customers.last_at >= $year_before
    """,
)

BESIDE = statement(
    "standing.aftermath_beside",
    """
    select aftermath.person_id, aftermath.recency_days, aftermath.nps, aftermath.spend, aftermath.left_us,
           aftermath.complained, aftermath.recommended, aftermath.grew, standing.neutral, standing.dissatisfied,
           standing.actively_dissatisfied, standing.loyal, standing.advocate
    from aftermath
    join standing on standing.person_id = aftermath.person_id
    """,
)


def aftermath(
    engine: Engine,
    *,
    net: Table,
    voice: Table,
    ratings: Table,
    referrals: Table,
    record_person: Table,
    then_until: datetime,
) -> Table:
    """The customers of a day, and what became of them in the 365 days after it.

    Returns:
        person_id, recency_days, nps (null if none by then), spend (of the year before), left_us (no purchase in the
        year after), complained, recommended (brought somebody, or praised or recommended us in public without being
        asked), grew (spent more than in the year before). The day must be a year ago or more, or the year is not over.

    Args:
        engine: where the tables are.
        net: person_id, occurred_at, amount, one row an order.
        voice: messages read, up to today.
        ratings: the newest version of each rating.
        referrals: likewise; the referrer's side.
        record_person: record_id and person_id.
        then_until: the end of the day that is looked back to, UTC.
    """
    return engine.run(
        AFTERMATH,
        net=net,
        voice=voice,
        ratings=ratings,
        referrals=referrals,
        record_person=record_person,
        then_until=then_until,
        then_at=then_until - timedelta(seconds=1),
        year_before=then_until - YEAR,
        year_after=then_until + YEAR,
    )


def people_of(engine: Engine, aftermath: Table, standing: Table) -> People:
    """Bring what became of people beside the standing that they had; who had none is left out.

    Args:
        engine: where the tables are.
        aftermath: from `aftermath`.
        standing: of that day: person_id and the five probabilities.
    """
    found = engine.fetch(engine.run(BESIDE, aftermath=aftermath, standing=standing), order_by=("person_id",))
    of = {name: found.column(name) for name in found.column_names}
    outcomes = {name: of["left_us" if name == "left" else name].to_numpy().astype(bool) for name in OUTCOMES}
    return People(
        standing=np.column_stack([of[state].to_numpy() for state in STATES]).astype(np.float64),
        recency=of["recency_days"].to_numpy().astype(np.float64),
        nps=of["nps"].to_numpy().astype(np.float64),
        spend=of["spend"].to_numpy().astype(np.float64),
        outcomes=outcomes,
    )
