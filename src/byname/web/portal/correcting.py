"""She says what is wrong with her name, e-mail, phone or address, or how old she is.

The system that a detail comes from sends it again with the next export, so it has to be put right there: what she says
is a decision of the kind "correct", shown on her page at once, and a letter to the service team, which waits on their
list until it is answered. Of a child we use the name alone: whoever says to be one is shown to no colleague and written
to by nobody, from that moment until the birthday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.people.keys import email_key, phone_key
from byname.people.of_age import BORN
from byname.web.console.typed import day
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.written.actions.writing import Fact, words_of
from byname.web.written.models import Decision

if TYPE_CHECKING:
    from datetime import datetime

    from byname.web.portal.whom import Her

__all__ = ["CORRECTION", "DETAILS", "Corrected", "correct", "corrected", "detail_word"]

CORRECTION = "correct"
DETAILS = ("name", "email", "phone", "address", BORN)
_MOST = 300
_OLDEST_YEARS = 130


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
    born = _born(her, words) if detail == BORN else None
    if born is not None and (grown := _grown_on(her, born)) > her.desk.company.today():
        return _a_child(her, born, grown)
    asks = _("Please correct my %(detail)s: it is %(value)s. Can you tell me when it is done?") % {
        "detail": detail_word(detail), "value": words,
    }  # fmt: skip
    letter = {
        "medium": "ticket", "subject": _("A correction"), "text": asks, "channel": "web", "public": False,
        "prompted": False, "status": "open",
    }  # fmt: skip
    by_themselves(
        her.desk.company,
        her.anchor,
        [_said(detail, words), Fact("messages", letter)],
        action=CORRECTION,
        after={"detail": detail, "value": words},
    )
    return _("Thank you. Our service team was told; they put it right where it comes from, and answer you.")


def corrected(her: Her) -> list[Corrected]:
    """What she said so far, the newest word on each detail."""
    written: Any = Decision.objects  # its columns are the fact table's, which the type checker does not see
    undone = written.filter(kind="undo").values("value")
    rows = written.filter(record_id__in=her.records, kind=CORRECTION).exclude(fact_id__in=undone)
    found: dict[str, Corrected] = {}
    for value, at in rows.order_by("written_at", "id").values_list("value", "written_at"):
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
        BORN: _("date of birth"),
    }.get(detail, detail)


def _said(detail: str, words: str) -> Fact:
    value = f"{detail} {words}"
    return Fact("decisions", {"kind": CORRECTION, "other_record_id": "", "value": value, "by_whom": BY_HERSELF})


def _born(her: Her, words: str) -> date:
    """The day that she typed.

    Raises:
        UsageError: it is none, or nobody who lives was born then.
    """
    born, today = day(words, detail_word(BORN)), her.desk.company.today()
    if born is None or not today.year - _OLDEST_YEARS <= born.year or born > today:
        raise UsageError(where=detail_word(BORN), found=f'"{words[:40]}"', expected=_("a day such as 1980-05-31"))
    return born


def _grown_on(her: Her, born: date) -> date:
    """The birthday from which on she is grown; who was born on a leap day has it on the first of March."""
    year = born.year + her.desk.company.settings.minors.age
    return date(year, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=year)


def _a_child(her: Her, born: date, grown: date) -> str:
    """Restrict what is used of her until she is grown; no colleague has to read how old she is."""
    company = her.desk.company
    until = company.end_of(grown - timedelta(days=1))
    restriction = {"kind": "restriction", "value": "a child", "until": until, "by_whom": BY_HERSELF}
    by_themselves(
        company,
        her.anchor,
        [_said(BORN, born.isoformat()), Fact("preferences", restriction)],
        action=CORRECTION,
        after={"detail": BORN},
    )
    says = _(
        "Thank you. As you are younger than %(age)d, we use nothing of you but your name, and nobody writes to you."
    )
    return says % {"age": company.settings.minors.age}
