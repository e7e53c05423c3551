"""People decide who is who: merge, keep apart, undo. Each is a fact, kept for ever and honoured by every later refresh.

A decision is about two records, never about person ids: links may change, what somebody decided about two records does
not.
"""

from __future__ import annotations

import getpass
import hashlib
import shutil
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from byname.errors import UsageError
from byname.facts.change import Import
from byname.facts.intake import open_ledger
from byname.facts.schema import table
from byname.people.decisions import standing_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from byname.company import Company
    from byname.facts.locks import Waiting
    from byname.snapshot import Snapshot

__all__ = ["Decided", "Doubt", "Named", "apart", "decisions", "merge", "name", "review", "undo"]

_READER = "byname_decisions"


@dataclass(frozen=True)
class Named:
    """What somebody typed, found: a record, and the person who has it."""

    record_id: str
    person_id: str
    says: str
    is_record: bool


@dataclass(frozen=True)
class Decided:
    """What was decided.

    Args:
        decision_id: by which `undo` finds it.
        says: in a sentence.
        is_new: False if it held already, and nothing was written.
    """

    decision_id: str
    says: str
    is_new: bool


@dataclass(frozen=True)
class Doubt:
    """Two people who may be one."""

    person: dict[str, Any]
    other: dict[str, Any]
    probability: float
    reason: str
    worth: float


def name(snapshot: Snapshot, said: str) -> Named:
    """The record or the person that somebody means.

    Args:
        snapshot: the current one.
        said: a record as `source:id` or `source/account:id`, or a person by id, e-mail, phone or name.

    Raises:
        UsageError: nobody, or several.
    """
    source, colon, source_id = said.partition(":")
    if colon and source_id:
        system, _, account = source.partition("/")
        rows = snapshot.query(
            "select record_id, person_id from links where source = $1 and source_id = $2 and ($3 = '' or account = $3) "
            "union select record_id, person_id from records where source = $1 and source_id = $2 "
            "and ($3 = '' or account = $3) order by 1",
            [system, source_id, account],
        )
        if len(rows) == 1:
            return Named(rows[0]["record_id"], rows[0]["person_id"], said, is_record=True)
        if rows:
            raise UsageError(
                where=said, found=f"{len(rows)} records", expected="one", do="Say the account too: source/account:id"
            )
    rows = snapshot.query("select record_id, person_id from records where record_id = $1", [said])
    if rows:
        return Named(rows[0]["record_id"], rows[0]["person_id"], said, is_record=True)
    found = [row["person_id"] for row in snapshot.find(said)]
    if len(found) == 1:
        person = snapshot.query("select anchor, name from people where person_id = $1", found)[0]
        return Named(person["anchor"], found[0], f"{person['name'] or 'no name'} ({found[0]})", is_record=False)
    several = f"{len(found)} people: {', '.join(found[:5])}{' …' if len(found) > 5 else ''}"  # noqa: PLR2004 - a line
    raise UsageError(
        where=said,
        found=several if found else "nobody",
        expected="one person, or one record as source:id",
        do='Find the id with: byname who DIR "NAME"',
    )


def review(company: Company, snapshot: Snapshot, limit: int) -> list[Doubt]:
    """The pairs that a person should look at, the most valuable first; those decided since are left out."""
    settled = {frozenset((row["record_id"], row["other_record_id"])) for row in decisions(company)}
    rows = snapshot.query("select * from review order by worth desc, probability desc, record_id, other_record_id")
    open_ones = [row for row in rows if frozenset((row["record_id"], row["other_record_id"])) not in settled][:limit]
    ids = sorted({row[side] for row in open_ones for side in ("person_id", "other_person_id")})
    listed = ", ".join(f"'{one}'" for one in ids)  # our own ids: letters and digits
    people = {
        row["person_id"]: row
        for row in (snapshot.query(f"select * from people where person_id in ({listed})") if ids else [])  # noqa: S608
    }
    return [
        Doubt(people[row["person_id"]], people[row["other_person_id"]], row["probability"], row["reason"], row["worth"])
        for row in open_ones
    ]


def decisions(company: Company) -> list[dict[str, Any]]:
    """What people decided about who is who, and still holds, oldest first."""
    return standing_rows(_facts(company))


def merge(
    company: Company, one: Named, two: Named, *, keep: Named | None = None, by: str = "", note: str = ""
) -> Decided:
    """Two records are one person, from the next refresh on.

    Args:
        company: whose.
        one: a record.
        two: another record.
        keep: whose id the person keeps; that of the record known first by default.
        by: who decided; who is logged in by default.
        note: why.

    Raises:
        UsageError: they are the same record.
    """
    return _decide(company, "merge", one, two, keep=keep, by=by, note=note)


