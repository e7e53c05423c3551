"""What an action is worth for a person: what it changes, times what that is worth, to her and to us.

Everything is money of the company's currency within its horizon. What cannot be measured is stated here, once:
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.engines import statement

if TYPE_CHECKING:
    from byname.engines import Engine, Table

__all__ = ["ANSWER", "COMPLAINT", "FRIEND", "WEARY", "Money", "valued"]

# A complaint that need not be made saves this share of what the person is worth: those who complain leave more often.
COMPLAINT = 0.1
# To know where somebody stands is worth this share of what is at stake (`value_of_knowing`).
ANSWER = 0.05
# A recommendation brings this part of a friend, where the company's own friends do not say what one is worth.
FRIEND = 0.1
# One contact more within the window drives off this share of what the person is worth; the next twice that.
WEARY = 0.003

MEANS = statement(
    "plan.means",
    """
    select cast(sum(cast(expected_spend as decimal(18,4))) as double)
           / nullif(cast(sum(cast(expected_orders as decimal(18,4))) as double), 0e0) as basket,
           cast(sum(cast(greatest(clv, 0e0) as decimal(18,4))) as double)
           / nullif(cast(count(case when clv > 0e0 then 1 end) as double), 0e0) as clv,
           cast(sum(cast(referral_value as decimal(18,4))) as double) / nullif(cast(sum(referrals) as double), 0e0)
               as friend
    from profile
    """,
)

# The chance or the share that a contact changes, as money; liking lifts a channel above another that is as allowed.
VALUED = statement(
    "plan.valued",
    f"""
    with stakes as (
        select candidates.person_id, offered.number as action_number, offered.channel_number, offered.team_number,
               offered.minutes, offered.perk, offered.owed, offered.dated, offered.effect, offered.sd,
               offered.worth_to_them - offered.cost as beside,
               0.75e0 + 0.5e0 * coalesce(reach.liking, 0.5e0) - 0.02e0 * offered.place as through,
               case offered.outcome
                    when 'spend' then profile.expected_spend * offered.days * $margin_of_a_day
                    when 'bought' then $margin * coalesce(
                        cast(profile.expected_spend as double) / nullif(profile.expected_orders, 0e0), $basket)
                    when 'stayed' then profile.clv + coalesce(profile.value_at_risk, 0e0)
                    when 'complained' then 0e0 - {COMPLAINT}e0 * (profile.clv + coalesce(profile.value_at_risk, 0e0))
                    when 'recommended' then $friend
                    when 'answered' then {ANSWER}e0 * coalesce(
                        profile.value_of_knowing, profile.clv * (1e0 - coalesce(profile.confidence, 0e0)))
               end as stake,
               profile.promise_due_days
        from candidates
        join offered on offered.action = candidates.action and offered.channel = candidates.channel
        join profile on profile.person_id = candidates.person_id
        left join reach on reach.person_id = candidates.person_id and reach.channel = candidates.channel
    )
    select person_id, action_number, channel_number, team_number, minutes, perk, owed,
           case when dated and promise_due_days between 0 and 6 then promise_due_days end as due,
           effect * coalesce(stake, 0e0) * through + beside as value,
           sd * abs(coalesce(stake, 0e0)) * through as unsure
    from stakes
    """,  # noqa: S608 - ours
)


@dataclass(frozen=True)
class Money:
    """How the company counts.

    Attributes:
        margin: what is earned of a unit sold.
        horizon_days: how far `expected_spend` and `clv` look.
    """

    margin: float
    horizon_days: int


def valued(engine: Engine, candidates: Table, *, profile: Table, reach: Table, offered: Table, money: Money) -> Table:
    """What each candidate is worth.

    Args:
        engine: where the tables are.
        candidates: person_id, action and channel that the gate lets through.
        profile: one row a person.
        reach: one row a person and channel.
        offered: one row an action and channel.
        money: how the company counts.

    Returns:
        person_id, action_number, channel_number, team_number, minutes, perk, owed, due (the last day of the week on
        which a promise is kept in time, null without one), value (expected, to her and us, less what it costs; minutes
        are priced by the choice) and unsure (its standard deviation).
    """
    (means,) = engine.fetch(engine.run(MEANS, profile=profile)).to_pylist()
    return engine.run(
        VALUED,
        candidates=candidates,
        offered=offered,
        profile=profile,
        reach=reach,
        margin=money.margin,
        margin_of_a_day=money.margin / money.horizon_days,
        basket=means["basket"] or 0.0,
        friend=FRIEND * (means["friend"] or means["clv"] or 0.0),
    )
