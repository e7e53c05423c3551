"""What customers gave on their pages: the newest version of each row, in the ledger or not yet taken by a refresh."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

import duckdb

from byname.app_rows import opened
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.schema import table
from byname.facts.store import Store
from byname.facts.versions import NEWEST_OF_FEW_SQL
from byname.web.written.versions import newest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from byname.company import Company

__all__ = ["given"]

_OURS = f"select * from all_versions where source = 'byname' and {{where}} {NEWEST_OF_FEW_SQL}"  # noqa: S608 - ours
# What of a table a customer gives, and nobody else writes; as SQL of the ledger, and as it is asked of one row.
_WHERE: Mapping[str, tuple[str, str, str]] = {
    "ideas": ("true", "", ""),
    "votes": ("true", "", ""),
    "messages": ("medium = 'review'", "medium", "review"),
    "ratings": ("scale = 'stars'", "scale", "stars"),
    "decisions": ("kind = 'show'", "kind", "show"),
}

_kept: dict[tuple[Path, str], tuple[int, list[dict[str, Any]]]] = {}
_reading = Lock()


def given(company: Company, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Rows of these tables: ideas, votes, reviews with their stars, and who allows to show them."""
    with opened(company) as app:
        # Before the ledger: what a refresh takes in between is then seen twice, never not at all.
        pending = {name: [] if app is None else app.pending(name) for name in names}
    found = {}
    for name in names:
        _sql, column, said = _WHERE[name]
        rows = [row for row in pending[name] if not column or row[column] == said]
        found[name] = [dict(row) for row in newest([*_in_ledger(company, name), *rows])]
    return found


def _in_ledger(company: Company, name: str) -> list[dict[str, Any]]:
    """The same until the ledger changes, so it is read once."""
    commit, key = Store(company.facts).load().commit, (company.facts, name)
    with _reading:
        then, found = _kept.get(key, (None, []))
        if then != commit:
            with open_ledger(company).state() as state, duckdb.connect(config={"threads": 1}) as con:
                files = state.files(name)
                show(con, "all_versions", table(name), files)
                rows = con.sql(_OURS.format(where=_WHERE[name][0])).to_arrow_table().to_pylist() if files else []
            then, found = _kept[key] = (commit, rows)
    return found
