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
# What a customer gives, or a colleague in their place: in which fact table, and which of its rows, by a column of it.
_GIFTS: Mapping[str, tuple[str, str, str]] = {
    "ideas": ("ideas", "", ""),
    "votes": ("votes", "", ""),
    "referrals": ("referrals", "", ""),
    "messages": ("messages", "medium", "review"),
    "ratings": ("ratings", "scale", "stars"),
    "decisions": ("decisions", "kind", "show"),
    "surveys": ("messages", "medium", "survey"),
    "scores": ("ratings", "scale", "csat"),
    "stories": ("messages", "medium", "story"),
    "quotes": ("decisions", "kind", "quote"),
    "undone": ("decisions", "kind", "undo"),
}

_kept: dict[tuple[Path, str], tuple[int, list[dict[str, Any]]]] = {}
_reading = Lock()


def given(company: Company, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Rows of these gifts: ideas, votes, referrals, reviews and who allows to show them, surveys with scores."""
    with opened(company) as app:
        # Before the ledger: what a refresh takes in between is then seen twice, never not at all.
        pending = {name: [] if app is None else app.pending(_GIFTS[name][0]) for name in names}
    found = {}
    for name in names:
        _table, column, said = _GIFTS[name]
        rows = [row for row in pending[name] if not column or row[column] == said]
        found[name] = [dict(row) for row in newest([*_in_ledger(company, name), *rows])]
    return found


def _in_ledger(company: Company, name: str) -> list[dict[str, Any]]:
    """The same until the ledger changes, so it is read once."""
    commit, key = Store(company.facts).load().commit, (company.facts, name)
    of, column, said = _GIFTS[name]
    where = f"{column} = '{said}'" if column else "true"
    with _reading:
        then, found = _kept.get(key, (None, []))
        if then != commit:
            with open_ledger(company).state() as state, duckdb.connect(config={"threads": 1}) as con:
                files = state.files(of)
                show(con, "all_versions", table(of), files)
                rows = con.sql(_OURS.format(where=where)).to_arrow_table().to_pylist() if files else []
            then, found = _kept[key] = (commit, rows)
    return found
