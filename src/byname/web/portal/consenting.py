"""Her consents by channel and purpose, as they stand now; giving one and taking it back are one button each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from byname.people.consents import CHANNELS, PURPOSES
from byname.plan.channel_wishes import objected_to
from byname.web.portal.told import Told
from byname.web.portal.words import channel_word
from byname.web.portal.writing import BY_HERSELF
from byname.web.written.models import Consent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from byname.web.portal.whom import Her

__all__ = ["ASKED_FOR", "FOLLOWING", "May", "consents", "may_be_followed", "said_herself", "wording"]

ASKED_FOR = ("marketing", "feedback")  # what needs a yes for most companies; others show where one is on record
FOLLOWING = ("email", "following")  # may we see whether she opens a letter, and which link she follows?
_STRICTEST = {"withdrawn": 0, "given": 1, "not given": 2}


@dataclass(frozen=True)
class May:
    """May we, by one channel and for one purpose?

    Attributes:
        channel: email, sms, phone, whatsapp, letter.
        purpose: marketing, feedback, …
        state: given, withdrawn, not given.
        since: when that was said, UTC; None where nothing is on record.
        address: where it would go; empty where none is known.
    """

    channel: str
    purpose: str
    state: str
    since: datetime | None
    address: str

    @property
    def says(self) -> str:
        """What it would be, in words."""
        if self.is_following:
            return _(
                "You may see whether I opened a letter and which link I followed, "
                "so that you write less of what I do not read"
            )
        return f"{channel_word(self.channel)}: {_purpose_word(self.purpose)}"

    @property
    def is_following(self) -> bool:
        """Is it about what she does with our letters?"""
        return (self.channel, self.purpose) == FOLLOWING

    @property
    def is_given(self) -> bool:
        """Do we have her yes?"""
        return self.state == "given"


def consents(her: Her) -> list[May]:
    """One for each way and purpose for which there is an address, or on which something is on record."""
    snapshot, people = her.desk.snapshot, her.people
    address = {
        row["channel"]: row["address"]
        for row in snapshot.rows("reach", people, ("channel", "address"))
        if row["address"]
    }
    found: dict[tuple[str, str], tuple[str, datetime | None]] = {
        (channel, purpose): ("not given", None) for channel in CHANNELS if channel in address for purpose in ASKED_FOR
    }
    if her.desk.company.settings.outreach.follow and FOLLOWING[0] in address:
        found[FOLLOWING] = ("not given", None)
    rows = snapshot.rows("consents", people, ("channel", "purpose", "state", "since"))
    for row in sorted(rows, key=lambda row: _STRICTEST[row["state"]], reverse=True):
        pair = (row["channel"], row["purpose"])
        if pair in found or row["state"] == "given":
            found[pair] = (row["state"], row["since"])
    for written in _since(her):
        for pair in _pairs(written, found):
            found[pair] = (written["state"], written["occurred_at"])
    return [
        May(channel, purpose, state, since, address.get(channel) or "")
        for (channel, purpose), (state, since) in sorted(found.items(), key=lambda item: _place(item[0]))
    ]


def wording(her: Her, may: May) -> str:
    """The words to which she agrees, kept with her yes."""
    company = her.desk.company.settings.name
    if may.is_following:
        return _(
            "%(company)s may see whether I opened a letter and which link I followed, "
            "to write less of what I do not read."
        ) % {"company": company}
    return _("%(company)s may reach me by %(channel)s: %(purpose)s.") % {
        "company": company,
        "channel": channel_word(may.channel),
        "purpose": _purpose_word(may.purpose),
    }


def may_be_followed(her: Her) -> bool:
    """May we see whether she opens a letter, and which link she follows? As it stands now, and by her own word alone.

    A yes that some file has is none. An objection, be it her browser's, and a restriction switch it off.
    """
    may = next((one for one in consents(her) if one.is_following), None)
    if may is None or not may.is_given or said_herself(her.records) != "given":
        return False
    told = Told.of(her)
    objected = any(FOLLOWING[0] in objected_to(row["value"] or "") for row in told.objections)
    return not objected and not told.of_kind("restriction")


def said_herself(records: Sequence[str]) -> str:
    """What somebody last said on these pages about being followed: given, withdrawn, or nothing."""
    channel, purpose = FOLLOWING
    hers: Any = Consent.objects
    rows = hers.filter(
        record_id__in=records, channel=channel, purpose=purpose, source="byname", by_whom=BY_HERSELF
    ).order_by("-written_at", "-id")
    return next(iter(rows.values_list("state", flat=True)[:1]), "")


def _since(her: Her) -> list[dict[str, Any]]:
    """What the snapshot does not hold, oldest first."""
    desk = her.desk
    run, until = desk.snapshot.run, desk.company.end_of(desk.as_of)
    later = Q(drained_at=None) | Q(drained_at__gt=_aware(run)) | Q(occurred_at__gte=_aware(until))
    written: Any = Consent.objects  # its columns are the fact table's, which the type checker does not see
    rows = written.filter(later, record_id__in=her.records).order_by("written_at", "id")
    return list(rows.values("channel", "purpose", "state", "occurred_at"))


def _pairs(row: dict[str, Any], known: dict[tuple[str, str], Any]) -> list[tuple[str, str]]:
    """What a row is about: a withdrawal without a channel or a purpose is about all of them."""
    channel, purpose = row["channel"], row["purpose"]
    if channel and purpose:
        return [(channel, purpose)]
    if row["state"] != "withdrawn":
        return []
    return [pair for pair in known if channel in (None, "", pair[0]) and purpose in (None, "", pair[1])]


def _place(pair: tuple[str, str]) -> tuple[int, int]:
    channel, purpose = pair
    return (
        CHANNELS.index(channel) if channel in CHANNELS else len(CHANNELS),
        -PURPOSES.index(purpose) if purpose in PURPOSES else 1,
    )


def _purpose_word(purpose: str) -> str:
    return {
        "marketing": _("news and offers"),
        "feedback": _("questions about how it was"),
        "public": _("your words shown to others"),
        "service": _("help with what you have"),
        "contract": _("what your order needs"),
    }.get(purpose, purpose)


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)
