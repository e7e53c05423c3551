"""A mail as its reader will see it, and as plain text, before it is sent: made as it is made for sending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.errors import UsageError
from byname.web.outreach.letterhead import letterhead
from byname.web.outreach.mail import NoAddress, message_of

if TYPE_CHECKING:
    from byname.web.desk import Desk
    from byname.web.outreach.models import Draft

__all__ = ["Mail", "mail_of"]

_BENEATH = "\n-- \n"


@dataclass(frozen=True)
class Mail:
    """A mail that is not sent.

    Attributes:
        sender: as its head says it.
        to: where it goes.
        subject: likewise.
        text: the whole of it as plain text.
        beneath: what stands under the words, line by line.
    """

    sender: str
    to: str
    subject: str
    text: str
    beneath: tuple[str, ...]


def mail_of(desk: Desk, draft: Draft) -> Mail | None:
    """The mail that a draft would become; None where it goes another way, or a setting or an address is missing.

    Args:
        desk: of which company.
        draft: it need not be saved.
    """
    if draft.channel != "email":
        return None
    try:
        message = message_of(draft, letterhead(desk.company))
    except (UsageError, NoAddress):
        return None
    text = str(message.body)
    beneath = text.rpartition(_BENEATH)[2].splitlines()
    return Mail(
        str(message.from_email), message.to[0], str(message.subject), text, tuple(line for line in beneath if line)
    )
