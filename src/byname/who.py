"""Everything that is known about one person: worth, standing and why, their words, and each record with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byname.snapshot import Snapshot

__all__ = ["Known", "who"]

_TIMELINE_SHOWN = 1_000
_REASONS = 5
_WORDS = 5

LINKS = "select * exclude (person_id) from links where person_id = $1 order by role, source, source_id"
HOUSEHOLD = """
    select people.person_id, people.name, people.email, people.phone, others.reason
    from households
    join households as others on others.household_id = households.household_id
    join people on people.person_id = others.person_id
    where households.person_id = $1 and others.person_id <> $1
    order by people.name, people.person_id
"""
COMPANIES = """
    select company_id, name, parent_id, since, until
    from companies
    where person_id = $1
    order by since desc, company_id
"""
TIMELINE = """
    select * exclude (person_id)
    from timeline
    where person_id = $1
    order by occurred_at desc, source_id
    limit $2
"""
STANDING = "select * exclude (person_id) from standing where person_id = $1"
REASONS = """
    select evidence.fact_id, evidence.kind, evidence.occurred_at, evidence.says, evidence.pull,
           links.source, links.source_id
    from evidence
    left join links on links.fact_id = evidence.fact_id and links.person_id = evidence.person_id
    where evidence.person_id = $1 and evidence.pull > 0
    qualify row_number() over (partition by evidence.place order by links.role) = 1
    order by evidence.place
    limit $2
"""
MOVES = "select * exclude (person_id) from moves where person_id = $1 order by day desc"
SAID = """
    select fact_id, occurred_at, medium, quote, intents, topic, source, source_id
    from voice
    where person_id = $1 and quote is not null
    order by occurred_at desc, fact_id
    limit $2
"""
PROMISES = "select * exclude (person_id) from promises where person_id = $1 order by coalesce(due_at, made_at) desc"
PLANNED = """
    select day, team, employee, title, reason, how from plan where person_id = $1 order by day, place
"""
STOPPED = """
    select rule, min(says) as says, count(*) as plays from blocked
    where person_id = $1
    group by rule
    order by plays desc, rule
"""


@dataclass(frozen=True)
class Known:
    """One person."""

    person: dict[str, Any]
    value: dict[str, Any] | None
    links: list[dict[str, Any]]
    timeline: list[dict[str, Any]]
    household: list[dict[str, Any]] = field(default_factory=list)
    companies: list[dict[str, Any]] = field(default_factory=list)
    standing: dict[str, Any] | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)
    promises: list[dict[str, Any]] = field(default_factory=list)
    planned: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[dict[str, Any]] = field(default_factory=list)


def who(snapshot: Snapshot, text: str, limit: int = 20) -> list[Known]:
    """Find people by id, e-mail, phone, name or a part of these; one person comes with all that is known.

    Returns:
        One person whole; several in short (no links, no timeline), so that the right one can be chosen.
    """
    found = [row["person_id"] for row in snapshot.find(text, limit)]
    if not found:
        return []
    listed = ", ".join(f"'{person_id}'" for person_id in found)  # our own ids: letters and digits
    people = {row["person_id"]: row for row in snapshot.query(f"select * from people where person_id in ({listed})")}  # noqa: S608
    values = {row["person_id"]: row for row in snapshot.query(f"select * from value where person_id in ({listed})")}  # noqa: S608
    if len(found) > 1:
        return [Known(people[one], values.get(one), [], []) for one in found]
    one = found[0]
    links = snapshot.query(LINKS, [one])
    line = snapshot.query(TIMELINE, [one, _TIMELINE_SHOWN])
    household = snapshot.query(HOUSEHOLD, [one])
    companies = snapshot.query(COMPANIES, [one])
    standing = snapshot.query(STANDING, [one])
    return [
        Known(
            people[one],
            values.get(one),
            links,
            line,
            household,
            companies,
            standing[0] if standing else None,
            snapshot.query(REASONS, [one, _REASONS]),
            snapshot.query(MOVES, [one]),
            snapshot.query(SAID, [one, _WORDS]),
            snapshot.query(PROMISES, [one]),
            snapshot.query(PLANNED, [one]),
            snapshot.query(STOPPED, [one]),
        )
    ]
