"""What went wrong for each person, and when it was put right: late deliveries, promises, outages, wrong bills (S3.17).

One row is one real incident: the messages of a thread are one, and so are a complaint and a return about the same sort
of thing within two weeks. Promises that were kept are here too, with severity 0: they are evidence as well. Severity
is by a rule that can be read, and set when it happens, never by how it ended.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.standing.incident_records import complained, promised, returned
from byname.standing.incident_words import fault_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.engines import Engine, Table
    from byname.value.stress import Stress

__all__ = ["incidents"]


TOLD = statement(
    "standing.incidents_told",
    """
    select topic as words from complained where topic is not null
    union
    select reason as words from returned
    """,
)

# 1: a day or two late; 2: a week; 3: more, or never. A promise is for a day, not for an hour.
HAPPENED = statement(
    "standing.incidents_happened",
    """
    with kept_or_not as (
        select person_id, fact_id, occurred_at, settled_at, is_delivery, due_day, kept_day,
               date_diff('day', due_day, coalesce(kept_day, cast($as_of as date))) as late
        from promised_days
    ),
    judged as (
        select person_id, fact_id, occurred_at, settled_at, is_delivery, due_day, kept_day, late,
               case when kept_day <= due_day then 'kept promise'
                    when is_delivery then 'late delivery' else 'broken promise' end as kind
        from kept_or_not
        where kept_day is not null or late > 0
    )
    select person_id, fact_id, kind, occurred_at, settled_at,
           case when kind = 'kept promise' then 0 when late <= 2 then 1 when late <= 7 then 2 else 3 end as severity,
           'promise' as proof,
           'promised for ' || cast(due_day as varchar)
           || case when kind = 'kept promise' then ', and kept on ' || cast(kept_day as varchar)
                   when kept_day is null then ', and not kept yet: ' || cast(late as varchar) || ' days over'
                   else ', and kept on ' || cast(kept_day as varchar) || ': ' || cast(late as varchar) || ' days late'
                   end as says
    from judged
    union all
    select complained.person_id, complained.fact_id, coalesce(kinds.kind, 'complaint') as kind, complained.occurred_at,
           complained.settled_at, complained.severity, 'message' as proof,
           'complained on ' || cast(cast(complained.occurred_at as date) as varchar)
           || coalesce(' of: ' || complained.topic, '')
           || case when complained.complaints > 1 then ' (' || cast(complained.complaints as varchar) || ' messages)'
                   else '' end
           || case when complained.settled_at is null then '; no end on record'
                   else '; settled on ' || cast(cast(complained.settled_at as date) as varchar) end as says
    from complained
    left join kinds on kinds.words = complained.topic
    union all
    select returned.person_id, returned.fact_id, kinds.kind, returned.occurred_at, returned.settled_at,
           2 as severity, 'return' as proof,
           'gave it back on ' || cast(cast(returned.occurred_at as date) as varchar) || ': ' || kinds.kind as says
    from returned
    join kinds on kinds.words = returned.reason
    union all
    select net.person_id, cast(null as varchar) as fact_id, moments.kind, moments.begins_at as occurred_at,
           moments.ended_at as settled_at, moments.severity, 'event' as proof,
           moments.name || ', from ' || cast(cast(moments.begins_at as date) as varchar) as says
    from (select distinct person_id, cast(occurred_at as date) as bought_on from net) as net
    join moments on net.bought_on < cast(moments.begins_at as date)
                and date_diff('day', net.bought_on, cast(moments.begins_at as date)) <= 365
    group by net.person_id, moments.kind, moments.begins_at, moments.ended_at, moments.severity, moments.name
    """,
)

# Two promises are two, however near to each other.
ONE_EACH = statement(
    "standing.incidents",
    """
    with ordered as (
        select person_id, fact_id, kind, occurred_at, settled_at, severity, proof, says,
               lag(occurred_at) over (
                   partition by person_id, kind order by occurred_at, proof, fact_id nulls last, says
               ) as before_at,
               lag(proof) over (
                   partition by person_id, kind order by occurred_at, proof, fact_id nulls last, says
               ) as before_proof
        from happened
    ),
    numbered as (
        select person_id, fact_id, kind, occurred_at, settled_at, severity, proof, says,
               cast(sum(
                   case when before_at is null or date_diff('day', before_at, occurred_at) > 14
                          or (proof = 'promise' and before_proof = 'promise') or kind in ('kept promise', 'complaint')
                        then 1 else 0 end
               ) over (
                   partition by person_id, kind order by occurred_at, proof, fact_id nulls last, says
                   rows between unbounded preceding and current row
               ) as bigint) as incident
        from ordered
    ),
    summed as (
        select person_id, kind, incident, min(occurred_at) as occurred_at,
               case when bool_or(settled_at is null) then cast(null as timestamp)
                    else max(settled_at) end as settled_at,
               max(severity) as severity, count(*) as records,
               bool_and(proof in ('message', 'return')) as said
        from numbered
        group by person_id, kind, incident
    ),
    firsts as (
        select person_id, kind, incident, fact_id, says
        from numbered
        qualify row_number() over (
            partition by person_id, kind, incident
            order by case when fact_id is null then 1 else 0 end, occurred_at, proof, fact_id nulls last, says
        ) = 1
    )
    select summed.person_id, firsts.fact_id, summed.kind, summed.occurred_at, summed.settled_at, summed.severity,
           summed.said,
           summed.kind || ': ' || firsts.says
           || case when summed.records > 1 then ' (' || cast(summed.records as varchar) || ' records tell of it)'
                   else '' end as says
    from summed
    join firsts on firsts.person_id = summed.person_id and firsts.kind = summed.kind
               and firsts.incident = summed.incident
    """,
)


def incidents(
    engine: Engine,
    *,
    voice: Table,
    promises: Table,
    returns: Table,
    net: Table,
    record_person: Table,
    events: Sequence[Stress],
    zone: str,
    as_of: date,
    until: datetime,
) -> Table:
    """List what happened to each person.

    Returns:
        person_id; fact_id of the first record that tells of it, null for an event from the settings; kind: late
        delivery, broken promise, kept promise, outage, price rise, other, complaint, or one of `incident_words`;
        occurred_at; settled_at, null where no end is on record; severity, 0 for a kept promise, else 1 to 3; said: it
        rests on the person's words and returns alone, which count as evidence of their own; says.

    Args:
        engine: where the tables are.
        voice: messages read.
        promises: the newest version of each promise; likewise returns.
        returns: those with a reason that is our fault are incidents.
        net: person_id and occurred_at, one row an order: an event of the settings is for who bought in the year before.
        record_person: record_id and person_id.
        events: from the settings.
        zone: the company's IANA zone.
        as_of: the last day that counts.
        until: its end, UTC.
    """
    complaints = complained(engine, voice, until=until)
    back = returned(engine, returns, record_person, until=until)
    told = engine.fetch(engine.run(TOLD, complained=complaints, returned=back)).column("words").to_pylist()
    kinds = {words: kind for words in told if (kind := fault_of(words))}
    happened = engine.run(
        HAPPENED,
        promised_days=promised(engine, promises, record_person, zone=zone, until=until),
        complained=complaints,
        returned=back,
        kinds=engine.arrow(
            pa.table({"words": pa.array(list(kinds), pa.string()), "kind": pa.array(list(kinds.values()), pa.string())})
        ),
        net=net,
        moments=engine.arrow(_moments(events, as_of)),
        as_of=as_of,
    )
    return engine.run(ONE_EACH, happened=happened)


def _moments(events: Sequence[Stress], as_of: date) -> pa.Table:
    """Events of the settings; the longer they last, the worse: a day, three days, more."""
    begun = [one for one in dict.fromkeys(events) if one.begins <= as_of]
    lasted = [(one.ends - one.begins).days + 1 for one in begun]
    ended = [datetime.combine(one.ends, time()) if one.ends <= as_of else None for one in begun]
    return pa.table(
        {
            "name": pa.array([one.name for one in begun], pa.string()),
            "kind": pa.array([one.kind for one in begun], pa.string()),
            "begins_at": pa.array([datetime.combine(one.begins, time()) for one in begun], pa.timestamp("us")),
            "ended_at": pa.array(ended, pa.timestamp("us")),
            "severity": pa.array([1 + (days > 1) + (days > 3) for days in lasted], pa.int64()),  # noqa: PLR2004
        }
    )
