"""What became of people between two snapshots: who appeared, merged, split or is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["people_changes"]

# Of each person before: under which ids the records stand today (`flows`), and under how many (`spread`).
CHANGES = statement(
    "people.changes",
    """
    with flows as (
        select before_map.person_id as old_id, now_map.person_id as new_id, count(*) as records
        from before_map
        join now_map on now_map.record_id = before_map.record_id
        group by before_map.person_id, now_map.person_id
    ),
    spread as (select old_id, count(*) as ids from flows group by old_id),
    held as (select person_id, count(*) as records from before_map group by person_id),
    news as (select person_id, count(*) as records from now_map group by person_id),
    fresh as (
        select now_map.person_id
        from now_map
        left join before_map on before_map.record_id = now_map.record_id
        group by now_map.person_id
        having count(before_map.record_id) = 0
    ),
    moved as (
        select flows.old_id, flows.new_id, flows.records, olds.person_id as known_before,
               case when spread.ids = 1 then 'merged' else 'split' end as kind,
               cast(flows.records as varchar) || ' of its ' || cast(held.records as varchar)
                   || case when held.records = 1 then ' record' else ' records' end as part
        from flows
        join spread on spread.old_id = flows.old_id
        join held on held.person_id = flows.old_id
        left join held as olds on olds.person_id = flows.new_id
        where flows.old_id <> flows.new_id
    )
    select old_id as person_id, kind, new_id as other_person_id, records,
           case when kind = 'merged' and known_before is null
                    then old_id || ' is now called ' || new_id || ': ' || part || ' moved'
                when kind = 'merged' then old_id || ' is now part of ' || new_id || ': ' || part || ' moved'
                when known_before is null and records = 1
                    then old_id || ' was split: ' || part || ' is now a person of its own, ' || new_id
                when known_before is null
                    then old_id || ' was split: ' || part || ' are now a person of their own, ' || new_id
                when records = 1 then old_id || ' was split: ' || part || ' belongs to ' || new_id || ' now'
                else old_id || ' was split: ' || part || ' belong to ' || new_id || ' now' end as says
    from moved
    union all
    select news.person_id, 'appeared' as kind, cast(null as varchar) as other_person_id, news.records,
           news.person_id || ' is new, with ' || cast(news.records as varchar)
               || case when news.records = 1 then ' record' else ' records' end as says
    from news
    join fresh on fresh.person_id = news.person_id
    union all
    select held.person_id, 'gone' as kind, cast(null as varchar) as other_person_id, held.records,
           held.person_id || ' is gone, with ' || case when held.records = 1 then 'its only record'
               else 'all ' || cast(held.records as varchar) || ' records' end as says
    from held
    left join spread on spread.old_id = held.person_id
    where spread.old_id is null
    """,
)


def people_changes(engine: Engine, before: Table | None, now: Table) -> Table:
    """One row a change: person_id, kind, other_person_id, records, says.

    - merged: all that is left of a person stands under one other id. Where that id is new too, the person only changed
      its id; an old id must lead on all the same.
    - split: the records of a person stand under two ids or more; a row for each id that is not the person's own.
    - appeared: no record of the person was known before.
    - gone: no record of the person is left.

    Args:
        engine: where the tables are.
        before: record_id and person_id of the snapshot before; None for the first snapshot, which changes nothing: a
            row for everybody would say nothing.
        now: record_id and person_id of this one.
    """
    if before is None:
        before = now = engine.arrow(pa.table({name: pa.array([], pa.string()) for name in ("record_id", "person_id")}))
    return engine.run(CHANGES, before_map=before, now_map=now)
