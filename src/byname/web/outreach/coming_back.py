"""What comes back on a mail becomes a fact: it bounced, somebody complained, somebody answered.

Each is written under an id made of what it is, so that a webhook that is sent twice or a mailbox that is read twice
tells nothing twice. Opens and clicks come by `following` alone, of whom they were allowed; where a provider tells of
them all the same, they are not kept.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from byname.app_rows import writing
from byname.draining import READER
from byname.facts.own import fact
from byname.web.outreach.models import Draft, State
from byname.web.outreach.suppression import suppress
from byname.web.outreach.unsubscribing import unsubscribe
from byname.web.served import company
from byname.web.written.models import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byname.web.outreach.reading_mail import Came

__all__ = ["bounced", "came", "complained", "delivered", "draft_of_message", "is_told", "replied", "stepped"]

_GONE, _COMPLAINED = "bounced", "complained"


@dataclass(frozen=True)
class _Told:
    """A fact to write.

    Attributes:
        table: the fact table.
        source_id: what it is known by.
        row: its columns.
    """

    table: str
    source_id: str
    row: Mapping[str, Any]


def came(read: Came) -> bool:
    """Write down what a mail that came in is; False where it is about nothing that we sent."""
    if read.kind == "stop":
        unsubscribe(read.stops)
        return True
    draft = draft_of_message(read.about)
    if draft is None or read.kind == "nothing":
        return False
    if read.kind == "bounced":
        bounced(draft, is_gone=read.is_gone)
    elif read.kind == "complained":
        complained(draft)
    else:
        replied(draft, message_id=read.message_id, subject=read.subject, words=read.words)
    return True


def bounced(draft: Draft, *, is_gone: bool) -> None:
    """A mail came back.

    Args:
        draft: which.
        is_gone: there is no such mailbox, so that it is never written to again; else it may be full for a while.
    """
    with writing(company()):
        if is_gone:
            suppress(draft.address, draft.channel, _GONE)
        _write(draft, _answer(draft, "bounced"))


def delivered(draft: Draft) -> None:
    """It arrived; so what was thought lost is not."""
    with writing(company()):
        Draft.objects.filter(pk=draft.pk, state=State.LOST).update(state=State.SENT, says="")
        _write(draft, _answer(draft, "delivered"))


def complained(draft: Draft) -> None:
    """Somebody called it unwanted: never again, and all that unsubscribing does."""
    with writing(company()):
        unsubscribe(draft.key)
        suppress(draft.address, draft.channel, _COMPLAINED)
        _write(draft, _answer(draft, "complained"))


def replied(draft: Draft, *, message_id: str, subject: str, words: str) -> None:
    """Somebody answered; what they say is a message like any other."""
    known = hashlib.sha256(f"{draft.key} {message_id or words}".encode(errors="replace")).hexdigest()
    said = {
        "medium": "mail",
        "subject": subject or None,
        "text": words or None,
        "channel": "mail" if draft.channel == "email" else draft.channel,
        "public": False,
        "prompted": True,
        "thread": draft.message_id or None,
        "in_reply_to": draft.message_id or None,
        "employee": draft.employee or None,
    }
    _write(draft, _answer(draft, "replied"), *([_Told("messages", f"reply {known}", said)] if words else []))


def stepped(draft: Draft, kind: str, place: int = 0) -> None:
    """A mail was opened, or a link of it followed: the first time of each.

    Args:
        draft: which.
        kind: opened or clicked.
        place: of the link, from 1.
    """
    _write(draft, _step(draft, kind, place))


def is_told(draft: Draft, kind: str, place: int = 0) -> bool:
    """Was that step written down before?"""
    told = _step(draft, kind, place)
    known = fact(told.table, told.row, reader=READER, source_id=told.source_id)
    return bool(Answer.objects.filter(fact_id=known["fact_id"]).exists())


def draft_of_message(ids: Iterable[str]) -> Draft | None:
    """The draft whose mail has one of these Message-IDs, the last one first."""
    found = {draft.message_id: draft for draft in Draft.objects.filter(message_id__in=[one for one in ids if one])}
    return next((found[one] for one in reversed(list(ids)) if one in found), None)


def _answer(draft: Draft, kind: str) -> _Told:
    row = {"contact_id": draft.contact_id, "kind": kind, "address": draft.address or None}
    return _Told("answers", f"{kind} {draft.contact_id or draft.key}", row)


def _step(draft: Draft, kind: str, place: int) -> _Told:
    told = _answer(draft, kind)
    return replace(told, source_id=f"{told.source_id} {place}") if place else told


def _write(draft: Draft, *told: _Told) -> None:
    """Write facts about the person of a draft, but for those that are written."""
    with writing(company()) as rows:
        assert rows is not None  # noqa: S101 - drafts lie in it
        at = rows.moment()
        for one in told:
            row = fact(one.table, {"record_id": draft.record_id, **one.row}, reader=READER, source_id=one.source_id)
            if not rows.versions(one.table, row["fact_id"]):
                rows.add(one.table, [{"occurred_at": at, **row}], at=at)
