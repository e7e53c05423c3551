"""What has to be filled in before anything can leave, and what leaves without anybody's yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.web.accounts.models import Team

if TYPE_CHECKING:
    from byname.company import Settings

__all__ = ["Missing", "missing", "unapproved"]


@dataclass(frozen=True)
class Missing:
    """A setting that is empty.

    Attributes:
        says: what does not work without it.
        table: of byname.toml.
        line: what to write there, as an example.
    """

    says: str
    table: str
    line: str


def missing(settings: Settings) -> list[Missing]:
    """What is empty in byname.toml and needed before a mail can leave."""
    found = [
        (
            settings.web.mail,
            Missing(_("No mail server is named, so nothing can be sent."), "[web]",
                    'mail = "smtps://name:password@mail.example.com"'),
        ),
        (
            settings.outreach.sender,
            Missing(_("Nobody is named as the sender of mails to customers, so none can be sent."), "[outreach]",
                    'sender = "Kettle & Board <hello@example.com>"'),
        ),
        (
            settings.outreach.postal,
            Missing(_("Your postal address is missing: it stands beneath every mail, as the law asks."), "[outreach]",
                    'postal = "Kettle & Board, 1 Mill Lane, Leeds LS1 1AA"'),
        ),
        (
            settings.web.address,
            Missing(_("The pages have no address, so no mail can hold a link to unsubscribe."), "[web]",
                    'address = "https://customers.example.com"'),
        ),
    ]  # fmt: skip
    return [one for value, one in found if not value]


def unapproved(settings: Settings) -> list[str]:
    """What goes out without a person's yes, team by team, in sentences; none: nothing does."""
    kinds = {"thank": _("thanks"), "service": _("notices of service")}
    return [
        _("%(team)s: %(kinds)s go out without a yes.")
        % {"team": str(Team(team).label).capitalize(), "kinds": _(" and ").join(kinds[kind] for kind in allowed)}
        for team, allowed in settings.outreach.unapproved.items()
        if allowed
    ]
