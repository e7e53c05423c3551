"""From whom mail to customers goes and what stands beneath it, by byname.toml; refused where something is missing."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from byname.errors import UsageError
from byname.people.keys import email_key

if TYPE_CHECKING:
    from byname.company import Company

__all__ = ["Letterhead", "letterhead", "site_of"]

_NEEDED = (
    ("outreach", "sender", 'who writes, as "Acme <hello@acme.example>"'),
    ("outreach", "postal", "the company's postal address, which the law wants beneath each mail"),
    ("web", "mail", 'the server by which mail leaves, as "smtp://user:password@host:587"'),
    ("web", "address", "where customers open their pages, so that they can stop what is sent"),
)


@dataclass(frozen=True)
class Letterhead:
    """What all mails of a company have in common.

    Attributes:
        company: its name.
        sender: its name and address, as a header says them.
        domain: of the sender's address: ids and lists are named below it.
        reply_to: where answers go; empty: to the sender.
        postal: the company's address on paper.
        site: where its pages are, without a slash.
        mailbox: where somebody may write to stop the mails; empty: nobody reads there.
        secret: the key by which ids are made that nobody can make up.
        has_pages: have customers pages of their own?
    """

    company: str
    sender: str
    domain: str
    reply_to: str
    postal: str
    site: str
    mailbox: str
    secret: bytes
    has_pages: bool

    @property
    def is_https(self) -> bool:
        """May a mail program be asked to stop the mails by one click? RFC 8058 wants https."""
        return self.site.startswith("https://")


def letterhead(company: Company) -> Letterhead:
    """What all mails of that company have in common.

    Raises:
        UsageError: a setting is missing or wrong; says which.
    """
    settings = company.settings
    said = {"outreach": settings.outreach, "web": settings.web}
    for section, key, expected in _NEEDED:
        if not getattr(said[section], key).strip():
            raise _wrong(f"[{section}] {key}", "nothing, so no mail leaves", expected)
    sender = _address(settings.outreach.sender, "sender", settings.name)
    reply_to = settings.outreach.reply_to.strip()
    answers = _address(reply_to, "reply_to", "") if reply_to else sender
    return Letterhead(
        company=" ".join(settings.name.split()),
        sender=str(sender),
        domain=sender.domain.encode("idna").decode("ascii"),
        reply_to=str(answers) if reply_to else "",
        postal=settings.outreach.postal.strip(),
        site=site_of(company),
        mailbox=answers.addr_spec if settings.outreach.answers else "",
        secret=company.web_key().encode(),
        has_pages=settings.portal.on,
    )


def site_of(company: Company) -> str:
    """The address of the pages, in letters that every mail program knows, without a slash.

    Raises:
        UsageError: byname.toml does not say it.
    """
    said = company.settings.web.address
    if not said:
        section, key, expected = _NEEDED[-1]
        raise _wrong(f"[{section}] {key}", "nothing, so nothing leaves", expected)
    parts = urlsplit(said)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def _address(said: str, key: str, name: str) -> Address:
    """An address with a name before it; the name may hold commas and the like, as people write it."""
    before, _, after = said.strip().rpartition("<")
    bare = after.removesuffix(">").strip()
    if not email_key(bare) and not email_key(f"a{bare}"):  # noreply@ is nobody's mailbox, and a good sender
        raise _wrong(f"[outreach] {key}", f'"{said}"', 'an address, as "Acme <hello@acme.example>"')
    try:
        return Address(" ".join(before.replace('"', "").split()) or name, addr_spec=bare)
    except (ValueError, IndexError) as wrong:
        raise _wrong(f"[outreach] {key}", f'"{said}"', 'an address, as "Acme <hello@acme.example>"') from wrong


def _wrong(where: str, found: str, expected: str) -> UsageError:
    return UsageError(
        where=f"byname.toml, {where}", found=found, expected=expected, do="Write it there, or on the page Settings."
    )
