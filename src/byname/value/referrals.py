"""Customer Referral Value: what each person's friends are worth who came because of them (S4.5).

Kumar, Petersen and Leone, "Driving Profitability by Encouraging Customer Referrals", Journal of Marketing 74 (2010)
1-17: of friends who would not have come, their margin and the saved cost of acquiring them; of those who would have
come anyway, the saved cost only. Nobody can see which friend is which, so a share of each counts as come anyway.

A friend's worth stands in the friend's own clv already. Referral value says to whom it is owed; it is never added to
customer equity, nor to the sum of all people's clv: that would count the friend twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.value.descent import credited, cycles_cut, descendants

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["ReferralTerms", "Referred", "referral_value"]

CLAIMS = statement(
    "value.referral_claims",
    """
    select friend.person_id, referrer.person_id as referrer_id, referrals.occurred_at, referrals.source,
           referrals.account, referrals.source_id, referrals.fact_id, referrals.record_id,
           referrals.referred_record_id
    from referrals
    join record_person as referrer on referrer.record_id = referrals.record_id
    join record_person as friend on friend.record_id = referrals.referred_record_id
    where referrals.occurred_at is null or referrals.occurred_at < $until
    """,
)

TOLD = statement(
    "value.referrals_told",
    "select count(*) as told from referrals where occurred_at is null or occurred_at < $until",
)

# Who came first brought them; a claim with a date goes before one without.
EDGES = statement(
    "value.referral_edges",
    """
    select person_id, referrer_id, occurred_at, source, account, source_id, fact_id, record_id, referred_record_id
    from claims
    where person_id <> referrer_id
    qualify row_number() over (
        partition by person_id
        order by occurred_at nulls last, record_id nulls last, referred_record_id nulls last, fact_id nulls last
    ) = 1
    """,
)

LEFT_OUT = statement(
    "value.referrals_left_out",
    """
    with judged as (
        select claims.person_id = claims.referrer_id as is_self, claims.referrer_id = edges.referrer_id as is_first,
               claims.fact_id <> edges.fact_id as is_other
        from claims
        left join edges on edges.person_id = claims.person_id
    )
    select count(*) as claims,
           count(*) filter (where is_self) as selves,
           count(*) filter (where not is_self and is_first and is_other) as again,
           count(*) filter (where not is_self and not is_first) as later
    from judged
    """,
)

# Programmes write a referral down when the friend's order is paid: so an order of the day before it counts. Without a
# date all that the friend bought counts: to be brought comes before buying.
FRIENDS = statement(
    "value.referral_friends",
    """
    with spent as (
        select edges.person_id,
               cast(sum(case when edges.occurred_at is null
                               or net.occurred_at >= cast(edges.occurred_at - interval '1' day as timestamp)
                             then net.amount else cast(0 as decimal(18, 4)) end) as decimal(18, 4)) as since,
               bool_or(edges.occurred_at is not null
                       and net.occurred_at < cast(edges.occurred_at - interval '1' day as timestamp)) as before
        from edges
        join net on net.person_id = edges.person_id
        group by edges.person_id
    )
    select edges.*, spent.person_id is not null as has_bought, coalesce(spent.before, false) as bought_before,
           coalesce(spent.since, cast(0 as decimal(18, 4))) as spent_since, coalesce(worth.clv, 0e0) as clv
    from edges
    left join spent on spent.person_id = edges.person_id
    left join worth on worth.person_id = edges.person_id
    """,
)

VALUE = statement(
    "value.referral_value",
    """
    with direct as (
        select referrer_id as person_id, count(*) as brought, cast(sum(spent_since) as decimal(18, 4)) as friends_spent
        from friends
        group by referrer_id
    )
    select direct.person_id, direct.brought, owed.brought_all, direct.friends_spent, owed.referral_value
    from direct
    join owed on owed.person_id = direct.person_id
    """,
)

BROUGHT = statement(
    "value.brought",
    "select person_id, referrer_id, occurred_at, source, account, source_id, fact_id from friends",
)


@dataclass(frozen=True, slots=True)
class ReferralTerms:
    """How a friend's worth is credited.

    Attributes:
        acquisition_cost: what a new customer costs by other ways, in the company's currency, 0 or more.
        came_anyway: the share of friends who would have come without it, 0 to 1. Only an experiment can tell it.
        generation_discount: what the friend's friend counts, of what the friend counts, 0 to 1.
        generations: up to how many a friend's worth is credited, 1 or more.

    Raises:
        ValueError: a number is out of range.
    """

    acquisition_cost: float = 0.0
    came_anyway: float = 0.5
    generation_discount: float = 0.5
    generations: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.acquisition_cost < float("inf"):
            raise ValueError(f"acquisition_cost is {self.acquisition_cost}; expected an amount, 0 or more")
        for name in ("came_anyway", "generation_discount"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; expected a share from 0 to 1")
        if self.generations < 1:
            raise ValueError(f"generations is {self.generations}; expected 1 or more")


@dataclass(frozen=True)
class Referred:
    """Who brought whom, and what that is worth.

    Attributes:
        value: person_id, brought, brought_all, friends_spent, referral_value: who brought somebody.
        brought: person_id (the friend), referrer_id, occurred_at, source, account, source_id, fact_id; a row a friend.
        report: what was left out or may mislead, and why: (what, in words).
    """

    value: Table
    brought: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def referral_value(
    engine: Engine,
    referrals: Table,
    record_person: Table,
    worth: Table,
    net: Table,
    terms: ReferralTerms,
    *,
    margin: float,
    until: datetime,
) -> Referred:
    """Credit what friends are worth to those who brought them.

    A friend who has bought is worth (1 - came_anyway) * (margin * what the friend spent since the referral + clv) +
    acquisition_cost; one who has not bought yet, nothing. That goes to the people above, the generation g with a weight
    of generation_discount ** (g - 1), the weights brought to a sum of 1: so each friend's worth is credited once.

    Args:
        engine: where the tables are.
        referrals: the newest version of each referral.
        record_person: record_id and person_id.
        worth: person_id and clv.
        net: person_id, occurred_at and amount, one row an order.
        terms: how a friend's worth is credited.
        margin: what is kept of each unit sold; clv has it in it already.
        until: the end of the as-of day, UTC.
    """
    claims = engine.run(CLAIMS, referrals=referrals, record_person=record_person, until=until)
    edges = engine.run(EDGES, claims=claims)
    told = int(engine.fetch(engine.run(TOLD, referrals=referrals, until=until)).to_pylist()[0]["told"])
    counts = engine.fetch(engine.run(LEFT_OUT, claims=claims, edges=edges)).to_pylist()[0]
    engine.drop(claims)
    friends = engine.fetch(
        engine.run(FRIENDS, edges=edges, net=net, worth=worth),
        # The oldest first: a row's place is its age, and the newest edge of a circle is the one with the highest.
        order_by=("occurred_at", "record_id", "referred_record_id", "fact_id"),
    )
    kept, owed, cut = _credited(friends, terms, margin)
    friends_table = engine.arrow(kept)
    report = [
        ("referrals of nobody", told - counts["claims"], "left out: one of the two is no customer that we know"),
        ("referrals of oneself", counts["selves"], "left out: both records are one person"),
        ("referrals told twice", counts["again"], "counted once"),
        ("later claims", counts["later"], "left out: another had brought the friend before"),
        ("circles", cut, "each broken at its newest referral"),
        (
            "friends who had bought before",
            _count(kept, "bought_before"),
            "count with what they spent since the referral",
        ),
        (
            "referrals without a date",
            kept.column("occurred_at").null_count,
            "all that the friend bought counts",
        ),
    ]
    return Referred(
        engine.run(VALUE, friends=friends_table, owed=engine.arrow(owed)),
        engine.run(BROUGHT, friends=friends_table),
        [(what, f"{count:,}, {why}") for what, count, why in report if count],
    )


def _count(table: pa.Table, flag: str) -> int:
    return int(table.column(flag).to_numpy(zero_copy_only=False).sum())


def _credited(friends: pa.Table, terms: ReferralTerms, margin: float) -> tuple[pa.Table, pa.Table, int]:
    """The edges without circles, each referrer's credit, and how many circles there were."""
    both = pa.chunked_array([*friends.column("person_id").chunks, *friends.column("referrer_id").chunks], pa.string())
    coded = both.combine_chunks().dictionary_encode()
    numbers = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    friend, referrer = np.split(numbers, 2)
    nodes = len(coded.dictionary)
    parent = np.full(nodes, nodes, np.int64)  # `nodes` stands above those whom nobody brought
    parent[friend] = referrer
    age = np.full(nodes, -1, np.int64)
    age[friend] = np.arange(len(friend))
    newest = cycles_cut(parent, age)
    parent[newest] = nodes
    spent = friends.column("spent_since").cast("float64").to_numpy()
    clv = friends.column("clv").to_numpy()
    has_bought = friends.column("has_bought").to_numpy(zero_copy_only=False)
    worth = np.zeros(nodes)
    worth[friend] = np.where(has_bought, (1 - terms.came_anyway) * (margin * spent + clv) + terms.acquisition_cost, 0.0)
    owed = pa.table(
        {
            "person_id": coded.dictionary,
            "brought_all": pa.array(descendants(parent)),
            "referral_value": pa.array(credited(parent, worth, terms.generation_discount, terms.generations)),
        }
    )
    return friends.filter(pa.array(parent[friend] < nodes)), owed, len(newest)
