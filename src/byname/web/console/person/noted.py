"""Words for what colleagues wrote since the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.web.agreed import noted as agreed
from byname.web.console.person.plain import plain
from byname.web.console.templatetags.said import standing_word

if TYPE_CHECKING:
    from byname.web.written.shape import Said

__all__ = ["says"]


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
        "referral": _("brought somebody"),
        "done": _("done: %(text)s"),
        "not now": _("not now: %(text)s"),
        "not right": _("not right: %(text)s"),
    }
    if said.kind == "standing":
        corrected = _("standing corrected to %(standing)s: %(why)s")
        return corrected % {"standing": standing_word(first), "why": rest}
    if said.kind in agreed.KINDS:
        return agreed.says(said.kind, said.says)
    if said.kind not in words:
        return f"{said.kind.replace('_', ' ')}: {text}"
    return words[said.kind] % {"text": text}
