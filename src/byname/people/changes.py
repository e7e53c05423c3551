"""What became of people between two snapshots: who appeared, merged, split or is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["people_changes"]

CHANGES = statement(
    "people.changes",
    """
    with moved as (
        select before_map.person_id as old_id, now_map.person_id as new_id, count(*) as records
        from before_map
        join now_map on now_map.record_id = before_map.record_id
        where before_map.person_id <> now_map.person_id
        group by before_map.person_id, now_map.person_id
    ),
    held as (select person_id, count(*) as records from before_map group by person_id),
    olds as (select distinct person_id from before_map),
    news as (select person_id, count(*) as records from now_map group by person_id),
    fresh as (
        select now_map.person_id
        from now_map
        left join before_map on before_map.record_id = now_map.record_id
        group by now_map.person_id
        having count(before_map.record_id) = 0
    ),
    lost as (
        select before_map.person_id
        from before_map
        left join now_map on now_map.record_id = before_map.record_id
        group by before_map.person_id
        having count(now_map.record_id) = 0
    )
    select moved.old_id as person_id, 'merged' as kind, moved.new_id as other_person_id, moved.records,
           moved.old_id || ' is now part of ' || moved.new_id || ': ' || cast(moved.records as varchar) || ' of its '
               || cast(held.records as varchar) || ' records moved' as says
    from moved
    join held on held.person_id = moved.old_id
    left join news on news.person_id = moved.old_id
    where news.person_id is null
    union all
    select moved.old_id as person_id, 'split' as kind, moved.new_id as other_person_id, moved.records,
           cast(moved.records as varchar) || ' of the ' || cast(held.records as varchar) || ' records of '
               || moved.old_id || case when olds.person_id is null then ' are a person of their own now, '
                                       else ' belong to ' end || moved.new_id as says
    from moved
    join held on held.person_id = moved.old_id
    join news on news.person_id = moved.old_id
    left join olds on olds.person_id = moved.new_id
    union all
    select news.person_id, 'appeared' as kind, cast(null as varchar) as other_person_id, news.records,
           news.person_id || ' is new, with ' || cast(news.records as varchar) || ' records' as says
    from news
    join fresh on fresh.person_id = news.person_id
    union all
    select held.person_id, 'gone' as kind, cast(null as varchar) as other_person_id, held.records,
           'the ' || cast(held.records as varchar) || ' records of ' || held.person_id || ' are gone' as says
    from held
    join lost on lost.person_id = held.person_id
    """,
)


def people_changes(engine: Engine, before: Table, now: Table) -> Table:
    """One row a change: person_id, kind, other_person_id, records, says.

    Args:
        engine: where the tables are.
        before: record_id and person_id of the snapshot before.
        now: record_id and person_id of this one.
    """
    return engine.run(CHANGES, before_map=before, now_map=now)
