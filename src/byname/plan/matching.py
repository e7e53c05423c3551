"""Whom each playbook is for, and when the same last reached them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.engines.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from byname.engines import Engine, Table
    from byname.playbooks.playbook import Playbook

__all__ = ["matched", "recent"]

RECENT = statement(
    "plan.recent",
    """
    select record_person.person_id, coalesce(contacts.action, contacts.campaign) as action,
           min(date_diff('day', coalesce(contacts.occurred_at, contacts.known_at), $last_at)) as days
    from contacts
    join record_person on record_person.record_id = contacts.record_id
    where coalesce(contacts.action, contacts.campaign) is not null
      and coalesce(contacts.arm, '') <> 'held out' and coalesce(contacts.occurred_at, contacts.known_at) < $until
    group by record_person.person_id, coalesce(contacts.action, contacts.campaign)
    """,
)


def matched(engine: Engine, profile: Table, playbooks: Sequence[Playbook]) -> Table:
    """person_id and action, a row for each person of whom a playbook's `whom` is true.

    Args:
        engine: where the table is.
        profile: one row a person.
        playbooks: their conditions are SQL made anew from a checked tree, so that they can be put together here.
    """
    each = [
        f"select profile.person_id, '{playbook.action}' as action from profile where {playbook.condition.sql}"  # noqa: S608 - checked
        for playbook in playbooks
    ]
    nobody = "select profile.person_id, '' as action from profile where false"
    return engine.run(Statement("plan.matched", " union all ".join(each or [nobody])), profile=profile)


def recent(engine: Engine, contacts: Table, record_person: Table, *, until: datetime) -> Table:
    """person_id, action and days since the same last reached them, by whichever tool.

    Args:
        engine: where the tables are.
        contacts: the facts.
        record_person: record_id and person_id.
        until: the end of the as-of day, UTC.
    """
    return engine.run(RECENT, contacts=contacts, record_person=record_person, until=until, last_at=until)
