"""Employees whom customers praise by name, and, where a company asks for it, agents by satisfaction and resolution.

Employees are people too. A score needs the ratings of 20 people; nobody is named who is rated below the others, and no
column says how long anybody talks or how much they handle. Scores are off by default (S3.14, S3.22).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from byname.engines import statement
from byname.voice.shrinking import shrunk_shares

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from byname.engines import Engine, Table

__all__ = ["AGENTS", "FEWEST_RATINGS", "PRAISED", "agents", "praised"]

AGENTS = pa.schema(
    {"employee": pa.string(), "people": pa.int64()}
    | dict.fromkeys(("satisfaction", "satisfaction_low", "satisfaction_high"), pa.float64())
    | {"cases": pa.int64()}
    | dict.fromkeys(("resolution", "resolution_low", "resolution_high"), pa.float64())
    | {"says": pa.string()}
)
PRAISED = pa.schema({"employee": pa.string(), "people": pa.int64(), "quotes": pa.string()})

FEWEST_RATINGS = 20

# Satisfied is the top of each scale, as TERMS has it for CSAT: the top two of five. NPS asks about the company.
RATED = statement(
    "voice.employees_rated",
    """
    with rated as (
        select ratings.fact_id, record_person.person_id, ratings.occurred_at, ratings.source, ratings.account,
               lower(ratings.about_kind) as about_kind, ratings.about,
               case when lower(ratings.scale) in ('csat', 'stars') then ratings.score >= 4e0
                    when lower(ratings.scale) = 'ces' then ratings.score >= 5e0 end as satisfied
        from ratings
        join record_person on record_person.record_id = ratings.record_id
        where coalesce(ratings.occurred_at, ratings.known_at) < $until
          and (lower(ratings.scale) in ('csat', 'stars') and ratings.score between 1e0 and 5e0
               or lower(ratings.scale) = 'ces' and ratings.score between 1e0 and 7e0)
    ),
    tickets as (
        select source, account, source_id, min(employee) as employee
        from voice
        where employee is not null
        group by source, account, source_id
    ),
    named as (
        select rated.person_id, rated.satisfied,
               case when rated.about_kind = 'employee' then rated.about else tickets.employee end as employee
        from rated
        left join tickets on rated.about_kind = 'ticket' and tickets.source = rated.source
                         and tickets.account = rated.account and tickets.source_id = rated.about
    )
    select employee, person_id, count(*) as ratings, count_if(satisfied) as satisfied
    from named
    where employee is not null
    group by employee, person_id
    """,
)
# A person counts once for an employee, as the share of their ratings that are good: nobody decides alone.
SATISFIED = statement(
    "voice.employees_satisfied",
    """
    select employee, count(*) as people,
           cast(sum(cast(cast(satisfied as double) / nullif(ratings, 0) as decimal(18,4))) as double) as satisfied
    from rated
    group by employee
    """,
)
RESOLVED = statement(
    "voice.employees_resolved",
    """
    with threads as (
        select employee, source, account, coalesce(thread, fact_id) as thread,
               bool_or(coalesce(lower(status), '') in ('solved', 'closed', 'resolved', 'done')) as solved
        from voice
        where employee is not null and status is not null and occurred_at < $until
        group by employee, source, account, coalesce(thread, fact_id)
    )
    select employee, count(*) as cases, count_if(solved) as solved from threads group by employee
    """,
)
NAMED = statement(
    "voice.employees_named",
    """
    select employees, person_id, fact_id, occurred_at,
           case when sensitive is false then quote end as quote
    from voice
    where contains(coalesce(employees, '[]'), 'true') and person_id is not null and occurred_at < $until
      and date_diff('day', cast(occurred_at as date), cast($as_of as date)) < 365
    """,
)
NAMES_SAID = statement("voice.employees_names", "select employees from named group by employees", lazy=True)
PRAISED_BY = statement(
    "voice.employees_praised",
    """
    select names.employee, count(distinct named.person_id) as people
    from named
    join names on names.employees = named.employees
    group by names.employee
    """,
)
PRAISE_QUOTED = statement(
    "voice.employees_quoted",
    """
    with each_person as (
        select names.employee, named.person_id, named.fact_id, named.occurred_at, named.quote
        from named
        join names on names.employees = named.employees
        where named.quote is not null
        qualify row_number() over (
            partition by names.employee, named.person_id order by named.occurred_at desc, named.fact_id
        ) = 1
    )
    select employee, fact_id, cast(occurred_at as date) as said_on, quote
    from each_person
    qualify row_number() over (partition by employee order by occurred_at desc, fact_id) <= 3
    """,
)


def agents(
    engine: Engine, voice: Table, ratings: Table, record_person: Table, *, until: datetime, on: bool = False
) -> tuple[Table, list[tuple[str, str]]]:
    """Agents whom customers rate as well as the others or better, by satisfaction and by cases that are solved.

    Both are shares shrunk toward what all have in common (`shrinking.shrunk_shares`). Who is rated below the others, so
    that it is sure, is counted in the report and not named.

    Args:
        engine: where the tables are.
        voice: messages read, of known people.
        ratings: the fact table; those about an employee, or about a ticket that an employee answered.
        record_person: record_id, person_id.
        until: the end of the as-of day, UTC.
        on: whether the company asked for it.

    Returns:
        A table with the columns of `AGENTS`, the best first when ordered by satisfaction_low, and report lines.
    """
    if not on:
        return engine.arrow(AGENTS.empty_table()), [("agents", "off: no scores of employees unless settings ask")]
    rated = engine.run(RATED, ratings=ratings, record_person=record_person, voice=voice, until=until)
    rows = engine.fetch(engine.run(SATISFIED, rated=rated), order_by=("employee",)).to_pylist()
    solved = {
        row.pop("employee"): row
        for row in engine.fetch(engine.run(RESOLVED, voice=voice, until=until), order_by=("employee",)).to_pylist()
    }
    people = np.array([row["people"] for row in rows], float)
    good = shrunk_shares(np.array([row["satisfied"] for row in rows], float), people)
    cases = np.array([row["cases"] for row in solved.values()], float)
    done = shrunk_shares(np.array([row["solved"] for row in solved.values()], float), cases)
    done_by = dict(zip(solved, np.column_stack(done[:3]).tolist(), strict=True))
    mean = good[3]
    enough = people >= FEWEST_RATINGS
    below = enough & (good[2] < mean)
    shown = [
        _agent(rows[at], [float(each[at]) for each in good[:3]], solved, done_by)
        for at in np.flatnonzero(enough & ~below)
    ]
    report = [
        (
            "agents",
            f"{len(shown):,} shown; {int((~enough).sum()):,} with ratings of fewer than {FEWEST_RATINGS} people and"
            f" {int(below.sum()):,} rated below the others are not named",
        )
    ]
    return engine.arrow(pa.Table.from_pylist(shown, schema=AGENTS)), report


def _agent(
    row: Mapping[str, Any],
    good: list[float],
    solved: Mapping[str, Mapping[str, int]],
    done_by: Mapping[str, list[float]],
) -> dict[str, Any]:
    name = row["employee"]
    cases = solved.get(name, {}).get("cases", 0)
    done = done_by[name] if cases >= FEWEST_RATINGS else [None, None, None]
    says = f"{good[0]:.0%} of {row['people']:,} people were satisfied ({good[1]:.0%} to {good[2]:.0%})"
    if done[0] is not None:
        says += f"; {done[0]:.0%} of {cases:,} cases are solved"
    return dict(zip(AGENTS.names, (name, row["people"], *good, cases, *done, says), strict=True))


def praised(engine: Engine, voice: Table, *, as_of: date, until: datetime) -> Table:
    """Employees whom customers praised by name in the last 365 days, by how many people, with up to three quotes.

    Args:
        engine: where the tables are.
        voice: messages read, of known people; its `employees` say who is praised.
        as_of: the last day.
        until: its end, UTC.

    Returns:
        Columns as `PRAISED`; quotes is a JSON list of fact_id, on, words, personal data masked, of different people.
    """
    named = engine.run(NAMED, voice=voice, as_of=as_of, until=until)
    said = engine.fetch(engine.run(NAMES_SAID, named=named), order_by=("employees",)).column("employees").to_pylist()
    pairs = [(text, name) for text in said for name in _praised_in(text)]
    names = engine.arrow(
        pa.table(
            {
                "employees": pa.array([text for text, _ in pairs], pa.string()),
                "employee": pa.array([name for _, name in pairs], pa.string()),
            }
        )
    )
    rows = engine.fetch(engine.run(PRAISED_BY, named=named, names=names), order_by=("employee",)).to_pylist()
    quotes: dict[str, list[dict[str, str]]] = {}
    quoted = engine.run(PRAISE_QUOTED, named=named, names=names)
    for row in reversed(engine.fetch(quoted, order_by=("employee", "said_on", "fact_id")).to_pylist()):
        quotes.setdefault(row["employee"], []).append(
            {"fact_id": row["fact_id"], "on": row["said_on"].isoformat(), "words": row["quote"]}
        )
    for row in rows:
        row["quotes"] = json.dumps(quotes.get(row["employee"], []), ensure_ascii=False)
    return engine.arrow(pa.Table.from_pylist(rows, schema=PRAISED))


def _praised_in(text: str) -> list[str]:
    """Names praised in one message and not blamed in it as well."""
    told: list[dict[str, Any]] = json.loads(text)
    blamed = {one["name"] for one in told if not one["praised"]}
    return sorted({one["name"] for one in told if one["praised"]} - blamed)
