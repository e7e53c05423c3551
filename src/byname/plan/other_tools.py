"""What other tools sent, and which of them fell silent here: a plan that does not know of a letter sends one too many.

A tool is a source, an account and a channel. It sends regularly if it sent on `REGULAR` days or more within the year
before its latest; then a silence longer than any of that year, or than three of its usual gaps, says that its export
was not loaded rather than that it sent nothing (S2.7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.plan.channels import channel_sql

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table

__all__ = ["REGULAR", "latest_by_tool", "not_loaded"]

REGULAR = 4  # days of sending
_TIMES = 3  # usual gaps

LATEST = statement(
    "plan.other_tools",
    f"""
    with sent as (
        select coalesce(source, '') as source, coalesce(account, 'main') as account,
               coalesce({channel_sql("contacts.channel")}, '') as channel,
               coalesce(occurred_at, known_at) as sent_at
        from contacts
        where coalesce(arm, '') <> 'held out' and coalesce(source, '') <> 'byname'
          and coalesce(occurred_at, known_at) < $until
    ),
    latest as (
        select source, account, channel, max(sent_at) as last_at from sent group by source, account, channel
    ),
    days as (
        select distinct sent.source, sent.account, sent.channel, cast(sent.sent_at as date) as day
        from sent
        join latest on latest.source = sent.source and latest.account = sent.account
                   and latest.channel = sent.channel
        where date_diff('day', sent.sent_at, latest.last_at) <= 365
    ),
    gaps as (
        select source, account, channel, day,
               date_diff('day', lag(day) over (partition by source, account, channel order by day), day) as gap
        from days
    ),
    placed as (
        select source, account, channel, gap,
               row_number() over (partition by source, account, channel order by gap, day) as place,
               count(*) over (partition by source, account, channel) as gaps
        from gaps
        where gap is not null
    ),
    usual as (
        select source, account, channel, max(gap) as longest_gap,
               max(case when place * 2 <= gaps + 1 then gap end) as usual_gap, count(*) + 1 as sending_days
        from placed
        group by source, account, channel
    )
    select latest.source, latest.account, latest.channel, latest.last_at,
           date_diff('day', latest.last_at, cast($until as timestamp)) as days,
           coalesce(usual.sending_days, 1) as sending_days, usual.usual_gap, usual.longest_gap
    from latest
    left join usual on usual.source = latest.source and usual.account = latest.account
                   and usual.channel = latest.channel
    """,  # noqa: S608 - ours
)


def latest_by_tool(engine: Engine, contacts: Table, until: datetime) -> Table:
    """One row for each source, account and channel that reached people, byname itself left out.

    The columns are source, account, channel ("" where none is said), last_at (UTC), days (since then), and of the year
    up to it: sending_days, usual_gap (the lower median, in days) and longest_gap; both gaps are null for a single day.

    Args:
        engine: where the table is.
        contacts: the newest version of each contact.
        until: the end of the as-of day, UTC; what happened then or later does not count.
    """
    return engine.run(LATEST, contacts=contacts, until=until)


def not_loaded(engine: Engine, contacts: Table, until: datetime) -> tuple[str, ...]:
    """A sentence for each tool that used to send regularly and of which nothing was loaded for too long.

    Args:
        engine: where the table is.
        contacts: the newest version of each contact.
        until: the end of the as-of day, UTC.
    """
    rows = engine.fetch(latest_by_tool(engine, contacts, until), order_by=["last_at", "source", "account", "channel"])
    return tuple(
        _sentence(row)
        for row in rows.to_pylist()
        if row["sending_days"] >= REGULAR and row["days"] > min(row["longest_gap"], _TIMES * row["usual_gap"])
    )


def _sentence(row: dict[str, object]) -> str:
    account = "" if row["account"] == "main" else f" ({row['account']})"
    channel = f" by {str(row['channel']).replace('_', ' ')}" if row["channel"] else ""
    gap = "every day" if row["usual_gap"] == 1 else f"every {row['usual_gap']} days"
    return (
        f"Contacts by {row['source'] or 'a tool without a name'}{account}{channel} not loaded since "
        f"{row['last_at']:%Y-%m-%d}, {row['days']} days ago; it used to send {gap}. Add its newest export before you "
        "trust who rests and who does not."
    )
