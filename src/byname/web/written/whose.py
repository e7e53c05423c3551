"""Whose a record is: as the snapshot has it, looked up once; and which of two records was known first."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import duckdb

from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.schema import table
from byname.people import person_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from byname.company import Company
    from byname.snapshot import Snapshot
    from byname.web.written.versions import Row

__all__ = ["Whose", "whose"]

_KEPT = 4  # snapshots
_PERSON = "select record_id, person_id from records where record_id in (select unnest($1))"
_THEMSELVES = "select person_id from people where person_id in (select unnest($1))"
# As a refresh linked them: the records are many more, and lie in no order of persons.
_OF_WISHES = "select fact_id, person_id from links where role = 'preference' and fact_id in (select unnest($1))"
_FIRST_KNOWN = """
    select record_id, min(known_at) from all_versions where record_id in (select unnest($records)) group by record_id
"""


class Whose:
    """What was looked up in a snapshot so far; a snapshot never changes."""

    def __init__(self, company: Company, snapshot: Snapshot) -> None:
        self._company = company
        self._snapshot = snapshot
        self._person: dict[str, str | None] = {}
        self._anchor: dict[str, str] = {}
        self._first_known: dict[str, datetime] = {}
        self._lock = Lock()

    def look_up(self, records: Iterable[str | None]) -> None:
        """Look up whose these records are, those not known yet in one question."""
        with self._lock:
            new = {record for record in records if record} - self._person.keys()
            if not new:
                return
            # Nearly all that is written names an anchor, which tells its person without a look into all records.
            named = {person_id(record): record for record in sorted(new)}
            themselves = self._snapshot.query(_THEMSELVES, [list(named)])
            self._person |= {named[row["person_id"]]: row["person_id"] for row in themselves}
            if others := sorted(new - self._person.keys()):
                found = {row["record_id"]: row["person_id"] for row in self._snapshot.query(_PERSON, [others])}
                self._person |= {record: found.get(record) for record in others}

    def person(self, record: str | None) -> str | None:
        """The person of a record that was looked up; None: the snapshot does not know it."""
        return self._person.get(record or "")

    def of_wishes(self, rows: Iterable[Row]) -> dict[str, str]:
        """Whose these preferences of the ledger are, by fact_id; one that the snapshot does not know, by its record."""
        wanted = {row["fact_id"]: row["record_id"] for row in rows}
        linked = self._snapshot.query(_OF_WISHES, [sorted(wanted)]) if wanted else []
        found = {row["fact_id"]: row["person_id"] for row in linked}
        later = {fact_id: record for fact_id, record in wanted.items() if fact_id not in found}
        self.look_up(later.values())
        return found | {fact_id: one for fact_id, record in later.items() if (one := self.person(record))}

    def anchors(self, people: Iterable[str]) -> dict[str, str]:
        """The anchor records of these people."""
        wanted = sorted(people)
        new = [person for person in wanted if person not in self._anchor]
        if new:
            rows = self._snapshot.rows("people", new, ("anchor",))
            self._anchor |= {row["person_id"]: row["anchor"] for row in rows}
        return {person: self._anchor[person] for person in wanted}

    def look_up_first_known(self, records: Iterable[str]) -> None:
        """Look up when these records were first known."""
        if new := sorted(set(records) - self._first_known.keys()):
            with open_ledger(self._company).state() as state, duckdb.connect() as con:
                show(con, "all_versions", table("records"), state.files("records"))
                self._first_known |= dict(con.execute(_FIRST_KNOWN, {"records": new}).fetchall())

    def known_first(self, records: Iterable[str]) -> str:
        """Which of these records, looked up, was known first, as a refresh finds a person's anchor."""
        return min(records, key=lambda record: (record not in self._first_known, self._first_known.get(record), record))


_kept: dict[object, Whose] = {}


def whose(company: Company, snapshot: Snapshot) -> Whose:
    """What was looked up in that snapshot so far."""
    found = _kept.get(snapshot.folder)
    if found is None:
        found = _kept[snapshot.folder] = Whose(company, snapshot)
        for old in list(_kept)[:-_KEPT]:
            del _kept[old]
    return found
