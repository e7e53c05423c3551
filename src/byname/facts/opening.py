"""The ledger's tables as an engine sees them: every version, and the newest version of each fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from byname.engines import statement
from byname.facts.schema import TABLES, table
from byname.facts.versions import NEWEST_SQL

if TYPE_CHECKING:
    from datetime import datetime

    from byname.engines import Engine, Table
    from byname.facts.ledger import State

__all__ = ["all_versions", "newest"]

NEWEST = statement("facts.newest", NEWEST_SQL, lazy=True)


def all_versions(engine: Engine, state: State, name: str) -> Table:
    """Every version of a fact table's rows, as the pinned state has them; a column younger than the files is null."""
    return engine.files(state.files(name), table(name).arrow_schema())


def newest(engine: Engine, state: State, *, known_by: datetime | None = None) -> dict[str, Table]:
    """The newest version of each fact, for every table; one that has none is empty.

    Args:
        engine: where to open them.
        state: a pinned state of the ledger.
        known_by: hide what was learnt after this instant (UTC).
    """
    return {
        one.name: engine.run(NEWEST, all_versions=all_versions(engine, state, one.name), known_by=known_by)
        for one in TABLES
    }
