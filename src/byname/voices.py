"""What customers say: their problems in their own words, who waits for an answer, whom they praise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byname.snapshot import Snapshot

__all__ = ["Voices", "voices"]

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
    select waiting.*, people.name, people.email, people.phone, voice.source, voice.source_id
    from waiting
    join people on people.person_id = waiting.person_id
    join voice on voice.fact_id = waiting.fact_id
    order by waiting.worth desc nulls last, waiting.waited_days desc, waiting.fact_id
    limit $1
"""
TESTIMONIALS = """
    select testimonials.*, people.name, people.email, people.phone
    from testimonials
    join people on people.person_id = testimonials.person_id
    order by case testimonials.state when 'permitted' then 1 when 'expired' then 2 else 3 end,
             testimonials.strength desc, testimonials.worth desc nulls last, testimonials.fact_id
    limit $1
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
        snapshot.query(WAITING, [limit]),
        snapshot.query("select * from answered order by case medium when 'all' then 1 else 2 end, asked desc, medium"),
        snapshot.query("select * from effort order by over"),
        top("select * from praised order by people desc, employee"),
        top("select * from agents order by satisfaction_low desc, employee"),
        snapshot.query(TESTIMONIALS, [limit]),
        used[0]["model"] if used else "",
    )


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its JSON columns as lists."""
    return {name: json.loads(one) if name in ("quotes", "examples") and one else one for name, one in row.items()}
