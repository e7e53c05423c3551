"""The morning's mail: what changed since yesterday, to those who asked for it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from byname.errors import SnapshotError
from byname.snapshot import open_current
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.served import company
from byname.web.smtp import NOT_SENT
from byname.web.work.carrying import Outcome, close
from byname.web.work.models import Run, Sent, State
from byname.web.work.news import news_for

if TYPE_CHECKING:
    from byname.web.work.news import News

__all__ = ["carry_out"]

_log = logging.getLogger("byname.work")


def carry_out(run_id: int) -> None:
    """Mail everybody who wants it and has not been mailed about this snapshot."""
    run = Run.objects.filter(pk=run_id, state__in=(State.WAITING, State.RUNNING)).first()
    if run is None:
        return
    run.begun_at = timezone.now()
    close(run, _outcome())


def _outcome() -> Outcome:
    if not settings.HAS_MAIL:
        return Outcome(State.DONE, _("no mail: byname.toml names no server under [web] mail"), {})
    try:
        desk = Desk(company(), open_current(company()))
    except SnapshotError as missing:
        return Outcome(State.FAILED, str(missing), {})
    sent, failed = 0, []
    for account in Account.objects.filter(is_active=True, morning_mail=True).order_by("pk"):
        try:
            sent += _mail(account, desk)
        except NOT_SENT as error:
            _log.warning("no mail to %s: %s", account.email, error)
            failed.append(f"{account.email} ({error})")
    says = ngettext("%(many)s mail sent", "%(many)s mails sent", sent) % {"many": sent}
    if failed:
        says += "; " + _("not to %(whom)s") % {"whom": ", ".join(failed)}
    return Outcome(State.FAILED if failed else State.DONE, says, {})


def _mail(account: Account, desk: Desk) -> bool:
    """Mail one account, once a snapshot; nothing where nothing changed."""
    news = news_for(account, desk)
    if not news.people:
        return False
    with transaction.atomic():
        _row, is_new = Sent.objects.get_or_create(account=account, snapshot=desk.snapshot.folder.name)
        if is_new:
            _message(account, desk, news).send()  # a failure takes the row back, so that it is tried again
    return is_new


def _message(account: Account, desk: Desk, news: News) -> EmailMultiAlternatives:
    address = desk.company.settings.web.address
    shown = {
        "account": account,
        "news": news,
        "company": desk.company.settings.name,
        "as_of": desk.as_of,
        "address": address,
        "currency": desk.company.settings.currency,
    }
    with translation.override(settings.LANGUAGE_CODE):
        subject = ngettext(
            "%(company)s: news of %(many)s customer", "%(company)s: news of %(many)s customers", news.people
        ) % {"company": desk.company.settings.name, "many": news.people}
        text = render_to_string("work/morning.txt", shown)
        html = render_to_string("work/morning.html", shown)
    message = EmailMultiAlternatives(
        " ".join(subject.split()),
        text,
        to=[account.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    return message
