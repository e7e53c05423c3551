"""How often and when each person may be contacted: their own wish first, then stated defaults (S2.7, S2.8, S2.11).

The limits are made in `pace_limits`, the days in `pace_quiet`; here they come together, with a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.plan.pace_limits import LONGEST, limited, said_of_pace
from byname.plan.pace_quiet import open_days
from byname.plan.profiled.lists import collected
from byname.plan.topic_wishes import unwanted

if TYPE_CHECKING:
    from byname.engines import Engine, Table
    from byname.plan.profiled.sources import Day, Sources
    from byname.plan.touches import Touches

__all__ = ["Pace", "pace"]

LISTED = statement("plan.pace_listed", "select distinct person_id, value from said where value <> '' and kind = $kind")
TOPICS = statement("plan.pace_topics", "select distinct value from said where value <> '' and kind = 'topic'")
# A topic that somebody does not want to hear of is a dislike, whichever they called it.
DISLIKES = statement(
    "plan.pace_dislikes",
    """
    select distinct person_id, value
    from (
        select person_id, value from said where value <> '' and kind = 'dislike'
        union all
        select said.person_id, unwanted.said as value
        from said
        join unwanted on unwanted.value = said.value
        where said.kind = 'topic'
    ) as disliked
    """,
)

PACE = statement(
    "plan.pace",
    """
    with had as (
        select lowered.person_id, count(*) as had
        from lowered
        join contacts on contacts.person_id = lowered.person_id and contacts.ago < lowered.window_days
        where not contacts.is_service
        group by lowered.person_id
    )
    select lowered.person_id, lowered.allowed as most, lowered.window_days,
           case when lowered.too_much then 2 * lowered.rest_days else lowered.rest_days end as rest_days,
           weeks.mask as open_days, weeks.from_minute, weeks.to_minute, lowered.restricted,
           calendar.day as paused_until, lowered.said_so or lowered.ahead > 0 as own_wish, lowered.drawn,
           dislikes.value as dislikes, lines.value as lines, coalesce(had.had, 0) as had,
           case when lowered.said_so and lowered.own_most = 0
                then 'asked for no contact' || coalesce(': "' || nullif(lowered.wish, '') || '"', '')
                when lowered.said_so then 'asked: "' || lowered.wish || '"'
                when lowered.standing in ('dissatisfied', 'actively_dissatisfied')
                then 'unhappy: at most ' || cast(lowered.most as varchar) || ' in '
                     || cast(lowered.window_days as varchar) || ' days'
                when lowered.standing = 'unknown' then 'not known how they stand: at most '
                     || cast(lowered.most as varchar) || ' in ' || cast(lowered.window_days as varchar) || ' days'
                else lowered.standing || ': at most ' || cast(lowered.most as varchar) || ' in '
                     || cast(lowered.window_days as varchar) || ' days' end
           || case when lowered.too_much then '; fewer, as there are signs of too much' else '' end
           || coalesce('; paused until ' || cast(calendar.day as varchar), '')
           || case when lowered.restricted then '; asked us not to use their data' else '' end
           || case when weeks.to_minute <= weeks.from_minute and lowered.ahead = 0
                   then '; no hour of ours is one of theirs this week' else '' end
           || case when lowered.drawn then '; by lot at most ' || cast(lowered.allowed as varchar)
                     || ' this week, to learn what suits people, never above their own limit' else '' end as why
    from lowered
    join weeks on weeks.person_id = lowered.person_id
    left join calendar on calendar.ahead = lowered.ahead
    left join had on had.person_id = lowered.person_id
    left join dislikes on dislikes.person_id = lowered.person_id
    left join lines on lines.person_id = lowered.person_id
    """,
)


@dataclass(frozen=True)
class Pace:
    """How often and when.

    Attributes:
        table: person_id; most contacts within window_days (service apart); rest_days from one to the next; open_days
            (bit d: they may be contacted on the as-of day + d), from_minute and to_minute of our day on these;
            restricted; paused_until (the first day after); own_wish; drawn (a lot decided this week); dislikes; lines;
            had (contacts within window_days already); why.
        report: (what, in words).
    """

    table: Table
    report: list[tuple[str, str]] = field(default_factory=list)


def pace(engine: Engine, given: Sources, touched: Touches, profile: Table, day: Day, *, salt: str) -> Pace:
    """One row a person of the profile.

    Args:
        engine: where the tables are.
        given: the refresh's tables.
        touched: contacts, for how many they had.
        profile: from `profile.profile`.
        day: on which we look.
        salt: of lots (`Company.lots_key`); used only where [plan] learn_pace is on.
    """
    said = said_of_pace(engine, given, day)
    lowered, report = limited(engine, said, profile, day, salt)
    weeks, more = open_days(engine, said, lowered, profile, day)
    table = engine.run(
        PACE,
        lowered=lowered,
        weeks=weeks,
        calendar=_calendar(engine, day),
        contacts=touched.contacts,
        dislikes=collected(engine, _dislikes(engine, said), "value"),
        lines=collected(engine, engine.run(LISTED, said=said, kind="line"), "value"),
    )
    return Pace(table, [*report, *more])


def _dislikes(engine: Engine, said: Table) -> Table:
    """person_id and value: what they dislike, and of what they do not want to hear."""
    topics = engine.fetch(engine.run(TOPICS, said=said)).column("value").to_pylist()
    pairs = [(value, one) for value in topics for one in unwanted(value)]
    table = pa.table(
        {
            "value": pa.array([value for value, _ in pairs], pa.string()),
            "said": pa.array([one for _, one in pairs], pa.string()),
        }
    )
    return engine.run(DISLIKES, said=said, unwanted=engine.arrow(table))


def _calendar(engine: Engine, day: Day) -> Table:
    """The days to come by how far ahead they are, for the end of a pause."""
    ahead = np.arange(1, LONGEST + 1)
    days = np.datetime64(day.as_of) + ahead.astype("timedelta64[D]")
    return engine.arrow(pa.table({"ahead": pa.array(ahead), "day": pa.array(days, pa.date32())}))
