"""May this contact be made now? The gate asked again, with what was written since the refresh and what was imported.

What the snapshot says is read before, as it never changes; what was written since is read within the transaction that
records the contact, in which nobody else writes. So two who ask at once do not both hear yes.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from byname.engines import open_engine
from byname.facts.store import Store
from byname.plan.effects import believed
from byname.plan.gate.again import PACE_COLUMNS, REACH_COLUMNS, Few, No, Way, asked_again, profile_columns
from byname.plan.gate.judging import Limits
from byname.plan.gate.since import TABLES, Door, laid
from byname.plan.offered import offered
from byname.playbooks.loading import load
from byname.said_no import said_no_since

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pyarrow as pa

    from byname.app_rows import Rows
    from byname.company import Company
    from byname.playbooks.playbook import Playbook
    from byname.snapshot import Snapshot

__all__ = ["LONGEST", "NOT_LISTED", "SAID_NO", "STALE", "No", "Prepared", "Way", "playbooks_of", "prepare", "stale"]

LONGEST = timedelta(hours=26)
"""As old may a snapshot be of which a contact is let out: a day, and two hours for a night's work that took long."""
STALE, NOT_LISTED, SAID_NO = "stale", "not-listed", "said-no"

_COMMIT = "select says from run where name = 'ledger commit'"


def stale(snapshot: Snapshot) -> No | None:
    """Is the snapshot too old to let anything out by it?"""
    age = datetime.now(UTC).replace(tzinfo=None) - snapshot.run
    if age <= LONGEST:
        return None
    hours = int(age / timedelta(hours=1))
    return No(STALE, f"what we know is {hours} hours old, and by what is older than 26 nothing goes out: refresh first")


@dataclass(frozen=True)
class Plays:
    """The playbooks in use.

    Attributes:
        by_action: each by its action.
        offered: as the gate takes them.
    """

    by_action: Mapping[str, Playbook]
    offered: pa.Table


_plays: dict[Path, tuple[object, Plays]] = {}
_said: dict[tuple[Path, int, str, str, bool], frozenset[str]] = {}
_KEPT = 32


def playbooks_of(company: Company) -> Plays:
    """The playbooks as they stand; read again only where a file or a setting changed.

    Raises:
        PlaybookError: a file is wrong.
    """
    own, settings = company.playbooks, company.settings
    files = sorted(own.glob("*.toml")) if own.is_dir() else []
    stands = (settings, [(path, stood.st_mtime_ns, stood.st_size) for path in files if (stood := path.stat())])
    then, found = _plays.get(company.folder, (None, None))
    if found is None or then != stands:
        books = load(own, settings.plan.off, may_use=settings.may_use)
        found = Plays({one.action: one for one in books}, offered(books, believed(books, {}), settings))
        _plays[company.folder] = (stands, found)
    return found


