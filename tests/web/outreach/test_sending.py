"""Nobody gets two, whatever crashes; what surely did not arrive is tried again, what may have is lost and said so.

Demands: S4.2, S2.7, S1.19.
"""

from __future__ import annotations

import json
import os
import random
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests
import time_machine
from django.db import connection
from django.utils import timezone
from urllib3 import HTTPSConnectionPool
from urllib3.exceptions import MaxRetryError, SSLError

from byname.company import Company
from byname.errors import UsageError
from byname.facts.locks import take
from byname.web.desk import Desk
from byname.web.outreach import sending
from byname.web.outreach.fate import Fate, fate_of, is_gone
from byname.web.outreach.models import Draft, State, Suppressed
from byname.web.outreach.sending import Sent, is_due, send, send_due
from byname.web.outreach.suppression import is_suppressed, suppress
from byname.web.written.models import Answer
from byname.web.written.shape import LaidOver
from tests.web.outreach.postbox import Box, draft, mailing, serving, states

pytestmark = pytest.mark.django_db

NOBODY = "smtp://127.0.0.1:1"


def names(many: int) -> list[str]:
    return [f"person{number}@example.com" for number in range(many)]


def test_mails_leave_by_one_line_and_are_said_to_be_sent(mailing_desk: Desk, box: Box) -> None:
    sent = send(mailing_desk, [draft(name) for name in names(12)])
    assert sent == Sent(sent=12)
    assert box.addresses == names(12)
    assert box.sessions == 1
    assert set(states().values()) == {State.SENT}
    one = Draft.objects.get(address="person3@example.com")
    assert one.message_id == box.message("person3@example.com")["Message-ID"]
    assert one.claimed_at is not None
    assert one.tried_at is not None
    assert one.ended_at is not None
    assert one.claimed_at <= one.tried_at <= one.ended_at


def test_a_page_of_their_own_stands_beneath(mailing_desk: Desk, box: Box) -> None:
    send(mailing_desk, [draft("rosa@example.com")])
    body = box.message("rosa@example.com").get_body(("plain",))
    assert body is not None
    assert "https://pages.kettle.test/my/in/" in body.get_content()


def test_only_what_the_gate_let_out_is_sent(mailing_desk: Desk, box: Box) -> None:
    others = [state for state in State if state != State.CLAIMED]
    made = [draft(f"{place}@example.com", state) for place, state in enumerate(others)]
    by_phone = draft("caller@example.com", channel="phone")
    assert send(mailing_desk, [*made, by_phone]) == Sent()
    assert box.taken == []


def test_it_is_tried_before_the_server_hears_of_it(mailing_desk: Desk, box: Box) -> None:
    seen: list[tuple[str, str]] = []
    kept = sending._Round._tried

    def tried(self: Any, message: Any) -> Fate:
        seen.append((Draft.objects.get(address=message.to[0]).state, ", ".join(states().values())))
        return kept(self, message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending._Round, "_tried", tried)
        send(mailing_desk, [draft(name) for name in names(3)])
    assert [state for state, _all in seen] == [State.TRIED] * 3
    assert seen[2][1] == "sent, sent, tried"  # the one before is written down


# -------------------------------------------------------------------------------- what may be tried again


def test_without_a_server_all_wait_and_go_later(mailing_company: Company, mailing_desk: Desk, box: Box) -> None:
    nobody = Desk(mailing(mailing_company, NOBODY), mailing_desk.snapshot)
    made = [draft(name) for name in names(3)]
    sent = send(nobody, made)
    assert (sent.sent, sent.lost, sent.failed, sent.again) == (0, 0, 0, 3)
    assert "cannot be reached" in sent.says
    assert set(states().values()) == {State.CLAIMED}
    assert all("cannot be reached" in one.says for one in Draft.objects.all())
    assert not Draft.objects.exclude(tried_at=None).exists()
    assert send(mailing_desk, made).sent == 3
    assert Draft.objects.exclude(says="").count() == 0


@pytest.mark.parametrize("says", ["451 4.3.0 come later", "550 5.7.60 not your address", "421 4.7.0 too many"])
def test_who_is_not_let_in_loses_nothing(mailing_desk: Desk, box: Box, says: str) -> None:
    box.greets = says
    sent = send(mailing_desk, [draft(name) for name in names(3)])
    assert (sent.again, sent.failed, sent.lost, sent.says) == (3, 0, 0, says)
    assert set(states().values()) == {State.CLAIMED}


