"""The mails of the door: a link that sets a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from byname.web.accounts import links
from byname.web.accounts.models import Account
from byname.web.smtp import NOT_SENT

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["address_of", "send_help", "send_link"]


def address_of(request: HttpRequest, secret: str) -> str:
    """A link's whole address: under the company's own where it has one, whatever the caller says that this host is."""
    path = reverse("account_link", args=[secret])
    own = settings.COMPANY.settings.web.address if settings.COMPANY else ""
    return f"{own}{path}" if own else request.build_absolute_uri(path)


def send_link(account: Account, address: str) -> bool:
    """Mail a link to whom it is for; False where no mail is set or the server does not take it."""
    if not settings.HAS_MAIL or settings.COMPANY is None:
        return False
    said = {"account": account, "address": address, "company": settings.COMPANY.settings.name}
    text = render_to_string("account/email/link.txt", said)
    subject = _("Your password for the customers of %(company)s") % {"company": said["company"]}
    try:
        EmailMessage(" ".join(subject.split()), text, None, [account.email]).send()
    except NOT_SENT:
        return False
    return True


def send_help(request: HttpRequest, email: str) -> bool:
    """Mail a link to who forgot the password, if there is such an account; False: no mail goes out at all.

    The mail server is called for an unknown address too, so that neither the answer nor its time tells who has an
    account.
    """
    account = Account.objects.filter(email=email.strip().lower(), is_active=True).first()
    if account:
        return send_link(account, address_of(request, links.new(account, hours=links.HOURS_OF_HELP)))
    try:
        with mailers.default:
            return True
    except NOT_SENT:
        return False
