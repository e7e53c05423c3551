"""What went wrong for whom, whether it was put right within a month, and what they did in the half-year after (S0.8).

Put right is settled within 30 days, unless they then rated it low; a good rating of it counts as put right too. What
they did is counted from the end of those 30 days on for all alike, so that nobody's time starts earlier for having been
looked after. How bad it was is judged by the record with which it began: a thread grows longer, and a promise later,
because nobody puts it right.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.standing.weights import shipped
from byname.voice.levels import LEVEL

if TYPE_CHECKING:
    from datetime import date, datetime

    from byname.engines import Engine, Table

__all__ = ["AFTER_DAYS", "WITHIN_DAYS", "became"]

WITHIN_DAYS = 30
AFTER_DAYS = 180

# What follows within the month is the same trouble. An event of the settings happens to all alike, put right or not.
HAPPENED = statement(
    "standing.recovery_happened",
    """
    with dated as (
        select person_id, fact_id, kind, cast(occurred_at as date) as day, occurred_at, settled_at, severity
        from incidents
        where severity > 0 and fact_id is not null and occurred_at < $until
    ),
    ordered as (
        select dated.*, lag(day) over (partition by person_id order by day, fact_id, kind) as day_before
        from dated
    )
    select ordered.person_id, ordered.fact_id, ordered.kind, ordered.day, ordered.occurred_at, ordered.settled_at,
           case when voice.fact_id is null
                then case when ordered.kind in ('late delivery', 'broken promise') then 2 else ordered.severity end
                when contains(coalesce(voice.intents, ''), 'leaving') then 3
                when coalesce(voice.public, false) or coalesce(voice.negative, 0e0) >= 9e-1 then 2
                else 1 end as severity,
           voice.negative as hard_words, voice.source, voice.source_id, voice.thread
    from ordered
    left join voice on voice.fact_id = ordered.fact_id and voice.person_id = ordered.person_id
    where (ordered.day_before is null or date_diff('day', ordered.day_before, ordered.day) > $within)
      and ordered.occurred_at >= $from_at
    """,
)

# The last rating of the ticket within the month; a middling one says nothing.
RATED = statement(
    "standing.recovery_rated",
    f"""
    with named as (
        select person_id, day, occurred_at, source, source_id as about from happened where source_id is not null
        union
        select person_id, day, occurred_at, source, thread as about from happened where thread is not null
    ),
    scored as (
        select named.person_id, named.day, ratings.fact_id, ratings.occurred_at,
               nullif({LEVEL}, 0) as level
        from named
        join ratings on ratings.source = named.source and ratings.about = named.about
        join record_person on record_person.record_id = ratings.record_id
                          and record_person.person_id = named.person_id
        where ratings.about_kind = 'ticket' and ratings.occurred_at >= named.occurred_at
          and ratings.occurred_at < $until
          and date_diff('day', named.day, cast(ratings.occurred_at as date)) <= $within
    )
    select person_id, day, level, occurred_at as rated_at
    from scored
    where level is not null
    qualify row_number() over (partition by person_id, day order by occurred_at desc, fact_id desc, level) = 1
    """,  # noqa: S608 - ours
)

BOUGHT = statement(
    "standing.recovery_bought",
    """
    select happened.person_id, happened.day,
           count_if(days.day < happened.day and date_diff('day', days.day, happened.day) <= 365) as days_before,
           cast(sum(case when days.day < happened.day and date_diff('day', days.day, happened.day) <= 365
                         then days.spent else 0 end) as decimal(18, 4)) as spent_before,
           cast(sum(case when days.day < happened.day and date_diff('day', days.day, happened.day) <= $after
                         then days.spent else 0 end) as decimal(18, 4)) as spent_just_before,
           min(days.day) as first_day, max(case when days.day < happened.day then days.day end) as last_day,
           count_if(date_diff('day', happened.day, days.day) > $within
                    and date_diff('day', happened.day, days.day) <= $within + $after) as days_after,
           cast(sum(case when date_diff('day', happened.day, days.day) > $within
                          and date_diff('day', happened.day, days.day) <= $within + $after
                         then days.spent else 0 end) as decimal(18, 4)) as spent_after
    from happened
    join days on days.person_id = happened.person_id
    where days.day <= cast($as_of as date)
    group by happened.person_id, happened.day
    """,
)

ACTED = statement(
    "standing.recovery_acted",
    """
    select distinct happened.person_id, happened.day
    from happened
    join pieces on pieces.person_id = happened.person_id
    join act_kinds on act_kinds.kind = pieces.kind
    where date_diff('day', happened.day, cast(pieces.occurred_at as date)) > $within
      and date_diff('day', happened.day, cast(pieces.occurred_at as date)) <= $within + $after
    """,
)

BEFORE = statement(
    "standing.recovery_before",
    """
    select happened.person_id, happened.day, count(*) as incidents_before
    from happened
    join incidents on incidents.person_id = happened.person_id
    where incidents.severity > 0 and cast(incidents.occurred_at as date) < happened.day
      and date_diff('day', cast(incidents.occurred_at as date), happened.day) <= 365
    group by happened.person_id, happened.day
    """,
)

# Loyal by deeds: came back twice or more, and no less often than in the year before.
BECAME = statement(
    "standing.recovery_became",
    """
    with known as (
        select happened.person_id, happened.fact_id, happened.kind, happened.day, happened.severity,
               happened.hard_words,
               bought.days_before, cast(bought.spent_before as double) as spent_before,
               cast(bought.spent_just_before as double) as spent_just_before,
               date_diff('day', bought.first_day, happened.day) as tenure_days,
               date_diff('day', bought.last_day, happened.day) as silent_days,
               coalesce(earlier.incidents_before, 0) as incidents_before,
               case when rated.level = 1 then true
                    when happened.settled_at < $until
                         and date_diff('day', happened.day, cast(happened.settled_at as date)) <= $within
                         and (rated.level is null or rated.rated_at < happened.settled_at) then true
                    when date_diff('day', happened.day, cast($as_of as date)) > $within then false end as recovered,
               date_diff('day', happened.day, cast($as_of as date)) >= $within + $after as is_over,
               bought.days_after, cast(bought.spent_after as double) as spent_after,
               acted.person_id is not null as has_acted
        from happened
        join bought on bought.person_id = happened.person_id and bought.day = happened.day
        left join rated on rated.person_id = happened.person_id and rated.day = happened.day
        left join acted on acted.person_id = happened.person_id and acted.day = happened.day
        left join earlier on earlier.person_id = happened.person_id and earlier.day = happened.day
        where bought.days_before > 0
    )
    select known.*,
           case when not is_over then null
                when days_after = 0 then 'gone'
                when has_acted then 'advocate'
                when days_after >= 2 and days_after * 365 >= days_before * $after then 'loyal'
                else 'stayed' end as became
    from known
    """,
)


def became(
    engine: Engine,
    *,
    incidents: Table,
    voice: Table,
    ratings: Table,
    record_person: Table,
    days: Table,
    pieces: Table,
    from_day: date,
    as_of: date,
    until: datetime,
) -> Table:
    """One row for each time something went wrong for somebody who had bought in the year before.

    Returns:
        person_id, fact_id, kind, day; known before: severity (1 to 3, as it began), hard_words (0 to 1, null where it
        was not said), days_before and spent_before (of 365 days), spent_just_before (of 180), tenure_days, silent_days,
        incidents_before (of 365 days); recovered (null while it is open); is_over; after: days_after, spent_after,
        has_acted; became: gone (bought nothing), advocate (did something for us unasked, and bought), loyal, stayed;
        null until 30 + 180 days are over.

    Args:
        engine: where the tables are.
        incidents: from `incidents`.
        voice: messages read.
        ratings: the newest version of each rating.
        record_person: record_id and person_id.
        days: person_id, day, spent: one row a purchase day.
        pieces: evidence: person_id, kind, occurred_at.
        from_day: the first day that is looked at.
        as_of: the last day that counts.
        until: its end, UTC.
    """
    span = {"within": WITHIN_DAYS, "after": AFTER_DAYS}
    from_at = until - timedelta(days=(as_of - from_day).days + 1)
    happened = engine.run(HAPPENED, incidents=incidents, voice=voice, within=WITHIN_DAYS, from_at=from_at, until=until)
    kinds = pa.array([kind.name for kind in shipped().kinds if kind.act], pa.string())
    return engine.run(
        BECAME,
        happened=happened,
        bought=engine.run(BOUGHT, happened=happened, days=days, as_of=as_of, **span),
        rated=engine.run(
            RATED, happened=happened, ratings=ratings, record_person=record_person, within=WITHIN_DAYS, until=until
        ),
        acted=engine.run(
            ACTED, happened=happened, pieces=pieces, act_kinds=engine.arrow(pa.table({"kind": kinds})), **span
        ),
        earlier=engine.run(BEFORE, happened=happened, incidents=incidents),
        as_of=as_of,
        until=until,
        **span,
    )
