"""Links that let somebody in: a random text of which only a hash is kept, good for one time and some days.

Looking at a link does nothing, since programs that look for bad mail open every link; only the button on its page lets
in.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import Enum
from hashlib import sha256

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from byname.web.portal.models import Door
from byname.web.served import company

__all__ = ["Found", "forget_old", "link_for", "look", "once", "path_for", "use"]

_LOCAL = "http://localhost:8000"
_KEPT_AFTER = timedelta(days=30)  # so long a used link says that it was used


class Found(Enum):
    """What a link is."""

    OPEN = "open"
    USED = "used"
    OVER = "over"
    NONE = "none"


def link_for(record_id: str, *, days: int = 7) -> str:
    """A new link to somebody's page: the whole address, under the company's own where byname.toml names it.

    Args:
        record_id: the person's anchor record.
        days: after which it ends.
    """
    return f"{company().settings.web.address or _LOCAL}{path_for(record_id, within=timedelta(days=days))}"


def path_for(record_id: str, *, within: timedelta) -> str:
    """A new link to somebody's page without the host; its text is nowhere kept."""
    token = secrets.token_urlsafe(32)
    Door.objects.create(hashed=_hashed(token), record_id=record_id, ends_at=timezone.now() + within)
    return reverse("my-door", args=[token])


def look(token: str) -> Found:
    """What that link is; changes nothing."""
    door = Door.objects.filter(hashed=_hashed(token)).first()
    if door is None:
        return Found.NONE
    if door.used_at is not None:
        return Found.USED
    return Found.OPEN if door.ends_at > timezone.now() else Found.OVER


def use(token: str) -> str | None:
    """Use a link up: the record whose person it lets in. None where it is not open, or somebody else was first."""
    now, hashed = timezone.now(), _hashed(token)
    if not Door.objects.filter(hashed=hashed, used_at=None, ends_at__gt=now).update(used_at=now):
        return None
    return Door.objects.get(hashed=hashed).record_id


def once(nonce: str, *, record_id: str, within: timedelta) -> bool:
    """Whether a text of the company's own sign-in comes for the first time; it is remembered until it would be over."""
    now = timezone.now()
    try:
        with transaction.atomic():
            Door.objects.create(
                hashed=_hashed(f"handover {nonce}"), record_id=record_id, ends_at=now + within, used_at=now
            )
    except IntegrityError:
        return False
    return True


def forget_old() -> None:
    """Drop links that ended long ago."""
    Door.objects.filter(ends_at__lt=timezone.now() - _KEPT_AFTER).delete()


def _hashed(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
