"""A person stops our mails: at once and everywhere, without an account, by the key in the mail alone.

The address is suppressed, the yes to marketing and to questions is withdrawn by the person, and the contact has its
answer, in one transaction. A withdrawal made with us ends only by the person's own act with us, so no import undoes it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from byname.app_rows import writing
from byname.web.outreach.models import Draft
from byname.web.outreach.suppression import UNSUBSCRIBED, lift, suppress
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.served import company
from byname.web.written.actions.writing import Fact
from byname.web.written.models import Answer, Consent

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
        if said is not None and said.state == "withdrawn":
            return
        answer = {"contact_id": draft.contact_id, "kind": UNSUBSCRIBED, "address": draft.address or None}
        _write(draft, "unsubscribe", Fact("answers", answer), *_consents(draft, "withdrawn"))


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
        said, stopped = _said_last(draft), _stopped(draft)
        is_by_this = said is not None and stopped is not None and said.written_at == stopped.written_at
        if is_by_this and said.state == "withdrawn" and timezone.now() - stopped.written_at < _A_SLIP:
            lift(draft.address, draft.channel)
            _write(draft, "subscribe again", *_consents(draft, "given", wording=wording))


def _draft(key: str) -> Draft | None:
    is_one = len(key) == _KEY_LETTERS and key.isascii() and key.isprintable()
    return Draft.objects.filter(key=key).first() if is_one else None


def _said_last(draft: Draft) -> Any:
    """What the person last said to us of marketing by this channel; None: nothing."""
    rows = Consent.objects.filter(
        record_id=draft.record_id, channel=draft.channel, purpose="marketing", source="byname", by_whom=BY_HERSELF
    )
    return rows.order_by("-id").first()


def _stopped(draft: Draft) -> Any:
    """That this mail was answered so; None: it was not."""
    rows = Answer.objects.filter(record_id=draft.record_id, contact_id=draft.contact_id, kind=UNSUBSCRIBED)
    return rows.order_by("-id").first()


def _consents(draft: Draft, state: str, *, wording: str = "") -> list[Fact]:
    """For each purpose that is stopped; that of the mail itself is one of them, unless it is owed."""
    own = () if draft.purpose in (*_STOPPED, "contract", "service", "") else (draft.purpose,)
    row = {
        "address": draft.address or None,
        "channel": draft.channel,
        "state": state,
        "wording": wording or None,
        "by_whom": BY_HERSELF,
    }
    return [Fact("consents", {**row, "purpose": purpose}) for purpose in (*_STOPPED, *own)]


def _write(draft: Draft, action: str, *facts: Fact) -> None:
    by_themselves(company(), draft.record_id, facts, action=action, after={"channel": draft.channel})
