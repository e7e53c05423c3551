"""Who reached out to her and why: "why did I get this?"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from byname.web.console.lists import SIZE, Page
from byname.web.console.person.behind import facts_with
from byname.web.console.person.plain import plain
from byname.web.outreach.models import Draft
from byname.web.portal.words import source_word
from byname.web.written.models import Contact
from byname.web.written.versions import newest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from byname.web.portal.whom import Her
    from byname.web.written.versions import Row

__all__ = ["Reached", "contact", "contacts"]

_READ = ("occurred_at", "kind", "says", "source", "account", "source_id")
_WRITTEN = (
    "fact_id", "source_id", "occurred_at", "written_at", "updated_at", "team", "employee", "channel", "action", "kind",
    "campaign", "purpose", "goal",
)  # fmt: skip


@dataclass(frozen=True)
class Reached:
    """One contact.

    Attributes:
        at: when, UTC.
        says: what it was.
        by: who it was; empty where that is not known.
        why: the reason.
        goal: what it was for.
        facts: what it rested on: name, says, purpose for which the record was given.
        source: the system that says so, in words; empty: these pages.
        row: where it stands in that system, as an address asks for it; empty: all that is known is here.
    """

    at: datetime
    says: str
    by: str = ""
    why: str = ""
    goal: str = ""
    facts: list[Mapping[str, Any]] = field(default_factory=list)
    source: str = ""
    row: str = ""


def contacts(her: Her, number: int, size: int = SIZE) -> Page:
    """A page of the contacts with her, newest first; each row has a `Reached` as "reached"."""
    here = _written(her)
    known = {row["source_id"] for row in here}
    rows = her.desk.snapshot.rows("timeline", her.people, _READ)
    told = [
        Reached(row["occurred_at"], plain(row["says"]), source=source_word(row["source"] or ""), row=_row(row))
        for row in rows
        if row["kind"] == "contact" and not (row["source"] == "byname" and row["source_id"] in known)
    ]
    told += _here(here)
    told.sort(key=lambda one: (one.at, one.says), reverse=True)
    first = (number - 1) * size
    return Page([{"reached": one} for one in told[first : first + size]], number, len(told))


def contact(her: Her, source: str, account: str, source_id: str) -> Reached | None:
    """One contact that a file told of, with the reason that the file has; None where it is none of hers."""
    facts = facts_with(her.desk, her.people, source, account, source_id)
    fact = next((one for one in facts if one.kind == "contact" and one.versions), None)
    if fact is None:
        return None
    said = {cell.name: str(cell.value) for cell in fact.versions[0].cells}
    return Reached(
        at=fact.occurred_at or fact.versions[0].known_at,
        says=_way(said.get("channel", ""), said.get("campaign", "")),
        by=said.get("employee", "") or said.get("team", ""),
        why=_kind_says(said.get("kind", "")) or said.get("action", "").replace("_", " "),
        goal=said.get("goal", ""),
        source=source_word(source),
    )


def _row(row: Mapping[str, Any]) -> str:
    return urlencode({"source": row["source"] or "", "account": row["account"] or "", "number": row["source_id"] or ""})


def _written(her: Her) -> list[Row]:
    """The newest version of each contact that was written on these pages; what a refresh took is still there."""
    rows = Contact.objects.filter(record_id__in=her.records).order_by("id").values(*_WRITTEN)
    return newest({**row, **{name: _plain(row[name]) for name in _INSTANTS}} for row in rows)


_INSTANTS = ("occurred_at", "written_at", "updated_at")


def _plain(at: datetime | None) -> datetime | None:
    return at and at.replace(tzinfo=None)


def _here(rows: Iterable[Mapping[str, Any]]) -> list[Reached]:
    rows = list(rows)
    drafts = {one.contact_id: one for one in Draft.objects.filter(contact_id__in=[row["fact_id"] for row in rows])}
    found = []
    for row in rows:
        draft = drafts.get(row["fact_id"])
        found.append(
            Reached(
                at=row["occurred_at"] or row["written_at"],
                says=_way(row["channel"] or "", (draft.title if draft else "") or row["campaign"] or ""),
                by=row["employee"] or "",
                why=(draft.why if draft else "") or _kind_says(row["kind"] or ""),
                goal=row["goal"] or "",
                facts=list(draft.facts) if draft else [],
            )
        )
    return found


def _way(channel: str, about: str) -> str:
    by = {
        "phone": _("we called"),
        "in_person": _("we met you"),
        "letter": _("we wrote a letter"),
        "email": _("we wrote by e-mail"),
        "sms": _("we sent a text message"),
        "whatsapp": _("we wrote by WhatsApp"),
    }.get(channel, _("we reached out to you"))
    return f"{by}: {about}" if about else by


def _kind_says(kind: str) -> str:
    return {
        "service": _("to help"),
        "thank": _("to thank you"),
        "give": _("to give you something"),
        "news": _("to tell you something"),
        "ask": _("to ask you something"),
    }.get(kind, "")
