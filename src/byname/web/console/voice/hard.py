"""Who found it hard to get something done with us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.cards import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot

__all__ = ["found_it_hard"]

HARD = """
    select *
    from hard
    where person_id not in (select unnest($2::varchar[]))
    order by worth desc nulls last, occurred_at desc, fact_id
    limit $1
"""


def found_it_hard(snapshot: Snapshot, without: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Who said within a quarter that we made it hard, by name, the most valuable first."""
    return named(snapshot, snapshot.query(HARD, [limit, list(without)]))
