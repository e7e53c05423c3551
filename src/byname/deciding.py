"""People decide who is who: merge, keep apart, undo. Each is a fact, kept for ever and honoured by every later refresh.

A decision is about two records, never about person ids: links may change, what somebody decided about two records does
not.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from byname import draining
from byname.decided import READER, facts, history, row_of, write
from byname.errors import SnapshotError, UsageError, nearest
from byname.facts.intake import open_ledger
from byname.people.decisions import standing_rows, states
from byname.snapshot import open_current

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from byname.company import Company
    from byname.snapshot import Snapshot

__all__ = [
    "Decided", "Decision", "Doubt", "Named", "apart", "decisions", "merge", "name", "refuse_to_remove",
    "review", "undo",
]  # fmt: skip

_SHOWN = 5  # candidates that an error lists
_RECORD_ID = re.compile(r"[0-9a-f]{12,64}")
_SAYS = {"merge": "are one person", "apart": "are two people"}
_WORDS = {"merge": "the merge", "apart": "the setting apart", "undo": "the undoing", "keeps_id": "the id kept"}

# Whose records these are, and what to call them; `told` is `records` or `links`.
_RECORDS = """
    select distinct on (told.record_id)
           told.record_id, told.person_id, told.source, told.account, told.source_id, told.role,
           coalesce(people.name, people.email, people.phone, people.person_id) as name, people.anchor
    from {told} as told
    join people on people.person_id = told.person_id
    where {where}
    order by told.record_id, told.source, told.account, told.source_id, told.role
"""
_WITH_NUMBER = "told.source = $1 and told.source_id = $2 and ($3 = '' or told.account = $3)"
_PERSON = """
    select person_id, anchor, coalesce(name, email, phone, 'no name') as name
    from people
    where person_id = $1
