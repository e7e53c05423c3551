"""What customers say: their problems in their own words, who waits for an answer, whom they praise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.cards import named

if TYPE_CHECKING:
    from byname.snapshot import Snapshot

__all__ = ["Part", "Voices", "Words", "shortlist", "text", "told", "voices", "waiting", "words"]

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
WAITING = """
    select *, count(*) over () as of_all
    from waiting
    where person_id not in (select unnest($3::varchar[]))
    order by case when $4 = 'oldest' then waited_days end desc, worth desc nulls last, waited_days desc, fact_id
    limit $1 offset $2
"""
SOURCES = "select fact_id, source, source_id from voice where fact_id in (select unnest($1::varchar[]))"
TESTIMONIALS = """
    select *, count(*) over () as of_all
    from testimonials
    where person_id not in (select unnest($3::varchar[])) and ($4 = '' or state = $4)
    order by case state when 'permitted' then 1 when 'expired' then 2 else 3 end, strength desc,
             worth desc nulls last, fact_id
    limit $1 offset $2
"""
TOLD = """
    select *
    from problem_messages
    where problem = $4 and person_id not in (select unnest($3::varchar[]))
    order by worth desc nulls last, person_id, occurred_at desc, fact_id
    limit $1 offset $2
"""
TEXT = """
    select voice.*, waiting.words, waiting.waited_days
    from voice
    left join waiting on waiting.fact_id = voice.fact_id
    where voice.fact_id = $1
"""
# The table is sorted by person: of one it is read in no time.
TEXT_OF = f"{TEXT} and voice.person_id = $2"


@dataclass(frozen=True)
class Words:
    """What customers say, of all of them together.

    Attributes:
        feeling: by medium: texts, people, share unhappy and happy, whether the reading is calibrated there.
        problems: in the customers' words, the one of most people first.
        new_words: what rings this week.
        answered: answer rate and time by medium.
        effort: Customer Effort Score.
        praised: employees praised by name.
        agents: scores of employees, where they are wanted.
        model: what texts were read with.
    """

    feeling: list[dict[str, Any]]
    problems: list[dict[str, Any]]
    new_words: list[dict[str, Any]]
    answered: list[dict[str, Any]]
    effort: list[dict[str, Any]]
    praised: list[dict[str, Any]]
    agents: list[dict[str, Any]]
    model: str


@dataclass(frozen=True)
class Voices(Words):
    """The same, and the two lists by name.

    Attributes:
        waiting: who waits for an answer, the most valuable first.
        testimonials: what may be quoted, and whom to ask.
    """

    waiting: list[dict[str, Any]]
    testimonials: list[dict[str, Any]]


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
    without: tuple[str, ...] = ()


def waiting(snapshot: Snapshot, part: Part, *, first: str = "worthiest") -> list[dict[str, Any]]:
    """Who waits for an answer, by name; `of_all`: how many texts wait.

    Args:
        snapshot: the current one.
        part: which of them.
        first: worthiest or oldest.
    """
    return named(snapshot, snapshot.query(WAITING, [part.limit, part.offset, list(part.without), first]))


def shortlist(snapshot: Snapshot, part: Part, *, state: str = "") -> list[dict[str, Any]]:
    """Whose praise may be quoted, and who may be asked, by name; `of_all`: how many.

    Args:
        snapshot: the current one.
        part: which of them.
        state: permitted, expired or ask; empty: all.
    """
    return named(snapshot, snapshot.query(TESTIMONIALS, [part.limit, part.offset, list(part.without), state]))


def told(snapshot: Snapshot, problem: str, part: Part) -> list[dict[str, Any]]:
    """The messages that tell of a problem, by name, those of the most valuable first."""
    return named(snapshot, snapshot.query(TOLD, [part.limit, part.offset, list(part.without), problem]))


def text(snapshot: Snapshot, fact_id: str, person_id: str = "") -> dict[str, Any] | None:
    """What one message was read as, and who wrote it; None where there is none of that id.

    Args:
        snapshot: the current one.
        fact_id: of the message.
        person_id: who wrote it, where that is known: it is found sooner.
    """
    rows = snapshot.query(TEXT_OF, [fact_id, person_id]) if person_id else []
    rows = rows or snapshot.query(TEXT, [fact_id])
    return next(iter(named(snapshot, rows)), None)


def words(snapshot: Snapshot, limit: int = 10) -> Words:
    """What customers say, of all of them together.

    Args:
        snapshot: the current one.
        limit: how many of each are listed.
    """

    def top(sql: str) -> list[dict[str, Any]]:
        return [_opened(row) for row in snapshot.query(sql + " limit $1", [limit])]

    used = snapshot.query("select model from voice group by model order by count(*) desc, model limit 1")
    return Words(
        snapshot.query(FEELING),
        top("select * from problems order by people desc, problem"),
        top("select * from new_words order by people desc, word"),
        snapshot.query("select * from answered order by case medium when 'all' then 1 else 2 end, asked desc, medium"),
        snapshot.query("select * from effort order by over"),
        top("select * from praised order by people desc, employee"),
        top("select * from agents order by satisfaction_low desc, employee"),
        used[0]["model"] if used else "",
    )


def voices(snapshot: Snapshot, limit: int = 10) -> Voices:
    """Bring together what customers say.

    Args:
        snapshot: the current one.
        limit: how many of each are listed.
    """
    said = words(snapshot, limit)
    waits = waiting(snapshot, Part(limit))
    sources = {row["fact_id"]: row for row in snapshot.query(SOURCES, [[row["fact_id"] for row in waits]])}
    return Voices(
        **vars(said),
        waiting=[row | sources[row["fact_id"]] for row in waits],
        testimonials=shortlist(snapshot, Part(limit)),
    )


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its JSON columns as lists."""
    return {name: json.loads(one) if name in ("quotes", "examples") and one else one for name, one in row.items()}
