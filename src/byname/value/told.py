"""What changed in people's lives because they told us: a new company, a new town (S3.3).

Only from records that the person or an employee filled in, two of which say different things one after the other.
Nothing is guessed from purchases, and nothing is bought in.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement
from byname.facts.letters import flat

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["told"]

_RECENT = timedelta(days=365)

# From one company to another, which is not its parent: that is a merger, and nobody moved. The record that proves it is
# the one by which the new company was first seen.
COMPANY_MOVES = statement(
    "value.told_companies",
    """
    with moves as (
        select later.person_id, later.company_id, later.since, later.name as after, earlier.name as before
        from members as later
        join members as earlier on earlier.person_id = later.person_id
        where earlier.company_id <> later.company_id and earlier.until <= later.since
          and later.since >= $from_at and later.since < $until
          and coalesce(earlier.parent_id, '') <> later.company_id
          and coalesce(later.parent_id, '') <> earlier.company_id
          and (earlier.parent_id is null or later.parent_id is null or earlier.parent_id <> later.parent_id)
        qualify row_number() over (
            partition by later.person_id, later.company_id
            order by earlier.until desc, earlier.since desc nulls last, earlier.company_id
        ) = 1
    ),
    proofs as (
        select moves.person_id, moves.company_id, known.source, known.account, known.source_id
        from moves
        join known on known.person_id = moves.person_id
                  and coalesce(known.seen_at, known.first_known) = moves.since
        qualify row_number() over (
            partition by moves.person_id, moves.company_id
            order by case when known.company is null then 1 else 0 end, known.source nulls last,
                     known.account nulls last, known.source_id nulls last, known.record_id nulls last
        ) = 1
    )
    select moves.person_id, moves.since as occurred_at, 'company' as kind,
           'now buys for ' || moves.after || ', before for ' || moves.before as says,
           proofs.source, proofs.account, proofs.source_id
    from moves
    left join proofs on proofs.person_id = moves.person_id and proofs.company_id = moves.company_id
    """,
)

# Of each row of a customers' list: the last change of town, and the town at the start of the year. What was changed
# and changed back was a slip of the pen; the same postcode under another name is the same place.
CITY_CHANGES = statement(
    "value.city_changes",
    """
    with placed as (
        select fact_id, record_id, source, account, source_id, version, row_hash, city,
               coalesce(replace(lower(postcode), ' ', ''), '') as postcode,
               coalesce(updated_at, known_at) as noted
        from versions
        where role = 'customer' and city is not null and coalesce(updated_at, known_at) < $until
    ),
    ordered as (
        select placed.*,
               lag(city) over (partition by fact_id order by version, noted, row_hash) as before,
               lag(postcode) over (partition by fact_id order by version, noted, row_hash) as before_postcode,
               row_number() over (partition by fact_id order by version, noted, row_hash) as place
        from placed
    ),
    starts as (
        select fact_id,
               coalesce(arg_max(city, place) filter (where noted < $from_at), arg_min(city, place)) as began
        from ordered
        group by fact_id
    ),
    changed as (
        select fact_id, record_id, source, account, source_id, noted, before, city
        from ordered
        where city <> before and (postcode = '' or before_postcode = '' or postcode <> before_postcode)
        qualify row_number() over (partition by fact_id order by place desc) = 1
    )
    select record_person.person_id, changed.noted, changed.before, changed.city as after, starts.began,
           changed.source, changed.account, changed.source_id, changed.fact_id
    from changed
    join starts on starts.fact_id = changed.fact_id
    join record_person on record_person.record_id = changed.record_id
    where changed.noted >= $from_at
    """,
)

CITY_NAMES = statement("value.city_names", "select distinct before, after, began from changes")

# Two lists that both learnt of one move tell it once.
CITY_MOVES = statement(
    "value.told_cities",
    """
    select changes.person_id, changes.noted as occurred_at, 'city' as kind,
           'moved from ' || changes.before || ' to ' || changes.after as says,
           changes.source, changes.account, changes.source_id
    from changes
    join moved on moved.before = changes.before and moved.after = changes.after and moved.began = changes.began
    qualify row_number() over (
        partition by changes.person_id, moved.town order by changes.noted, changes.fact_id
    ) = 1
    """,
)

TOLD = statement("value.told", "select * from companies_told union all select * from cities_told")


def told(
    engine: Engine, members: Table, known: Table, versions: Table, record_person: Table, *, until: datetime
) -> Table:
    """Changes that people told of within the last 365 days.

    Args:
        engine: where the tables are.
        members: from `companies`: company_id, name, parent_id, person_id, since, until.
        known: one row a record: person_id, record_id, source, account, source_id, company, seen_at, first_known.
        versions: every version of the records.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.

    Returns:
        person_id, occurred_at, kind (company or city), says, source, account, source_id.
    """
    from_at = until - _RECENT
    moves = engine.run(COMPANY_MOVES, members=members, known=known, from_at=from_at, until=until)
    changes = engine.run(CITY_CHANGES, versions=versions, record_person=record_person, from_at=from_at, until=until)
    names = engine.fetch(engine.run(CITY_NAMES, changes=changes), order_by=("before", "after", "began")).to_pylist()
    moved = [
        (row["before"], row["after"], row["began"], _town(row["after"]))
        for row in names
        if _are_two_towns(row["before"], row["after"]) and _are_two_towns(row["began"], row["after"])
    ]
    columns = list(zip(*moved, strict=True)) if moved else [()] * 4
    towns = pa.table(
        {
            name: pa.array(list(column), pa.string())
            for name, column in zip(("before", "after", "began", "town"), columns, strict=True)
        }
    )
    cities = engine.run(CITY_MOVES, changes=changes, moved=engine.arrow(towns))
    return engine.run(TOLD, companies_told=moves, cities_told=cities)


def _town(written: str) -> str:
    """A town's name without case, marks and punctuation."""
    plain = flat(written)
    # "München" is written "Muenchen" too.
    return " ".join(re.sub(r"[\W_\d]+", " ", re.sub(r"([aou])e", r"\1", plain)).split())


def _are_two_towns(one: str, other: str) -> bool:
    """Are they two places, and not one with more said of it: "Frankfurt" and "Frankfurt am Main"?"""
    left, right = (f" {_town(name)} " for name in (one, other))
    return bool(left.strip() and right.strip()) and left not in right and right not in left
