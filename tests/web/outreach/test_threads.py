"""What works behind the pages: mails leave without anybody's waiting, and trouble ends nothing. Demands: S4.2, S1.18."""

from __future__ import annotations

import imaplib
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.utils import timezone

from byname.company import Company
from byname.errors import UsageError
from byname.web.desk import Desk
from byname.web.outreach import sending, threads
from byname.web.outreach.mailbox import Looked
from byname.web.outreach.models import Draft, State
from byname.web.outreach.threads import AnswersThread, SendThread
from byname.web.work.carrying import stopping
from tests.web.outreach.postbox import Box, draft, mailing, states


@pytest.fixture(autouse=True)
def _goes_on() -> Iterator[None]:
    stopping.clear()
    yield
    stopping.clear()


def let_out(_desk: Desk, drafts: Sequence[Draft]) -> None:
    Draft.objects.filter(pk__in=[one.pk for one in drafts]).update(state=State.CLAIMED, claimed_at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_what_is_approved_leaves_by_itself(mailing_company: Company, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "claim_many", let_out)
    monkeypatch.setattr(SendThread, "seconds", 0.05)
    thread = SendThread()
    thread.start()
    try:
        draft("rosa@example.com", State.APPROVED, claimed_at=None)
        until = time.monotonic() + 30
        while states()["rosa@example.com"] != State.SENT and time.monotonic() < until:
            time.sleep(0.05)
    finally:
        thread.stop()
    assert states() == {"rosa@example.com": State.SENT}
    assert box.addresses == ["rosa@example.com"]


@pytest.mark.django_db
def test_after_trouble_it_tries_later_and_later_and_then_as_ever() -> None:
    thread = SendThread()
    pauses = []
    for _time in range(9):
        thread._rest("the server is away")
        pauses.append(thread._pause)
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    thread._rest("")
    assert (thread._pause, thread._trouble) == (SendThread.seconds, 60)


@pytest.mark.django_db
def test_a_missing_setting_is_said_and_nothing_is_lost(
    mailing_company: Company, settings: Any, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.COMPANY = mailing(mailing_company, mailing_company.settings.web.mail, sender="")
    thread = SendThread()
    assert thread.look() == ""  # nothing is due
    draft("rosa@example.com")
    with pytest.raises(UsageError, match=r"\[outreach\] sender"):
        thread.look()
    assert states() == {"rosa@example.com": State.CLAIMED}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OSError("away"), imaplib.IMAP4.error("no"), RuntimeError("odd")])
def test_whatever_goes_wrong_ends_nothing(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def look(_thread: AnswersThread) -> str:
        looks.append(1)
        if len(looks) == 1:
            raise error
        stopping.set()
        return ""

    monkeypatch.setattr(threads, "_TROUBLE_SECONDS", 0.01)
    monkeypatch.setattr(AnswersThread, "seconds", 0.01)
    monkeypatch.setattr(AnswersThread, "look", look)
    thread = AnswersThread()
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert len(looks) == 2


@pytest.mark.django_db
def test_the_mailbox_is_read_to_its_end_where_there_is_one(
    mailing_company: Company, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = [Looked(ours=1, is_all=False), Looked(ours=1, is_all=False), Looked()]
    monkeypatch.setattr(threads, "look", lambda *_, **__: looks.pop(0))
    assert AnswersThread().look() == ""
    assert len(looks) == 3  # none is named
    settings.COMPANY = mailing(mailing_company, "smtp://x", answers="imaps://a:b@imap.kettle.test")
    assert AnswersThread().look() == ""
    assert looks == []
