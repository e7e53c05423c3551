"""Ties of customers with us and with each other: would and does, both ways, stages, community."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.cards import named
from byname.standings import WOULD_AND_DOES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot

__all__ = ["Ties", "helpers", "ties", "uneven"]

_NAMED = 15
_PRODUCTS = 12

QUADRANTS = "select quadrant, count(*) as people from both_ways group by quadrant order by people desc, quadrant"
# Whom we count among our best, and who does not count us among theirs: there is something to win.
UNEVEN = """
    select person_id, says
    from both_ways
    where quadrant = 'we count them' and person_id not in (select unnest($2::varchar[]))
    order by we_rank_them desc, person_id
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
    select *
    from community
    where score > 0 and person_id not in (select unnest($2::varchar[]))
    order by score desc, person_id
    limit $1
"""
ACTIVE = "select count(*) as people, count(*) filter (where score > 0) as within_a_year from community"
_STAGES = ("attention", "interest", "desire", "action", None)


@dataclass(frozen=True)
class Ties:
    """What ties customers to us and to each other, of all of them together.

    Attributes:
        would: how many were asked whether they recommend us, would, do, and both.
        quadrants: both ways: quadrant, people.
        stages: with the company as a whole: stage, people, went_back.
        products: by product: people of each stage.
        active: people who ever did something there, and within a year.
    """

    would: dict[str, Any]
    quadrants: list[dict[str, Any]]
    stages: list[dict[str, Any]]
    products: list[dict[str, Any]]
    active: dict[str, Any]


def ties(snapshot: Snapshot) -> Ties:
    """Count them."""
    stages = {row["stage"]: row for row in snapshot.query(STAGES)}
    return Ties(
        snapshot.query(WOULD_AND_DOES)[0],
        snapshot.query(QUADRANTS),
        [stages[stage] for stage in _STAGES if stage in stages],
        snapshot.query(BY_PRODUCT, [_PRODUCTS]),
        snapshot.query(ACTIVE)[0],
    )


def uneven(snapshot: Snapshot, without: Sequence[str]) -> list[dict[str, Any]]:
    """Whom we count among our best, and who does not count us among theirs, by name.

    Args:
        snapshot: the current one.
        without: people who are on no list.
    """
    return named(snapshot, snapshot.query(UNEVEN, [_NAMED, list(without)]))


def helpers(snapshot: Snapshot, without: Sequence[str]) -> list[dict[str, Any]]:
    """Who does most among our customers, by name.

    Args:
        snapshot: the current one.
        without: people who are on no list.
    """
    return named(snapshot, snapshot.query(HELPERS, [_NAMED, list(without)]))
