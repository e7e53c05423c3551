"""A person stops our mails: at once and everywhere, without an account, by the key in the mail alone.

The address is suppressed, the yes to marketing and to questions is withdrawn by the person, and the contact has its
answer, in one transaction. A withdrawal made with us ends only by the person's own act with us, so no import undoes it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from byname.app_rows import writing
from byname.web.outreach.models import Draft
from byname.web.outreach.suppression import UNSUBSCRIBED, lift, suppress
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.served import company
from byname.web.written.actions.writing import Fact
from byname.web.written.models import Answer, Consent

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["come_back", "unsubscribe"]

_STOPPED = ("marketing", "feedback")
_A_SLIP = timedelta(days=1)  # so long it is taken back by the same link; later on their own page
_KEY_LETTERS = 43


def unsubscribe(draft_key: str) -> None:
    """Stop all mails to the person who got that one, but for service that is owed; twice is once, nobody is nobody.

    Args:
        draft_key: as it stands in the mail's link.
    """
    draft = _draft(draft_key)
    if draft is None:
        return
    with writing(company()):
        suppress(draft.address, draft.channel, UNSUBSCRIBED)
        said = _said_last(draft)
        open_still = [one for one in _purposes(draft) if one not in said or said[one].state != "withdrawn"]
        if open_still:
            answer = {"contact_id": draft.contact_id, "kind": UNSUBSCRIBED, "address": draft.address or None}
            _write(draft, "unsubscribe", Fact("answers", answer), *_consents(draft, open_still, "withdrawn"))


def come_back(draft_key: str, wording: str) -> None:
    """Take it back, by the same link and within a day: the person's own act, with the words that they pressed.

    Args:
        draft_key: as it stands in the mail's link.
        wording: what stood on the button.
    """
    draft = _draft(draft_key)
    if draft is None:
        return
    with writing(company()):
        stopped = _stopped(draft)
        if stopped is None or timezone.now() - stopped.written_at >= _A_SLIP:
            return
        said = _said_last(draft).items()
        by_this = [one for one, row in said if row.state == "withdrawn" and row.written_at == stopped.written_at]
        if by_this:
            lift(draft.address, draft.channel)
            _write(draft, "subscribe again", *_consents(draft, by_this, "given", wording=wording))


def _draft(key: str) -> Draft | None:
    is_one = len(key) == _KEY_LETTERS and key.isascii() and key.isprintable()
    return Draft.objects.filter(key=key).first() if is_one else None


def _said_last(draft: Draft) -> dict[str, Any]:
    """What the person last said to us by this channel, by purpose."""
    rows: Any = Consent.objects.filter(
        record_id=draft.record_id, channel=draft.channel, source="byname", by_whom=BY_HERSELF
    ).order_by("id")
    return {row.purpose: row for row in rows}


def _stopped(draft: Draft) -> Any:
    """That this mail was answered so; None: it was not."""
    rows = Answer.objects.filter(record_id=draft.record_id, contact_id=draft.contact_id, kind=UNSUBSCRIBED)
    return rows.order_by("-id").first()


def _purposes(draft: Draft) -> tuple[str, ...]:
    """What is stopped; the purpose of the mail itself is of it, unless it is owed."""
    own = () if draft.purpose in (*_STOPPED, "contract", "service", "") else (draft.purpose,)
    return (*_STOPPED, *own)


def _consents(draft: Draft, purposes: Sequence[str], state: str, *, wording: str = "") -> list[Fact]:
    row = {
        "address": draft.address or None,
        "channel": draft.channel,
        "state": state,
        "wording": wording or None,
        "by_whom": BY_HERSELF,
    }
    return [Fact("consents", {**row, "purpose": purpose}) for purpose in purposes]


def _write(draft: Draft, action: str, *facts: Fact) -> None:
    by_themselves(company(), draft.record_id, facts, action=action, after={"channel": draft.channel})
