"""What became of people after a contact, and the same of the time before it.

The day of the contact itself counts for neither: what happened on it may have come before it. What a person did within
N days after is an outcome only when these days are over; until then they are running.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from byname.engines import Engine, Table

__all__ = ["DEFAULT", "KINDS", "Outcome", "followed", "happenings", "outcome_of"]

KINDS = ("bought", "spend", "stayed", "complained", "recommended", "answered")
DEFAULT = "spend_90d"
_NAME = re.compile(r"(bought|spend|stayed|complained|recommended|answered)_([1-9][0-9]{0,3})d")
_YEAR = 365

# Everything that an outcome counts, one row each: what kind, on which day, how much money.
HAPPENED = statement(
    "proof.happened",
    """
    select person_id, 'purchase' as kind, day, spent as amount from days where spent > 0
    union all
    select person_id, 'complained' as kind, cast(occurred_at as date) as day, cast(0 as decimal(18, 4)) as amount
    from voice
    where contains(coalesce(intents, ''), 'complaint') and occurred_at < $until
    union all
    select person_id, 'recommended' as kind, cast(occurred_at as date) as day, cast(0 as decimal(18, 4)) as amount
    from voice
    where coalesce(public, false) and not coalesce(prompted, false) and occurred_at < $until
      and (contains(coalesce(intents, ''), 'recommends') or contains(coalesce(intents, ''), 'praise'))
    union all
    select referrer_id as person_id, 'recommended' as kind, cast(occurred_at as date) as day,
           cast(0 as decimal(18, 4)) as amount
    from brought
    where occurred_at < $until
    union all
    select person_id, 'answered' as kind, cast(occurred_at as date) as day, cast(0 as decimal(18, 4)) as amount
    from voice
    where (coalesce(prompted, false) or medium = 'survey' or in_reply_to is not null) and occurred_at < $until
    union all
    select record_person.person_id, 'answered' as kind, cast(ratings.occurred_at as date) as day,
           cast(0 as decimal(18, 4)) as amount
    from ratings
    join record_person on record_person.record_id = ratings.record_id
    where ratings.occurred_at < $until
    union all
    select record_person.person_id, 'answered' as kind, cast(answers.occurred_at as date) as day,
           cast(0 as decimal(18, 4)) as amount
    from answers
    join record_person on record_person.record_id = answers.record_id
    where answers.kind = 'replied' and answers.occurred_at < $until
    """,
)

# A contract runs on a day if it had begun and has not ended by it.
RUNS = statement(
    "proof.contracts_run",
    """
    select enrolled.campaign, enrolled.person_id,
           bool_or(date_diff('day', subscriptions.started_at, cast(enrolled.day as timestamp)) > 0
                   and (subscriptions.ended_at is null
                        or date_diff('day', cast(enrolled.day as timestamp), subscriptions.ended_at) >= 0)) as before,
           bool_or(date_diff('day', cast(enrolled.day as timestamp), subscriptions.started_at) <= enrolled.days
                   and (subscriptions.ended_at is null
                        or date_diff('day', cast(enrolled.day as timestamp), subscriptions.ended_at) > enrolled.days)
                  ) as after
    from enrolled
    join record_person on record_person.person_id = enrolled.person_id
    join subscriptions on subscriptions.record_id = record_person.record_id
    where enrolled.kind = 'stayed'
      and (subscriptions.ended_at is null or subscriptions.ended_at > subscriptions.started_at)
    group by enrolled.campaign, enrolled.person_id
    """,
)

FOLLOWED = statement(
    "proof.followed",
    """
    with counted as (
        select enrolled.campaign, enrolled.person_id,
               count_if(happened.kind = enrolled.counts
                        and date_diff('day', enrolled.day, happened.day) between 1 and enrolled.days) as after_count,
               cast(sum(case when happened.kind = enrolled.counts
                              and date_diff('day', enrolled.day, happened.day) between 1 and enrolled.days
                             then happened.amount else 0 end) as decimal(18, 4)) as after_amount,
               count_if(happened.kind = enrolled.counts
                        and date_diff('day', happened.day, enrolled.day) between 1 and enrolled.days) as before_count,
               cast(sum(case when happened.kind = enrolled.counts
                              and date_diff('day', happened.day, enrolled.day) between 1 and enrolled.days
                             then happened.amount else 0 end) as decimal(18, 4)) as before_amount,
               count_if(happened.kind = 'purchase'
                        and date_diff('day', happened.day, enrolled.day) between 1 and $year) as year_count,
               cast(sum(case when happened.kind = 'purchase'
                              and date_diff('day', happened.day, enrolled.day) between 1 and $year
                             then happened.amount else 0 end) as decimal(18, 4)) as year_amount,
               max(case when happened.kind = 'purchase' and happened.day < enrolled.day then happened.day end)
                   as last_day,
               min(case when happened.kind = 'purchase' and happened.day < enrolled.day then happened.day end)
                   as first_day
        from enrolled
        join happened on happened.person_id = enrolled.person_id
        group by enrolled.campaign, enrolled.person_id
    )
    select enrolled.campaign, enrolled.person_id, enrolled.unit, enrolled.is_treated, enrolled.day,
           date_diff('day', enrolled.day, cast($as_of as date)) >= enrolled.days as is_over,
           case when enrolled.kind = 'spend' then cast(coalesce(counted.after_amount, 0) as double)
                when coalesce(counted.after_count, 0) > 0 or coalesce(runs.after, false) then 1e0
                else 0e0 end as outcome,
           case when enrolled.kind = 'spend' then cast(coalesce(counted.before_amount, 0) as double)
                when coalesce(counted.before_count, 0) > 0 or coalesce(runs.before, false) then 1e0
                else 0e0 end as before,
           coalesce(counted.year_count, 0) as year_count,
           cast(coalesce(counted.year_amount, 0) as double) as year_amount,
           date_diff('day', counted.last_day, enrolled.day) as silent_days,
           date_diff('day', counted.first_day, enrolled.day) as tenure_days
    from enrolled
    left join counted on counted.campaign = enrolled.campaign and counted.person_id = enrolled.person_id
    left join runs on runs.campaign = enrolled.campaign and runs.person_id = enrolled.person_id
    """,
)
ENROLLED = statement(
    "proof.enrolled",
    """
    select people.campaign, people.person_id, people.unit, people.is_treated, people.day, wanted.kind, wanted.days,
           case when wanted.kind in ('bought', 'spend', 'stayed') then 'purchase' else wanted.kind end as counts
    from people
    join wanted on wanted.campaign = people.campaign
    """,
)


@dataclass(frozen=True)
class Outcome:
    """What is counted, and for how long.

    Attributes:
        kind: one of `KINDS`.
        days: after the contact's day.
    """

    kind: str
    days: int

    @property
    def name(self) -> str:
        """As playbooks write it: spend_90d."""
        return f"{self.kind}_{self.days}d"

    @property
    def is_money(self) -> bool:
        """Money a person; else a share of people."""
        return self.kind == "spend"

    @property
    def is_bad(self) -> bool:
        """Less of it is better."""
        return self.kind == "complained"

    def says(self) -> str:
        """In words: spent within 90 days."""
        if self.kind == "stayed":
            return f"still customers after {self.days} days"
        return f"{'spent' if self.is_money else self.kind} within {self.days} days"


def outcome_of(name: str) -> Outcome | None:
    """Read `spend_90d` and the like; None if it is not one of them."""
    found = _NAME.fullmatch(name)
    return Outcome(found[1], int(found[2])) if found else None


def happenings(
    engine: Engine,
    facts: Mapping[str, Table],
    *,
    record_person: Table,
    days: Table,
    voice: Table,
    brought: Table,
    until: datetime,
) -> Table:
    """Everything that outcomes count: person_id, kind, day (of purchases the company's, else UTC's), amount.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact table; ratings and answers are used.
        record_person: record_id and person_id.
        days: person_id, day and spent: one row a purchase day.
        voice: messages read.
        brought: who was brought by whom.
        until: the end of the as-of day, UTC.
    """
    return engine.run(
        HAPPENED,
        days=days,
        voice=voice,
        brought=brought,
        ratings=facts["ratings"],
        answers=facts["answers"],
        record_person=record_person,
        until=until,
    )


def followed(
    engine: Engine,
    people: Table,
    outcomes: Mapping[str, Outcome],
    *,
    happened: Table,
    subscriptions: Table,
    record_person: Table,
    as_of: date,
) -> Table:
    """Follow the people of each campaign from the day of their first contact on.

    Args:
        engine: where the tables are.
        people: campaign, person_id, unit, is_treated, day: one row a campaign and person.
        outcomes: by campaign; people of others are left out.
        happened: from `happenings`.
        subscriptions: contracts, for `stayed`: who buys, or whose contract runs at the end, has stayed.
        record_person: record_id and person_id.
        as_of: the last day that counts.

    Returns:
        campaign, person_id, unit, is_treated, day, is_over (its days are over), outcome and before (money, or 0 and 1),
        and what was known before: year_count and year_amount (purchase days and money in the 365 days before),
        silent_days and tenure_days (since the last and the first purchase; null for who had not bought).
    """
    wanted = engine.arrow(
        pa.table(
            {
                "campaign": pa.array(list(outcomes), pa.string()),
                "kind": pa.array([one.kind for one in outcomes.values()], pa.string()),
                "days": pa.array([one.days for one in outcomes.values()], pa.int64()),
            }
        )
    )
    enrolled = engine.run(ENROLLED, people=people, wanted=wanted)
    runs = engine.run(RUNS, enrolled=enrolled, subscriptions=subscriptions, record_person=record_person)
    return engine.run(FOLLOWED, enrolled=enrolled, happened=happened, runs=runs, year=_YEAR, as_of=as_of)
