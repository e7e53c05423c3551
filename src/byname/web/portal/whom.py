"""Who is meant: by an address that somebody typed, by what a shop calls them, by a record; whoever is hidden too.

Who objected or restricted is shown to no colleague, and still reaches her own page. Only who is erased is nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from byname.app_rows import opened as app_database
from byname.finding import by_person, opened
from byname.people import person_id as id_of
from byname.people.keys import email_key
from byname.web.remembered import remembered
from byname.web.written.ledger_side import ERASE, ledger_side
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

__all__ = ["Her", "at_address", "called", "her_by_record", "is_erased"]

_MOST = 50  # people of one mailbox
_BY_KEY = "select distinct person_id from key where kind = ? and value = ? order by person_id limit ?"
_BY_RECORD = "select person_id from records where record_id = $1"
_CALLED = "select distinct person_id from records where source = $1 and source_id = $2 limit 2"


@dataclass(frozen=True)
class Her:
    """Who is on her own page.

    Attributes:
        desk: the snapshot, with what was written since.
        person_id: today's.
        anchor: her anchor record, by which facts name her.
        name: what to call her; empty where no name is known.
        email: as we have it; empty where none is.
        phone: likewise.
    """

    desk: Desk
    person_id: str
    anchor: str
    name: str
    email: str
    phone: str

    @property
    def people(self) -> list[str]:
        """The ids under which the snapshot has her."""
        return self.desk.since.shown_together(self.person_id)

    @cached_property
    def links(self) -> list[dict[str, str]]:
        """All that is hers: role, fact_id, record_id, source, account, source_id."""
        columns = ("role", "fact_id", "record_id", "source", "account", "source_id")
        return self.desk.snapshot.rows("links", self.people, columns)

    @cached_property
    def records(self) -> list[str]:
        """The records that are hers."""
        return sorted({self.anchor, *(row["record_id"] for row in self.links)})


def at_address(desk: Desk, typed: str) -> tuple[str, list[Her]]:
    """Whose mailbox that is.

    Args:
        desk: where.
        typed: an e-mail as somebody typed it.

    Returns:
        The mailbox as we spell it, empty for what is none, and the people who have it. Letters go to an address that we
        have on record or to this spelling, never to what was typed: two texts may look like one mailbox and be two.
    """
    key = email_key(typed) or ""
    with opened(desk.snapshot.folder) as db:
        found = [row[0] for row in db.execute(_BY_KEY, ("e-mail", key, _MOST))] if key else []
    people = dict.fromkeys(desk.since.shown_as(one) for one in found)
    return key, [her for one in people if (her := _her(desk, one))]


def called(desk: Desk, source: str, source_id: str) -> Her | None:
    """Whom a source calls that; None where it is nobody, or not one person."""
    rows = desk.snapshot.query(_CALLED, [source, source_id])
    people = {desk.since.shown_as(row["person_id"]) for row in rows}
    return _her(desk, people.pop()) if len(people) == 1 else None


def her_by_record(desk: Desk, record_id: str) -> Her | None:
    """Whose record that is today; None where it is nobody's any more."""
    person = remembered(_person_of, desk.snapshot, record_id)
    return _her(desk, desk.since.shown_as(person)) if person else None


def is_erased(desk: Desk, person: str) -> bool:
    """Did she ask to be erased? She is gone at once, though the snapshot may hold her for a minute."""
    if person not in desk.since.hidden:
        return False
    with app_database(desk.company) as rows:
        pending = [] if rows is None else rows.pending("decisions", (ERASE,))
    decided = [*pending, *(row for row in ledger_side(desk.company).decisions if row["kind"] == ERASE)]
    erased = {row["record_id"] for row in decided}
    known = whose(desk.company, desk.snapshot)
    known.look_up(erased)
    return person in {desk.since.shown_as(one) for record in erased if (one := known.person(record))}


def _person_of(snapshot: Snapshot, record_id: str) -> str | None:
    """The person of a record; nearly always it is the anchor, which tells who without a look into all records."""
    person = id_of(record_id)
    if snapshot.cards([person]):
        return person
    return next((row["person_id"] for row in snapshot.query(_BY_RECORD, [record_id])), None)


def _her(desk: Desk, person: str) -> Her | None:
    with opened(desk.snapshot.folder) as db:
        if not by_person(db, person):
            return None
    (row,) = desk.snapshot.rows("people", [person], ("anchor", "name", "email", "phone"))
    if is_erased(desk, person):
        return None
    return Her(desk, person, row["anchor"], row["name"] or "", row["email"] or "", row["phone"] or "")
