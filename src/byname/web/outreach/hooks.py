"""What we and a service that carries our words sign, after the Standard Webhooks specification.

    webhook-id         a text that never comes twice
    webhook-timestamp  seconds since 1970
    webhook-signature  "v1," base64(HMAC-SHA256(key, id "." timestamp "." body)); several with blanks between

The key is written in base64, with `whsec_` before it or not, as such services give it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from typing import TYPE_CHECKING, get_args

from byname.company import Hooked
from byname.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.company import Company, Hook

__all__ = ["CARRIED", "key_of", "key_of_telling", "signed", "verified"]

CARRIED: tuple[str, ...] = get_args(Hooked.__value__)  # channels that a service can carry
_PREFIX, _VERSION = "whsec_", "v1,"
_SHORTEST_KEY = 24  # bytes
_LONGEST_ID = 200
_MOST_SIGNATURES = 10
_CLOCKS_SECONDS = 5 * 60  # so old a message may be, or so far ahead of our clock


def key_of(company: Company, channel: str) -> bytes:
    """The key by which we and the service of that channel sign: by byname.toml, else one of our own making.

    Raises:
        UsageError: what byname.toml names is neither an environment variable nor a file, or holds no key.
    """
    return _key(company, company.settings.outreach.hook_of(channel), channel, f"[outreach.hooks] {channel}")


def key_of_telling(company: Company) -> bytes:
    """Likewise the key by which we sign what your other systems are told.

    Raises:
        UsageError: see `key_of`.
    """
    return _key(company, company.settings.outreach.tells, "tells", "[outreach] tells")


def _key(company: Company, hook: Hook | None, own: str, where: str) -> bytes:
    named = hook.secret if hook else ""
    if not named:
        said = company.hook_key(own)
    elif named in os.environ:
        said = os.environ[named]
    elif (path := company.folder / named).is_file():
        said = path.read_text("utf-8", errors="replace")
    else:
        raise _wrong(where, f'"{named}", which is not there', "an environment variable, or a file of this folder")
    try:
        key = base64.b64decode(said.strip().removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < _SHORTEST_KEY:
        raise _wrong(where, "no key" if not key else "too short a key", "24 bytes or more in base64")
    return key


def signed(key: bytes, message_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The headers of a message.

    Args:
        key: of both sides.
        message_id: comes once; of another try of the same message it is the same.
        seconds: now, since 1970.
        body: what is sent, to the byte.
    """
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": _signature(key, message_id, str(seconds), body),
    }


def verified(key: bytes, headers: Mapping[str, str], body: bytes, now: float) -> str | None:
    """The id of a message that the other side signed a moment ago; None for any other."""
    message_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (0 < len(message_id) <= _LONGEST_ID and seconds.isascii() and seconds.isdecimal()):
        return None
    ours = _signature(key, message_id, seconds, body).encode()
    theirs = headers.get("webhook-signature", "").split()[:_MOST_SIGNATURES]
    is_theirs = any([hmac.compare_digest(ours, one.encode(errors="replace")) for one in theirs])  # noqa: C419 - all of them, whichever fits
    is_now = len(seconds) < _LONGEST_ID and abs(now - int(seconds)) <= _CLOCKS_SECONDS
    return message_id if is_theirs and is_now else None


def _signature(key: bytes, message_id: str, seconds: str, body: bytes) -> str:
    text = f"{message_id}.{seconds}.".encode(errors="replace") + body
    return _VERSION + base64.b64encode(hmac.digest(key, text, "sha256")).decode()


def _wrong(where: str, found: str, expected: str) -> UsageError:
    return UsageError(
        where=f"byname.toml, {where}, secret",
        found=found,
        expected=expected,
        do="Put the secret there that the service shows, or leave it out and give the service ours.",
    )
