"""Who speaks for a customer, and how long: a random text that lives for half an hour, of which only a hash is kept.

It stands among the links to people's pages, so that it goes with them when somebody is erased; its hash is made with
the pages' own key, so that no link is ever one of these, and none of these a link.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.utils import timezone

from byname.web.portal.models import Door
from byname.web.served import company

__all__ = ["SECONDS", "begin", "end", "whose"]

SECONDS = 30 * 60
_LONGEST = 200


def begin(record_id: str) -> str:
    """A new text that speaks for somebody; it is nowhere kept.

    Args:
        record_id: the person's anchor record.
    """
    said = secrets.token_urlsafe(32)
    Door.objects.create(hashed=_hashed(said), record_id=record_id, ends_at=timezone.now() + timedelta(seconds=SECONDS))
    return said


def whose(said: str) -> str | None:
    """The record of the person for whom it speaks; None where it is over, or never was one."""
    found = Door.objects.filter(hashed=_hashed(said), used_at=None, ends_at__gt=timezone.now()).first()
    return found.record_id if found else None


def end(said: str) -> None:
    """It speaks for nobody any more."""
    Door.objects.filter(hashed=_hashed(said)).delete()


def _hashed(said: str) -> str:
    text = said[:_LONGEST].encode(errors="replace")
    return hmac.new(company().web_key().encode(), b"my api " + text, hashlib.sha256).hexdigest()
