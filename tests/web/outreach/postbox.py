"""A mail server that remembers what it took, and drafts to send to it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from byname.company import Company
from byname.web.outreach.models import Draft, State

SENDER = "Kettle & Board <hello@kettle.test>"
SITE = "https://pages.kettle.test"


@dataclass
class Box:
    """What a server took, and how it is to answer.

    Attributes:
        taken: recipients and mails, in order.
        says: what is answered to a recipient, by address; else it is taken.
        at_the_end: what is answered when the words are there; None: the line is cut.
        sessions: how many lines were opened.
    """

    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)
    at_the_end: Callable[[Envelope], str | None] = lambda _envelope: "250 taken"
    greets: str = ""
    sessions: int = 0
    port: int = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.greets:
            return self.greets
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 go on"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 go on"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        says = self.at_the_end(envelope)
        if says is None or says.startswith("250"):
            self.taken.append((list(envelope.rcpt_tos), message_from_bytes(content, policy=policy.default)))
        if says is None:
            server.transport.abort()
            return "250 nobody hears it"
        return says

    @property
    def addresses(self) -> list[str]:
        """To whom mails came."""
        return [to for tos, _message in self.taken for to in tos]

    def message(self, address: str) -> EmailMessage:
        """The one mail that came to that address."""
        ((_tos, found),) = [one for one in self.taken if one[0] == [address]]
        return found


@contextmanager
def serving(box: Box) -> Iterator[Box]:
    """A server that puts what it takes into that box."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        box.port = door.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    try:
        yield box
    finally:
        server.stop()


def mailing(company: Company, mail: str, **outreach: Any) -> Company:
    """The same company, which mails its customers by that server."""
    web = company.settings.web.model_copy(update={"mail": mail, "address": SITE})
    said = {"sender": SENDER, "postal": "1 Kettle Lane, Leeds", **outreach}
    outreach_said = company.settings.outreach.model_copy(update=said)
    update = {"web": web, "outreach": outreach_said}
    return Company(company.folder, company.settings.model_copy(update=update))


def draft(address: str, state: State = State.CLAIMED, *, claimed_at: datetime | None = None, **said: Any) -> Draft:
    """A mail that the gate let out."""
    made: dict[str, Any] = {
        "person_id": f"person of {address}"[:32],
        "record_id": f"record of {address}"[:64],
        "as_of": date(2026, 6, 30),
        "action": "a-card",
        "title": "A card",
        "team": "marketing",
        "employee": "Ingrid Halvorsen",
        "channel": "email",
        "address": address,
        "kind": "thank",
        "purpose": "marketing",
        "why": "Nobody ever thanked her, and she is worth 2,140 EUR",
        "subject": "Thank you",
        "words": "Dear Rosa,\n\nnine years ago today you ordered the first time.\nThank you.",
        "state": state,
        "contact_id": f"contact of {address}"[:64],
        "claimed_at": claimed_at or timezone.now(),
    }
    return Draft.objects.create(**{**made, **said})


def states() -> dict[str, str]:
    """How far each mail is, by address."""
    return {one.address: one.state for one in Draft.objects.order_by("pk")}
