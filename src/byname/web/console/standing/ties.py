"""Ties of customers with us and with each other: would and does, both ways, stages, community."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.standings import WOULD_AND_DOES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot

__all__ = ["Ties", "ties"]

_NAMED = 15
_PRODUCTS = 12

QUADRANTS = "select quadrant, count(*) as people from both_ways group by quadrant order by people desc, quadrant"
# Whom we count among our best, and who does not count us among theirs: there is something to win.
UNEVEN = """
    select both_ways.person_id, both_ways.says, people.name, people.email, people.phone, standing.standing,
           value.clv, value.clv_low, value.clv_high
    from both_ways
    join people on people.person_id = both_ways.person_id
    left join standing on standing.person_id = both_ways.person_id
    left join value on value.person_id = both_ways.person_id
    where both_ways.quadrant = 'we count them' and both_ways.person_id not in (select unnest($2::varchar[]))
    order by both_ways.we_rank_them desc, both_ways.person_id
    limit $1
"""
STAGES = """
    select stage, count(*) as people, count(*) filter (where went_back) as went_back
    from stages
    where product is null
    group by stage
"""
BY_PRODUCT = """
    select product_name as product, count(*) filter (where stage = 'attention') as attention,
           count(*) filter (where stage = 'interest') as interest, count(*) filter (where stage = 'desire') as desire,
           count(*) filter (where stage = 'action') as action, count(*) filter (where stage is null) as none_now
    from stages
    where product is not null
    group by product_name
    order by action desc, product
    limit $1
"""
HELPERS = """
    select community.*, people.name, people.email, people.phone, standing.standing
    from community
    join people on people.person_id = community.person_id
    left join standing on standing.person_id = community.person_id
    where community.score > 0 and community.person_id not in (select unnest($2::varchar[]))
    order by community.score desc, community.person_id
    limit $1
"""
ACTIVE = "select count(*) as people, count(*) filter (where score > 0) as within_a_year from community"
_STAGES = ("attention", "interest", "desire", "action", None)


@dataclass(frozen=True)
class Ties:
    """What ties customers to us and to each other.

    Attributes:
        would: how many were asked whether they recommend us, would, do, and both.
        quadrants: both ways: quadrant, people.
        uneven: whom we count among our best, and who does not count us among theirs, by name.
        stages: with the company as a whole: stage, people, went_back.
        products: by product: people of each stage.
        helpers: who does most among our customers, by name.
        active: people who ever did something there, and within a year.
    """

    would: dict[str, Any]
    quadrants: list[dict[str, Any]]
    uneven: list[dict[str, Any]]
    stages: list[dict[str, Any]]
    products: list[dict[str, Any]]
    helpers: list[dict[str, Any]]
    active: dict[str, Any]


def ties(snapshot: Snapshot, without: Sequence[str]) -> Ties:
    """Read them.

    Args:
        snapshot: the current one.
        without: people who are on no list.
    """
    stages = {row["stage"]: row for row in snapshot.query(STAGES)}
    return Ties(
        snapshot.query(WOULD_AND_DOES)[0],
        snapshot.query(QUADRANTS),
        snapshot.query(UNEVEN, [_NAMED, list(without)]),
        [stages[stage] for stage in _STAGES if stage in stages],
        snapshot.query(BY_PRODUCT, [_PRODUCTS]),
        snapshot.query(HELPERS, [_NAMED, list(without)]),
        snapshot.query(ACTIVE)[0],
    )
