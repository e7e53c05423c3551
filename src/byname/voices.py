"""What customers say: their problems in their own words, who waits for an answer, whom they praise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.snapshot import Snapshot

__all__ = ["Part", "Voices", "shortlist", "text", "told", "voices", "waiting"]

FEELING = """
    select medium, count(*) as texts, count(distinct person_id) as people,
           avg(case when negative >= greatest(neutral, positive) then 1.0 else 0.0 end) as unhappy,
           avg(case when positive > greatest(neutral, negative) then 1.0 else 0.0 end) as happy,
           bool_and(calibrated) as calibrated
    from voice
    where negative is not null and not sensitive
    group by medium
    order by texts desc, medium
"""
# Each is limited before it is joined: of a million people's words only the rows that are shown are looked up.
WAITING = """
    with top as (
        select *, count(*) over () as of_all
        from waiting
        where person_id not in (select unnest($3::varchar[]))
        order by case when $4 = 'oldest' then waited_days end desc, worth desc nulls last, waited_days desc, fact_id
        limit $1 offset $2
    )
    select top.*, people.name, people.email, people.phone, voice.source, voice.source_id, standing.standing
    from top
    join people on people.person_id = top.person_id
    join voice on voice.fact_id = top.fact_id
    left join standing on standing.person_id = top.person_id
    order by case when $4 = 'oldest' then top.waited_days end desc, top.worth desc nulls last, top.waited_days desc,
             top.fact_id
"""
TESTIMONIALS = """
    with top as (
        select *, case state when 'permitted' then 1 when 'expired' then 2 else 3 end as place,
               count(*) over () as of_all
        from testimonials
        where person_id not in (select unnest($3::varchar[])) and ($4 = '' or state = $4)
        order by place, strength desc, worth desc nulls last, fact_id
        limit $1 offset $2
    )
    select top.* exclude (place), people.name, people.email, people.phone, standing.standing
    from top
    join people on people.person_id = top.person_id
    left join standing on standing.person_id = top.person_id
    order by top.place, top.strength desc, top.worth desc nulls last, top.fact_id
"""
# Of each person the newest words; the most valuable first.
TOLD = """
    with people_of as (
        select person_id, max_by(fact_id, (occurred_at, fact_id)) as fact_id,
               max_by(words, (occurred_at, fact_id)) as words, max(occurred_at) as occurred_at, count(*) as messages
        from problem_messages
        where problem = $4 and person_id not in (select unnest($3::varchar[]))
        group by person_id
    ),
    top as (
        select people_of.*, value.clv, value.clv_low, value.clv_high, count(*) over () as of_all
        from people_of
        left join value on value.person_id = people_of.person_id
        order by value.clv desc nulls last, people_of.person_id
        limit $1 offset $2
    )
    select top.*, people.name, people.email, people.phone, standing.standing
    from top
    join people on people.person_id = top.person_id
    left join standing on standing.person_id = top.person_id
    order by top.clv desc nulls last, top.person_id
"""
TEXT = """
    select voice.*, people.name, people.email, people.phone, standing.standing, waiting.words, waiting.waited_days
    from voice
    left join people on people.person_id = voice.person_id
    left join standing on standing.person_id = voice.person_id
    left join waiting on waiting.fact_id = voice.fact_id
    where voice.fact_id = $1
"""


@dataclass(frozen=True)
class Voices:
    """What customers say.

    Attributes:
        feeling: by medium: texts, people, share unhappy and happy, whether the reading is calibrated there.
        problems: in the customers' words, the one of most people first.
        new_words: what rings this week.
        waiting: who waits for an answer, the most valuable first, by name.
        answered: answer rate and time by medium.
        effort: Customer Effort Score.
        praised: employees praised by name.
        agents: scores of employees, where they are wanted.
        testimonials: what may be quoted, and whom to ask.
        model: what texts were read with.
    """

    feeling: list[dict[str, Any]]
    problems: list[dict[str, Any]]
    new_words: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    answered: list[dict[str, Any]]
    effort: list[dict[str, Any]]
    praised: list[dict[str, Any]]
    agents: list[dict[str, Any]]
    testimonials: list[dict[str, Any]]
    model: str


@dataclass(frozen=True)
class Part:
    """Which part of a long list.

    Attributes:
        limit: how many rows.
        offset: how many of the first are left out.
        without: people who are shown to nobody.
    """

    limit: int = 10
    offset: int = 0
    without: Sequence[str] = ()


def waiting(snapshot: Snapshot, part: Part, *, first: str = "worthiest") -> list[dict[str, Any]]:
    """Who waits for an answer, by name; `of_all`: how many texts wait.

    Args:
        snapshot: the current one.
        part: which of them.
        first: worthiest or oldest.
    """
    return snapshot.query(WAITING, [part.limit, part.offset, list(part.without), first])


def shortlist(snapshot: Snapshot, part: Part, *, state: str = "") -> list[dict[str, Any]]:
    """Whose praise may be quoted, and who may be asked, by name; `of_all`: how many.

    Args:
        snapshot: the current one.
        part: which of them.
        state: permitted, expired or ask; empty: all.
    """
    return snapshot.query(TESTIMONIALS, [part.limit, part.offset, list(part.without), state])


def told(snapshot: Snapshot, problem: str, part: Part) -> list[dict[str, Any]]:
    """Who told of a problem within 364 days, by name with the newest words, the most valuable first; `of_all`."""
    return snapshot.query(TOLD, [part.limit, part.offset, list(part.without), problem])


def text(snapshot: Snapshot, fact_id: str) -> dict[str, Any] | None:
    """What one message was read as, and who wrote it; None where there is none of that id."""
    return next(iter(snapshot.query(TEXT, [fact_id])), None)


def voices(snapshot: Snapshot, limit: int = 10) -> Voices:
    """Bring together what customers say.

    Args:
        snapshot: the current one.
        limit: how many of each are listed.
    """

    def top(sql: str) -> list[dict[str, Any]]:
        return [_opened(row) for row in snapshot.query(sql + " limit $1", [limit])]

    used = snapshot.query("select model from voice group by model order by count(*) desc, model limit 1")
    return Voices(
        snapshot.query(FEELING),
        top("select * from problems order by people desc, problem"),
        top("select * from new_words order by people desc, word"),
        waiting(snapshot, Part(limit)),
        snapshot.query("select * from answered order by case medium when 'all' then 1 else 2 end, asked desc, medium"),
        snapshot.query("select * from effort order by over"),
        top("select * from praised order by people desc, employee"),
        top("select * from agents order by satisfaction_low desc, employee"),
        shortlist(snapshot, Part(limit)),
        used[0]["model"] if used else "",
    )


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its JSON columns as lists."""
    return {name: json.loads(one) if name in ("quotes", "examples") and one else one for name, one in row.items()}
