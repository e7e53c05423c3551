"""One person as a program is told: the numbers, why, what is planned, and what was written since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404

from byname.web.console.person.found import seen_by

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["one"]

_EVIDENCE = 50

PERSON = """
    select people.person_id, people.name, people.email, people.phone, people.city, people.country, people.owner,
           people.first_seen as customer_since, coalesce(standing.standing, 'unknown') as standing, standing.since,
           value.rank, value.clv, value.clv_low, value.clv_high
    from people
    left join standing on standing.person_id = people.person_id
    left join value on value.person_id = people.person_id
    where people.person_id = $1
"""
REASONS = """
    select fact_id, kind, occurred_at, says
    from evidence
    where person_id = $1 and pull > 0
    order by place
    limit $2
"""
PROMISES = "select * exclude (person_id) from promises where person_id = $1 order by coalesce(due_at, made_at) desc"
PLANNED = "select day, team, employee, action, title, reason, how from plan where person_id = $1 order by day, place"
STOPPED = "select action, rule, says from blocked where person_id = $1 order by action"


def one(desk: Desk, person_id: str, account: Account) -> dict[str, Any]:
    """A person's row with the lists that belong to it.

    Args:
        desk: what is known.
        person_id: somebody who is shown.
        account: who asks: a note that is private to another team is left out.

    Raises:
        Http404: nobody of that id.
    """
    query, since = desk.snapshot.query, desk.since
    rows = query(PERSON, [person_id])
    if not rows:
        raise Http404
    row = rows[0] | {"corrected": person_id in since.standings}
    row["owner"] = since.owners.get(person_id, row["owner"]) or None
    row["standing"] = since.standings.get(person_id, row["standing"])
    return row | {
        "reasons": query(REASONS, [person_id, _EVIDENCE]),
        "promises": query(PROMISES, [person_id]),
        "planned": query(PLANNED, [person_id]),
        "stopped": query(STOPPED, [person_id]),
        "written_since": [
            {"kind": said.kind, "says": said.says, "by": said.by, "at": said.at}
            for said in seen_by(desk, person_id, account)
        ],
    }
