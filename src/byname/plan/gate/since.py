"""What was written since the refresh, laid over the rows that the gate looks at of a person.

Every word is read by the parser that the refresh reads it with. Nothing that the morning's gate closed is opened by it
in earnest: who is asked about is a candidate of the snapshot, and what was taken back counts from the next refresh on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from byname.people.decisions import undone_by
from byname.plan.channel_wishes import channel_wish, objected_to
from byname.plan.channels import CHANNELS
from byname.plan.gate.again import Few
from byname.plan.gate.paced import paced
from byname.plan.topic_wishes import unwanted
from byname.voice.intents import CUTS, INTENTS
from byname.voice.reading import look

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from byname.company import Settings
    from byname.engines import Engine

    type Row = Mapping[str, Any]
    type Rows = Mapping[str, Sequence[Row]]

__all__ = ["TABLES", "Door", "laid"]

TABLES = ("contacts", "answers", "consents", "preferences", "messages", "promises", "decisions")
"""The fact tables whose rows change what the gate says."""

_STANDINGS = ("neutral", "dissatisfied", "actively_dissatisfied", "loyal", "advocate")
_STATES = ("marketing", "feedback", "service")
_CORRECTED = {"email": ("email",), "phone": ("phone", "sms", "whatsapp")}
_BACK = ("bounced", "opened", "clicked", "replied", "bought")
_SOLVED = ("solved", "closed", "resolved", "answered", "done")
_NEVER = datetime(1900, 1, 1)  # noqa: DTZ001 - UTC without a zone, as facts are


@dataclass(frozen=True)
class Door:
    """When and where we stand at the door.

    Attributes:
        day: the snapshot's as-of day, and as many days later as its run is ago: a demonstration's time stands still.
        now: the moment, UTC without a zone.
        settings: of the company.
    """

    day: date
    now: datetime
    settings: Settings

    def ago(self, at: datetime | None) -> int:
        """Days since a moment, by the company's days; what comes later than the day is of today."""
        then = (at or self.now).replace(tzinfo=UTC).astimezone(ZoneInfo(self.settings.zone)).date()
        return max((self.day - then).days, 0)


def laid(engine: Engine, few: Few, written: Mapping[str, Rows], heard: Mapping[str, Sequence[int]], door: Door) -> Few:
    """The rows of these people with what was written of them since laid over.

    Args:
        engine: where limits are worked out.
        few: as the snapshot has them.
        written: by person_id and fact table, the rows that the snapshot does not hold, oldest first.
        heard: by person_id, how many days ago each contact was that the snapshot holds; of who asked for another pace.
        door: when and where.
    """
    over = _Over(few, door)
    wishes: dict[str, list[Row]] = {}
    for person, rows in written.items():
        if person in over.profile:
            undone = undone_by([{**row, "known_at": row["written_at"]} for row in rows.get("decisions", ())])
            for name in TABLES:
                # Of consents the strictest version counts, whoever takes it back, as in a refresh.
                told = [row for row in rows.get(name, ()) if name == "consents" or row["fact_id"] not in undone]
                over.lay(name, person, _newest(told))
                if name == "preferences":
                    wishes[person] = [row for row in _newest(told) if _holds(row, door)]
    for person, row in paced(engine, over.profile, over.pace, wishes, door.day, door.settings, ago=door.ago).items():
        before = over.pace[person]
        if row.get("window_days", before["window_days"]) != before["window_days"]:
            row["had"] = over.heard[person] + sum(days < row["window_days"] for days in heard.get(person, ()))
        over.pace[person] = before | row
    return Few(over.profile, over.pace, over.reach, over.recent, over.turned_down)


def _newest(rows: Iterable[Row]) -> list[Row]:
    """The newest version of each fact; they come as they were written."""
    return list({row["fact_id"]: row for row in rows}.values())


def _holds(row: Row, door: Door) -> bool:
    return row["until"] is None or row["until"] > door.now


