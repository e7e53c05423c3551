"""Who found it hard to get something done with us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot

__all__ = ["found_it_hard"]

HARD = """
    with top as (
        select * from hard where person_id not in (select unnest($2::varchar[]))
        order by worth desc nulls last, occurred_at desc, fact_id
        limit $1
    )
    select top.*, people.name, people.email, people.phone, standing.standing
    from top
    join people on people.person_id = top.person_id
    left join standing on standing.person_id = top.person_id
    order by top.worth desc nulls last, top.occurred_at desc, top.fact_id
"""


def found_it_hard(snapshot: Snapshot, without: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Who said within a quarter that we made it hard, by name, the most valuable first."""
    return snapshot.query(HARD, [limit, list(without)])