def test_a_mailbox_that_asks_to_come_again_is_tried_later_and_later(mailing_desk: Desk, box: Box) -> None:
    box.says["grey@example.com"] = "450 4.2.0 greylisted"
    with time_machine.travel("2026-07-01 10:00", tick=False) as clock:
        assert send(mailing_desk, [draft("grey@example.com"), draft("rosa@example.com")]) == Sent(sent=1, again=1)
        pauses = []
        for _round in range(5):
            began = timezone.now()
            while not is_due():
                clock.shift(timedelta(seconds=30))
            pauses.append((timezone.now() - began).total_seconds() / 60)
            send_due(mailing_desk)
        assert pauses == [1, 1, 2, 4, 8]
        assert states()["grey@example.com"] == State.CLAIMED
        box.says.clear()
        clock.shift(timedelta(hours=1))
        assert send_due(mailing_desk) == Sent(sent=1)
    assert sorted(box.addresses) == ["grey@example.com", "rosa@example.com"]


def test_after_a_day_it_is_given_up(mailing_desk: Desk, box: Box) -> None:
    draft("old@example.com", claimed_at=timezone.now() - timedelta(hours=25), says="greylisted")
    assert send_due(mailing_desk) == Sent(failed=1)
    one = Draft.objects.get()
    assert (one.state, one.says) == (State.FAILED, "not taken for a day, so it is not sent any more: greylisted")
    assert box.taken == []


