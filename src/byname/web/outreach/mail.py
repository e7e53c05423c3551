"""A draft as a mail: its words as plain text and as plain HTML, who writes and why beneath, and how to make it stop.

Nothing in it tells whether it was opened or clicked, no picture, no link that leads over us, but for whom `following`
says that they allowed it themselves. Why somebody gets it is said by its kind, since the plan's own sentence is for the
one who approves and may hold what we only concluded; the person's own page tells all of it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from binascii import b2a_qp
from dataclasses import dataclass
from email import policy as policies
from email.header import Header
from email.message import Message
from email.policy import Compat32
from email.utils import formataddr, formatdate, parseaddr
from typing import TYPE_CHECKING, Any

from anymail.message import AnymailMessage
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from byname.people.keys import email_key
from byname.web.outreach.plain_words import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.mail import EmailMultiAlternatives

    from byname.web.outreach.letterhead import Letterhead
    from byname.web.outreach.models import Draft

__all__ = ["NoAddress", "Steps", "id_of", "links_of", "message_of"]

_SUBJECT_LETTERS = 200
_OF_FRIENDS = ("ask-for-a-referral", "thank-for-a-friend")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_LINK = re.compile(r"(https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}])")


class _AsWritten(Compat32):
    """Headers leave as they stand: they are in ASCII, and folded where they may be."""

    def fold(self, name: str, value: str) -> str:
        """A header with its name."""
        return f"{name}: {value}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same in bytes."""
        return self.fold(name, value).encode("ascii")


class _Mail(AnymailMessage):  # type: ignore[misc]
    def message(self, *, policy: Any = policies.default) -> Message:
        """The mail as SMTP speaks it, in a fifth of the time that Python's parser of headers takes for each.

        Its headers are in ASCII, its lines short: any server takes it. An address is never folded onto a line of its
        own, which Python would do, and some mail programs then do not see it.
        """
        made = Message(policy=_AsWritten(linesep=policy.linesep))
        made["MIME-Version"] = "1.0"
        made["From"] = _named(self.from_email)
        made["To"] = ", ".join(_named(one) for one in self.to)
        if self.reply_to:
            made["Reply-To"] = ", ".join(_named(one) for one in self.reply_to)
        made["Subject"] = Header(self.subject, header_name="Subject").encode(linesep=policy.linesep)
        made["Date"] = formatdate(usegmt=True)
        for name, value in self.extra_headers.items():
            made[name] = value
        made["Content-Type"] = "multipart/alternative"
        made.attach(_part("plain", str(self.body), made.policy))
        for one in self.alternatives:
            made.attach(_part("html", str(one.content), made.policy))
        return made


def _part(kind: str, text: str, policy: Any) -> Message:
    part = Message(policy=policy)
    part["Content-Type"] = f'text/{kind}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(text.encode(), istext=True).decode("ascii"))
    return part


def _named(address: str) -> str:
    """An address in ASCII."""
    name, bare = parseaddr(address)
    local, _at, domain = bare.rpartition("@")
    return formataddr((name, f"{local}@{domain.encode('idna').decode('ascii')}"))


@dataclass(frozen=True)
class Steps:
    """Where a mail of somebody who allowed it tells that it was opened, and which link was followed.

    Attributes:
        seen: the address of the picture.
        links: of each link of the words, in their order, the address that leads over us.
        stop: where they no longer allow it.
    """

    seen: str
    links: tuple[str, ...]
    stop: str


class NoAddress(ValueError):  # noqa: N818 - a noun that reads well where it is raised
    """What stands in a draft as an address is none."""


def id_of(draft: Draft, head: Letterhead) -> str:
    """The Message-ID of its mail: the same each time, and made so that it does not tell the draft's key.

    Answers quote it, be it to a public list, while the key stops all mails.
    """
    made = hmac.new(head.secret, f"message {draft.key}".encode(), hashlib.sha256).hexdigest()[:40]
    return f"<{made}@{head.domain}>"


def links_of(draft: Draft) -> list[str]:
    """The links of its words, in their order."""
    return _LINK.findall(tidy(draft.words))


def message_of(draft: Draft, head: Letterhead, *, page: str = "", steps: Steps | None = None) -> EmailMultiAlternatives:
    """The mail that a draft becomes.

    Args:
        draft: which.
        head: what all mails of the company have in common.
        page: the address of the person's own page; empty: there is none.
        steps: where it tells what became of it; None, for all but who allowed it: nothing in it does.

    Raises:
        NoAddress: there is nobody to send it to.
    """
    words = tidy(draft.words)
    subject = " ".join(tidy(draft.subject).split())
    stop = "" if draft.kind == "service" else head.site + reverse("unsubscribe", args=[draft.key])
    ways = iter(steps.links) if steps else None
    with translation.override(settings.LANGUAGE_CODE):
        said = {
            "words": words,
            "paragraphs": [[list(_pieces(line, ways)) for line in one.split("\n")] for one in _PARAGRAPHS.split(words)],
            "company": head.company,
            "employee": draft.employee,
            "why": _why(draft.kind),
            "postal": head.postal,
            "stop": stop,
            "page": page,
            "is_of_friends": draft.action in _OF_FRIENDS,
            "steps": steps,
        }
        text = render_to_string("outreach/mail.txt", said)
        html = render_to_string("outreach/mail.html", said)
    message = _Mail(
        _shortened(subject) or head.company,
        text,
        head.sender,
        [_bare(draft.address)],
        reply_to=[head.reply_to] if head.reply_to else None,
        headers={"Message-ID": id_of(draft, head), **_list_headers(draft, head, stop)},
        metadata={"draft": draft.key},
        track_opens=False,
        track_clicks=False,
    )
    message.attach_alternative(html, "text/html")
    return message


def _list_headers(draft: Draft, head: Letterhead, stop: str) -> dict[str, str]:
    """What a mail program needs to stop the mails, and to sort them; a service notice is owed and no list."""
    if not stop:
        return {}
    ways = [f"<{stop}>"]
    if head.mailbox:
        ways.append(f"<mailto:{head.mailbox}?subject=unsubscribe%20{draft.key}>")
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if head.is_https else {}
    return {"List-ID": f"<{draft.kind}.{head.domain}>", "List-Unsubscribe": ", ".join(ways), **one_click}


def _why(kind: str) -> str:
    said = {
        "service": _("You get this because it is about something that you ordered or asked of us."),
        "thank": _("You get this because we wanted to thank you; there is nothing to buy in it."),
        "give": _("You get this because we think that it is of use to you, as our customer."),
        "ask": _("You get this because you know us, and we would like to hear from you."),
    }
    return said.get(kind, _("You get this because you are our customer and agreed to hear from us."))


def _pieces(line: str, ways: Iterator[str] | None) -> Iterator[tuple[str, str]]:
    """A line in pieces: text, and where it leads if it is a link: there, or the next of the ways over us."""
    for place, piece in enumerate(_LINK.split(line)):
        if piece:
            yield piece, "" if place % 2 == 0 else next(ways) if ways else piece


def _bare(address: str) -> str:
    """The address alone, as it was written.

    Raises:
        NoAddress: it is none, or nobody's.
    """
    bare = address.strip()
    if bare.endswith(">"):
        bare = bare[bare.rfind("<") + 1 : -1].strip()
    bare = bare.removeprefix("mailto:")
    if not email_key(bare) or not bare.isprintable():
        raise NoAddress(_("what stands there as an e-mail address is none"))
    return bare


def _shortened(subject: str) -> str:
    return subject if len(subject) <= _SUBJECT_LETTERS else subject[: _SUBJECT_LETTERS - 1].rstrip() + "…"
