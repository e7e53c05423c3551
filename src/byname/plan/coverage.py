"""Where customers are and where not, by channel; and how many were ever asked how they want it (S1.17, S1.18)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from byname.engines import statement
from byname.value.shares import Z95
from byname.value.shares import wilson as score_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches

__all__ = ["ASKING", "CHANNELS", "Coverage", "coverage", "wilson"]

CHANNELS = pa.schema(
    {"channel": pa.string()}
    | dict.fromkeys(("people", "may", "asked", "refused", "bounced", "sent", "answered"), pa.int64())
    | dict.fromkeys(("share", "low", "high"), pa.float64())
    | {"only_here": pa.int64(), "only_here_worth": pa.float64(), "says": pa.string()}
)
ASKING = pa.schema(
    {"what": pa.string(), "people": pa.int64(), "asked": pa.int64(), "told": pa.int64()}
    | dict.fromkeys(("share", "low", "high"), pa.float64())
    | {"says": pa.string()}
)
_ENOUGH = 50  # contacts, before anything is said of a channel
_NOBODY = 0.02  # surely fewer answers than that: nobody is there
_HALF = 0.5

COUNTED = statement(
    "plan.coverage_channels",
    """
    with stated as (
        select reach.person_id, reach.channel, reach.asked, reach.refused, reach.bounced, reach.sent, reach.answered,
               profile.clv,
               reach.marketing = 'given' and not reach.objected and not reach.refused and not reach.bounced as may
        from reach
        join profile on profile.person_id = reach.person_id
        where profile.is_customer
    ),
    counted as (
        select stated.*, count_if(may) over (partition by person_id) as ways from stated
    )
    select channel, count(*) as people, count_if(may) as may, count_if(asked) as asked, count_if(refused) as refused,
           count_if(bounced) as bounced, cast(sum(sent) as bigint) as sent, cast(sum(answered) as bigint) as answered,
           count_if(may and ways = 1) as only_here,
           coalesce(cast(sum(case when may and ways = 1 then cast(clv as decimal(18, 4)) end) as double), 0e0)
               as only_here_worth
    from counted
    group by channel
    """,
)

# Who told us was asked, by whatever form.
TOLD = statement(
    "plan.coverage_told",
    """
    with customers as (select person_id from profile where is_customer),
    wanted as (
        select contacts.person_id, lower(concat(contacts.action, ' ', contacts.goal, ' ', contacts.campaign)) as about
        from contacts
        where contacts.kind = 'ask'
    ),
    told as (
        select distinct record_person.person_id, preferences.kind as what
        from preferences
        join record_person on record_person.record_id = preferences.record_id
        where preferences.kind in ('channel', 'pace', 'quiet', 'line')
          and coalesce(preferences.occurred_at, preferences.known_at) < $until
    ),
    asked as (
        select person_id, 'channel' as what from wanted where regexp_matches(about, 'channel|prefer')
        union
        select person_id, 'pace' as what from wanted where regexp_matches(about, 'pace|prefer|how often|frequency')
        union
        select person_id, 'quiet' as what from wanted where regexp_matches(about, 'quiet|prefer')
        union
        select person_id, 'line' as what from wanted where regexp_matches(about, 'the line|prefer|privacy')
        union
        select person_id, what from told
    ),
    totals as (select count(*) as people from customers)
    select kinds.what, totals.people, coalesce(were.asked, 0) as asked, coalesce(have.told, 0) as told
    from (select 'channel' as what union all select 'pace' as what union all select 'quiet' as what
          union all select 'line' as what) as kinds
    cross join totals
    left join (select asked.what, count(*) as asked from asked
               semi join customers on customers.person_id = asked.person_id group by asked.what) as were
           on were.what = kinds.what
    left join (select told.what, count(*) as told from told
               semi join customers on customers.person_id = told.person_id group by told.what) as have
           on have.what = kinds.what
    """,
)
_WHAT = {
    "channel": "by which channel they want to hear from us",
    "pace": "how often they want to hear from us",
    "quiet": "when they want quiet",
    "line": "what we must not use or speak of",
}


@dataclass(frozen=True)
class Coverage:
    """Where customers are.

    Attributes:
        channels: columns as `CHANNELS`: customers with an address there, who may be written to there, asked for it,
            refused it, whose latest bounced; contacts of 365 days and how many were answered, with the share's 95%
            range; who may be reached only there, and their clv together; says.
        asking: columns as `ASKING`: of all customers, who were asked and who told; the share who told, with its range.
        report: lines for the run.
    """

    channels: Table
    asking: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def coverage(engine: Engine, given: Sources, touched: Touches, profile: Table, reach: Table, day: Day) -> Coverage:
    """Count where customers are and are not.

    Args:
        engine: where the tables are.
        given: the refresh's tables; of them the preferences.
        touched: for what we asked.
        profile: from `profile.profile`.
        reach: from `reach.reach`.
        day: on which we look.
    """
    rows = engine.fetch(engine.run(COUNTED, reach=reach, profile=profile), order_by=("channel",)).to_pylist()
    channels = [_channel(row, rows, day.settings.currency) for row in rows]
    told = engine.run(
        TOLD,
        profile=profile,
        contacts=touched.contacts,
        preferences=given.facts["preferences"],
        record_person=given.record_person,
        until=day.until,
    )
    asking = [_asking(row) for row in engine.fetch(told, order_by=("what",)).to_pylist()]
    report = [(f"where customers are: {row['channel']}", row["says"]) for row in channels]
    report += [(f"asked about {row['what']}", row["says"]) for row in asking]
    return Coverage(
        engine.arrow(pa.Table.from_pylist(channels, schema=CHANNELS)),
        engine.arrow(pa.Table.from_pylist(asking, schema=ASKING)),
        report,
    )


def wilson(hits: int, of: int) -> tuple[float, float] | tuple[None, None]:
    """The 95% range of a share (Wilson, JASA 22 (1927) 209); none of nothing.

    >>> tuple(round(end, 4) for end in wilson(2, 640))
    (0.0009, 0.0113)
    """
    return score_interval(hits, of, z=Z95) if of else (None, None)


def _channel(row: dict[str, Any], rows: Sequence[dict[str, Any]], currency: str) -> dict[str, Any]:
    low, high = wilson(row["answered"], row["sent"])
    others = [one for one in rows if one["channel"] != row["channel"]]
    sent = sum(one["sent"] for one in others)
    elsewhere = sum(one["answered"] for one in others) / sent if sent else None
    says = _advice(row, low, high, elsewhere)
    if row["asked"]:
        says += f"; {row['asked']:,} asked for it"
    if row["only_here"]:
        says += f"; {row['only_here']:,} ({row['only_here_worth']:,.0f} {currency}) may be reached only here"
    share = row["answered"] / row["sent"] if row["sent"] else None
    return row | {"share": share, "low": low, "high": high, "says": says}


def _advice(row: dict[str, Any], low: float | None, high: float | None, elsewhere: float | None) -> str:
    """What to do with a channel; nothing where too little is known."""
    if not row["sent"] or low is None or high is None:
        return "nothing was sent here within a year: nobody knows whether they are here"
    told = f"{row['answered']:,} of {row['sent']:,} answered"
    if row["sent"] < _ENOUGH:
        return f"{told}: too few to say"
    if high < _NOBODY or (elsewhere is not None and high < _HALF * elsewhere):
        beside = "" if elsewhere is None else f", elsewhere {elsewhere:.1%}"
        return f"do not spend here: {told} ({low:.1%} to {high:.1%}{beside})"
    if elsewhere is not None and low > elsewhere:
        return f"they are here: {told} ({low:.1%} to {high:.1%}, elsewhere {elsewhere:.1%})"
    return f"{told} ({low:.1%} to {high:.1%})"


def _asking(row: dict[str, Any]) -> dict[str, Any]:
    low, high = wilson(row["told"], row["people"])
    share = row["told"] / row["people"] if row["people"] else None
    says = (
        f"of {row['people']:,} customers {row['asked']:,} were asked {_WHAT[row['what']]}, and {row['told']:,} told us"
    )
    return row | {"share": share, "low": low, "high": high, "says": says}
