"""What is news since the day before, by name: what holds of a person today and did not hold in the snapshot before.

What holds is told by the snapshot's own tables, so that today and the snapshot before are asked the same question.
A second snapshot of one day is held against the first: what was news in that one and still holds is news in this one
too, so that of the same facts it is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from byname.engines import statement

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from byname.engines import Engine, Table

__all__ = ["MOST", "TAKES", "Before", "news"]

MOST = 1_000  # of each kind, the most valuable

# Table of the snapshot → the columns that are looked at.
TAKES: Mapping[str, tuple[str, ...]] = {
    "alarms": ("person_id", "since", "kind", "says", "fact_id"),
    "promises": ("person_id", "fact_id", "what", "due_at", "employee", "state"),
    "waiting": ("person_id", "fact_id", "occurred_at", "kind", "words"),
    "standing": ("person_id", "standing"),
    "profile": (
        "person_id",
        "clv",
        "referrals",
        "referral_unthanked",
        "days_since_thanked",
        "idea_shipped",
        "coming_occasion",
    ),
    "news": ("person_id", "kind", "since", "says", "fact_id", "about"),
}

# `about` is by what a thing is known again: its record where it has one, whoever it is linked to by then.
HOLDS = statement(
    "plan.news_holds",
    """
    with every as (
        select person_id, 'alarm' as kind, since, says, fact_id,
               case when kind = 'fell' then person_id || ' ' || regexp_replace(says, '; [^\\n]*', '', 'g')
                    else coalesce(fact_id, person_id || ' ' || says) end as about
        from alarms
        union all
        select person_id, 'promise broken' as kind, cast(due_at as date) as since,
               coalesce(nullif(trim(employee, ' '), ''), 'we') || ' promised "' || what || '" for '
                   || cast(cast(due_at as date) as varchar) || ', and it is overdue' as says,
               fact_id, fact_id as about
        from promises
        where state = 'broken'
        union all
        select person_id, 'waiting' as kind, cast(occurred_at as date) as since,
               'waits for an answer to a ' || kind || coalesce(': "' || words || '"', '') as says,
               fact_id, fact_id as about
        from waiting
        union all
        select person_id, 'thanks due' as kind, cast(null as date) as since,
               'brought a friend' || case when days_since_thanked is null then ', and was never thanked'
                                          else ', and was not thanked since' end as says,
               cast(null as varchar) as fact_id, person_id || ' friend ' || cast(referrals as varchar) as about
        from profile
        where referral_unthanked
        union all
        select person_id, 'thanks due' as kind, cast(null as date) as since,
               'an idea of theirs was put to use (' || idea_shipped || '), and nobody told them' as says,
               cast(null as varchar) as fact_id, person_id || ' idea ' || idea_shipped as about
        from profile
        where idea_shipped is not null
        union all
        select person_id, 'occasion' as kind, cast(null as date) as since, coming_occasion || ' this week' as says,
               cast(null as varchar) as fact_id, person_id || ' ' || coming_occasion as about
        from profile
        where coming_occasion is not null
    )
    select person_id, kind, since, says, fact_id, about
    from every
    qualify row_number() over (partition by kind, about order by person_id, says) = 1
    """,
)
# Unknown is no place to move from or to; but an advocate is news wherever they come from. Why is the evidence that
# speaks most for where they stand now.
MOVED = statement(
    "plan.news_moved",
    """
    with changed as (
        select standing.person_id, standing.standing, before_standing.standing as stood
        from standing
        join before_standing on before_standing.person_id = standing.person_id
        where standing.standing <> before_standing.standing and standing.standing <> 'unknown'
          and (before_standing.standing <> 'unknown' or standing.standing = 'advocate')
    )
    select changed.person_id, case when changed.standing = 'advocate' then 'new advocate' else 'moved' end as kind,
           cast($as_of as date) as since,
           'was ' || replace(changed.stood, '_', ' ') || ', now ' || replace(changed.standing, '_', ' ')
               || coalesce('; ' || why.says, '') as says,
           why.fact_id, changed.person_id || ' ' || changed.standing as about
    from changed
    left join (select person_id, says, fact_id from evidence where place = 1) as why
      on why.person_id = changed.person_id
    """,
)
# `earlier` is what the first snapshot of the day said already.
NEWS = statement(
    "plan.news",
    """
    with fresh as (
        select holds.*
        from holds
        anti join before_holds on before_holds.kind = holds.kind and before_holds.about = holds.about
        union all
        select moved.* from moved
        union all
        select holds.*
        from holds
        join (select distinct kind as told_kind, about as told_about from earlier) as told
          on told.told_kind = holds.kind and told.told_about = holds.about
        semi join before_holds on before_holds.kind = holds.kind and before_holds.about = holds.about
        union all
        select earlier.*
        from earlier
        semi join standing on earlier.about = standing.person_id || ' ' || standing.standing
        anti join moved on moved.person_id = earlier.person_id
        where earlier.kind in ('moved', 'new advocate')
    )
    select fresh.person_id, fresh.kind, fresh.since, fresh.says, fresh.fact_id, fresh.about,
           coalesce(profile.clv, 0e0) as worth
    from fresh
    join profile on profile.person_id = fresh.person_id
    qualify row_number() over (
        partition by fresh.kind order by coalesce(profile.clv, 0e0) desc, fresh.person_id, fresh.about
    ) <= $most
    """,
)


@dataclass(frozen=True)
class Before:
    """The snapshot before.

    Attributes:
        tables: those of `TAKES`, by name.
        is_same_day: it is of the same as-of day.
    """

    tables: Mapping[str, pa.Table]
    is_same_day: bool


def news(engine: Engine, tables: Mapping[str, Table], before: Before | None, *, as_of: date) -> Table:
    """One row a piece of news: person_id, kind, since, says, fact_id, about, worth; none where there was no snapshot.

    Kinds are alarm, moved, new advocate, promise broken, waiting, thanks due, occasion.

    Args:
        engine: where the tables are.
        tables: today's, by name: those of `TAKES` but for the news, and `evidence`.
        before: the snapshot before; None for the first.
        as_of: the day.
    """
    now = engine.run(HOLDS, **_of_holds(tables))
    told = engine.arrow((before.tables["news"] if before and before.is_same_day else _NONE.empty_table()).cast(_NONE))
    if before is None:  # of the first snapshot nothing is news
        old, stood = now, tables["standing"]
    else:
        held = {name: engine.arrow(table) for name, table in before.tables.items()}
        old, stood = engine.run(HOLDS, **_of_holds(held)), held["standing"]
    moved = engine.run(
        MOVED, standing=tables["standing"], before_standing=stood, evidence=tables["evidence"], as_of=as_of
    )
    return engine.run(
        NEWS, holds=now, before_holds=old, moved=moved, earlier=told, standing=tables["standing"],
        profile=tables["profile"], most=MOST,
    )  # fmt: skip


_NONE = pa.schema(
    [
        ("person_id", pa.string()),
        ("kind", pa.string()),
        ("since", pa.date32()),
        *((name, pa.string()) for name in ("says", "fact_id", "about")),
    ]
)


def _of_holds(tables: Mapping[str, Table]) -> dict[str, Table]:
    return {name: tables[name] for name in ("alarms", "promises", "waiting", "profile")}