"""


@dataclass(frozen=True)
class Named:
    """What somebody typed, found.

    Args:
        record_id: the record that a decision will name; a person's is the anchor.
        person_id: whose it is.
        says: what to call it.
        is_record: False if a person was named.
        anchor: the record that the person's id is made of; empty if it is this one.
    """

    record_id: str
    person_id: str
    says: str
    is_record: bool
    anchor: str = ""


@dataclass(frozen=True)
class Decided:
    """What was decided.

    Args:
        decision_id: by which `undo` finds it.
        says: in a sentence.
        is_new: False if it held already, and nothing was written.
        then: what makes it count, "takes effect at the next: byname refresh DIR"; empty if nothing was written.
    """

    decision_id: str
    says: str
    is_new: bool
    then: str = ""


@dataclass(frozen=True)
class Decision:
    """One decision of the history; `state` is "stands", "undone" or "replaced", `undoes` the decision that it ended."""

    decision_id: str
    kind: str
    state: str
    record_id: str
    other_record_id: str
    name: str
    other_name: str
    by: str
    at: datetime
    note: str
    undoes: str


@dataclass(frozen=True)
class Doubt:
    """Two people who may be one."""

    person: dict[str, Any]
    other: dict[str, Any]
    probability: float
    reason: str
    worth: float


# ------------------------------------------------------------------------------------------------ asking


def name(snapshot: Snapshot, said: str) -> Named:
    """The record or the person that somebody means.

    Args:
        snapshot: the current one.
        said: a record as `source:id`, `source/account:id` or by its record_id (12 characters will do), or a person by
            id, e-mail, phone or name.

    Raises:
        UsageError: nobody, or several.
    """
    said = said.strip()
    rows = _records_said(snapshot, said)
    if len(rows) == 1:
        (row,) = rows
        return Named(row["record_id"], row["person_id"], _called(row), is_record=True, anchor=row["anchor"])
    if rows:
        several = _listed(f"{row['record_id'][:12]} {row['role']} of {_called(row)}" for row in rows)
        raise UsageError(
            where=said,
            found=f"{len(rows)} records: {several}",
            expected="one",
            do="Type the first 12 characters of one's record id, as here, or its account too: source/account:id",
        )
    found = snapshot.find(said) if said else []
    if len(found) == 1:
        (row,) = snapshot.query(_PERSON, [found[0]["person_id"]])
        return Named(row["anchor"], row["person_id"], f"{row['name']} ({row['person_id']})", is_record=False)
    folder = shlex.quote(str(snapshot.folder.parent.parent))
    if found:
        several = _listed(f"{row['person_id']} {row['name'] or row['email'] or row['phone'] or ''}" for row in found)
        raise UsageError(
            where=said,
            found=f"{len(found)} people: {several}",
            expected="one person, or one record as source:id",
            do=f"Type one of these ids, or see all of them with: byname who {folder} {shlex.quote(said)}",
        )
    sources = [row["source"] for row in snapshot.query("select distinct source from records order by 1")]
    source, colon, _ = said.partition(":")
    raise UsageError(
        where=said or "no text",
        found="nobody" + (nearest(source.partition("/")[0], sources) if colon else ""),
        expected="a person (id, e-mail, phone, name), or a record as source:id; "
        f"sources are {', '.join(sources) or 'none yet'}",
        do=f'Find the id with: byname who {folder} "NAME"',
    )


def review(company: Company, snapshot: Snapshot, limit: int) -> list[Doubt]:
    """The pairs that a person should look at, the most valuable first; those decided since are left out."""
    if not (snapshot.folder / "review.parquet").is_file():
        return []
    decided = [row for row in standing_rows(facts(company)) if row["kind"] in _SAYS]
    person = {record: row["person_id"] for record, row in _whose(snapshot, decided).items()}
    settled = {frozenset(person.get(record) for record in _pair(row)) for row in decided}
    rows = snapshot.query("select * from review order by worth desc, probability desc, record_id, other_record_id")
    open_ones = [row for row in rows if frozenset((row["person_id"], row["other_person_id"])) not in settled][:limit]
    ids = sorted({row[side] for row in open_ones for side in ("person_id", "other_person_id")})
    found = snapshot.query("select * from people where person_id in (select unnest($1))", [ids]) if ids else []
    people = {row["person_id"]: row for row in found}
    return [
        Doubt(people[row["person_id"]], people[row["other_person_id"]], row["probability"], row["reason"], row["worth"])
        for row in open_ones
    ]


def decisions(company: Company) -> list[Decision]:
    """What people decided about who is who, oldest first, with what was undone or replaced since."""
    told = states(facts(company))
    called = _callers(_current(company), [row for row, _ in told])
    return [
        Decision(
            decision_id=row["fact_id"],
            kind=row["kind"],
            state=state,
            record_id=row["record_id"],
            other_record_id=row["other_record_id"],
            name=called[row["record_id"]],
            other_name=called[row["other_record_id"]],
            by=row["by_whom"],
            at=row["occurred_at"],
            note=(row["value"] or "") if row["kind"] in _SAYS else "",
            undoes=row["value"] if row["kind"] == "undo" else "",
        )
        for row, state in told
    ]


# ---------------------------------------------------------------------------------------------- deciding


def merge(
    company: Company,
    one: Named | str,
    two: Named | str,
    *,
    keep: Named | str | None = None,
    by: str = "",
    note: str = "",
) -> Decided:
    """Two are one person, from the next refresh on.

    Args:
        company: whose.
        one: a record or a person, found by `name` or as somebody would type it.
        two: another.
        keep: which of the two keeps the id; the one known first by default.
        by: who decides; who is logged in by default.
        note: why.

    Raises:
        UsageError: they are the same record, `keep` is neither of them, or one of them cannot be found.
    """
    return _decide(company, "merge", one, two, keep=keep or None, by=by, note=note)


def apart(company: Company, one: Named | str, two: Named | str, *, by: str = "", note: str = "") -> Decided:
    """Two are two people, from the next refresh on; of one person, two records are.

    Raises:
        UsageError: they are the same record, or one person was named twice instead of two of its records.
    """
    return _decide(company, "apart", one, two, keep=None, by=by, note=note)


def undo(company: Company, decision_id: str, *, by: str = "") -> Decided:
    """Take a decision back, be it an undo; it stays in the history, and what it had ended holds again.

    Args:
        company: whose.
        decision_id: as `decisions` says it, or the beginning of it.
        by: who decides; who is logged in by default.

    Raises:
        UsageError: no decision, or several, have an id that begins so.
    """
    with history(company) as rows:
        found = [(row, state) for row, state in states(rows) if row["fact_id"].startswith(decision_id or " ")]
        if len(found) != 1:
            raise UsageError(
                where=decision_id or "no id",
                found=f"{len(found)} decisions that begin so",
                expected="the id of one decision, or the beginning of it",
                do=f"See them with: byname people decisions {_folder(company)}",
            )
        ((row, state),) = found
        names = " and ".join(_callers(_current(company), [row]).values())
        what = f"{_WORDS[row['kind']]} of {names}, decided by {row['by_whom']} on {_day(row)}"
        if state == "undone":
            return Decided(row["fact_id"], f"It was taken back already: {what}.", is_new=False)
        ended = [row, *_came_with(rows, row)]
        new = [row_of("undo", one["record_id"], one["other_record_id"], one["fact_id"], by) for one in ended]
        made = write(company, rows, new)
    before = {one["fact_id"] for one in standing_rows(rows)}
    again = [one for one in standing_rows([*rows, *made]) if one["fact_id"] not in before]
    says = [f"Taken back: {what}."]
    says += [f"Holds again: {_WORDS[one['kind']]} by {one['by_whom']} on {_day(one)}." for one in again]
    return Decided(made[0]["fact_id"], " ".join(says), is_new=True, then=_then(company))


def refuse_to_remove(company: Company, file_id: str) -> None:
    """See to it that no decision is taken out of the ledger as if it were a file.

    Raises:
        UsageError: it is a decision.
    """
    ours = {READER: "a decision about who is who", draining.READER: "what people wrote on the pages"}
    imports = open_ledger(company).imports().to_pylist()
    found = next((ours[one["reader"]] for one in imports if one["file_id"] == file_id and one["reader"] in ours), "")
    if found:
        raise UsageError(
            where=file_id,
            found=found,
            expected="an import, as byname files lists them",
            do=f"Take a decision back with: byname people undo {_folder(company)} DECISION_ID",
        )


def _decide(
    company: Company,
    kind: str,
    first: Named | str,
    second: Named | str,
    *,
    keep: Named | str | None,
    by: str,
    note: str,
) -> Decided:
    typed = isinstance(first, str) or isinstance(second, str) or isinstance(keep, str)
    snapshot = open_current(company) if typed else _current(company)
    one, two = _found(snapshot, first), _found(snapshot, second)
    _refuse_one(company, kind, one, two)
    kept = None if keep is None else _which(snapshot, keep, {first: one, second: two})
    says = [f"{one.says} and {two.says} {_SAYS[kind]}."]
    pair = frozenset((one.record_id, two.record_id))
    with history(company) as rows:
        standing = standing_rows(rows)
        against = _against(snapshot, kind, standing, pair, {one.person_id, two.person_id})
        same = next((row for row in standing if row["kind"] == kind and _pair(row) == pair), None)
        if same and not against and (kept is None or _keeps(standing, same, kept)):
            says.append(f"That was decided already, by {same['by_whom']} on {_day(same)}.")
            return Decided(same["fact_id"], " ".join(says), is_new=False)
        new = [row_of(kind, one.record_id, two.record_id, note, by)]
        if kept is not None:
            other = two if kept is one else one
            keeps = (kept.anchor or kept.record_id, other.anchor or other.record_id)
            new.append(row_of("keeps_id", *keeps, new[0]["fact_id"], by))
            says.append(f"The id is that of {kept.says}.")
        # The newest about the same two records holds; what is about other records of the two people has to be ended.
        ended = [row for row in against if _pair(row) != pair]
        new += [row_of("undo", row["record_id"], row["other_record_id"], row["fact_id"], by) for row in ended]
        made = write(company, rows, new)
    says += [f"It replaces what {row['by_whom']} decided on {_day(row)}: they {_SAYS[row['kind']]}." for row in against]
    if kind == "merge" and one.person_id == two.person_id:
        says.append("They are one person already; now they stay so.")
    return Decided(made[0]["fact_id"], " ".join(says), is_new=True, then=_then(company))


def _found(snapshot: Snapshot | None, said: Named | str) -> Named:
    """What was typed, looked up; there is a snapshot wherever something was typed."""
    return said if isinstance(said, Named) else name(cast("Snapshot", snapshot), said)


def _refuse_one(company: Company, kind: str, one: Named, two: Named) -> None:
    """One and the same cannot be merged or set apart."""
    if kind == "apart" and one.person_id == two.person_id and not (one.is_record or two.is_record):
        found, expected = "one person", "two people, or two records of the one as source:id"
    elif one.record_id == two.record_id:
        found, expected = "the same record twice", "two people, or two records as source:id"
    else:
        return
    raise UsageError(
        where=one.says if one.says == two.says else f"{one.says} and {two.says}",
        found=found,
        expected=expected,
        do=f"See the records with: byname who {_folder(company)} {one.person_id}",
    )


def _which(snapshot: Snapshot | None, keep: Named | str, said: dict[Named | str, Named]) -> Named:
    """Which of the two is meant."""
    if keep in said:
        return said[keep]
    meant, sides = _found(snapshot, keep), list(said.values())
    by_record = [side for side in sides if side.record_id == meant.record_id]
    found = by_record or [side for side in sides if side.person_id == meant.person_id]
    if len(found) != 1:
        raise UsageError(
            where="--keep",
            found=meant.says,
            expected=f"one of the two: {' or '.join(side.says for side in sides)}",
            do="Type it as you typed the one of the two whose id is to stay.",
        )
    return found[0]


def _against(
    snapshot: Snapshot | None, kind: str, standing: Sequence[dict[str, Any]], pair: frozenset[str], people: set[str]
) -> list[dict[str, Any]]:
    """What stands and says the opposite, of these two records or of others of the same two people."""
    opposite = [row for row in standing if row["kind"] in _SAYS and row["kind"] != kind]
    whose = _whose(snapshot, opposite) if len(people) > 1 else {}
    persons = [{whose[record]["person_id"] for record in _pair(row) if record in whose} for row in opposite]
    return [row for row, whole in zip(opposite, persons, strict=True) if _pair(row) == pair or whole == people]


def _keeps(standing: Sequence[dict[str, Any]], merged: dict[str, Any], kept: Named) -> bool:
    """Does that merge keep that one's id already?"""
    return any(
        row["kind"] == "keeps_id"
        and row["record_id"] == (kept.anchor or kept.record_id)
        and (row["value"] == merged["fact_id"] or _pair(row) == _pair(merged))
        for row in standing
    )


