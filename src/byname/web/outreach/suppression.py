"""Who is never to be written to again: keyed hashes of addresses; the list tells nobody and outlives an erasure.

No import reads or writes it. An address is taken off only by the person's own act: see `unsubscribing`.
"""

from __future__ import annotations

import hashlib
import hmac
from itertools import batched
from typing import TYPE_CHECKING

from byname.people.keys import email_key, phone_key
from byname.web.outreach.models import Suppressed
from byname.web.served import company

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["UNSUBSCRIBED", "is_suppressed", "lift", "suppress", "suppressed"]

_BY_NUMBER = ("phone", "sms", "whatsapp")
_ASKED_AT_ONCE = 500
_LETTERS = 1_000  # of an address that is none we know
UNSUBSCRIBED = "unsubscribed"


def suppress(address: str, channel: str, why: str) -> None:
    """Never write there again.

    Args:
        address: however it is spelled.
        channel: email, sms, phone, …
        why: unsubscribed, complained, bounced, erased; who unsubscribed and whose mailbox is gone is the latter.
    """
    if not address.strip():
        return
    row, is_new = Suppressed.objects.get_or_create(
        hashed=_Hashing(channel).of(address), channel=channel, defaults={"why": why}
    )
    if not is_new and row.why == UNSUBSCRIBED and why != UNSUBSCRIBED:
        row.why = why
        row.save(update_fields=["why"])


def lift(address: str, channel: str) -> None:
    """Take back an unsubscription; what has another reason stays."""
    Suppressed.objects.filter(hashed=_Hashing(channel).of(address), channel=channel, why=UNSUBSCRIBED).delete()


def is_suppressed(address: str, channel: str, *, service: bool = False) -> bool:
    """Must nobody write there?

    Args:
        address: however it is spelled.
        channel: email, sms, phone, …
        service: it is owed to them: that somebody unsubscribed does not bar it, the other reasons do.
    """
    return bool(suppressed((address,), channel, service=service))


def suppressed(addresses: Iterable[str], channel: str, *, service: bool = False) -> set[str]:
    """Those of the addresses to which nobody may write; see `is_suppressed`."""
    hashing = _Hashing(channel)
    by_hash: dict[str, list[str]] = {}
    for address in addresses:
        by_hash.setdefault(hashing.of(address), []).append(address)
    found: set[str] = set()
    for some in batched(by_hash, _ASKED_AT_ONCE):
        rows = Suppressed.objects.filter(hashed__in=some, channel=channel)
        if service:
            rows = rows.exclude(why=UNSUBSCRIBED)
        for hashed in rows.values_list("hashed", flat=True):
            found.update(by_hash[hashed])
    return found


class _Hashing:
    """Makes hashes of addresses of a channel; two spellings of one mailbox or number have one."""

    def __init__(self, channel: str) -> None:
        served = company()
        self._secret, self._country = served.web_key().encode(), served.settings.country
        self._channel = channel

    def of(self, address: str) -> str:
        """The hash of an address."""
        written = " ".join(address.lower().split())[:_LETTERS]
        if self._channel == "email":
            key = email_key(written)
        else:
            key = phone_key(written, self._country) if self._channel in _BY_NUMBER else None
        return hmac.new(self._secret, f"address {key or written}".encode(), hashlib.sha256).hexdigest()
