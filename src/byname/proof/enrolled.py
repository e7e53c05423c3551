"""Who was in which campaign, on which side, since when: from what was really sent, and really held back.

A campaign is what contacts share: the playbook's action, else the sending's name. A person counts from the first
contact, or the first day on which it was held back, and on the side on which the unit first was: whatever became of it
later, so that nobody's side depends on what they did (Hollis and Campbell, BMJ 319 (1999) 670-674).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.engines import Statement, statement
from byname.value.rows import day_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from byname.engines import Engine, Table

__all__ = ["Campaign", "Enrolled", "enrolled"]

DATED = """
    select record_person.person_id, coalesce(units.unit, record_person.person_id) as unit,
           coalesce(nullif(contacts.action, ''), nullif(contacts.campaign, '')) as campaign,
           coalesce(contacts.action, '') <> '' as is_action, {day} as day,
           case lower(trim(coalesce(contacts.arm, ''), ' '))
                when 'held out' then 'held out' when '' then 'none' else 'treated' end as arm
    from contacts
    join record_person on record_person.record_id = contacts.record_id
    left join units on units.person_id = record_person.person_id
    where contacts.occurred_at < $until
      and coalesce(nullif(contacts.action, ''), nullif(contacts.campaign, '')) is not null
"""

# Whose unit was in both arms, or held out and reached all the same, is not left out: that would be a choice by outcome.
UNIT_ARMS = statement(
    "proof.unit_arms",
    """
    with firsts as (
        select campaign, unit, min(case when arm = 'held out' then day end) as held_day,
               min(case when arm = 'treated' then day end) as treated_day,
               bool_or(arm = 'none') as is_loose
        from dated
        group by campaign, unit
    )
    select campaign, unit,
           treated_day is not null and (held_day is null or treated_day <= held_day) as is_treated,
           held_day is not null and (treated_day is not null or is_loose) as is_mixed
    from firsts
    where held_day is not null or treated_day is not null
    """,
)
DRAWN = statement(
    "proof.drawn",
    """
    select dated.campaign, dated.person_id, min(dated.unit) as unit, bool_or(unit_arms.is_treated) as is_treated,
           min(dated.day) as day
    from dated
    join unit_arms on unit_arms.campaign = dated.campaign and unit_arms.unit = dated.unit
    where dated.arm <> 'none'
    group by dated.campaign, dated.person_id
    """,
)
SENT = statement(
    "proof.sent",
    """
    select dated.campaign, dated.person_id, min(dated.unit) as unit, true as is_treated, min(dated.day) as day
    from dated
    anti join unit_arms on unit_arms.campaign = dated.campaign
    group by dated.campaign, dated.person_id
    """,
)
CAMPAIGNS = statement(
    "proof.campaigns",
    """
    with people as (
        select campaign, min(day) as since, max(day) as last_day, bool_or(is_action) as is_action,
               count(distinct person_id) as people
        from dated
        group by campaign
    ),
    arms as (
        select campaign, count_if(is_treated) as treated, count_if(not is_treated) as held_out,
               count_if(is_mixed) as mixed
        from unit_arms
        group by campaign
    ),
    started as (select campaign, max(day) as last_start from drawn group by campaign)
    select people.campaign, people.since, people.last_day, people.is_action, people.people,
           coalesce(arms.treated, 0) as treated, coalesce(arms.held_out, 0) as held_out,
           coalesce(arms.mixed, 0) as mixed, coalesce(started.last_start, people.last_day) as last_start
    from people
    left join arms on arms.campaign = people.campaign
    left join started on started.campaign = people.campaign
    """,
)


@dataclass(frozen=True)
class Campaign:
    """One campaign, as contacts tell it.

    Attributes:
        name: the playbook's action, else the sending's name.
        is_action: it names a playbook.
        since: day of its first contact, or of the first that was held back.
        until: of the last.
        last_start: when the last person came in.
        people: who were in it.
        treated: units; 0 where nobody drew lots.
        held_out: units.
        mixed: units that were in both arms, or held out and reached all the same.
    """

    name: str
    is_action: bool
    since: date
    until: date
    last_start: date
    people: int
    treated: int
    held_out: int
    mixed: int

    @property
    def is_drawn(self) -> bool:
        """Somebody drew lots, or says so: one arm alone counts too, as everybody held out, or nobody."""
        return self.treated + self.held_out > 0


@dataclass(frozen=True)
class Enrolled:
    """Everybody of all campaigns.

    Attributes:
        drawn: campaign, person_id, unit, is_treated, day, where lots were drawn.
        sent: the same, all of them treated, of campaigns without lots.
        campaigns: by name.
    """

    drawn: Table
    sent: Table
    campaigns: dict[str, Campaign]


def enrolled(
    engine: Engine, contacts: Table, *, record_person: Table, units: Table, zone: str, until: datetime
) -> Enrolled:
    """Read contacts as campaigns.

    Args:
        engine: where the tables are.
        contacts: the newest version of each contact.
        record_person: record_id and person_id.
        units: person_id and unit; who is not there is a unit alone.
        zone: the company's IANA zone.
        until: the end of the as-of day, UTC.
    """
    sql = DATED.format(day=day_of(engine, contacts, zone))
    dated = engine.run(
        Statement("proof.dated", sql), contacts=contacts, record_person=record_person, units=units, until=until
    )
    arms = engine.run(UNIT_ARMS, dated=dated)
    drawn = engine.run(DRAWN, dated=dated, unit_arms=arms)
    found = engine.fetch(
        engine.run(CAMPAIGNS, dated=dated, unit_arms=arms, drawn=drawn), order_by=("campaign",)
    ).to_pylist()
    campaigns = {
        row["campaign"]: Campaign(
            row["campaign"], row["is_action"], row["since"], row["last_day"], row["last_start"],
            row["people"], row["treated"], row["held_out"], row["mixed"],
        )
        for row in found
    }  # fmt: skip
    return Enrolled(drawn, engine.run(SENT, dated=dated, unit_arms=arms), campaigns)
