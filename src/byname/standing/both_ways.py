"""Whether the customer counts us among their best, and we them: both ways (S0.31).

What we think of them is their rank by lifetime value. What they think of us is where they rank us among the brands that
they use; where nobody asked that, whether they would recommend us, which is a weaker sign and said to be one. Who was
never asked is unknown: nothing is guessed from what they buy.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["both_ways"]

_RECENT = timedelta(days=730)  # what was answered before says nothing of today

ASKED = statement(
    "standing.latest_nps",
    """
    select record_person.person_id, ratings.score, coalesce(ratings.occurred_at, ratings.known_at) as asked_at
    from ratings
    join record_person on record_person.record_id = ratings.record_id
    where lower(ratings.scale) = 'nps' and ratings.score >= 0e0 and ratings.score <= 10e0
      and coalesce(ratings.occurred_at, ratings.known_at) < $until
      and coalesce(ratings.occurred_at, ratings.known_at) >= $from_at
    qualify row_number() over (
        partition by record_person.person_id
        order by coalesce(ratings.occurred_at, ratings.known_at) desc, ratings.fact_id desc
    ) = 1
    """,
)

# Our best are the best tenth, as everywhere. Their best: nobody is ranked above us, or 9 and 10 of 10.
BOTH_WAYS = statement(
    "standing.both_ways",
    """
    with counted as (
        select person_id, rank() over (order by clv desc nulls last) as place,
               count(*) over (partition by clv) as alike, count(*) over () as everybody
        from (select person_id, cast(round(clv * 10000) as bigint) as clv from worth where clv is not null) as valued
    ),
    ours as (
        select person_id,
               1e0 - (cast(place as double) - 1e0 + (cast(alike as double) - 1e0) / 2e0)
                     / nullif(cast(everybody as double) - 1e0, 0e0) as share,
               place <= cast(ceil(cast(everybody as double) / 10e0) as bigint) as best, place, everybody,
               cast(ceil(cast(everybody as double) / 10e0) as bigint) as tenth
        from counted
    ),
    theirs as (
        select person_id, rank, brands, ranked_at, share_of_wallet
        from wallet
        where brands >= 2 and (ranked_at is null or ranked_at >= $from_at)
    ),
    everybody as (
        select person_id from ours union select person_id from theirs union select person_id from asked
    ),
    beside as (
        select everybody.person_id, ours.share as we_rank_them, ours.best, ours.place, ours.tenth,
               ours.everybody as buyers,
               1e0 - (cast(theirs.rank as double) - 1e0) / nullif(cast(theirs.brands as double) - 1e0, 0e0)
                   as they_rank_us,
               theirs.rank, theirs.brands, theirs.ranked_at, theirs.share_of_wallet, asked.score, asked.asked_at,
               case when theirs.person_id is not null then theirs.rank < 2e0
                    when asked.person_id is not null then asked.score >= 9e0 end as among_their_best
        from everybody
        left join ours on ours.person_id = everybody.person_id
        left join theirs on theirs.person_id = everybody.person_id
        left join asked on asked.person_id = everybody.person_id
    )
    select person_id, we_rank_them, they_rank_us, share_of_wallet, among_their_best,
           coalesce(best, false) as among_our_best,
           case when rank is not null then 'rank among brands'
                when score is not null then 'would recommend' end as basis,
           case when rank is not null then ranked_at else asked_at end as asked_at,
           case when among_their_best is null then 'unknown'
                when among_their_best and coalesce(best, false) then 'both'
                when among_their_best then 'they count us'
                when coalesce(best, false) then 'we count them'
                else 'neither' end as quadrant,
           case when place is null then 'has bought nothing that we could value'
                when best then 'one of our best ' || cast(tenth as varchar)
                else 'number ' || cast(place as varchar) || ' of ' || cast(buyers as varchar)
                     || ' by lifetime value' end
           || '; '
           || case when rank is not null
                   then 'ranks us ' || case when rank < 2e0 then 'first' else 'below the first' end || ' of '
                        || cast(cast(brands as bigint) as varchar) || ' brands'
                        || coalesce(' (' || cast(cast(ranked_at as date) as varchar) || ')', '')
                   when score is not null
                   then case when score >= 9e0 then 'would recommend us'
                             else 'would not go so far as to recommend us' end
                        || ' (' || cast(cast(round(score) as bigint) as varchar) || ' of 10 on '
                        || cast(cast(asked_at as date) as varchar) || '); where we rank was not asked'
                   else 'where we rank with them is unknown: not asked within two years' end as says
    from beside
    """,
)


def both_ways(
    engine: Engine, *, worth: Table, wallet: Table, ratings: Table, record_person: Table, until: datetime
) -> Table:
    """Put our rank of each person beside their rank of us.

    Returns:
        person_id, we_rank_them (1: the highest lifetime value, 0: the lowest; null: not valued, or the only one),
        they_rank_us (1: first of the brands that they use, 0: last; null: not asked), share_of_wallet (Wallet
        Allocation Rule; null where it does not hold), among_their_best (nobody ranked above us, a tie for the first
        place too; else 9 or 10 of 10; null: unknown), among_our_best (the best tenth), basis ("rank among brands",
        "would recommend", null), asked_at, quadrant (both, they count us, we count them, neither, unknown), says.

    Args:
        engine: where the tables are.
        worth: person_id and clv, one row a buyer.
        wallet: `value.wallet.Wallet.table`.
        ratings: the newest version of each rating; the NPS of them.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
    """
    from_at = until - _RECENT
    asked = engine.run(ASKED, ratings=ratings, record_person=record_person, until=until, from_at=from_at)
    return engine.run(BOTH_WAYS, worth=worth, wallet=wallet, asked=asked, from_at=from_at)
