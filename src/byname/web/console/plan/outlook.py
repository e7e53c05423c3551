"""What the plan as a whole says: how near it is to the best, where customers are, what we ask and what we give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.today import LEFT_OUT
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

__all__ = ["Outlook", "outlook"]

CHOICE = "select name, value, says from choice order by name, says"
CHANNELS = "select * from channels order by people desc, channel"
ASKING = "select * from asking order by what"
BALANCE = """
    select what, many, of, share, says
    from balance
    order by list_position($1::varchar[], what) nulls last, what
"""
_FIRST_SAID = ["thanked", "best never thanked", "best neglected", "gives", "asked more than given", "individual"]
DISCRETION = "select * from discretion order by gestures_365 desc, employee"
BY_STANDING = """
    select standing, count(*) as people, cast(sum(asks_365) as bigint) as asks,
           cast(sum(gives_365) as bigint) as gives, count_if(asks_365 > gives_365) as asked_more
    from profile
    where is_customer
    group by standing
    order by people desc, standing
"""
NEVER_THANKED = """
    with never as (
        select person_id, clv, clv_low, clv_high, coalesce(standing, 'unknown') as standing, known_to,
               count(*) over () as of_all
        from profile
        where is_customer and days_since_thanked is null
        order by clv desc, person_id
        limit 60
    )
    select never.*, people.name, people.email, people.phone
    from never
    join people on people.person_id = never.person_id
    order by never.clv desc, never.person_id
"""
_NAMED = 20
_ASKED_OF_LEFT = 100


@dataclass(frozen=True)
class Outlook:
    """The plan as a whole.

    Attributes:
        gap: how near it is to the best that the minutes allow, in a sentence.
        bound: more than this no plan could be expected to be worth; None where none was worked out.
        advice: what to do.
        other_tools: what other tools sent and was not loaded.
        left_out: the most valuable who were left out, each once, with the reason.
        channels: where customers are and are not.
        asking: how many we ever asked how they want it.
        balance: shares, in sentences.
        by_standing: asks and gives of a year.
        never_thanked: the most valuable customers who never were.
        never_thanked_all: how many there are.
        discretion: what each employee may still give this month, and what came of it.
    """

    gap: str
    bound: float | None
    advice: list[str]
    other_tools: list[str]
    left_out: list[dict[str, Any]]
    channels: list[dict[str, Any]]
    asking: list[dict[str, Any]]
    balance: list[dict[str, Any]]
    by_standing: list[dict[str, Any]]
    never_thanked: list[dict[str, Any]]
    never_thanked_all: int
    discretion: list[dict[str, Any]]


def outlook(desk: Desk) -> Outlook:
    """The plan as a whole; named are people who may be shown."""
    asked = remembered(_asked, desk.snapshot)
    choice = asked["choice"]
    never = asked["never"]
    return Outlook(
        next(iter(_says(choice, "gap")), ""),
        next((row["value"] for row in choice if row["name"] == "bound"), None),
        _says(choice, "advice"),
        _says(choice, "other tools"),
        _seen(desk, asked["left"]),
        asked["channels"],
        asked["asking"],
        asked["balance"],
        asked["standing"],
        _seen(desk, never),
        never[0]["of_all"] if never else 0,
        asked["discretion"],
    )


def _says(rows: Iterable[dict[str, Any]], name: str) -> list[str]:
    return [row["says"] for row in rows if row["name"] == name]


def _seen(desk: Desk, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of those who may be shown, each once, with where they stand by now."""
    since = desk.since
    unseen = since.gone
    first = {row["person_id"]: row for row in reversed(rows) if row["person_id"] not in unseen}
    shown = [row for row in rows if first.get(row["person_id"]) is row][:_NAMED]
    return [row | {"standing": since.standings.get(row["person_id"], row.get("standing"))} for row in shown]


def _asked(snapshot: Snapshot) -> dict[str, list[dict[str, Any]]]:
    return {
        "choice": snapshot.query(CHOICE),
        "left": snapshot.query(f"{LEFT_OUT} limit $1", [_ASKED_OF_LEFT]),
        "channels": snapshot.query(CHANNELS),
        "asking": snapshot.query(ASKING),
        "balance": snapshot.query(BALANCE, [_FIRST_SAID]),
        "standing": snapshot.query(BY_STANDING),
        "never": snapshot.query(NEVER_THANKED),
        "discretion": snapshot.query(DISCRETION),
    }
