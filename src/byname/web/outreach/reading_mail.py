"""What a mail in the mailbox of answers is: a bounce, a complaint, an answer, or nothing of ours.

Whoever wants may write there, so it is read with care: only what is no larger than a letter, no header further than a
page, and whatever goes wrong with one mail, the next is read all the same.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import TYPE_CHECKING, Literal

import nh3

from byname.web.outreach.fate import is_gone
from byname.web.outreach.plain_words import NOT_TEXT, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MOST_BYTES", "Came", "read", "read_bytes"]

MOST_BYTES = 5_000_000
_HEADER_LETTERS = 8_000
_MOST_PARTS = 100
_MOST_WORDS = 20_000
_SUBJECT_LETTERS = 500
_IDS = re.compile(r"<[!-;=?-~]{1,250}>")
_ID_LINE = re.compile(r"^message-id[ \t]*:\s*(<[!-;=?-~]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_STOP = re.compile(r"unsubscribe ([A-Za-z0-9_-]{43})", re.IGNORECASE)
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^>]*>", re.IGNORECASE)
_WROTE = re.compile(
    r"^(?:.{0,200}(?:wrote|schrieb|a écrit|ha scritto|escribió|schreef)\s*:|-{2,}.{0,60}-{2,}|_{10,})\s*$"
)
_BULK = ("auto_reply", "bulk", "junk", "list")


@dataclass(frozen=True)
class Came:
    """What came.

    Attributes:
        kind: bounced, complained, replied; stop: somebody asks for no more mail; nothing: it is none of these.
        about: Message-IDs of mails that it may be about, the likeliest last.
        is_gone: of a bounce: there is no such mailbox.
        message_id: its own.
        subject: of an answer.
        words: of an answer, without what it quotes.
        stops: the key of the mail that somebody wants no more of.
    """

    kind: Literal["bounced", "complained", "replied", "stop", "nothing"] = "nothing"
    about: tuple[str, ...] = ()
    is_gone: bool = False
    message_id: str = ""
    subject: str = ""
    words: str = ""
    stops: str = ""


def read_bytes(raw: bytes) -> Came:
    """What that mail is; nothing where it cannot be read."""
    if len(raw) > MOST_BYTES:
        return Came()
    return read(message_from_bytes(raw))


def read(message: Message) -> Came:
    """What that mail is."""
    if message.get_content_type() == "multipart/report":
        return _report(message)
    found = _STOP.search(_header(message, "Subject"))
    if found:
        return Came("stop", stops=found[1])
    about = tuple(_IDS.findall(f"{_header(message, 'References')} {_header(message, 'In-Reply-To')}"))
    if not about or _is_automatic(message):
        return Came()
    ids = _IDS.findall(_header(message, "Message-ID"))
    return Came(
        "replied",
        about,
        message_id=ids[0] if ids else "",
        subject=_decoded(_header(message, "Subject"))[:_SUBJECT_LETTERS],
        words=_own_words(_text(message)),
    )


def _report(message: Message) -> Came:
    """A report of a mail server (RFC 3464) or of a mail provider about a complaint (RFC 5965)."""
    parts = list(_parts(message))
    about = [one for part in parts for one in _ids_within(part)]
    about += _IDS.findall(f"{_header(message, 'References')} {_header(message, 'In-Reply-To')}")
    for part in parts:
        said = _lines(part)
        if part.get_content_type() == "message/delivery-status" and _field(said, "Action").lower() == "failed":
            status = _field(said, "Status")
            return Came("bounced", tuple(about), is_gone=is_gone(0, status) if status.startswith("5") else False)
        if part.get_content_type() == "message/feedback-report" and _field(said, "Feedback-Type").lower() == "abuse":
            return Came("complained", tuple(about))
    return Came()


def _ids_within(part: Message) -> list[str]:
    """The Message-ID of the mail that a report gives back, whole or its headers alone."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        return _IDS.findall(_header(first, "Message-ID")) if isinstance(first, Message) else []
    return _ID_LINE.findall(_body(part)[: _HEADER_LETTERS * 4]) if kind == "text/rfc822-headers" else []


def _lines(part: Message) -> str:
    """The fields of a report's part, which the parser gives as messages of nothing but headers."""
    inner = part.get_payload()
    if isinstance(inner, list):
        some = [one for one in inner[:_MOST_PARTS] if isinstance(one, Message)]
        return "\n".join(f"{name}: {value}" for one in some for name, value in one.items())
    return _body(part)


def _field(said: str, name: str) -> str:
    found = re.search(rf"^{name}[ \t]*:[ \t]*(\S+)", said[: _HEADER_LETTERS * 4], re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


def _is_automatic(message: Message) -> bool:
    """Did a program answer: out of office, a ticket system, a list?"""
    submitted = _header(message, "Auto-Submitted").strip().lower() or "no"
    if submitted != "no" or _header(message, "Precedence").strip().lower() in _BULK:
        return True
    return any(message.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "List-Id"))


def _parts(message: Message) -> Iterator[Message]:
    for place, part in enumerate(message.walk()):
        if place >= _MOST_PARTS:
            return
        yield part


def _text(message: Message) -> str:
    """The words: the first plain part, else the first HTML one without its marks."""
    by_type: dict[str, Message] = {}
    for part in _parts(message):
        if not part.is_multipart() and part.get_content_disposition() != "attachment":
            by_type.setdefault(part.get_content_type(), part)
    if plain := by_type.get("text/plain"):
        return _body(plain)
    if marked := by_type.get("text/html"):
        broken = _BREAKS.sub(r"\g<0>&#10;", _body(marked)[: 10 * _MOST_WORDS])
        return html.unescape(nh3.clean(broken, tags=set(), clean_content_tags={"script", "style"}))
    return ""


def _own_words(text: str) -> str:
    """What they wrote themselves: without what is quoted, and the line before it that says whose it was."""
    kept: list[str] = []
    for line in NOT_TEXT.sub("", text.replace("\r\n", "\n")).split("\n"):
        if _WROTE.match(line[:300]):
            break
        if not line.startswith(">"):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()[:_MOST_WORDS]


def _body(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # a charset that nobody knows
        return raw.decode("utf-8", "replace")


def _header(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:_HEADER_LETTERS]


def _decoded(header: str) -> str:
    try:
        said = str(make_header(decode_header(header)))
    except (ValueError, LookupError):  # broken on the way, or made to break readers
        said = header
    return " ".join(tidy(said).split())
