"""A customer's link: made when she asks, with a name and words of her choice, withdrawn whenever she likes."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from byname.web.friends.models import Link
from byname.web.portal.whom import her_by_record
from byname.web.portal.writing import by_themselves
from byname.web.written.actions.writing import words_of

if TYPE_CHECKING:
    from byname.web.desk import Desk
    from byname.web.portal.whom import Her

__all__ = [
    "MOST_NAME",
    "MOST_WORDS",
    "Invitation",
    "change",
    "first_name",
    "invitation",
    "link_of",
    "mailto",
    "make",
    "withdraw",
]  # fmt: skip

MOST_NAME, MOST_WORDS = 80, 1_000
_CODE_BYTES = 16  # 128 random bits
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Invitation:
    """A link, and whose it is.

    Attributes:
        code: of the link.
        shown_as: the name that she wishes the friend to read; empty: none.
        her: who gave it away.
    """

    code: str
    shown_as: str
    her: Her


def invitation(desk: Desk, code: str) -> Invitation | None:
    """Whose link that is; None where it was never one, was taken back, or is nobody's any more: all the same."""
    link = Link.objects.filter(code=code).first() if _CODE.fullmatch(code) else None
    her = None if link is None else her_by_record(desk, link.record_id)
    return None if link is None or her is None else Invitation(link.code, link.shown_as, her)


def link_of(her: Her) -> Link | None:
    """Her link; None where she has none."""
    return Link.objects.filter(record_id__in=her.records).order_by("pk").first()


def first_name(her: Her) -> str:
    """What her friends call her; empty where no name is known."""
    (row, *_rest) = [*her.desk.snapshot.rows("profile", [her.person_id], ("first_name",)), {"first_name": ""}]
    return (row["first_name"] or her.name.partition(" ")[0])[:MOST_NAME]


def make(her: Her) -> Link:
    """Make her link, with her first name and our words; the one that she has stays."""
    with transaction.atomic():
        found = link_of(her)
        if found is not None:
            return found
        words = _("I buy at %(company)s, and I like it there. Perhaps it is something for you too.")
        link = Link.objects.create(
            code=secrets.token_urlsafe(_CODE_BYTES),
            record_id=her.anchor,
            shown_as=first_name(her),
            words=words % {"company": her.desk.company.settings.name},
        )
        by_themselves(her.desk.company, her.anchor, [], action="link for friends")
    return link


def change(her: Her, link: Link, shown_as: str, words: str) -> None:
    """Say what the friend reads.

    Raises:
        UsageError: a name or words that are too long, or no words.
    """
    link.shown_as = " ".join(words_of(_("The name that your friend reads"), shown_as, MOST_NAME, needed=False).split())
    link.words = words_of(_("Your words"), words, MOST_WORDS)
    with transaction.atomic():
        link.save()
        by_themselves(her.desk.company, her.anchor, [], action="link for friends changed")


def withdraw(her: Her) -> None:
    """Take her link back: from now on it leads nowhere."""
    with transaction.atomic():
        if Link.objects.filter(record_id__in=her.records).delete()[0]:
            by_themselves(her.desk.company, her.anchor, [], action="link for friends withdrawn")


def mailto(link: Link, address: str, company: str) -> str:
    """What opens a letter to a friend in her own mail program; to whom, she alone types, and we never learn.

    Args:
        link: hers.
        address: the whole address of the link's page.
        company: the company's name.
    """
    body = quote(f"{link.words}\r\n\r\n{address}".replace("\r\n", "\n").replace("\n", "\r\n"))
    return f"mailto:?subject={quote(' '.join(company.split()))}&body={body}"


def path_of(link: Link) -> str:
    """The link's page, without the host."""
    return reverse("from-a-friend", args=[link.code])