def apart(company: Company, one: Named, two: Named, *, by: str = "", note: str = "") -> Decided:
    """Two records are two people, from the next refresh on.

    Raises:
        UsageError: they are the same record, or one person was named twice instead of two of its records.
    """
    if one.person_id == two.person_id and not (one.is_record or two.is_record):
        raise UsageError(
            where=f"{one.says} and {two.says}",
            found="one person",
            expected="two people, or two records of one as source:id",
            do="See the records with: byname who DIR PERSON",
        )
    return _decide(company, "apart", one, two, keep=None, by=by, note=note)


def undo(company: Company, decision_id: str, *, by: str = "") -> Decided:
    """Take a decision back; it stays in the history.

    Raises:
        UsageError: no decision that holds has an id that begins so.
    """
    rows = [row for row in decisions(company) if row["fact_id"].startswith(decision_id) and row["kind"] != "keeps_id"]
    if len(rows) != 1:
        raise UsageError(
            where=decision_id,
            found=f"{len(rows)} decisions that hold",
            expected="one",
            do="See them with: byname people decisions DIR",
        )
    row = rows[0]
    written = _write(company, [_row("undo", row["record_id"], row["other_record_id"], row["fact_id"], by)])
    return Decided(written[0], f'The decision "{row["kind"]}" of {row["by_whom"]} does not hold any more.', is_new=True)


def _decide(company: Company, kind: str, one: Named, two: Named, *, keep: Named | None, by: str, note: str) -> Decided:
    if one.record_id == two.record_id:
        raise UsageError(where=one.says, found="the same record twice", expected="two records")
    pair = frozenset((one.record_id, two.record_id))
    about = [row for row in decisions(company) if frozenset((row["record_id"], row["other_record_id"])) == pair]
    said = {
        "merge": f"{one.says} and {two.says} are one person.",
        "apart": f"{one.says} and {two.says} are two people.",
    }[kind]
    same = [row for row in about if row["kind"] == kind]
    if same and (keep is None or any(row["record_id"] == keep.record_id for row in about if row["kind"] == "keeps_id")):
        return Decided(same[0]["fact_id"], f"{said} That was decided already.", is_new=False)
    rows = [_row(kind, one.record_id, two.record_id, note, by)]
    if keep is not None:
        other = two if keep.record_id == one.record_id else one
        rows.append(_row("keeps_id", keep.record_id, other.record_id, note, by))
    written = _write(company, rows)
    other_kind = any(row["kind"] not in (kind, "keeps_id") for row in about)
    return Decided(written[0], said + (" That replaces an earlier decision." if other_kind else ""), is_new=True)


def _row(kind: str, record_id: str, other: str, value: str, by: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "record_id": record_id,
        "other_record_id": other,
        "value": value or None,
        "by_whom": by or getpass.getuser(),
        "source_id": uuid.uuid4().hex,
    }


def _write(company: Company, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Append facts to the ledger, all or nothing; their ids."""
    now = datetime.now(UTC).replace(tzinfo=None)
    facts = [
        {
            **row,
            "fact_id": hashlib.sha256(f"decisions|byname|main|{row['source_id']}".encode()).hexdigest(),
            "row_hash": hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest(),
            "source": "byname",
            "account": "main",
            "reader": _READER,
            "occurred_at": now,
        }
        for row in rows
    ]
    kept = [
        field for field in table("decisions").arrow_schema() if field.name not in ("known_at", "file_id", "version")
    ]
    folder = company.spill / "deciding"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path = folder / "decisions.parquet"
        pq.write_table(pa.Table.from_pylist(facts, schema=pa.schema(kept)), path)
        what = Import(
            name="decision",
            sha256=hashlib.sha256(facts[0]["fact_id"].encode()).hexdigest(),
            reader=_READER,
            source="byname",
            account="main",
            rows=len(facts),
            refused=0,
            newest_at=now,
        )
        open_ledger(company).append(what, {"decisions": path}, at=now)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        company.clear_spill()
    return [fact["fact_id"] for fact in facts]


def _facts(company: Company, notice: Callable[[Waiting], None] | None = None) -> list[dict[str, Any]]:
    with open_ledger(company, notice).state() as state, duckdb.connect() as con:
        files = state.files("decisions")
        if not files:
            return []
        found = con.sql("select * from read_parquet($1, union_by_name = true)", params=[files]).to_arrow_table()
        rows: list[dict[str, Any]] = found.to_pylist()
        return rows
