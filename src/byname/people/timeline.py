"""Everything that happened to each person, in words, each line leading back to its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["SAYS", "timeline"]

# Fact table → kind, what it says, its amount. A line of people's own words is cut where a screen ends.
SAYS: Mapping[str, tuple[str, str, str]] = {
    "orders": (
        "'order'",
        "'ordered' || coalesce(' (' || channel || ')', '') || "
        "case when coalesce(status, 'paid') in ('paid', 'completed') then '' else ', ' || status end",
        "amount",
    ),
    "returns": (
        "'return'",
        "'gave back' || coalesce(', of order ' || order_id, '') || coalesce(': ' || reason, '')",
        "amount",
    ),
    "subscriptions": ("'subscription'", "'subscribed' || coalesce(' to ' || plan, '')", "price"),
    "messages": (
        "coalesce(medium, 'message')",
        "substr(coalesce(subject || ': ', '') || coalesce(text, ''), 1, 200)",
        "cast(null as decimal(18, 4))",
    ),
    "ratings": (
        "'rating'",
        "'gave ' || cast(cast(score as bigint) as varchar) || ' (' || coalesce(scale, 'score') || ')'",
        "cast(null as decimal(18, 4))",
    ),
    "referrals": ("'referral'", "'brought somebody'", "cast(null as decimal(18, 4))"),
    "ideas": ("'idea'", "'suggested: ' || coalesce(title, substr(text, 1, 200), '')", "cast(null as decimal(18, 4))"),
    "votes": ("'vote'", "'voted on the idea ' || coalesce(idea_id, '')", "cast(null as decimal(18, 4))"),
    "usage": ("'usage'", "coalesce(event, '')", "cast(null as decimal(18, 4))"),
    "contacts": (
        "'contact'",
        "case lower(channel) when 'phone' then 'we called' when 'in_person' then 'we met them' "
        "else 'we wrote' || coalesce(' by ' || channel, '') end || coalesce(': ' || campaign, '')",
        "cost",
    ),
    "answers": ("'answer'", "coalesce(kind, '')", "cast(null as decimal(18, 4))"),
    "consents": (
        "'consent'",
        "coalesce(purpose, '') || ' by ' || coalesce(channel, '') || ': ' || coalesce(state, '')",
        "cast(null as decimal(18, 4))",
    ),
    "preferences": (
        "'preference'",
        "coalesce(kind, '') || ': ' || coalesce(value, '')",
        "cast(null as decimal(18, 4))",
    ),
    "promises": (
        "'promise'",
        "'we promised: ' || coalesce(what, '') || case when kept_at < $until "
        "then '; kept on ' || cast(cast(kept_at as date) as varchar) else '' end",
        "cast(null as decimal(18, 4))",
    ),
}

_ROW = """
    select whose.person_id, coalesce(facts_{name}.occurred_at, facts_{name}.known_at) as occurred_at,
           {kind} as kind, {says} as says, {amount} as amount,
           facts_{name}.source, facts_{name}.account, facts_{name}.source_id
    from facts_{name}
    join (select record_id as whose_record, person_id from record_person) as whose
      on whose.whose_record = facts_{name}.record_id
    where coalesce(facts_{name}.occurred_at, facts_{name}.known_at) < $until
"""

# What colleagues decided; a note is shown nowhere else, so it is not cut. What is private to a team is not for all.
_DECIDED = """
    select person_id, occurred_at, kind,
           case kind when 'note' then 'note by ' || by_whom || ': ' || value
                when 'owner' then case when value = '' then by_whom || ' said that nobody looks after them'
                                       else by_whom || ' said that ' || value || ' looks after them' end
                when 'standing' then case when about = 'unknown' then by_whom || ' took the corrected standing back'
                                          else by_whom || ' corrected the standing to ' || replace(about, '_', ' ') end
                when 'done' then by_whom || ' did ' || about
                when 'not now' then by_whom || ' said "not now" of ' || about
                else by_whom || ' said "not right" of ' || about end
           || case when kind in ('note', 'owner') or why = '' then '' else ': ' || why end as says,
           cast(null as decimal(18, 4)) as amount, source, account, source_id
    from said
    where private_to is null
"""


def timeline(
    engine: Engine, facts: Mapping[str, Table], record_person: Table, said: Table, *, until: datetime
) -> Table:
    """One line for each fact of a person: person_id, occurred_at, kind, says, amount, source, account, source_id.

    Args:
        engine: where the tables are.
        facts: the newest version of each fact, by table.
        record_person: record_id and person_id.
        said: what colleagues decided, from `colleagues.colleagues`.
        until: the end of the as-of day, UTC.
    """
    present = {name: table for name, table in facts.items() if name in SAYS}
    parts = [
        _ROW.format(name=name, kind=kind, says=says, amount=amount)
        for name, (kind, says, amount) in SAYS.items()
        if name in present
    ]
    tables = {f"facts_{name}": table for name, table in present.items()}
    return engine.run(
        Statement("people.timeline", "\n    union all\n".join([*parts, _DECIDED])),
        record_person=record_person,
        said=said,
        until=until,
        **tables,
    )
