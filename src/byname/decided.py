"""What people decide becomes facts of the table `decisions`: written all or nothing, one decision at a time."""

from __future__ import annotations

import getpass
import hashlib
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from byname.errors import UsageError
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.locks import take
from byname.facts.own import append
from byname.facts.schema import table
from byname.facts.versions import NEWEST_SQL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from byname.company import Company

__all__ = ["READER", "facts", "history", "row_of", "write"]

READER = "byname_decisions"


@contextmanager
def history(company: Company) -> Iterator[list[dict[str, Any]]]:
    """What was decided so far; nobody else decides meanwhile."""
    company.facts.mkdir(parents=True, exist_ok=True)
    with take(company.facts / "deciding.lock"):
        yield facts(company)


def facts(company: Company) -> list[dict[str, Any]]:
    """The newest version of each fact of the table `decisions`."""
    with open_ledger(company).state() as state, duckdb.connect() as con:
        files = state.files("decisions")
        if not files:
            return []
        show(con, "all_versions", table("decisions"), files)
        rows: list[dict[str, Any]] = con.sql(NEWEST_SQL, params={"known_by": None}).to_arrow_table().to_pylist()
        return rows


def row_of(kind: str, record_id: str, other: str, value: str, by: str) -> dict[str, Any]:
    """A new fact of the table `decisions`, by whom it says, else by who is logged in."""
    source_id = uuid.uuid4().hex
    row = {
        "kind": kind,
        "record_id": record_id,
        "other_record_id": other,
        "value": value or None,
        "by_whom": by or _logged_in(),
        "source_id": source_id,
    }
    return {
        **row,
        "fact_id": hashlib.sha256(f"decisions|byname|main|{source_id}".encode()).hexdigest(),
        "row_hash": hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest(),
        "source": "byname",
        "account": "main",
        "reader": READER,
    }


def write(company: Company, before: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Append facts to the ledger, all or nothing; never at the moment of an earlier one, so that there is a newest."""
    moments = [moment for row in before for moment in (row["occurred_at"], row["known_at"]) if moment]
    after = [max(moments) + timedelta(microseconds=1)] if moments else []
    now = max([datetime.now(UTC).replace(tzinfo=None), *after])
    made = [{**row, "occurred_at": now} for row in new]
    taken = append(
        company,
        "decisions",
        made,
        what="decision",
        sha256=hashlib.sha256(made[0]["fact_id"].encode()).hexdigest(),
        reader=READER,
        at=now,
    )
    return [{**fact, "known_at": now, "file_id": taken.file_id} for fact in made]


def _logged_in() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as nobody:
        raise UsageError(
            where="--by", found="nobody logged in", expected="who decides", do="Say it with: --by NAME"
        ) from nobody
