"""The record behind a claim: the fact as the ledger has it, from which file, when we learnt it, and its other versions.

What colleagues decided or noted is not shown here, since some of it is private to a team; nor is anybody else's number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.schema import FILES, TABLES, table
from byname.web.console.person.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from byname.facts.ledger import State
    from byname.facts.schema import FactTable
    from byname.web.desk import Desk

__all__ = ["Cell", "Fact", "Version", "facts_of", "facts_with"]

_MOST = 20  # facts of one row of a file: an order is one, with a consent and a customer beside it
_SKIPPED = {"referred_record_id", "referred_id", "other_record_id", "record_id", "address"}
_NOT_HERE = ("decisions", "order_lines")
_BY_ROLE: dict[str, tuple[str, ...]] = {each.role: (each.name,) for each in TABLES if each.name not in _NOT_HERE} | {
    "customer": ("records",),
    "contact": ("contacts", "records"),
    "referred": ("referrals",),
}

LINKED = """
    select distinct fact_id, source, account, source_id, role, reader, reason, probability
    from links
    where person_id in (select unnest($1::varchar[])) and {which}
    order by role, fact_id
    limit {most}
"""
# The id of a row in its source bounds what is read: a file's rows lie together.
VERSIONS = """
    select * from all_versions
    where fact_id = $1 and source = $2 and account = $3 and source_id is not distinct from $4
    order by version desc
"""


@dataclass(frozen=True)
class Cell:
    """One thing that the source said: the column's name, what it means, and the value as text."""

    name: str
    means: str
    value: Any


@dataclass(frozen=True)
class Version:
    """A fact as we learnt it at one time."""

    number: int
    known_at: datetime
    updated_at: datetime | None
    file: str
    cells: list[Cell]


@dataclass(frozen=True)
class Fact:
    """One record.

    Attributes:
        kind: what it is: order, ticket, review, …
        source: the system.
        account: which shop or inbox.
        source_id: the id as the file has it.
        reader: the reader that took it.
        occurred_at: when it happened, UTC; None where the source does not say.
        reason: why it is this person's.
        probability: that it is.
        versions: newest first; none: it is not on record any more.
    """

    kind: str
    source: str
    account: str
    source_id: str
    reader: str
    occurred_at: datetime | None
    reason: str
    probability: float
    versions: list[Version]


def facts_of(desk: Desk, people: Sequence[str], fact_id: str) -> list[Fact]:
    """The fact of that id, if it is of these people."""
    return _facts(
        desk, desk.snapshot.query(LINKED.format(which="fact_id = $2", most=_MOST), [list(people), fact_id], only=people)
    )


def facts_with(desk: Desk, people: Sequence[str], source: str, account: str, source_id: str) -> list[Fact]:
    """The facts of one row of a source, if they are of these people."""
    which = "source = $2 and account = $3 and source_id = $4"
    given = [list(people), source, account, source_id]
    return _facts(desk, desk.snapshot.query(LINKED.format(which=which, most=_MOST), given, only=people))


def _facts(desk: Desk, linked: Sequence[dict[str, Any]]) -> list[Fact]:
    if not linked:
        return []
    with open_ledger(desk.company).state() as state, duckdb.connect(config={"threads": 1}) as con:
        show(con, "imports", FILES, state.files(FILES.name))
        files = dict(con.execute("select file_id, name from imports").fetchall())
        return [_fact(con, state, row, files) for row in linked]


def _fact(con: duckdb.DuckDBPyConnection, state: State, row: dict[str, Any], files: dict[str, str]) -> Fact:
    found: list[dict[str, Any]] = []
    kind = table("messages")
    for name in _BY_ROLE.get(row["role"], ("messages",)):
        kind = table(name)
        show(con, "all_versions", kind, state.files(name))
        given = [row["fact_id"], row["source"], row["account"], row["source_id"]]
        found = con.sql(VERSIONS, params=given).to_arrow_table().to_pylist()
        if found:
            break
    return Fact(
        kind=row["role"],
        source=row["source"],
        account=row["account"],
        source_id=row["source_id"] or "",
        reader=row["reader"],
        occurred_at=found[0]["occurred_at"] if found else None,
        reason=row["reason"],
        probability=row["probability"],
        versions=[_version(kind, one, files) for one in found],
    )


def _version(kind: FactTable, row: dict[str, Any], files: dict[str, str]) -> Version:
    cells = [
        Cell(column.name, column.says, plain(value) if isinstance(value, str) else value)
        for column in kind.columns
        if column.name not in _SKIPPED and (value := row.get(column.name)) not in (None, "", [])
    ]
    return Version(row["version"], row["known_at"], row["updated_at"], files.get(row["file_id"], ""), cells)
