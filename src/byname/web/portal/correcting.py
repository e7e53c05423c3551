"""She says what is wrong with her name, e-mail, phone or address.

The system that a detail comes from sends it again with the next export, so it has to be put right there: what she says
is a decision of the kind "correct", shown on her page at once, and a letter to the service team, which waits on their
list until it is answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.people.keys import email_key, phone_key
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.written.actions.writing import Fact, words_of
from byname.web.written.models import Decision

if TYPE_CHECKING:
    from datetime import datetime

    from byname.web.portal.whom import Her

__all__ = ["CORRECTION", "DETAILS", "Corrected", "correct", "corrected", "detail_word"]

CORRECTION = "correct"
DETAILS = ("name", "email", "phone", "address")
_MOST = 300


@dataclass(frozen=True)
class Corrected:
    """What she said of one detail, and when, UTC."""

    detail: str
    value: str
    at: datetime


def correct(her: Her, detail: str, value: str) -> str:
    """Say what a detail really is.

    Returns:
        What she is told.

    Raises:
        UsageError: there is no such detail, or what she typed is none.
    """
    if detail not in DETAILS:
        raise UsageError(where=_("What is wrong?"), found=f'"{detail[:40]}"', expected=", ".join(DETAILS))
    words = " ".join(words_of(detail_word(detail), value, _MOST).split())
    if detail == "email" and email_key(words) is None:
        raise UsageError(where=detail_word(detail), found=_("no e-mail address"), expected="rosa@example.com")
    if detail == "phone" and phone_key(words, her.desk.company.settings.country) is None:
        raise UsageError(where=detail_word(detail), found=_("no telephone number"), expected="+49 30 1234567")
    asks = _("Please correct my %(detail)s: it is %(value)s. Can you tell me when it is done?") % {
        "detail": detail_word(detail), "value": words,
    }  # fmt: skip
    letter = {
        "medium": "ticket", "subject": _("A correction"), "text": asks, "channel": "web", "public": False,
        "prompted": False, "status": "open",
    }  # fmt: skip
    said = {"kind": CORRECTION, "other_record_id": "", "value": f"{detail} {words}", "by_whom": BY_HERSELF}
    by_themselves(
        her.desk.company,
        her.anchor,
        [Fact("decisions", said), Fact("messages", letter)],
        action=CORRECTION,
        after={"detail": detail, "value": words},
    )
    return _("Thank you. Our service team was told; they put it right where it comes from, and answer you.")


def corrected(her: Her) -> list[Corrected]:
    """What she said so far, the newest word on each detail."""
    written: Any = Decision.objects  # its columns are the fact table's, which the type checker does not see
    rows = written.filter(record_id__in=her.records, kind=CORRECTION).order_by("written_at", "id")
    found: dict[str, Corrected] = {}
    for value, at in rows.values_list("value", "written_at"):
        detail, _blank, words = (value or "").partition(" ")
        found[detail] = Corrected(detail, words, at)
    return [found[detail] for detail in DETAILS if detail in found]


def detail_word(detail: str) -> str:
    """What it is, in words."""
    return {
        "name": _("name"),
        "email": _("e-mail"),
        "phone": _("phone"),
        "address": _("address"),
    }.get(detail, detail)
