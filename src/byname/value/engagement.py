"""All that a person is worth beside their own purchases, brought to one row each, with own worth.

Values stand side by side; `engagement_value` adds those that have a price. A friend's worth is in it and in the
friend's own clv, so it is never summed over people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byname.engines import statement
from byname.value.dated import dated
from byname.value.give_backs import give_backs
from byname.value.growth import growth
from byname.value.influence import influence
from byname.value.knowledge import knowledge
from byname.value.referrals import ReferralTerms, referral_value
from byname.value.stress import Stress, Stressed, stress
from byname.value.told import told
from byname.value.wallet import wallet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from byname.engines import Engine, Table
    from byname.value.contracts import Contracts

__all__ = ["Engaged", "Prices", "engaged"]

# Who bought, and who brought a friend, helped or had an idea without ever buying.
WHOLE = statement(
    "value.whole",
    """
    with known as (
        select person_id from worth
        union
        select person_id from referred
        union
        select person_id from moved
        union
        select person_id from ideas
        union
        select person_id from contracts
        union
        select person_id from paid
    ),
    joined as (
        select known.person_id,
               coalesce(worth.orders, 0) + coalesce(paid.payments, 0) as orders,
               coalesce(worth.repeat_orders, 0) as repeat_orders,
               coalesce(worth.recency_days, 0) as recency_days,
               coalesce(worth.age_days, 0) as age_days,
               worth.mean_spend,
               cast(coalesce(worth.spend_total, cast(0 as decimal(18, 4)))
                    + coalesce(paid.paid, cast(0 as decimal(18, 4))) as decimal(18, 4)) as spend_total,
               coalesce(worth.returned_total, cast(0 as decimal(18, 4))) as returned_total,
               back.returned_share_likely as returned_share,
               worth.p_alive,
               coalesce(worth.expected_orders, 0e0) as expected_orders,
               coalesce(worth.expected_spend, 0e0) + coalesce(contracts.contract_spend, 0e0) as expected_spend,
               coalesce(worth.median_spend, 0e0) + coalesce(contracts.contract_spend, 0e0) as median_spend,
               coalesce(worth.expected_spend_quarter, 0e0) as expected_spend_quarter,
               coalesce(worth.clv, 0e0) + coalesce(contracts.contract_clv, 0e0) as clv,
               coalesce(worth.clv_low, 0e0) + coalesce(contracts.contract_low, 0e0) as clv_low,
               coalesce(worth.clv_high, 0e0) + coalesce(contracts.contract_high, 0e0) as clv_high,
               coalesce(worth.value_at_risk, 0e0) as value_at_risk,
               contracts.contracts, contracts.contract_clv as contract_value,
               referred.brought, referred.friends_spent, referred.referral_value,
               moved.influence_score, moved.influence_value,
               ideas.knowledge_score, ideas.ideas_used, ideas.knowledge_value,
               coalesce(worth.clv, 0e0) + coalesce(contracts.contract_clv, 0e0)
                   + coalesce(referred.referral_value, 0e0)
                   + coalesce(moved.influence_value, 0e0) + coalesce(ideas.knowledge_value, 0e0) as engagement_value,
               grown.growth, grown.rate_growth, grown.basket_growth,
               wallets.share_of_wallet, wallets.headroom,
               coalesce(worth.p_top_decile_month, 0e0) as p_top_decile_month,
               coalesce(worth.p_top_decile_year, 0e0) as p_top_decile_year,
               worth.model
        from known
        left join worth on worth.person_id = known.person_id
        left join back on back.person_id = known.person_id
        left join referred on referred.person_id = known.person_id
        left join moved on moved.person_id = known.person_id
        left join ideas on ideas.person_id = known.person_id
        left join grown on grown.person_id = known.person_id
        left join contracts on contracts.person_id = known.person_id
        left join paid on paid.person_id = known.person_id
        left join wallets on wallets.person_id = known.person_id
    )
    select joined.*,
           row_number() over (
               order by cast(round(clv * 10000) as bigint) desc nulls last, spend_total desc nulls last,
                        person_id nulls last
           ) as rank
    from joined
    """,
)


@dataclass(frozen=True)
class Prices:
    """What an engagement is worth where somebody measured it, and events that were hard on customers.

    Attributes:
        referrals: how a friend's worth is credited.
        influence: what one point of influence was shown to bring; None where nobody knows.
        idea: what an idea that was used is worth; None where nobody knows.
        events: outages, price rises and the like.
    """

    referrals: ReferralTerms = field(default_factory=ReferralTerms)
    influence: float | None = None
    idea: float | None = None
    events: tuple[Stress, ...] = ()


@dataclass(frozen=True)
class Engaged:
    """Everybody's worth, and the tables behind it.

    Attributes:
        value: one row a person who bought or engaged: the snapshot's `value`.
        brought: who was brought by whom.
        told: changes that people told us of.
        stressed: who stayed when it was hard.
        dated: orders with their day.
        wallets: shares of wallet, where people said how we rank.
        report: what was left out or cannot be known, and why: (what, in words).
    """

    value: Table
    brought: Table
    told: Table
    stressed: Stressed
    dated: Table
    wallets: Table
    report: Sequence[tuple[str, str]]


def engaged(
    engine: Engine,
    facts: Mapping[str, Table],
    worth: Table,
    *,
    days: Table,
    net: Table,
    returned: Table,
    record_person: Table,
    contracts: Contracts,
    paid: Table,
    members: Table,
    known: Table,
    versions: Table,
    prices: Prices,
    margin: float,
    zone: str,
    as_of: date,
    until: datetime,
) -> Engaged:
    """Bring referrals, influence, ideas, growth, returns and share of wallet beside what each is worth.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table.
        worth: from `valuation`.
        days: from `rows.days_bought`.
        net: from `purchases`; likewise returned.
        returned: person_id and returned_total.
        record_person: record_id and person_id.
        contracts: what runs, from `contracts.contracts`.
        paid: what was paid for contracts, from `contracts.free_of_contracts`.
        members: who buys for which company, from `people.companies`.
        known: one row a record, from `people.identify`.
        versions: every version of the records.
        prices: what an engagement is worth.
        margin: what is kept of each unit sold.
        zone: the company's IANA zone.
        as_of: the last day that counts.
        until: its end, UTC.
    """
    brought = referral_value(
        engine, facts["referrals"], record_person, worth, net, prices.referrals, margin=margin, until=until
    )
    moved = influence(engine, facts["messages"], record_person, influence_worth=prices.influence, until=until)
    ideas = knowledge(engine, facts["ideas"], facts["votes"], record_person, worth, idea_worth=prices.idea, until=until)
    grown = growth(engine, days, as_of=as_of)
    back = give_backs(engine, facts["returns"], returned, net, record_person, until=until)
    wallets = wallet(engine, facts["ratings"], record_person, net, until=until)
    orders = dated(engine, net, zone=zone)
    stressed = stress(
        engine, orders, facts["promises"], record_person, prices.events, zone=zone, as_of=as_of, until=until
    )
    value = engine.run(
        WHOLE,
        worth=worth,
        back=back.table,
        referred=brought.value,
        moved=moved.table,
        ideas=ideas.table,
        grown=grown.table,
        wallets=wallets.table,
        contracts=contracts.table,
        paid=paid,
    )
    parts = (contracts, brought, moved, ideas, grown, back, wallets, stressed)
    return Engaged(
        value,
        brought.brought,
        told(engine, members, known, versions, record_person, until=until),
        stressed,
        orders,
        wallets.table,
        [line for part in parts for line in part.report],
    )