class _Over:
    """Rows that are changed one by one."""

    def __init__(self, few: Few, door: Door) -> None:
        self._door = door
        self.profile = {one: dict(row) for one, row in few.profile.items()}
        self.pace = {one: dict(row) for one, row in few.pace.items()}
        self.reach = {way: dict(row) for way, row in few.reach.items()}
        self.recent = dict(few.recent)
        self.turned_down = {pair: dict(row) for pair, row in few.turned_down.items()}
        self.heard: dict[str, int] = defaultdict(int)
        """How many contacts since, service apart."""

    def lay(self, name: str, person: str, rows: Sequence[Row]) -> None:
        """Lay the rows of a fact table over a person's."""
        if rows:
            {
                "contacts": self._contacts,
                "answers": self._answers,
                "consents": self._consents,
                "preferences": self._preferences,
                "messages": self._messages,
                "promises": self._promises,
                "decisions": self._decisions,
            }[name](person, rows)

    def _count(self, person: str, *names: str) -> None:
        """One more of each, where the gate looks at it."""
        profile = self.profile[person]
        for name in names:
            if name in profile:
                profile[name] = (profile[name] or 0) + 1

    def _since(self, person: str, days: int, *names: str) -> None:
        """So many days since, if that is later than what was known."""
        profile = self.profile[person]
        for name in names:
            if name in profile:
                profile[name] = days if profile[name] is None else min(profile[name], days)

    def _contacts(self, person: str, rows: Sequence[Row]) -> None:
        window = self._door.settings.plan.days
        for row in rows:
            if row["arm"] == "held out":
                continue
            ago, kind = self._door.ago(row["occurred_at"]), (row["kind"] or "").lower()
            self._since(person, ago, "days_since_contact")
            if kind == "ask":
                self._count(person, "asks_365")
                self._since(person, ago, "days_since_asked")
            if kind in ("give", "thank"):
                self._count(person, "gives_365")
                self._since(person, ago, "days_since_given", *(("days_since_thanked",) if kind == "thank" else ()))
            if not _is_service(row):
                of = {"contacts_7": 7, "contacts_window": window, "contacts_365": 365}
                self._count(person, *(name for name, days in of.items() if ago < days))
                self.heard[person] += 1
                if (pace := self.pace.get(person)) and ago < (pace["window_days"] or 0):
                    pace["had"] = (pace["had"] or 0) + 1
            if action := row["action"] or row["campaign"]:
                self.recent[person, action] = min(self.recent.get((person, action), ago), ago)

    def _answers(self, person: str, rows: Sequence[Row]) -> None:
        for row in sorted(rows, key=lambda row: (row["occurred_at"] or row["written_at"], row["kind"] == "bounced")):
            address, kind = (row["address"] or "").strip(), (row["kind"] or "").lower()
            channel = "email" if "@" in address or not address else "phone"
            if kind in _BACK and (reach := self.reach.get((person, channel))):
                reach["bounced"] = kind == "bounced"
            if kind in ("unsubscribed", "complained"):
                self.profile[person]["unsubscribed_days"] = 0

    def _consents(self, person: str, rows: Sequence[Row]) -> None:
        for row in sorted(rows, key=lambda row: row["occurred_at"] or row["written_at"]):
            channel = (row["channel"] or "").strip().lower().replace("-", "")
            purpose = (row["purpose"] or "").strip().lower()
            withdrawn = row["state"] == "withdrawn"
            if withdrawn:
                self.profile[person]["unsubscribed_days"] = 0
            for (one, by), reach in self.reach.items():
                if one != person or (channel != by and (channel or not withdrawn)):
                    continue
                for name in _STATES:
                    if purpose != name and (purpose or not withdrawn):
                        continue
                    if withdrawn:
                        reach[name] = "withdrawn"
                    elif _grants(row, reach, name):
                        reach[name] = "given"

    def _preferences(self, person: str, rows: Sequence[Row]) -> None:
        pace = self.pace.get(person)
        for row in rows:
            if not _holds(row, self._door):
                continue
            kind, value = row["kind"], (row["value"] or "").strip()
            if kind == "objection":
                for channel in objected_to(value):
                    self._mark(person, channel, objected=True)
            elif kind == "channel":
                wish = channel_wish(value)
                for channel in wish.asked:
                    self._mark(person, channel, asked=True, refused=False)
                for channel in wish.refused:
                    self._mark(person, channel, asked=False, refused=True)
            elif kind == "restriction" and pace:
                pace["restricted"] = True
            elif kind in ("dislike", "topic", "line") and pace and value:
                name = "lines" if kind == "line" else "dislikes"
                pace[name] = [*(pace[name] or ()), *(unwanted(value) if kind == "topic" else (value,))]

    def _mark(self, person: str, channel: str, **says: bool) -> None:
        if channel in CHANNELS and (reach := self.reach.get((person, channel))):
            reach |= says

    def _messages(self, person: str, rows: Sequence[Row]) -> None:
        """What waits for an answer, by the rules that every text is read with."""
        for row in rows:
            looked = look(" ".join(part for part in (row["subject"], row["text"]) if part))
            if looked is None or row["answered_at"] or (row["status"] or "open").lower() in _SOLVED:
                continue
            scores = zip(INTENTS, looked.intents.scores, strict=True)
            intents = {name for name, score in scores if score >= CUTS[name]}
            if "leaving" in intents:
                self._since(person, self._door.ago(row["occurred_at"]), "threatened_days")
            if intents & {"complaint", "leaving"}:
                self._count(person, "open_complaints")
                profile = self.profile[person]
                profile["oldest_complaint_days"] = profile.get("oldest_complaint_days") or 0
            elif "question" in intents or (row["medium"] == "ticket" and not intents & {"thanks", "praise"}):
                self._count(person, "open_questions")

    def _promises(self, person: str, rows: Sequence[Row]) -> None:
        for row in rows:
            if row["kept_at"] is None and row["due_at"] is not None and row["due_at"] < self._door.now:
                self._count(person, "promises_broken")
                self.profile[person]["promise"] = row["what"]

    def _decisions(self, person: str, rows: Sequence[Row]) -> None:
        for row in sorted(rows, key=lambda row: row["occurred_at"] or _NEVER):
            about, _, why = (row["value"] or "").strip().partition(" ")
            if row["kind"] == "standing" and about in _STANDINGS:
                self.profile[person] |= {"standing": about, "days_in_standing": self._door.ago(row["occurred_at"])}
            elif row["kind"] in ("not now", "not right") and about:
                what, on = row["kind"].replace(" ", "_"), self._door.day - timedelta(self._door.ago(row["occurred_at"]))
                self.turned_down[person, about] = self.turned_down.get((person, about), {}) | {
                    f"{what}_days": self._door.ago(row["occurred_at"]),
                    f"{what}_by": (row["by_whom"] or "").strip() or "a colleague",
                    f"{what}_on": on.isoformat(),
                    f"{what}_why": why or None,
                }
            elif row["kind"] == "correct":
                self._corrected(person, _CORRECTED.get(about, ()))

    def _corrected(self, person: str, channels: Sequence[str]) -> None:
        """We have a wrong address: a yes to it is none to the right one, which the next refresh knows."""
        for channel in channels:
            if reach := self.reach.get((person, channel)):
                reach |= {name: "not given" for name in _STATES if reach[name] == "given"}


def _is_service(row: Row) -> bool:
    """As `touches.OF_SERVICE` says it."""
    if row["kind"]:
        return str(row["kind"]).lower() == "service"
    if row["purpose"]:
        return str(row["purpose"]).lower() in ("service", "contract")
    return str(row["team"] or "").lower() == "service"


def _grants(row: Row, reach: Row, purpose: str) -> bool:
    """Does this yes hold? One that was withdrawn ends by the person's own act alone; given belongs to one address."""
    if row["state"] != "given" or (reach[purpose] == "withdrawn" and row["by_whom"] != "person"):
        return False
    return not row["address"] or reach["channel"] == "letter" or _plain(row["address"]) == _plain(reach["address"])


def _plain(address: str | None) -> str:
    return (address or "").strip().lower().translate(dict.fromkeys(map(ord, " ()./-")))
