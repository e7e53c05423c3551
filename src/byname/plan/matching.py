"""Whom each playbook is for, and when the same last reached them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.engines.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.engines import Engine, Table
    from byname.playbooks.playbook import Playbook

__all__ = ["matched", "recent"]

# By the company's days: what was done this morning was done today.
RECENT = statement(
    "plan.recent",
    """
    select person_id, coalesce(action, campaign) as action, min(ago) as days
    from contacts
    where coalesce(action, campaign) is not null
    group by person_id, coalesce(action, campaign)
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


def recent(engine: Engine, contacts: Table) -> Table:
    """person_id, action and days since the same last reached them, by whichever tool.

    Args:
        engine: where the tables are.
        contacts: those that reached people, from `touches.touches`.
    """
    return engine.run(RECENT, contacts=contacts)
