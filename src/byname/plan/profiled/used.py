"""How each person uses what we make: how often, before and now, and which features (S0.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.profiled.lists import collected
from byname.plan.profiled.private import private_names

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources

__all__ = ["used"]

_RECENT, _BEFORE, _FEATURES = 28, 168, 90

COUNTED = statement(
    "plan.used_counted",
    """
    select record_person.person_id,
           count_if(usage.occurred_at >= $recent) as used_28,
           count_if(usage.occurred_at < $recent) as used_earlier
    from usage
    join record_person on record_person.record_id = usage.record_id
    where usage.occurred_at < $until and usage.occurred_at >= $earliest
    group by record_person.person_id
    """,
)
# Once is chance: what was used on two days is used.
FEATURES = statement(
    "plan.used_features",
    """
    select record_person.person_id, usage.event as features
    from usage
    join record_person on record_person.record_id = usage.record_id
    where usage.occurred_at < $until and usage.occurred_at >= $since and usage.event is not null
    group by record_person.person_id, usage.event
    having count(distinct cast(usage.occurred_at as date)) >= 2
    """,
)
FEATURE_NAMES = statement("plan.feature_names", "select features as name from used group by features")
OPEN_FEATURES = statement(
    "plan.features_open", "select used.* from used anti join private on private.private_name = used.features"
)
USED = statement(
    "plan.used",
    """
    select persons.person_id, coalesce(counted.used_28, 0) as used_28,
           case when counted.used_earlier > 0
                then cast(counted.used_earlier as double) / 6e0 end as used_before,  -- 168 days are six times 28
           features.features
    from persons
    left join counted on counted.person_id = persons.person_id
    left join features on features.person_id = persons.person_id
    """,
)


def used(engine: Engine, given: Sources, day: Day) -> Table:
    """One row a person: used_28, used_before, features (a list).

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        day: on which we look.
    """
    usage = {"usage": given.facts["usage"], "record_person": given.record_person}
    counted = engine.run(
        COUNTED,
        **usage,
        until=day.until,
        recent=day.until - timedelta(days=_RECENT),
        earliest=day.until - timedelta(days=_RECENT + _BEFORE),
    )
    pairs = engine.run(FEATURES, **usage, until=day.until, since=day.until - timedelta(days=_FEATURES))
    names = engine.fetch(engine.run(FEATURE_NAMES, used=pairs)).column("name").to_pylist()
    private = private_names(engine, names, day.settings.voice.sensitive)
    features = collected(engine, engine.run(OPEN_FEATURES, used=pairs, private=private), "features")
    return engine.run(USED, persons=given.persons, counted=counted, features=features)