def _came_with(rows: Sequence[dict[str, Any]], decision: dict[str, Any]) -> list[dict[str, Any]]:
    """The undos that were written with a decision, so at its moment, and end when it does."""
    beside = [
        (row, state)
        for row, state in states(rows)
        if row["occurred_at"] == decision["occurred_at"]
        and row["reader"] == decision["reader"] == READER
        and row["fact_id"] != decision["fact_id"]
    ]
    if decision["kind"] not in _SAYS and any(row["kind"] in _SAYS for row, _ in beside):
        return []  # one of them only: the decision that it came with holds still
    return [row for row, state in beside if row["kind"] == "undo" and state == "stands"]


# ------------------------------------------------------------------------------------------------- words


def _records_said(snapshot: Snapshot, said: str) -> list[dict[str, Any]]:
    """The records of `source:id`, else those that a row of that number names, else those of a record_id."""
    place, colon, source_id = said.partition(":")
    source, _, account = place.partition("/")
    if colon and source_id:
        for told in ("records", "links"):
            query = _RECORDS.format(told=told, where=_WITH_NUMBER)
            if rows := snapshot.query(query, [source, source_id, account]):
                return rows
    if _RECORD_ID.fullmatch(said):
        return snapshot.query(_RECORDS.format(told="records", where="starts_with(told.record_id, $1)"), [said])
    return []


