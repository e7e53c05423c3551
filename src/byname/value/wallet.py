"""Share of wallet by the Wallet Allocation Rule, from where people rank us among the brands that they use (S3.8).

Keiningham, Aksoy, Buoye and Cooil, "Customer Loyalty Isn't Enough. Grow Your Share of Wallet", Harvard Business Review,
October 2011. Wallet Allocation Rule is a registered mark of its owner; the formula is theirs, and published:

    share = (1 - rank / (number + 1)) * (2 / number)

with the rank of our brand among the `number` of brands that the person uses, ties taking the mean rank. It holds where
many people use several brands; below 40% of those who answered nothing is said of anybody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["Wallet", "wallet", "wallet_share"]

_SEVERAL = 0.4  # of those who answered use two brands or more, or the rule does not hold
_RECENT = timedelta(days=365)
_NUMBER = re.compile(r"\s*(\d{1,4})(?:[.,]0+)?\s*")  # a spreadsheet writes 3 as 3.0

RANKS = statement(
    "value.ranks",
    """
    select record_person.person_id, ratings.score as rank, coalesce(ratings.about, '') as about, ratings.occurred_at,
           ratings.fact_id
    from ratings
    join record_person on record_person.record_id = ratings.record_id
    where lower(ratings.scale) = 'rank' and lower(ratings.about_kind) = 'brands'
      and (ratings.occurred_at is null or ratings.occurred_at < $until)
    """,
)

WRITTEN = statement("value.brands_written", "select about, count(*) as times from ranks group by about")

# Where the rank lies outside of the brands, nobody can say which of the two is wrong.
STANDING = statement(
    "value.rank_standing",
    """
    select ranks.person_id, ranks.rank, brands.number, ranks.occurred_at as ranked_at
    from ranks
    join brands on brands.about = ranks.about
    where ranks.rank >= 1e0 and ranks.rank <= cast(brands.number as double)
    qualify row_number() over (
        partition by ranks.person_id
        order by coalesce(ranks.occurred_at, timestamp '1970-01-01') desc, ranks.fact_id desc
    ) = 1
    """,
)

ANSWERED = statement(
    "value.rank_answered",
    """
    select count(*) as people, count(*) filter (where number >= 2) as several
    from standing
    """,
)

WRONG = statement(
    "value.rank_wrong",
    """
    select count(*) as ranks
    from ranks
    left join brands on brands.about = ranks.about
    where brands.about is null or ranks.rank is null or ranks.rank < 1e0 or ranks.rank > cast(brands.number as double)
    """,
)

# Who bought nothing in these days shows no wallet to have a share of.
WALLET = statement(
    "value.wallet",
    """
    with spent as (
        select person_id, cast(sum(amount) as decimal(18, 4)) as amount
        from net
        where occurred_at >= $from_at and occurred_at < $until
        group by person_id
    ),
    shares as (
        select standing.person_id, standing.rank, standing.number as brands, standing.ranked_at,
               case when $holds
                    then (1e0 - cast(standing.rank as double) / nullif(cast(standing.number as double) + 1e0, 0e0))
                         * (2e0 / nullif(cast(standing.number as double), 0e0)) end as share_of_wallet,
               nullif(cast(spent.amount as double), 0e0) as spent
        from standing
        left join spent on spent.person_id = standing.person_id
    )
    select person_id, rank, brands, ranked_at, share_of_wallet,
           spent * (1e0 / nullif(share_of_wallet, 0e0) - 1e0) as headroom
    from shares
    """,
)


@dataclass(frozen=True)
class Wallet:
    """Shares of wallet.

    Attributes:
        table: person_id, rank, brands, ranked_at, share_of_wallet, headroom; who gave a rank that makes sense. Both
            are null for all where the rule does not hold.
        report: what was left out, why nothing is said, and whose rule it is: (what, in words).
    """

    table: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def wallet_share(rank: float, number: int) -> float:
    """The rule for one person: the share of a brand of that rank among so many."""
    return (1 - rank / (number + 1)) * (2 / number)


def wallet(engine: Engine, ratings: Table, record_person: Table, net: Table, *, until: datetime) -> Wallet:
    """The part of what people spend on this kind of thing that they spend with us, and the rest of it.

    A rating with the scale 'rank' has our rank as its score, about_kind 'brands', and the number of brands in use as
    about. The latest that makes sense counts. `headroom` is what was spent with us in the last 365 days times
    (1 / share - 1).

    Args:
        engine: where the tables are.
        ratings: the newest version of each rating.
        record_person: record_id and person_id.
        net: person_id, occurred_at and amount, one row an order.
        until: the end of the as-of day, UTC.
    """
    ranks = engine.run(RANKS, ratings=ratings, record_person=record_person, until=until)
    written = engine.fetch(engine.run(WRITTEN, ranks=ranks), order_by=("about",)).column("about").to_pylist()
    read = [(about, number) for about in written if (number := _number(about))]
    brands = engine.arrow(
        pa.table(
            {
                "about": pa.array([about for about, _ in read], pa.string()),
                "number": pa.array([number for _, number in read], pa.int64()),
            }
        )
    )
    standing = engine.run(STANDING, ranks=ranks, brands=brands)
    answered = engine.fetch(engine.run(ANSWERED, standing=standing)).to_pylist()[0]
    wrong = engine.fetch(engine.run(WRONG, ranks=ranks, brands=brands)).to_pylist()[0]["ranks"]
    people, several = int(answered["people"]), int(answered["several"])
    holds = people > 0 and several >= _SEVERAL * people
    table = engine.run(WALLET, standing=standing, net=net, holds=holds, from_at=until - _RECENT, until=until)
    report = [("ranks", f"{wrong:,}, left out: no number of brands, or a rank outside of it")] if wrong else []
    if people and not holds:
        why = f"unknown for all: {several:,} of {people:,} who answered use several brands, and it takes {_SEVERAL:.0%}"
        report.append(("share of wallet", why))
    elif people:
        report.append(("share of wallet", f"Wallet Allocation Rule (Keiningham et al.), {people:,} people"))
    return Wallet(table, report)


def _number(written: str) -> int | None:
    found = _NUMBER.fullmatch(written)
    return int(found[1]) if found and int(found[1]) else None
