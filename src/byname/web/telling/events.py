"""What your other systems need to know of a row that was written: no more than lets them act on it.

A wish, a yes or a no, an address that is not to be written to, a correction, an erasure. Whom it is about is told by
the numbers that the sources themselves gave. Notes, worth, standing and what somebody wrote stay here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from byname.app_rows import opened
from byname.people.of_age import BORN
from byname.web.telling.models import Reached
from byname.web.written.ledger_side import ERASE
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from byname.web.desk import Desk

__all__ = ["TOLD", "Event", "begin", "waiting"]

type Row = Mapping[str, Any]

_LINKS = ("role", "source", "account", "source_id")
_WISHES = ("objection", "restriction", "pace", "channel")
_BACK = ("unsubscribed", "complained", "bounced")
_AT_ONCE = 200


@dataclass(frozen=True)
class Event:
    """One thing to tell.

    Attributes:
        table: where it was written.
        number: of the row there.
        key: the fact, by which the other side knows what it was told before.
        type: what happened.
        data: with whom, and what.
        at: when it was written, as JSON has it.
    """

    table: str
    number: int
    key: str
    type: str
    data: Mapping[str, Any]
    at: str


def _wish(row: Row) -> tuple[str, dict[str, Any]] | None:
    until = row["until"].isoformat() if row["until"] else None
    said = {"value": row["value"] or "", "until": until}
    return (f"wish.{row['kind']}", said) if row["kind"] in _WISHES else None


def _consent(row: Row) -> tuple[str, dict[str, Any]]:
    said = {name: row[name] or "" for name in ("channel", "purpose", "state", "address")}
    return "consent", said


def _back(row: Row) -> tuple[str, dict[str, Any]] | None:
    return (f"address.{row['kind']}", {"address": row["address"] or ""}) if row["kind"] in _BACK else None


def _decision(row: Row) -> tuple[str, dict[str, Any]] | None:
    if row["kind"] == ERASE:
        return "erase", {}
    if row["kind"] == "correct":
        detail, _blank, value = (row["value"] or "").partition(" ")
        # That somebody is a child is told as a restriction; how old, nobody else needs to know.
        return None if detail == BORN else ("correct", {"detail": detail, "value": value})
    return None


# Of each table that others are told of: what a row is to them; None: nothing.
TOLD: Mapping[str, Callable[[Row], tuple[str, dict[str, Any]] | None]] = {
    "decisions": _decision,
    "preferences": _wish,
    "consents": _consent,
    "answers": _back,
}


def begin(desk: Desk) -> dict[str, int]:
    """How far each table was told; who is told from now on is told nothing of before."""
    reached = dict(Reached.objects.values_list("table", "last"))
    with opened(desk.company) as rows:
        for table in TOLD.keys() - reached.keys():
            ((last,),) = rows.ask(f"select coalesce(max(id), 0) from written_{table}") if rows else ((0,),)  # noqa: S608
            reached[table] = Reached.objects.create(table=table, last=last).last
    return reached


def waiting(desk: Desk, reached: Mapping[str, int]) -> list[Event]:
    """What is still to be told, the oldest first; what tells others nothing has an empty type, to be passed by."""
    with opened(desk.company) as rows:
        found = [
            (table, row) for table in TOLD for row in (rows.after(table, reached[table], _AT_ONCE) if rows else ())
        ]
    people = whose(desk.company, desk.snapshot)
    people.look_up({row["record_id"] for _table, row in found if row["record_id"]})
    return [_event(desk, table, row, people.person(row["record_id"])) for table, row in sorted(found, key=_written)]


def _written(one: tuple[str, Row]) -> Any:
    return one[1]["written_at"]


def _event(desk: Desk, table: str, row: Row, person: str | None) -> Event:
    said = TOLD[table](row)
    data = {} if said is None else {**said[1], "records": _records(desk, person)}
    at = f"{row['written_at'].isoformat(timespec='seconds')}Z"
    return Event(table, row["id"], row["fact_id"], said[0] if said else "", data, at)


def _records(desk: Desk, person: str | None) -> list[dict[str, str]]:
    """What sources call them."""
    if person is None:
        return []
    people = desk.since.shown_together(desk.since.shown_as(person))
    links = desk.snapshot.rows("links", people, _LINKS)
    return [{name: row[name] or "" for name in _LINKS[1:]} for row in links if row["role"] == "customer"]
