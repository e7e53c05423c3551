"""Today's list for a team or an employee: whom to reach, why, how, with which words; and who was left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from byname.snapshot import Snapshot

__all__ = ["Today", "Week", "delight", "first_day", "today", "week"]

PLAN = """
    select plan.day, plan.team, plan.employee, people.name, plan.person_id, people.email, plan.action, plan.title,
           plan.kind, plan.reason, plan.how, plan.words, plan.customer_gain, plan.choice, plan.expected, plan.goal,
           plan.channel, plan.minutes, plan.expected_value, plan.value_low, plan.value_high, plan.owed,
           plan.facts_used, plan.place
    from plan
    join people on people.person_id = plan.person_id
    order by plan.day, plan.place, plan.person_id
"""
LEFT_OUT = """
    select left_out.*, people.name, people.email, people.phone
    from left_out
    join people on people.person_id = left_out.person_id
    order by left_out.value desc, left_out.person_id, left_out.action
"""
LEFT_COUNTS = """
    select action, team, why, says, cast(sum(people) as bigint) as people
    from left_counts
    group by action, team, why, says
    order by people desc, team, action, why
"""
BLOCKED = """
    select blocked.rule, count(distinct blocked.person_id) as people,
           arg_max(blocked.says, coalesce(value.clv, 0)) as says
    from blocked
    left join value on value.person_id = blocked.person_id
    group by blocked.rule
    order by people desc, blocked.rule
"""
BOOK = """
    select people.person_id, people.name, people.email, people.phone, client_book.promised, client_book.due_at,
           client_book.clv, client_book.says
    from client_book
    join people on people.person_id = client_book.person_id
    where client_book.employee = $1
    order by client_book.promised is null, client_book.due_at, client_book.clv desc, people.person_id
    limit 12
"""


@dataclass(frozen=True)
class Today:
    """The list of a day.

    Attributes:
        day: the first day of the plan on which somebody works; None where nobody works in the whole week.
        delight: the one person to delight today: the most valuable contact that gives rather than asks.
        rows: whom to reach, in the order in which it counts.
        left: how many more each team could reach, were there time: team, people.
        blocked: rule, people, and the sentence of the most valuable of them.
        other_tools: sentences on what other tools sent and was not loaded.
        advice: what to do where the list is empty or thin.
        book: of the employee asked for: whom they know, who waits for their word first.
        discretion: of that employee: what they may still give this month, in a sentence.
    """

    day: date | None
    delight: dict[str, Any] | None
    rows: list[dict[str, Any]]
    left: list[dict[str, Any]]
    blocked: list[dict[str, Any]]
    other_tools: list[str]
    advice: list[str]
    book: list[dict[str, Any]]
    discretion: list[str]


@dataclass(frozen=True)
class Week:
    """The plan of a week.

    Attributes:
        rows: all contacts.
        capacity: team, day, minutes, used, price of a minute, contacts.
        choice: name, value, says: the bound, the gap to it, people, candidates.
        left_out: the most valuable who were left out, each with the reason.
        left: team, action, why, people: all of them in numbers.
        blocked: rule, people, and one sentence.
        other_tools: sentences on what other tools sent and was not loaded.
        channels: where customers are and are not, a sentence each.
        balance: what we ask against what we give, a sentence each.
    """

    rows: list[dict[str, Any]]
    capacity: list[dict[str, Any]]
    choice: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    left: list[dict[str, Any]]
    blocked: list[dict[str, Any]]
    other_tools: list[str]
    channels: list[dict[str, Any]]
    balance: list[dict[str, Any]]


def today(snapshot: Snapshot, *, team: str = "", employee: str = "") -> Today:
    """The first day of the plan on which somebody works.

    Args:
        snapshot: the current one.
        team: only this one.
        employee: only what is theirs.

    Raises:
        UsageError: nobody of that name works here.
    """
    rows = snapshot.query(PLAN)
    day = first_day(snapshot)
    if employee:
        employee = _employee(employee, snapshot)
    rows = [
        row for row in rows
        if row["day"] == day and team in {"", row["team"]} and employee in {"", row["employee"]}
    ]  # fmt: skip
    return Today(
        day,
        delight(rows),
        rows,
        snapshot.query(
            "select team, sum(people) as people from left_counts where worth_it group by team order by team"
        ),
        snapshot.query(BLOCKED),
        _says(snapshot, "other tools"),
        _says(snapshot, "advice"),
        snapshot.query(BOOK, [employee]),
        [row["says"] for row in snapshot.query("select says from discretion where employee = $1", [employee])],
    )


def first_day(snapshot: Snapshot, on: date | None = None) -> date | None:
    """The first day of the plan on which somebody works; None where nobody does in the whole week.

    Args:
        snapshot: the current one.
        on: not before that day, unless the whole plan lies before it.
    """
    days = snapshot.query("select distinct day from capacity where minutes > 0 order by day")
    later = [row["day"] for row in days if on is None or row["day"] >= on]
    return next(iter(later or [row["day"] for row in days]), None)


def delight(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The one to delight: the most valuable contact that gives, else that is not owed, else any.

    Args:
        rows: contacts with their `kind`, `owed`, `expected_value` and `person_id`.
    """
    kind = [row for row in rows if row["kind"] in {"give", "thank"}] or [row for row in rows if not row["owed"]] or rows
    return max(kind, key=lambda row: (row["expected_value"], row["person_id"]), default=None)


def week(snapshot: Snapshot, limit: int = 20) -> Week:
    """The plan of the week.

    Args:
        snapshot: the current one.
        limit: how many of those left out are named.
    """
    return Week(
        snapshot.query(PLAN),
        snapshot.query("select * from capacity order by day, team"),
        snapshot.query("select * from choice order by name"),
        snapshot.query(f"{LEFT_OUT} limit $1", [limit]),
        snapshot.query(LEFT_COUNTS),
        snapshot.query(BLOCKED),
        _says(snapshot, "other tools"),
        [row | {"says": f"{row['channel'].replace('_', ' ')}: {row['says']}"}
         for row in snapshot.query("select * from channels order by people desc, channel")]
        + snapshot.query("select * from asking order by what"),
        snapshot.query("select * from balance"),
    )  # fmt: skip


def _says(snapshot: Snapshot, name: str) -> list[str]:
    rows = snapshot.query("select says from choice where name = $1 order by says", [name])
    return [row["says"] for row in rows]


def _employee(name: str, snapshot: Snapshot) -> str:
    known: list[str] = [
        row["employee"] for row in snapshot.query("select distinct employee from client_book order by employee")
    ]
    known += [
        row["employee"] for row in snapshot.query("select distinct employee from plan where employee is not null")
    ]
    found = [one for one in known if one.casefold() == name.casefold()]
    if not found:
        raise UsageError(
            where="--for",
            found=f'"{name}"{nearest(name, known)}',
            expected="an employee who knows a customer or has a contact in the plan",
            do="Employees stand under [[employees]] in byname.toml.",
        )
    return found[0]
