"""The letter with the way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from logging import getLogger
from typing import TYPE_CHECKING

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from byname.people.keys import email_key, is_shared_mailbox
from byname.web.portal import doors
from byname.web.portal.whom import at_address
from byname.web.smtp import NOT_SENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.web.desk import Desk
    from byname.web.portal.whom import Her

__all__ = ["HOURS", "send_way_in"]

HOURS = 24
_log = getLogger(__name__)


@dataclass(frozen=True)
class _Way:
    """Whose page, and the link to it."""

    name: str
    address: str


def send_way_in(desk: Desk, typed: str, host: str) -> None:
    """Mail a link to whose mailbox that is, one for each of several; nothing to nobody.

    A mailbox that many people of one office read opens nobody's page: who of them reads the letter cannot be known.

    Args:
        desk: where.
        typed: the address, as somebody typed it.
        host: the address of these pages, such as https://desk.example.
    """
    doors.forget_old()
    key, people = at_address(desk, typed)
    if not people:
        return
    is_shared = is_shared_mailbox(key) and len(people) > 1
    ways = [] if is_shared else [_Way(her.name, f"{host}{_path(her)}") for her in people]
    company = desk.company.settings.name
    text = render_to_string(
        "portal/way_in.txt", {"ways": ways, "company": company, "hours": HOURS, "is_shared": is_shared}
    )
    subject = _("The way to your page at %(company)s") % {"company": company}
    message = EmailMessage(
        " ".join(subject.split()), text, None, [_on_record(key, people)], headers={"Auto-Submitted": "auto-generated"}
    )
    try:
        message.send()
    except NOT_SENT as error:
        _log.warning("a link to somebody's page was not sent: %s", type(error).__name__)


def _path(her: Her) -> str:
    return doors.path_for(her.anchor, within=timedelta(hours=HOURS))


def _on_record(key: str, people: Sequence[Her]) -> str:
    """Their address as we have it, if it is that mailbox; else the mailbox as we spell it."""
    return next((her.email for her in people if her.email and email_key(her.email) == key), key)
