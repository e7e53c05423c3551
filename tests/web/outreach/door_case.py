"""Drafts of a shop's plan that stand before the door."""

from __future__ import annotations

from typing import Any

from byname.app_rows import opened
from byname.web.desk import Desk
from byname.web.outreach.drafting import draft_of
from byname.web.outreach.models import Draft, State

_LINES = """
    select plan.person_id, plan.action, plan.words
    from plan
    join candidates on candidates.person_id = plan.person_id and candidates.action = plan.action
    where plan.channel = $1 and plan.kind = $2 and not contains(coalesce(plan.words, '['), '[')
    order by plan.day, plan.place, plan.person_id
"""


def lines(desk: Desk, channel: str = "email", kind: str = "ask") -> list[dict[str, Any]]:
    """Lines of the plan that leave nothing to fill in."""
    found = desk.snapshot.query(_LINES, [channel, kind])
    assert found
    return found


def approved(desk: Desk, line: dict[str, Any], **changed: Any) -> Draft:
    """The draft of a line as if somebody had approved it."""
    draft = draft_of(desk, line["person_id"], line["action"])
    for name, value in ({"state": State.APPROVED} | changed).items():
        setattr(draft, name, value)
    draft.save()
    return draft


def written(desk: Desk, name: str) -> list[dict[str, Any]]:
    """What people wrote of a fact table."""
    with opened(desk.company) as rows:
        assert rows
        return rows.pending(name)


def again(desk: Desk) -> Desk:
    """The desk of the next request."""
    return Desk(desk.company, desk.snapshot)
