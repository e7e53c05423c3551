"""The mailbox of answers, read by IMAP: nothing in it is changed, so people may read it as well.

How far it was read stands in a file of the cache; without it a month is read anew, and nothing is told twice.
"""

from __future__ import annotations

import imaplib
import json
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ssl import create_default_context
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from byname.web.outreach.coming_back import came
from byname.web.outreach.reading_mail import MOST_BYTES, read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from byname.company import Company

__all__ = ["Looked", "look"]

_log = logging.getLogger("byname.outreach")
_SECONDS = 30
_A_MONTH = timedelta(days=31)
_AT_ONCE = 200  # mails of one look; the rest is read at the next
_NUMBER = re.compile(rb"(\d+)")
_SIZE = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Looked:
    """What a look found.

    Attributes:
        ours: mails that are about something that we sent.
        others: mails that are not.
        skipped: mails that are too large or cannot be read.
        is_all: was everything read, or is there more?
    """

    ours: int = 0
    others: int = 0
    skipped: int = 0
    is_all: bool = True


@dataclass(frozen=True)
class _Place:
    """How far a mailbox was read; a mailbox that was made anew has another `validity`."""

    validity: int = 0
    uid: int = 0


def look(company: Company, *, is_over: Callable[[], bool] = lambda: False) -> Looked:
    """Read what came since the last look.

    Args:
        company: whose.
        is_over: asked between two mails: is the program ending?

    Raises:
        OSError: the server cannot be reached.
        imaplib.IMAP4.error: it lets nobody in, or there is no such mailbox.
    """
    url = urlsplit(company.settings.outreach.answers)
    line = _open(url)
    try:
        return _look(line, company.folder / "cache" / "answers.json", _name(url), is_over)
    finally:
        try:
            line.logout()
        except (OSError, imaplib.IMAP4.error):
            line.shutdown()


def _open(url: SplitResult) -> imaplib.IMAP4:
    """Sign in; in the clear on this machine only."""
    host = url.hostname or "localhost"
    line: imaplib.IMAP4
    if url.scheme == "imaps":
        line = imaplib.IMAP4_SSL(host, url.port or 993, ssl_context=create_default_context(), timeout=_SECONDS)
    else:
        line = imaplib.IMAP4(host, url.port or 143, timeout=_SECONDS)
    try:
        if url.scheme == "imap" and host not in _HERE:
            line.starttls(create_default_context())
        line.login(unquote(url.username or ""), unquote(url.password or ""))
    except BaseException:
        line.shutdown()
        raise
    return line


def _look(line: imaplib.IMAP4, place_file: Path, name: str, is_over: Callable[[], bool]) -> Looked:
    _told(line.select(f'"{name}"', readonly=True))
    validity = _number(line.response("UIDVALIDITY")[1])
    place = _read_place(place_file)
    after = place.uid if place.validity == validity else 0
    uids = sorted(uid for uid in _since(line, after) if uid > after)
    ours = others = skipped = 0
    for uid in uids[:_AT_ONCE]:
        if is_over():
            return Looked(ours, others, skipped, is_all=False)
        raw = _fetched(line, uid)
        found = None if raw is None else _taken(raw)
        ours, others, skipped = ours + (found is True), others + (found is False), skipped + (found is None)
        _write_place(place_file, _Place(validity, uid))
    return Looked(ours, others, skipped, is_all=len(uids) <= _AT_ONCE)


def _taken(raw: bytes) -> bool | None:
    """Whether it is about something of ours; None: it cannot be read."""
    try:
        read = read_bytes(raw)
    except Exception as error:  # noqa: BLE001 - made to break whoever reads it
        _log.warning("a mail in the mailbox of answers cannot be read: %s", type(error).__name__)
        return None
    return came(read)


def _since(line: imaplib.IMAP4, after: int) -> Iterator[int]:
    if after:
        asked = ("UID", f"{after + 1}:*")
    else:
        day = datetime.now(UTC) - _A_MONTH
        asked = ("SINCE", f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}")
    for found in _told(line.uid("SEARCH", *asked)):
        yield from (int(one) for one in (found or b"").split())


def _fetched(line: imaplib.IMAP4, uid: int) -> bytes | None:
    """A mail as it came, unread as before; None: too large, or gone."""
    size = next((found for one in _told(line.uid("FETCH", str(uid), "(UID RFC822.SIZE)")) if (found := _size(one))), 0)
    if not 0 < size <= MOST_BYTES:
        return None
    for one in _told(line.uid("FETCH", str(uid), "(UID BODY.PEEK[])")):
        if isinstance(one, tuple):
            return bytes(one[1])
    return None


def _size(said: Any) -> int:
    text = said[0] if isinstance(said, tuple) else said or b""
    found = _SIZE.search(text)
    return int(found[2] or found[3]) if found else 0


def _told(answer: tuple[str, Any]) -> list[Any]:
    """What a server answers.

    Raises:
        imaplib.IMAP4.error: it says no.
    """
    how, said = answer
    if how != "OK":
        raise imaplib.IMAP4.error(f"the server says {how}: {said}")
    return list(said or ())


def _number(said: Any) -> int:
    found = _NUMBER.search((said or [b""])[0] or b"")
    return int(found[1]) if found else 0


def _name(url: SplitResult) -> str:
    return unquote(url.path.strip("/")).replace('"', "") or "INBOX"


def _read_place(file: Path) -> _Place:
    try:
        said = json.loads(file.read_text("utf-8"))
        return _Place(int(said["validity"]), int(said["uid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return _Place()


def _write_place(file: Path, place: _Place) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".part")
    beside.write_text(json.dumps({"validity": place.validity, "uid": place.uid}), "utf-8")
    beside.replace(file)
