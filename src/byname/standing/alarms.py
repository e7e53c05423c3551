"""A top person's standing fell: said at once, with the reason (S2.18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.value.dated import best_tenth

if TYPE_CHECKING:
    from datetime import date

    from byname.engines import Engine, Table

__all__ = ["alarms"]

# Down is toward unhappy, or from a tie to none. Two ways to see it: the quarter's movement, and fresh words or acts of
# the last 28 days that nobody who is content says or does. Of somebody who is unhappy and has said so in the half year
# before, it is no news: only that they speak of leaving, or left.
ALARMS = statement(
    "standing.alarms",
    """
    with ordered as (
        select moves.*,
               case from_standing when 'advocate' then 4 when 'loyal' then 3 when 'neutral' then 2
                    when 'dissatisfied' then 1 else 0 end as before,
               case to_standing when 'advocate' then 4 when 'loyal' then 3 when 'neutral' then 2
                    when 'dissatisfied' then 1 else 0 end as after
        from moves
        where day = cast($as_of as date)
    ),
    fell as (
        select ordered.person_id, ordered.day as since, 'fell' as kind, ordered.fact_id,
               'was ' || replace(ordered.from_standing, '_', ' ') || ', now ' || replace(ordered.to_standing, '_', ' ')
               || '; ' || ordered.says as says
        from ordered
        where ordered.after < ordered.before
    ),
    warned as (
        select evidence.*
        from evidence
        where evidence.kind in ('complaint', 'public_criticism', 'threat_to_leave', 'detractor', 'low_rating',
                                'let_down', 'criticism_asked', 'contract_ended', 'marked_as_spam')
          and evidence.occurred_at >= cast(cast($as_of as timestamp) - interval '210' day as timestamp)
    ),
    known as (
        select distinct warned.person_id
        from warned
        join standing on standing.person_id = warned.person_id
        where standing.standing in ('dissatisfied', 'actively_dissatisfied')
          and warned.occurred_at < cast(cast($as_of as timestamp) - interval '28' day as timestamp)
    ),
    fresh as (
        select evidence.person_id, cast(evidence.occurred_at as date) as since, 'warning' as kind, evidence.fact_id,
               evidence.says
        from warned as evidence
        left join known on known.person_id = evidence.person_id
        where evidence.occurred_at >= cast(cast($as_of as timestamp) - interval '28' day as timestamp)
          and evidence.strength >= 3e-1
          and (known.person_id is null or evidence.kind in ('threat_to_leave', 'contract_ended'))
        qualify row_number() over (
            partition by evidence.person_id
            order by cast(round((evidence.dissatisfied + evidence.actively_dissatisfied) * 1e6) as bigint) desc,
                     evidence.occurred_at desc, evidence.kind, evidence.fact_id nulls last
        ) = 1
    ),
    every as (
        select person_id, since, kind, fact_id, says from fell
        union all
        select fresh.person_id, fresh.since, fresh.kind, fresh.fact_id, fresh.says
        from fresh
        anti join fell on fell.person_id = fresh.person_id
    )
    select every.person_id, every.since, every.kind, every.says, every.fact_id, worth.clv as worth
    from every
    join best on best.person_id = every.person_id
    join worth on worth.person_id = every.person_id
    """,
)


def alarms(engine: Engine, *, moves: Table, evidence: Table, standing: Table, worth: Table, as_of: date) -> Table:
    """Of the best tenth, who fell in the last quarter, and whose words or acts of the last 28 days are news.

    Args:
        engine: where the tables are.
        moves: from `movement`.
        evidence: the pieces.
        standing: person_id and standing.
        worth: person_id, clv, spend_total.
        as_of: the day.

    Returns:
        person_id, since, kind (fell, warning), says, fact_id, worth.
    """
    best = best_tenth(engine, worth)
    return engine.run(ALARMS, moves=moves, evidence=evidence, standing=standing, worth=worth, best=best, as_of=as_of)
