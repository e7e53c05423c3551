"""The records that tell of an incident: promises that were due, complaints by their thread, goods given back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from byname.engines import Statement, statement
from byname.engines.zone import local_day_sql

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["complained", "promised", "returned"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - UTC

PROMISED = statement(
    "standing.incidents_promised",
    """
    select record_person.person_id, promises.fact_id, promises.due_at as occurred_at,
           case when promises.kept_at < $until then promises.kept_at end as settled_at,
           regexp_matches(
               lower(promises.what),
               'deliver|ship|arriv|parcel|package|liefer|paket|livr|colis|entreg|env[ií]o|consegn|bezorg'
           ) as is_delivery
    from promises
    join record_person on record_person.record_id = promises.record_id
    where promises.due_at < $until and (promises.occurred_at is null or promises.occurred_at < $until)
    """,
)

# A message without a thread goes with the one that it answers. Of special categories nothing is held.
COMPLAINED = statement(
    "standing.incidents_complained",
    """
    with threaded as (
        select person_id, fact_id, occurred_at, source, coalesce(account, '') as account,
               coalesce(nullif(thread, ''), in_reply_to, source_id, fact_id) as thread, answered_at,
               lower(coalesce(status, '')) as status, topic, coalesce(public, false) as public,
               contains(coalesce(intents, ''), 'complaint') or contains(coalesce(intents, ''), 'leaving') as complains,
               contains(coalesce(intents, ''), 'leaving') as leaving, coalesce(negative, 0e0) >= 9e-1 as hard
        from voice
        where sensitive is not true and occurred_at < $until
    ),
    begun as (
        select person_id, source, account, thread, fact_id, occurred_at, topic
        from threaded
        where complains
        qualify row_number() over (
            partition by person_id, source, account, thread order by occurred_at, fact_id
        ) = 1
    ),
    latest as (
        select person_id, source, account, thread, status
        from threaded
        qualify row_number() over (
            partition by person_id, source, account, thread order by occurred_at desc, fact_id desc
        ) = 1
    ),
    summed as (
        select person_id, source, account, thread, count_if(complains) as complaints,
               bool_or(public and complains) as public, bool_or(leaving) as leaving,
               bool_or(hard and complains) as hard,
               min(topic) filter (where complains) as topic,
               max(case when complains then occurred_at end) as last_complaint,
               max(case when answered_at < $until then answered_at end) as answered_at, max(occurred_at) as last_at
        from threaded
        group by person_id, source, account, thread
        having count_if(complains) > 0
    )
    select begun.person_id, begun.fact_id, begun.occurred_at, coalesce(begun.topic, summed.topic) as topic,
           case when latest.status in ('solved', 'closed', 'resolved', 'done', 'completed')
                then greatest(summed.answered_at, summed.last_at)
                when latest.status = '' and summed.answered_at >= summed.last_complaint
                then summed.answered_at end as settled_at,
           case when summed.leaving then 3
                when summed.public or summed.hard or summed.complaints >= 3 then 2 else 1 end as severity,
           summed.complaints
    from begun
    join summed on summed.person_id = begun.person_id and summed.source = begun.source
               and summed.account = begun.account and summed.thread = begun.thread
    join latest on latest.person_id = begun.person_id and latest.source = begun.source
               and latest.account = begun.account and latest.thread = begun.thread
    """,
)

# Several lines of one order that went back for the same reason are one. The money or goods back settle it.
RETURNED = statement(
    "standing.incidents_returned",
    """
    select record_person.person_id, min(returns.fact_id) as fact_id, min(returns.occurred_at) as occurred_at,
           max(returns.occurred_at) as settled_at, lower(returns.reason) as reason
    from returns
    join record_person on record_person.record_id = returns.record_id
    where returns.occurred_at < $until and returns.reason is not null
    group by record_person.person_id, returns.source, returns.account, coalesce(returns.order_id, returns.source_id),
             lower(returns.reason)
    """,
)

SPAN = statement(
    "standing.incidents_span",
    """
    select least(min(occurred_at), min(settled_at)) as first_at,
           greatest(max(occurred_at), max(settled_at)) as last_at
    from promised
    """,
)

_DAYS = """
    select promised.person_id, promised.fact_id, promised.occurred_at, promised.settled_at,
           promised.is_delivery, {due} as due_day, {kept} as kept_day
    from (select person_id, fact_id, occurred_at, settled_at, is_delivery from promised) as promised
"""


def promised(engine: Engine, promises: Table, record_person: Table, *, zone: str, until: datetime) -> Table:
    """Promises that were due: person_id, fact_id, occurred_at (due), settled_at, is_delivery, due_day, kept_day."""
    given = engine.run(PROMISED, promises=promises, record_person=record_person, until=until)
    return _with_days(engine, given, zone)


def complained(engine: Engine, voice: Table, *, until: datetime) -> Table:
    """Threads in which somebody complained or spoke of leaving, one row each.

    Returns:
        person_id, fact_id and occurred_at of the first such message, topic, settled_at, severity, complaints.
    """
    return engine.run(COMPLAINED, voice=voice, until=until)


def returned(engine: Engine, returns: Table, record_person: Table, *, until: datetime) -> Table:
    """Goods given back with a reason: person_id, fact_id, occurred_at, settled_at, reason (in small letters)."""
    return engine.run(RETURNED, returns=returns, record_person=record_person, until=until)


def _with_days(engine: Engine, promised: Table, zone: str) -> Table:
    """Promises with the days on which they were due and kept, in the company's zone."""
    span = engine.fetch(engine.run(SPAN, promised=promised)).to_pylist()[0]
    first, last = span["first_at"] or _EPOCH, span["last_at"] or _EPOCH
    due, kept = (local_day_sql(f"promised.{name}", zone, first, last) for name in ("occurred_at", "settled_at"))
    return engine.run(
        Statement("standing.incidents_promised_days", _DAYS.format(due=due, kept=kept)), promised=promised
    )
