"""Who stands at the till, calls, or signs in: one look-up, with a greeting and what is due to them (S0.39).

A greeting names nothing but the name and the years: others may be listening. The hint and what is due are for the
employee's eyes.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import local
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from byname.touchpoint import Touchpoint
from byname.web.agreed.book import agreed_with
from byname.web.agreed.words import at_the_till

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from byname.snapshot import Snapshot
    from byname.web.agreed.saying import Agreed
    from byname.web.desk import Desk

__all__ = ["Guest", "recognise"]

_SHOWN = 3
_BY_NUMBER = (0.99, "same number")

# What is read of a guest's profile.
_GUEST = (
    "name", "first_name", "first_year", "coming_occasion", "open_complaints", "oldest_complaint_days",
    "complaint_topic", "promises_broken", "promise", "known_to",
)  # fmt: skip
DUE = """
    select person_id, title, how, reason, words
    from plan
    where kind in ('give', 'thank') and day = (select min(day) from plan)
    order by owed desc, place
"""

_thread = local()
_planned: dict[Path, dict[str, list[dict[str, Any]]]] = {}


@dataclass(frozen=True)
class Guest:
    """Somebody whom it may be.

    Attributes:
        person_id: who.
        name: as records say it.
        probability: that it is this person.
        why: what agrees.
        greeting: to say aloud.
        hint: for the employee: what to know before a word is said; empty: nothing.
        perks: what is planned for them today that gives or thanks: title, how, reason, words.
        granted: perks that hold for them: perk_id, what, why, once, until (UTC). Nobody has to ask for one.
        returns: the rule for their returns, for the employee's eyes; empty: the usual one.
    """

    person_id: str
    name: str
    probability: float
    why: str
    greeting: str
    hint: str
    perks: list[dict[str, Any]]
    granted: list[dict[str, Any]]
    returns: str


def recognise(desk: Desk, record: Mapping[str, str]) -> list[Guest]:
    """Everybody whom this may be, the likeliest first, at most three.

    Args:
        desk: what is known.
        record: name, email, phone, number, postcode, street, city, birth_date; what is not known is empty.
    """
    since = desk.since
    found: dict[str, tuple[float, str]] = {}
    for person_id, probability, why in _candidates(desk.snapshot, record):
        person = since.shown_as(person_id)
        if person not in since.hidden and person_id not in since.hidden:
            found.setdefault(person, (probability, why))
    likeliest = sorted(found, key=lambda person: -found[person][0])[:_SHOWN]
    if not likeliest:
        return []
    rows = {row["person_id"]: row for row in desk.snapshot.rows("profile", likeliest, _GUEST)}
    due = _due(desk.snapshot)
    agreed = {person: agreed_with(desk, person) for person in likeliest}
    return [
        Guest(
            person_id=person,
            name=rows[person]["name"] or "",
            probability=found[person][0],
            why=found[person][1],
            greeting=_greeting(rows[person]),
            hint=_hint(rows[person]),
            perks=[] if (rows[person]["open_complaints"] or 0) else due.get(person, []),
            granted=_granted(agreed[person]),
            returns=at_the_till(agreed[person].in_force),
        )
        for person in likeliest
        if person in rows
    ]


def _candidates(snapshot: Snapshot, record: Mapping[str, str]) -> list[tuple[str, float, str]]:
    number = record.get("number", "").strip()
    spaced = number if ":" in number else ""
    asked = {name: said for name, said in record.items() if name != "number" and said}
    found = _till(snapshot).recognise(asked | {"external_ids": [spaced] if spaced else []}) if asked or spaced else []
    if number and not found:
        found = [(row["person_id"], *_BY_NUMBER) for row in snapshot.find(number, _SHOWN)]
    return found


def _till(snapshot: Snapshot) -> Touchpoint:
    """The index, open: one a thread, and another when another snapshot is current."""
    opened: tuple[Any, Touchpoint] | None = getattr(_thread, "till", None)
    if opened is None or opened[0] != snapshot.folder:
        if opened is not None:
            opened[1].close()
        opened = _thread.till = (snapshot.folder, Touchpoint(snapshot.folder))
    return opened[1]


def _due(snapshot: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """What is planned for each person on the plan's first day that gives or thanks; a few hundred rows, read once."""
    if snapshot.folder not in _planned:
        due: dict[str, list[dict[str, Any]]] = {}
        for row in snapshot.query(DUE):
            due.setdefault(row.pop("person_id"), []).append(row)
        _planned.clear()
        _planned[snapshot.folder] = due
        return due
    return _planned[snapshot.folder]


def _granted(agreed: Agreed) -> list[dict[str, Any]]:
    """What was granted is theirs, whatever complaint waits: it is told, and given."""
    return [
        {"perk_id": perk.number, "what": perk.what, "why": perk.why, "once": perk.is_once, "until": perk.until}
        for perk in agreed.holding
    ]


def _greeting(row: Mapping[str, Any]) -> str:
    name = (row["first_name"] or "").strip()
    hello = _("Good to see you, %(name)s.") % {"name": name} if name else _("Good to see you.")
    years = str(row["coming_occasion"] or "")
    if years.isdigit():
        count = int(years)
        said = ngettext("A year with us this week, thank you.", "%(years)s years with us this week, thank you.", count)
        return f"{hello} {said % {'years': count}}"
    return hello


def _hint(row: Mapping[str, Any]) -> str:
    said = []
    if row["open_complaints"]:
        days, about = row["oldest_complaint_days"] or 0, row["complaint_topic"]
        waits = ngettext("Waits %(days)s day for an answer", "Waits %(days)s days for an answer", days) % {"days": days}
        about = _(" about %(topic)s") % {"topic": about} if about else ""
        said.append(_("%(waits)s%(about)s: help first, offer nothing.") % {"waits": waits, "about": about})
    if row["promises_broken"]:
        said.append(_("We promised and did not keep it: %(promise)s.") % {"promise": row["promise"]})
    if row["known_to"]:
        said.append(_("Knows %(employee)s.") % {"employee": row["known_to"]})
    return " ".join(said)