def _whose(snapshot: Snapshot | None, rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The records that decisions name, as the snapshot has them."""
    records = sorted({record for row in rows for record in _pair(row)})
    if snapshot is None or not records:
        return {}
    query = _RECORDS.format(told="records", where="told.record_id in (select unnest($1))")
    return {row["record_id"]: row for row in snapshot.query(query, [records])}


def _callers(snapshot: Snapshot | None, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """What to call the records that decisions name."""
    whose = _whose(snapshot, rows)
    records = dict.fromkeys(record for row in rows for record in (row["record_id"], row["other_record_id"]))
    return {record: _called(whose[record]) if record in whose else f"record {record[:12]}" for record in records}


def _called(row: dict[str, Any]) -> str:
    account = "" if row["account"] == "main" else f"/{row['account']}"
    return f"{row['name']} ({row['source']}{account}:{row['source_id']})"


def _listed(candidates: Iterable[str]) -> str:
    several = list(candidates)
    more = f"; and {len(several) - _SHOWN} more" if len(several) > _SHOWN else ""
    return "; ".join(several[:_SHOWN]) + more


def _pair(row: dict[str, Any]) -> frozenset[str]:
    return frozenset((row["record_id"], row["other_record_id"]))


def _day(row: dict[str, Any]) -> str:
    return f"{row['occurred_at']:%Y-%m-%d}"


def _current(company: Company) -> Snapshot | None:
    """The current snapshot, if there is one to read: what was decided stands without it."""
    try:
        return open_current(company)
    except SnapshotError:
        return None


def _folder(company: Company) -> str:
    return shlex.quote(str(company.folder))


def _then(company: Company) -> str:
    return f"takes effect at the next: byname refresh {_folder(company)}"
