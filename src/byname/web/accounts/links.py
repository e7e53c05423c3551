"""Links by which a person sets their password: single use, for a while, known to nobody but who was given one."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from byname.web.accounts.audit import log
from byname.web.accounts.models import Account, Link

__all__ = ["HOURS_OF_HELP", "HOURS_OF_INVITATION", "found", "new", "used"]

HOURS_OF_INVITATION = 7 * 24
HOURS_OF_HELP = 24


def _fingerprint(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def new(account: Account, *, hours: int) -> str:
    """Make a link for that account; gives its secret, which is nowhere kept."""
    now = timezone.now()
    Link.objects.filter(until__lt=now).delete()
    secret = secrets.token_urlsafe(32)
    Link.objects.create(account=account, fingerprint=_fingerprint(secret), until=now + timedelta(hours=hours))
    return secret


def found(secret: str) -> Account | None:
    """Whose link it is; None where it was used, is too old, or never was, or the account is shut."""
    link = (
        Link.objects.select_related("account")
        .filter(fingerprint=_fingerprint(secret), until__gte=timezone.now(), account__is_active=True)
        .first()
    )
    return link.account if link else None


def used(secret: str, password: str) -> bool:
    """Set the password of whose link it is; all their links and sessions end. False: the link does not count.

    The caller has held the password against the validators.
    """
    with transaction.atomic():
        account = found(secret)
        # Of two who come at once, only who deletes the link has used it.
        if account is None or not Link.objects.filter(fingerprint=_fingerprint(secret)).delete()[0]:
            return False
        account.links.all().delete()
        account.set_password(password)
        account.save(update_fields=["password"])
        log(account, "password", account.email, after="set by a link")
    return True
