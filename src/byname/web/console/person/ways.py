"""What we may and may not do now, by channel, in words: consents, wishes and what came back, read as the gate does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from byname.company import Settings
    from byname.web.console.person.brief import Brief

__all__ = ["CHANNELS", "Pace", "Way", "channel_choices", "kind_choices", "pace_of", "ways", "wish_choices"]

type May = Literal["anything", "service", "nothing"]
CHANNELS = ("phone", "in_person", "letter", "email", "sms", "whatsapp")  # as colleagues reach people by hand
_ORDER: dict[May, int] = {"anything": 0, "service": 1, "nothing": 2}
_DAYS_AHEAD = 7
_WITHOUT_A_YES = ("soft opt-in", "legitimate interest")


@dataclass(frozen=True)
class Way:
    """One way to reach them.

    Attributes:
        channel: email, sms, phone, whatsapp, letter, in_person.
        verb: what one would do: "call", "write a letter".
        may: anything, service alone, or nothing.
        why: the reason, in a few words.
        address: where.
        likes: they asked for it.
    """

    channel: str
    verb: str
    may: May
    why: str
    address: str = ""
    likes: bool = False


@dataclass(frozen=True)
class Pace:
    """How often: what they had, the most, and when next."""

    says: str
    next_on: date | None
    why: str


def ways(brief: Brief, settings: Settings) -> list[Way]:
    """Each channel for which there is an address, and meeting in person; the most allowed first."""
    consents: dict[str, Mapping[str, Any]] = {}
    for row in brief.consents:  # of several addresses the strictest comes first
        consents.setdefault(row["channel"], row)
    found = [_way(brief, settings, row, consents.get(row["channel"])) for row in brief.reach]
    return sorted((way for way in found if way is not None), key=lambda way: (_ORDER[way.may], not way.likes))


def pace_of(brief: Brief, as_of: date) -> Pace | None:
    """How often they may be contacted; None where nothing is known."""
    pace = brief.pace
    if pace is None:
        return None
    counted = {"had": pace["had"], "days": pace["window_days"], "most": pace["most"]}
    if pace["had"]:
        says = ngettext(
            "They heard from us once within %(days)s days; the most is %(most)s",
            "They heard from us %(had)s times within %(days)s days; the most is %(most)s",
            pace["had"],
        )
    else:
        says = _("They did not hear from us within %(days)s days; the most is %(most)s")
    open_days = pace["open_days"] or 0
    ahead = next((ahead for ahead in range(_DAYS_AHEAD) if open_days >> ahead & 1), None)
    return Pace(says % counted, None if ahead is None else as_of + timedelta(days=ahead), pace["why"] or "")


def channel_choices() -> list[tuple[str, str]]:
    """How somebody may have been in touch."""
    return [(channel, _verb(channel)) for channel in CHANNELS]


def kind_choices() -> list[tuple[str, str]]:
    """What for."""
    return [
        ("service", _("to help")),
        ("thank", _("to thank")),
        ("give", _("to give something")),
        ("news", _("to tell something")),
        ("ask", _("to ask something")),
    ]


def wish_choices() -> list[tuple[str, str]]:
    """What they may have asked of us."""
    return [
        ("channel", _("to be reached so, or not so")),
        ("pace", _("how often")),
        ("quiet", _("to be left in peace for a time")),
        ("topic", _("what they want to hear of")),
        ("dislike", _("what they dislike")),
        ("line", _("what we do not speak of")),
        ("objection", _("they object to marketing")),
        ("restriction", _("they restrict the use of their data")),
    ]


def _way(brief: Brief, settings: Settings, row: Mapping[str, Any], consent: Mapping[str, Any] | None) -> Way | None:
    channel = row["channel"]
    if not row["address"] and channel != "in_person":
        return None
    may, why = _may(brief, settings, row, consent)
    return Way(channel, _verb(channel), may, why, row["address"] or "", bool(row["asked"]))


def _may(
    brief: Brief, settings: Settings, row: Mapping[str, Any], consent: Mapping[str, Any] | None
) -> tuple[May, str]:
    """What is allowed there, and why: the first that holds counts."""
    said = consent["reason"] if consent is not None else ""
    basis = settings.basis_of(row["channel"], "give")
    rules: tuple[tuple[Any, May, str], ...] = (
        (brief.pace and brief.pace["restricted"], "nothing", _("they restricted the use of their data")),
        (row["refused"], "nothing", _("they asked us not to use it")),
        (row["bounced"], "nothing", _("the latest came back")),
        (row["objected"], "service", _("they objected to marketing")),
        (row["marketing"] == "withdrawn", "service", said or _("they took their yes back")),
        (brief.matters.get("open_complaints"), "service", _("until the complaint is closed")),
        (row["marketing"] == "given", "anything", said or _("they said yes")),
        (basis in _WITHOUT_A_YES, "anything", _("by %(basis)s, until they say no") % {"basis": basis}),
    )
    found = ((may, why) for holds, may, why in rules if holds)
    return next(found, ("service", said or _("no yes to marketing is on record")))


def _verb(channel: str) -> str:
    return {
        "email": _("e-mail"),
        "sms": _("send a text message"),
        "phone": _("call"),
        "whatsapp": _("write by WhatsApp"),
        "letter": _("write a letter"),
        "in_person": _("meet in person"),
    }.get(channel, channel)
