"""One exchange with a service that takes webhooks: no redirect, nothing said twice, an end to all waiting."""

from __future__ import annotations

from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import SHUT_RDWR
from ssl import create_default_context
from threading import Timer
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext as _

from byname.web.outreach.fate import SENT, Fate
from byname.web.outreach.models import State
from byname.web.outreach.plain_words import tidy

__all__ = ["Line"]

_SECONDS = 10  # of one exchange, from the first byte to the last
_MOST_BYTES = 64 * 1024  # of an answer
_A_PART = 8 * 1024
_LETTERS = 300


class Line:
    """One exchange with a service: no redirect is followed, nothing is said twice."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        asked = f"?{parts.query}" if parts.query else ""
        self._path = quote(f"{parts.path or '/'}{asked}", safe="/%:@!$&'()*+,;=~?")
        host = (parts.hostname or "").encode("idna").decode("ascii") if ":" not in (parts.hostname or "") else ""
        at: dict[str, Any] = {"host": host or parts.hostname, "port": parts.port, "timeout": _SECONDS}
        self._line = (
            HTTPSConnection(**at, context=create_default_context()) if parts.scheme == "https" else HTTPConnection(**at)
        )
        self._line.auto_open = 0  # once, and never anew behind our back

    def open(self) -> Fate | None:
        """Open it; None where it is open. Nothing was said yet, so what does not open may be tried again."""
        try:
            self._line.connect()
        except (OSError, ValueError) as error:
            says = _("the service cannot be reached (%(error)s)") % {"error": _plain(str(error))}
            return Fate(State.CLAIMED, says, ends=True)
        return None

    def say(self, body: bytes, headers: dict[str, str]) -> Fate:
        """Send it; whatever comes, it was sent."""
        cut = Timer(_SECONDS, self._cut)
        cut.daemon = True
        cut.start()
        try:
            self._line.request("POST", self._path, body, {"Content-Type": "application/json", **headers})
            answer = self._line.getresponse()
        except (OSError, HTTPException, ValueError):
            return Fate(State.LOST, _("the line broke before the service said whether it took it"))
        else:
            return _answered(answer)
        finally:
            cut.cancel()

    def close(self) -> None:
        """End it."""
        with suppress(OSError):
            self._line.close()

    def _cut(self) -> None:
        """The time is over: whoever waits at the line hears its end."""
        with suppress(OSError, AttributeError):
            self._line.sock.shutdown(SHUT_RDWR)


def _answered(answer: HTTPResponse) -> Fate:
    """What the status says; the words beside it only tell somebody why."""
    if 200 <= answer.status < 300:  # noqa: PLR2004 - it was taken
        return SENT
    words = b""
    with suppress(OSError, HTTPException, ValueError):
        while len(words) < _MOST_BYTES and (part := answer.read1(min(_A_PART, _MOST_BYTES - len(words)))):
            words += part
    return Fate(State.FAILED, _plain(f"{answer.status} {words.decode(errors='replace') or answer.reason}"))


def _plain(said: str) -> str:
    """The words of a stranger in one line."""
    return tidy(" ".join(said.split()))[:_LETTERS]
