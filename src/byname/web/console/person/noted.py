"""Words for what colleagues wrote, and the notes that only one team reads: these are in no snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.web.accounts import policy
from byname.web.console.person.plain import plain
from byname.web.console.templatetags.said import standing_word
from byname.web.written.models import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.web.accounts.models import Account
    from byname.web.written.shape import Said

__all__ = ["private_notes", "says"]

_MOST = 50


def says(said: Said) -> str:
    """What was written, as a line of the timeline."""
    text = plain(said.says) if said.table == "messages" else said.says  # colleagues' words stand as they were typed
    first, _blank, rest = text.partition(" ")
    words = {
        "note": _("note: %(text)s"),
        "owner": _("%(text)s looks after them") if said.says else _("nobody looks after them in particular"),
        "promise": _("we promised: %(text)s"),
        "promise kept": _("we kept the promise: %(text)s"),
        "call": _("we called (%(text)s)"),
        "visit": _("we met them (%(text)s)"),
        "merge": _("one person with somebody else: %(text)s") if said.says else _("one person with somebody else"),
        "apart": _("set apart from somebody else: %(text)s") if said.says else _("set apart from somebody else"),
        "undo": _("a decision about who is who was taken back"),
        "done": _("done: %(text)s"),
        "not now": _("not now: %(text)s"),
        "not right": _("not right: %(text)s"),
    }
    if said.kind == "standing":
        corrected = _("standing corrected to %(standing)s: %(why)s")
        return corrected % {"standing": standing_word(first), "why": rest}
    if said.kind not in words:
        return f"{said.kind.replace('_', ' ')}: {text}"
    return words[said.kind] % {"text": text}


def private_notes(account: Account, record_ids: Sequence[str]) -> list[Any]:
    """Notes about these records that not everybody reads and this account does, newest first."""
    found = (
        Decision.objects.filter(kind="note", record_id__in=record_ids)
        .exclude(private_to=None)
        .order_by("-occurred_at")[:_MOST]
    )
    return [one for one in found if policy.may_read_note(account, one.private_to)]
