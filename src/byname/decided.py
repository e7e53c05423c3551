"""What people decide becomes facts of the table `decisions`: written all or nothing, one decision at a time.

Where there is an app database they go there, and the next refresh takes them into the ledger; else into the ledger.
"""

from __future__ import annotations

import getpass
import hashlib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from byname.app_rows import opened, writing
from byname.errors import UsageError
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.locks import take
from byname.facts.own import append, fact
from byname.facts.quoting import literal
from byname.facts.schema import table
from byname.facts.versions import NEWEST_SQL
from byname.people.decisions import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from byname.company import Company

__all__ = ["READER", "facts", "history", "in_ledger", "row_of", "write"]

READER = "byname_decisions"


@contextmanager
def history(company: Company, kinds: Sequence[str] = KINDS) -> Iterator[list[dict[str, Any]]]:
    """What was decided so far, of those kinds; nobody else decides meanwhile."""
    with writing(company) as rows:
        if rows is not None:
            yield facts(company, kinds)
            return
    company.facts.mkdir(parents=True, exist_ok=True)
    with take(company.facts / "deciding.lock"):
        yield facts(company, kinds)


def facts(company: Company, kinds: Sequence[str] = KINDS) -> list[dict[str, Any]]:
    """The newest version of each fact of the table `decisions`, in the ledger or on its way there, of those kinds."""
    with opened(company) as rows:
        # First what is not drained yet: a drain that comes in between shows a row twice, never not at all.
        pending = [] if rows is None else rows.pending("decisions", kinds)
    found = {row["fact_id"]: {**row, "known_at": row["written_at"], "file_id": None} for row in pending}
    return list((found | {row["fact_id"]: row for row in in_ledger(company, "decisions", kinds)}).values())


def in_ledger(company: Company, name: str, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """The newest version of each fact of those kinds in the ledger."""
    with open_ledger(company).state() as state, duckdb.connect() as con:
        files = state.files(name)
        if not files:
            return []
        show(con, "all_versions", table(name), files)
        newest = con.sql(NEWEST_SQL, params={"known_by": None})
        rows: list[dict[str, Any]] = (
            newest.filter(f"kind in ({', '.join(map(literal, kinds))})").to_arrow_table().to_pylist()
        )
        return rows


def row_of(kind: str, record_id: str, other: str, value: str, by: str) -> dict[str, Any]:
    """A new fact of the table `decisions`, by whom it says, else by who is logged in."""
    row = {
        "kind": kind,
        "record_id": record_id,
        "other_record_id": other,
        "value": value or None,
        "by_whom": by or _logged_in(),
    }
    return fact("decisions", row, reader=READER)


def write(company: Company, before: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write facts, all or nothing; never at the moment of an earlier one, so that there is a newest."""
    moments = [moment for row in before for moment in (row["occurred_at"], row["known_at"]) if moment]
    after = [max(moments) + timedelta(microseconds=1)] if moments else []
    with writing(company) as rows:
        now = max([datetime.now(UTC).replace(tzinfo=None) if rows is None else rows.moment(), *after])
        made = [{**row, "occurred_at": now} for row in new]
        if rows is not None:
            rows.add("decisions", made, at=now)
            return [{**row, "known_at": now, "file_id": None} for row in made]
    taken = append(
        company,
        {"decisions": made},
        what="decision",
        sha256=hashlib.sha256(made[0]["fact_id"].encode()).hexdigest(),
        reader=READER,
        at=now,
    )
    return [{**row, "known_at": now, "file_id": taken.file_id} for row in made]


def _logged_in() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as nobody:
        raise UsageError(
            where="--by", found="nobody logged in", expected="who decides", do="Say it with: --by NAME"
        ) from nobody
