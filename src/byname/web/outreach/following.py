"""Opens and clicks of letters, only where they may be seen: off by default, twice.

The company switches it on (`[outreach] follow`), and each person allows it herself on her page. Both are asked again
when something comes back; where either is off by then, the links still lead on and nothing is written down. What is
written is that a letter was opened and which of its links was followed, once each; of the request nothing is kept. That
a picture was fetched says little: mail programs do so by themselves.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from byname.app_rows import writing
from byname.web.outreach.coming_back import is_told, stepped
from byname.web.outreach.mail import Steps, links_of
from byname.web.outreach.models import Draft
from byname.web.portal.consenting import FOLLOWING, may_be_followed, said_herself
from byname.web.portal.whom import her_by_record
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.served import company
from byname.web.written.actions.writing import Fact
from byname.web.written.models import Consent
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.web.desk import Desk
    from byname.web.outreach.letterhead import Letterhead

__all__ = ["draft_at", "follow_no_longer", "key_of", "leads_to", "note", "steps_of"]

_LONGEST_NUMBER = 15


def steps_of(desk: Desk, head: Letterhead, drafts: Sequence[Draft]) -> dict[int, Steps]:
    """Where the mails of those who allowed it tell what became of them, by the draft; for all others nothing.

    A service notice is owed: whether it is read is never asked.
    """
    if not desk.company.settings.outreach.follow:
        return {}
    channel, purpose = FOLLOWING
    given: Any = Consent.objects.filter(
        channel=channel, purpose=purpose, state="given", source="byname", by_whom=BY_HERSELF
    )
    records = set(given.values_list("record_id", flat=True).distinct())
    people = whose(desk.company, desk.snapshot)
    people.look_up({*records, *(draft.record_id for draft in drafts)})
    said = {desk.since.shown_as(one) for record in records if (one := people.person(record))}
    found = {}
    for draft in drafts:
        person = people.person(draft.record_id)
        if draft.kind != "service" and person and desk.since.shown_as(person) in said and _may(desk, draft):
            found[draft.pk] = _steps(draft, head)
    return found


def key_of(draft: Draft, secret: bytes) -> str:
    """What names a draft in these links. It is not the key that stops all mails, nor does the Message-ID tell it."""
    made = hmac.new(secret, f"follow {draft.key}".encode(), hashlib.sha256).hexdigest()[:40]
    return f"{draft.pk}-{made}"


def draft_at(key: str) -> Draft | None:
    """The draft of such a key; None: there is none."""
    number, _dash, _made = key.partition("-")
    if not (key.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER):
        return None
    draft = Draft.objects.filter(pk=int(number)).first()
    is_its_own = draft is not None and hmac.compare_digest(key_of(draft, company().web_key().encode()), key)
    return draft if is_its_own else None


def leads_to(draft: Draft, place: int) -> str:
    """The link that stands at that place of its words, from 1; empty: none does."""
    links = links_of(draft)
    return links[place - 1] if 0 < place <= len(links) else ""


def note(desk: Desk, draft: Draft, kind: str, place: int = 0) -> bool:
    """Write a step down, the first time of each, if it may be seen still; was it?

    Args:
        desk: as it stands now.
        draft: of which mail.
        kind: opened or clicked.
        place: of the link, from 1.
    """
    if not desk.company.settings.outreach.follow or is_told(draft, kind, place):
        return False
    with writing(desk.company):  # nobody takes it back in between
        may = _may(desk, draft)
        if may:
            stepped(draft, kind, place)
        return may


def follow_no_longer(draft: Draft) -> None:
    """Somebody no longer allows it, by the link in the letter; twice is once."""
    channel, purpose = FOLLOWING
    if said_herself([draft.record_id]) != "withdrawn":
        row = {"channel": channel, "purpose": purpose, "state": "withdrawn", "by_whom": BY_HERSELF}
        after = {"state": "withdrawn", "what": [channel, purpose]}
        by_themselves(company(), draft.record_id, [Fact("consents", row)], action="consent", after=after)


def _may(desk: Desk, draft: Draft) -> bool:
    her = her_by_record(desk, draft.record_id)
    return her is not None and may_be_followed(her)


def _steps(draft: Draft, head: Letterhead) -> Steps:
    key = key_of(draft, head.secret)

    def at(name: str, *more: int) -> str:
        return head.site + reverse(name, args=[key, *more])

    links = tuple(at("mail-link", place) for place, _link in enumerate(links_of(draft), 1))
    return Steps(at("mail-seen"), links, at("mail-follow-no-longer"))