@dataclass(frozen=True)
class Prepared:
    """What a snapshot says of a few people.

    Attributes:
        company: whose.
        snapshot: which.
        few: the rows that the gate looks at.
        records: record_id → person_id, all their records.
        listed: person_id and action of those whom the morning's gate let through.
    """

    company: Company
    snapshot: Snapshot
    few: Few
    records: Mapping[str, str]
    listed: Collection[tuple[str, str]]

    def address(self, way: Way) -> str:
        """Where they are reached so; empty: nowhere."""
        return str(self.few.reach.get((way.person_id, way.channel), {}).get("address") or "")

    def asked(self, rows: Rows, ways: Sequence[Way]) -> dict[Way, No | None]:
        """What the gate says of each: None where it is open.

        Args:
            rows: the app database, within the transaction that is to record the contacts.
            ways: contacts with people who were prepared for; of one person one at a time.
        """
        if no := stale(self.snapshot):
            return dict.fromkeys(ways, no)
        plays = playbooks_of(self.company)
        barred = self._barred(ways, plays)
        said: dict[Way, No | None] = {}
        for way in ways:
            if way in barred:
                said[way] = No(SAID_NO, "they objected or withdrew, by a file that came in since the refresh")
            elif (way.person_id, way.action) not in self.listed or way.action not in plays.by_action:
                said[way] = No(NOT_LISTED, "by the newest list it is not meant for them, or not let through")
        left = [way for way in ways if way not in said]
        return said | self._judged(rows, left, plays) if left else said

    def _judged(self, rows: Rows, ways: Sequence[Way], plays: Plays) -> dict[Way, No | None]:
        people = {way.person_id for way in ways}
        few, plan = _of(self.few, people), self.company.settings.plan
        now = datetime.now(UTC).replace(tzinfo=None)
        zone = ZoneInfo(self.company.settings.zone)
        began, here = (at.replace(tzinfo=UTC).astimezone(zone).date() for at in (self.snapshot.run, now))
        door = Door(self.snapshot.as_of + (here - began), now, self.company.settings)
        with (
            tempfile.TemporaryDirectory(prefix="byname-gate-") as spill,
            open_engine("duckdb", spill=Path(spill), memory="256MB", threads=1) as engine,
        ):
            if written := self._written(rows, people):
                few = laid(engine, few, written, self._heard(written), door)
            limits = Limits(door.day, plan.asks, plan.gives_per_ask)
            return asked_again(engine, ways, few, offered=plays.offered, limits=limits)

    def _written(self, rows: Rows, people: Collection[str]) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """What was written of them since, by person and table."""
        run, until = self.snapshot.run, self.company.end_of(self.snapshot.as_of)
        records = sorted(record for record, person in self.records.items() if person in people)
        found: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
        for name in TABLES:
            for row in rows.since(name, run, until, records=records):
                found[self.records[row["record_id"]]][name].append(row)
        return found

    def _heard(self, written: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]) -> dict[str, list[int]]:
        """How long ago the contacts were of who asked for another pace: the snapshot counts them by the old one."""
        asked = [
            one for one, rows in written.items() if any(row["kind"] == "pace" for row in rows.get("preferences", ()))
        ]
        heard: dict[str, list[int]] = defaultdict(list)
        until = self.company.end_of(self.snapshot.as_of)
        for row in self.snapshot.rows("timeline", asked, ("kind", "occurred_at")) if asked else ():
            if row["kind"] == "contact":
                heard[row["person_id"]].append((until - row["occurred_at"]).days)
        return heard

    def _barred(self, ways: Sequence[Way], plays: Plays) -> set[Way]:
        """Who objected or withdrew by what was imported since the refresh."""
        ((made,),) = (row.values() for row in self.snapshot.query(_COMMIT))
        commit = Store(self.company.facts).load().commit
        if made == str(commit):
            return set()
        barred, found = set[Way](), dict[tuple[str, str, bool], set[str | None]]()
        for way in ways:
            if book := plays.by_action.get(way.action):
                asked = (way.channel, book.purpose, book.kind == "service")
                if asked not in found:
                    found[asked] = {self.records.get(anchor) for anchor in self._said_no(commit, *asked)}
                if way.person_id in found[asked]:
                    barred.add(way)
        return barred

    def _said_no(self, commit: int, channel: str, purpose: str, service: bool) -> frozenset[str]:  # noqa: FBT001 - a key
        """The ledger's side changes with the commit alone; what was written is looked at anew each time."""
        key = (self.snapshot.folder, commit, channel, purpose, service)
        if key not in _said:
            _said[key] = frozenset(
                said_no_since(self.company, self.snapshot, channel=channel, purpose=purpose, service=service)
            )
            for old in list(_said)[:-_KEPT]:
                del _said[old]
        return _said[key]


def _of(few: Few, people: Collection[str]) -> Few:
    return Few(
        {one: row for one, row in few.profile.items() if one in people},
        {one: row for one, row in few.pace.items() if one in people},
        {way: row for way, row in few.reach.items() if way[0] in people},
    )


def prepare(company: Company, snapshot: Snapshot, people: Collection[str]) -> Prepared:
    """Read what a snapshot says of a few people.

    Args:
        company: whose.
        snapshot: the current one.
        people: their ids in it.
    """
    few = Few(
        {row.pop("person_id"): row for row in snapshot.rows("profile", people, (*profile_columns(), "time_zone"))},
        {row.pop("person_id"): row for row in snapshot.rows("pace", people, PACE_COLUMNS)},
        {(row.pop("person_id"), row["channel"]): row for row in snapshot.rows("reach", people, REACH_COLUMNS)},
    )
    return Prepared(
        company,
        snapshot,
        few,
        {row["record_id"]: row["person_id"] for row in snapshot.rows("links", people, ("record_id",))},
        {(row["person_id"], row["action"]) for row in snapshot.rows("candidates", people, ("action",))},
    )