def test_a_line_that_was_cut_between_two_mails_is_opened_anew(mailing_desk: Desk, box: Box) -> None:
    cut = {"person2@example.com", "person5@example.com"}

    async def handle_RCPT(server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in cut:
            cut.discard(address)
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 go on"

    box.handle_RCPT = handle_RCPT  # type: ignore[method-assign]
    assert send(mailing_desk, [draft(name) for name in names(8)]) == Sent(sent=8)
    assert sorted(box.addresses) == names(8)
    assert box.sessions == 3


# ------------------------------------------------------------------------------------ what never goes again


@pytest.mark.parametrize(
    ("says", "gone"),
    [
        ("550 5.1.1 no such user", True),
        ("550 no such user", True),
        ("553 5.1.3 bad address", True),
        ("550 5.2.1 mailbox disabled", True),
        ("552 5.2.2 mailbox full", False),
        ("550 5.7.1 relaying denied", False),
        ("554 5.7.1 you are on a list", False),
    ],
)
def test_who_is_refused_for_good_is_not_written_to_again(
    mailing_desk: Desk, box: Box, says: str, *, gone: bool
) -> None:
    box.says["gone@example.com"] = says
    sent = send(mailing_desk, [draft("gone@example.com"), draft("rosa@example.com")])
    assert (sent.sent, sent.failed) == (1, 1)
    one = Draft.objects.get(address="gone@example.com")
    assert (one.state, one.says) == (State.FAILED, says)
    assert is_suppressed("Gone@Example.com", "email") is gone
    answers = [(row.kind, row.contact_id, row.record_id, row.address) for row in Answer.objects.all()]
    assert answers == ([("bounced", one.contact_id, one.record_id, one.address)] if gone else [])


def test_words_that_are_refused_fail_alone_and_three_in_a_row_end_the_round(mailing_desk: Desk, box: Box) -> None:
    bad = {"person1@example.com", "person4@example.com", "person5@example.com", "person6@example.com"}
    box.at_the_end = lambda envelope: "554 5.6.0 no" if set(envelope.rcpt_tos) & bad else "250 taken"
    sent = send(mailing_desk, [draft(name) for name in names(9)])
    assert (sent.sent, sent.failed, sent.again, sent.says) == (3, 4, 2, "554 5.6.0 no")
    assert not Suppressed.objects.exists()


def test_words_that_are_put_off_are_tried_again(mailing_desk: Desk, box: Box) -> None:
    box.at_the_end = lambda _envelope: "451 4.7.1 try again"
    assert send(mailing_desk, [draft("rosa@example.com")]) == Sent(again=1)
    assert states() == {"rosa@example.com": State.CLAIMED}


def test_what_got_no_answer_is_lost_and_never_sent_again(mailing_desk: Desk, box: Box) -> None:
    cut = {"person1@example.com"}
    box.at_the_end = lambda envelope: None if set(envelope.rcpt_tos) & cut else "250 taken"
    assert send(mailing_desk, [draft(name) for name in names(4)]) == Sent(sent=3, lost=1)
    one = Draft.objects.get(address="person1@example.com")
    assert (one.state, one.says) == (State.LOST, "the line broke before the mail server said whether it took it")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert not is_due()
        assert send_due(mailing_desk) == Sent()
    assert box.addresses.count("person1@example.com") == 1


def test_a_server_that_never_answers_costs_three_mails_and_no_more(mailing_desk: Desk, box: Box) -> None:
    box.at_the_end = lambda _envelope: None
    sent = send(mailing_desk, [draft(name) for name in names(10)])
    assert (sent.lost, sent.again) == (3, 7)
    assert "the line broke" in sent.says


def test_what_another_process_left_on_its_way_is_lost(mailing_desk: Desk, box: Box) -> None:
    draft("rosa@example.com", State.TRIED, tried_at=timezone.now())
    assert is_due()
    assert send_due(mailing_desk) == Sent(lost=1)
    one = Draft.objects.get()
    assert one.state == State.LOST
    assert "it may have arrived, so it is not sent again" in one.says
    assert box.taken == []


def test_whatever_goes_wrong_in_the_middle_is_lost_not_repeated(
    mailing_desk: Desk, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("byname.web.smtp.EmailBackend.send_messages", lambda *_: 1 / 0)
    sent = send(mailing_desk, [draft(name) for name in names(2)])
    assert (sent.lost, sent.again, sent.says) == (1, 1, "division by zero")


# -------------------------------------------------------------------------------------------- who says no


def test_who_is_suppressed_gets_nothing_but_service_that_is_owed(mailing_desk: Desk, box: Box) -> None:
    for who, why in (("rosa", "unsubscribed"), ("mei", "bounced"), ("jonas", "complained")):
        suppress(f"{who}@example.com", "email", why)
    thanks = [draft(f"{who}@example.com") for who in ("rosa", "mei", "jonas", "ada")]
    owed = [
        draft(f"{who}@example.com", action="late", kind="service", contact_id=f"owed to {who}")
        for who in ("rosa", "mei", "jonas")
    ]
    assert send(mailing_desk, [*thanks, *owed]) == Sent(sent=2, stopped=5)
    assert sorted(box.addresses) == ["ada@example.com", "rosa@example.com"]
    stopped = Draft.objects.filter(state=State.STOPPED)
    assert {one.says for one in stopped} == {"they said no after the gate had let it out, before it left"}


def test_who_was_let_out_a_while_ago_is_asked_about_again(mailing_desk: Desk, box: Box, best: str) -> None:
    (row,) = mailing_desk.snapshot.query("select anchor from people where person_id = $1", [best])
    while_ago = timezone.now() - timedelta(minutes=10)
    draft("best@example.com", person_id=best, record_id=row["anchor"], claimed_at=while_ago)
    draft("rosa@example.com", claimed_at=while_ago)
    mailing_desk.__dict__["since"] = LaidOver(hidden=frozenset({best}))
    assert send_due(mailing_desk) == Sent(sent=1, stopped=1)
    assert box.addresses == ["rosa@example.com"]


def test_what_is_no_address_fails_without_a_word_to_the_server(mailing_desk: Desk, box: Box) -> None:
    sent = send(mailing_desk, [draft("nobody at all"), draft("rosa@example.com")])
    assert sent == Sent(sent=1, failed=1)
    assert Draft.objects.get(address="nobody at all").says == "what stands there as an e-mail address is none"


def test_letters_that_mail_servers_do_not_know_fail_and_shut_nobody_out(mailing_desk: Desk, box: Box) -> None:
    one, other = draft("röschen@example.com"), draft("rosa@bücher.example")
    assert send(mailing_desk, [one, other]) == Sent(sent=1, failed=1)
    assert "non-ASCII characters" in Draft.objects.get(pk=one.pk).says
    assert box.addresses == ["rosa@xn--bcher-kva.example"]
    assert not Suppressed.objects.exists()


@pytest.mark.parametrize(("section", "key"), [("outreach", "sender"), ("web", "mail")])
def test_without_settings_nothing_leaves_and_the_setting_is_named(
    mailing_company: Company, mailing_desk: Desk, section: str, key: str
) -> None:
    part = getattr(mailing_company.settings, section).model_copy(update={key: ""})
    bare = Company(mailing_company.folder, mailing_company.settings.model_copy(update={section: part}))
    one = draft("rosa@example.com")
    for ask in (lambda desk: send(desk, [one]), send_due):
        with pytest.raises(UsageError, match=rf"\[{section}\] {key}"):
            ask(Desk(bare, mailing_desk.snapshot))
    assert states() == {"rosa@example.com": State.CLAIMED}


# ---------------------------------------------------------------------------------------- all that is due


def test_what_is_approved_goes_through_the_gate_and_out(
    mailing_desk: Desk, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def claim_many(_desk: Desk, drafts: Sequence[Draft]) -> None:
        asked.append(len(drafts))
        for one in drafts:
            state = State.STOPPED if one.address == "person7@example.com" else State.CLAIMED
            Draft.objects.filter(pk=one.pk, state=State.APPROVED).update(state=state, claimed_at=timezone.now())

    monkeypatch.setattr(sending, "_LET_OUT", 50)
    monkeypatch.setattr(sending, "claim_many", claim_many)
    for name in names(120):
        draft(name, State.APPROVED, claimed_at=None)
    draft("waits@example.com", State.DRAFT)
    assert is_due()
    assert send_due(mailing_desk) == Sent(sent=119)
    assert asked == [50, 50, 20]
    assert not is_due()
    assert "person7@example.com" not in box.addresses
    assert len(set(box.addresses)) == len(box.addresses) == 119


def test_it_ends_when_the_program_does_and_goes_on_the_next_time(mailing_desk: Desk, box: Box) -> None:
    for name in names(10):
        draft(name)
    assert send_due(mailing_desk, is_over=lambda: len(box.taken) >= 4).sent == 4
    assert send_due(mailing_desk).sent == 6
    assert sorted(box.addresses) == sorted(names(10))


def test_one_process_sends_at_a_time(mailing_company: Company, mailing_desk: Desk, box: Box) -> None:
    one = draft("rosa@example.com")
    with take(mailing_company.folder / "sending.lock"):
        assert send(mailing_desk, [one]) == Sent(again=1, says="another process is sending")
        assert send_due(mailing_desk) == Sent(says="another process is sending")
    assert send_due(mailing_desk) == Sent(sent=1)


# ------------------------------------------------------------------------------------------------- killed


@pytest.mark.django_db(transaction=True)
def test_who_kills_it_three_times_makes_nobody_get_two(company: Company) -> None:
    """A real process, a real server, SIGKILL in the middle."""
    many, chance = 400, random.Random(8)  # noqa: S311 - no secret
    for name in names(many):
        draft(name)

    def slowly(_envelope: Any) -> str:
        time.sleep(0.002)
        return "250 taken"

    with serving(Box(at_the_end=slowly)) as box, senders(company, f"smtp://127.0.0.1:{box.port}") as begin:
        for _round in range(3):
            until = len(box.taken) + chance.randint(20, 100)
            process, ended = begin()
            while len(box.taken) < until:
                time.sleep(0.001)
            os.kill(process, signal.SIGKILL)
            assert ended() == -signal.SIGKILL
        _process, ended = begin()
        assert ended() == 0
    taken, said = box.addresses, states()
    assert len(set(taken)) == len(taken)
    lost = [name for name, state in said.items() if state == State.LOST]
    assert len(lost) <= 3
    assert {name for name, state in said.items() if state == State.SENT} | set(lost) == set(names(many))
    assert set(names(many)) - set(lost) <= set(taken)


@contextmanager
def senders(company: Company, url: str) -> Iterator[Callable[[], tuple[int, Callable[[], int]]]]:
    """Begins a process that sends; gives its id, and what waits for its exit status."""
    command = [sys.executable, "-m", "tests.web.outreach.sender_case", str(company.folder), url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdin
        assert parent.stdout
        into, out = parent.stdin, parent.stdout

        def begin() -> tuple[int, Callable[[], int]]:
            into.write("go\n")
            into.flush()
            return int(out.readline()), lambda: int(out.readline())

        yield begin


@pytest.mark.django_db(transaction=True)
def test_a_commit_reaches_the_disk_while_mails_leave(mailing_desk: Desk, box: Box) -> None:
    """So that a cut of the power takes back no mail's mark of having been tried."""
    seen: list[int] = []

    kept = sending._Round._tried

    def tried(self: Any, message: Any) -> Fate:
        with connection.cursor() as cursor:
            seen.append(cursor.execute("pragma synchronous").fetchone()[0])
        return kept(self, message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending._Round, "_tried", tried)
        assert send(mailing_desk, [draft("rosa@example.com")]).sent == 1
    with connection.cursor() as cursor:
        seen.append(cursor.execute("pragma synchronous").fetchone()[0])
    assert seen == [2, 1]  # full, normal


# ---------------------------------------------------------------------------------------------- providers


class Answering:
    """What a provider's interface answers."""

    def __init__(self, status: int, said: dict[str, Any] | None = None) -> None:
        self.response = requests.Response()
        self.response.status_code = status
        self.response._content = json.dumps(said or {}).encode()
        self.asked: list[dict[str, Any]] = []

    def request(self, **given: Any) -> requests.Response:
        self.asked.append(given)
        return self.response


INACTIVE = "You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses:"
POSTMARK_TOOK = {"ErrorCode": 0, "Message": "OK", "MessageID": "m-1", "To": "rosa@example.com"}


@pytest.mark.parametrize(
    ("status", "said", "state", "suppressed"),
    [
        (200, POSTMARK_TOOK, State.SENT, False),
        (
            422,
            {"ErrorCode": 406, "Message": f"{INACTIVE} rosa@example.com. Inactive recipients are"},
            State.FAILED,
            True,
        ),
        (422, {"ErrorCode": 300, "Message": "Invalid email request"}, State.FAILED, False),
        (401, {"ErrorCode": 10, "Message": "bad token"}, State.CLAIMED, False),
        (429, {}, State.CLAIMED, False),
        (500, {}, State.LOST, False),
    ],
)
def test_a_providers_answers_are_read_alike(
    mailing_company: Company,
    mailing_desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    said: dict[str, Any],
    state: State,
    *,
    suppressed: bool,
) -> None:
    answering = Answering(status, said)
    monkeypatch.setattr(requests.Session, "request", lambda _self, **given: answering.request(**given))
    desk = Desk(mailing(mailing_company, "postmark://token@"), mailing_desk.snapshot)
    send(desk, [draft("rosa@example.com")])
    assert states() == {"rosa@example.com": state}
    assert is_suppressed("rosa@example.com", "email") is suppressed
    (asked,) = answering.asked
    assert asked["headers"]["X-Postmark-Server-Token"] == "token"


def _tls(error: ssl.SSLError) -> requests.exceptions.SSLError:
    """As requests says it."""
    return requests.exceptions.SSLError(MaxRetryError(HTTPSConnectionPool("x"), "/", SSLError(error)))


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (requests.ConnectTimeout(), State.CLAIMED),
        (_tls(ssl.SSLCertVerificationError("self-signed")), State.CLAIMED),
        (_tls(ssl.SSLEOFError("cut in the middle")), State.LOST),
        (requests.ReadTimeout(), State.LOST),
        (requests.ConnectionError("reset by peer"), State.LOST),
    ],
)
def test_a_provider_that_says_nothing(
    mailing_company: Company, mailing_desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception, state: State
) -> None:
    def request(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(requests.Session, "request", request)
    send(Desk(mailing(mailing_company, "postmark://token@"), mailing_desk.snapshot), [draft("rosa@example.com")])
    assert states() == {"rosa@example.com": state}


def test_a_provider_that_nobody_listens_at_is_tried_again(
    mailing_company: Company, mailing_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anymail.backends.postmark.EmailBackend.__init__", _at_nobody)
    send(Desk(mailing(mailing_company, "postmark://token@"), mailing_desk.snapshot), [draft("rosa@example.com")])
    assert states() == {"rosa@example.com": State.CLAIMED}


def _at_nobody(self: Any, **options: Any) -> None:
    from anymail.backends.base_requests import AnymailRequestsBackend

    self.server_token, self.message_stream, self.use_bulk_api = options.pop("server_token"), None, False
    self.generate_message_id = False
    AnymailRequestsBackend.__init__(self, "http://127.0.0.1:1/", **options)


@pytest.mark.parametrize(
    ("code", "says", "gone"),
    [(0, "5.1.1", True), (0, "5.1.8", False), (0, "4.1.1", False), (550, "", True), (554, "", False), (0, "", False)],
)
def test_when_a_mailbox_is_gone(code: int, says: str, *, gone: bool) -> None:
    assert is_gone(code, says) is gone


def test_an_unknown_error_is_lost() -> None:
    assert fate_of(KeyError("what")) == Fate(State.LOST, "'what'", ends=True)
