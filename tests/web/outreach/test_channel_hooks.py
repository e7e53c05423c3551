"""Other channels leave by a signed webhook, once whatever crashes; what their service tells back is a fact, once.

Demands: S0.16, S4.2, S2.7; Standard Webhooks (standardwebhooks.com).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from byname.company import Company, Settings
from byname.errors import UsageError
from byname.snapshot import Snapshot
from byname.web import served
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.outreach import line, sending
from byname.web.outreach.by_service import OTHERS, id_of, send_due
from byname.web.outreach.deciding import done_by_hand
from byname.web.outreach.hooks import key_of, signed, verified
from byname.web.outreach.models import Draft, State, Suppressed
from byname.web.outreach.sending import Sent, is_due
from byname.web.outreach.suppression import is_suppressed, suppress
from byname.web.outreach.threads import ServicesThread
from byname.web.work.carrying import stopping
from byname.web.written.models import Answer, Consent, Contact, Message
from tests.web.outreach.door_case import approved, lines
from tests.web.outreach.postbox import draft, states
from tests.web.outreach.service_case import KEY, NAMED, Service, hooked, serving

pytestmark = pytest.mark.django_db

NUMBER = "+44 20 7946 0001"
RAW = base64.b64decode(KEY.removeprefix("whsec_"))


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv(NAMED, KEY)
    with serving(Service()) as service:
        yield service


@pytest.fixture
def shop(settings: Any, company: Company, service: Service, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The shop, whose text messages a service carries."""
    monkeypatch.setattr(served, "reread", lambda company: company)
    settings.COMPANY = hooked(company, service.url)
    return settings.COMPANY  # type: ignore[no-any-return]


@pytest.fixture
def counter(shop: Company, snapshot: Snapshot) -> Desk:
    return Desk(shop, snapshot)


def text(number: str = NUMBER, state: State = State.CLAIMED, **said: Any) -> Draft:
    return draft(number, state, channel="sms", **said)


# ------------------------------------------------------------------------------------------- what is told


def test_a_text_message_leaves_with_what_it_needs_and_no_more(counter: Desk, service: Service) -> None:
    one = text(words="Dear Rosa,\r\nthank\x00 you.")
    assert send_due(counter, "sms") == Sent(sent=1)
    (headers, body) = service.heard[0]
    said = json.loads(body)
    assert said["type"] == "contact"
    assert said["data"] == {
        "id": id_of(counter.company, one),
        "channel": "sms",
        "name": "",
        "address": NUMBER,
        "subject": "Thank you",
        "words": "Dear Rosa,\nthank you.",
        "kind": "thank",
        "purpose": "marketing",
        "company": "Kettle & Board",
        "stop": f"https://pages.kettle.test/u/{one.key}/",
    }
    assert (headers["path"], headers["content-type"]) == ("/in?of=kettle", "application/json")
    one.refresh_from_db()
    assert (one.state, one.says, one.message_id) == (State.SENT, "", said["data"]["id"])
    assert one.key not in one.message_id


def test_it_is_signed_as_the_specification_says(counter: Desk, service: Service) -> None:
    text()
    send_due(counter, "sms")
    headers, body = service.heard[0]
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    by_hand = base64.b64encode(hmac.new(RAW, said, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{by_hand}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60


def test_a_published_signature_is_ours() -> None:
    """The example of the specification's own libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert verified(key, headers, b'{"test": 2432232314}', 1614265331) == "msg_p5jXN8AQM9LWM0D4loKWxJek"


def test_service_that_is_owed_has_no_way_to_stop_it(counter: Desk, service: Service) -> None:
    text(kind="service", purpose="service")
    send_due(counter, "sms")
    assert service.told[0]["stop"] == ""


# ---------------------------------------------------------------------------------- what becomes of it


def test_it_is_on_the_disk_before_the_first_byte_leaves(counter: Desk, service: Service) -> None:
    one, seen = text(), []
    kept = line.Line.say

    def say(self: Any, body: bytes, headers: dict[str, str]) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("select state, message_id from outreach_draft")
            seen.append((cursor.fetchone(), len(service.heard)))
        return kept(self, body, headers)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line.Line, "say", say)
        send_due(counter, "sms")
    assert seen == [((State.TRIED, id_of(counter.company, one)), 0)]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 410, 429, 500, 503])
def test_what_is_refused_fails_and_is_never_sent_again(counter: Desk, service: Service, status: int) -> None:
    there = f"http://127.0.0.1:{service.port}/elsewhere"
    service.answers = lambda _body: (status, {"location": there}, b"<b>not\ntoday</b>\x00")
    text()
    assert send_due(counter, "sms").failed == 1
    one = Draft.objects.get()
    assert (one.state, one.says) == (State.FAILED, f"{status} <b>not today</b>")
    assert send_due(counter, "sms") == Sent()
    assert [headers["path"] for headers, _body in service.heard] == ["/in?of=kettle"]  # no redirect was followed


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_what_is_taken_is_sent(counter: Desk, service: Service, status: int) -> None:
    service.answers = lambda _body: (status, {}, b"" if status == 204 else b"thanks")
    text()
    assert send_due(counter, "sms") == Sent(sent=1)


def test_a_service_that_hangs_up_loses_it_and_gets_it_never_again(counter: Desk, service: Service) -> None:
    service.answers = lambda _body: None
    text()
    assert send_due(counter, "sms") == Sent(lost=1)
    assert Draft.objects.get().state == State.LOST
    assert "before the service said whether it took it" in Draft.objects.get().says
    service.answers = lambda _body: (200, {}, b"")
    assert not is_due(("sms",))
    assert send_due(counter, "sms") == Sent()
    assert len(service.heard) == 1


def test_a_service_that_never_answers_is_cut_off(
    counter: Desk, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "_SECONDS", 0.2)
    service.answers = lambda _body: time.sleep(1)
    text()
    assert send_due(counter, "sms") == Sent(lost=1)


def test_of_a_long_answer_only_the_beginning_is_read(counter: Desk, service: Service) -> None:
    service.answers = lambda _body: (400, {}, b"x" * 5_000_000)
    text()
    assert send_due(counter, "sms").failed == 1
    assert Draft.objects.get().says == ("400 " + "x" * 300)[:300]


def test_where_nobody_listens_it_waits_and_goes_later(
    company: Company, counter: Desk, service: Service, snapshot: Snapshot
) -> None:
    text()
    nobody = Desk(hooked(company, "http://127.0.0.1:1/"), snapshot)
    sent = send_due(nobody, "sms")
    assert (sent.again, sent.lost, sent.failed) == (1, 0, 0)
    assert "cannot be reached" in sent.says
    assert Draft.objects.get().tried_at is None
    assert send_due(counter, "sms") == Sent(sent=1)


def test_three_in_a_row_that_are_refused_end_the_round(counter: Desk, service: Service) -> None:
    service.answers = lambda _body: (401, {}, b"who are you?")
    for number in range(5):
        text(f"{NUMBER}{number}")
    sent = send_due(counter, "sms")
    assert (sent.failed, sent.again, sent.says) == (3, 2, "401 who are you?")


def test_what_another_process_left_on_its_way_is_lost(counter: Desk, service: Service) -> None:
    text(state=State.TRIED)
    assert is_due(("sms",))
    assert send_due(counter, "sms") == Sent(lost=1)
    assert "the service had it in hand" in Draft.objects.get().says
    assert service.heard == []


def test_without_an_address_nobody_is_asked(counter: Desk, service: Service) -> None:
    draft("", channel="sms")
    assert send_due(counter, "sms") == Sent(failed=1)
    assert Draft.objects.get().says == "there is no address to send it to"
    assert service.heard == []


def test_who_said_stop_after_the_gate_gets_nothing(counter: Desk, service: Service) -> None:
    suppress(NUMBER, "sms", "unsubscribed")
    text()
    assert send_due(counter, "sms") == Sent(stopped=1)
    assert service.heard == []


@pytest.mark.django_db(transaction=True)
def test_a_process_that_is_killed_before_the_answer_sends_no_second(counter: Desk, service: Service) -> None:
    text()
    running: list[subprocess.Popen[bytes]] = []

    def kill(_body: bytes) -> None:
        until = time.monotonic() + 30
        while not running and time.monotonic() < until:
            time.sleep(0.01)
        running[0].send_signal(signal.SIGKILL)
        running[0].wait()

    service.answers = kill
    command = [sys.executable, "-m", "tests.web.outreach.service_case", str(counter.company.folder), service.url, KEY]
    with subprocess.Popen(command) as process:
        running.append(process)
        assert process.wait() == -signal.SIGKILL
    assert states() == {NUMBER: State.TRIED}
    service.answers = lambda _body: (200, {}, b"")
    assert send_due(counter, "sms") == Sent(lost=1)
    assert len(service.heard) == 1


# ------------------------------------------------------------------------------------- by the one door


def test_what_a_service_carries_is_let_out_by_the_same_door(company: Company, counter: Desk, service: Service) -> None:
    one = approved(counter, lines(counter, "letter", "thank")[0])
    by_post = Desk(hooked(company, service.url, "letter"), counter.snapshot)
    assert send_due(by_post, "letter") == Sent(sent=1)
    one.refresh_from_db()
    assert one.state == State.SENT
    (contact,) = Contact.objects.all()
    assert (contact.fact_id, contact.channel) == (one.contact_id, "letter")
    (row,) = counter.snapshot.rows("people", [one.person_id], ("name",))
    assert (service.told[0]["name"], service.told[0]["address"]) == (row["name"], one.address)
    assert one.address


def test_without_a_service_it_waits_for_a_hand(counter: Desk, service: Service, alice: Account) -> None:
    one = approved(counter, lines(counter, "letter", "thank")[0])
    assert is_due(OTHERS)
    assert send_due(counter, "letter") == Sent()
    one.refresh_from_db()
    assert one.state == State.BY_HAND
    assert not is_due(OTHERS)
    assert done_by_hand(alice, counter, one).state == State.DONE
    assert (Contact.objects.count(), service.heard) == (1, [])


def test_of_a_snapshot_that_is_too_old_nothing_is_let_out(counter: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    text(state=State.APPROVED, claimed_at=None)
    monkeypatch.setattr(sending, "claim_many", lambda *_: None)
    assert "too old" in send_due(counter, "sms").says


def test_a_service_that_was_taken_out_of_the_settings_gets_nothing(company: Company, snapshot: Snapshot) -> None:
    text()
    sent = send_due(Desk(company, snapshot), "sms")
    assert (sent.again, sent.sent) == (1, 0)
    assert "names no service" in Draft.objects.get().says


def test_it_needs_a_place_where_people_stop_it(company: Company, snapshot: Snapshot, service: Service) -> None:
    text()
    sent = send_due(Desk(hooked(company, service.url, address=""), snapshot), "sms")
    assert "[web] address" in sent.says
    assert service.heard == []


@pytest.mark.django_db(transaction=True)
def test_it_leaves_by_itself_and_a_channel_in_trouble_rests_alone(
    settings: Any, company: Company, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "reread", lambda company: company)
    shop = hooked(company, service.url, "whatsapp")
    away = hooked(company, "http://127.0.0.1:1/").settings.outreach.hooks
    outreach = shop.settings.outreach.model_copy(update={"hooks": {**shop.settings.outreach.hooks, **away}})
    settings.COMPANY = Company(shop.folder, shop.settings.model_copy(update={"outreach": outreach}))
    stopping.clear()
    text()
    draft("+44 20 7946 0002", channel="whatsapp")
    thread = ServicesThread()
    rests = []
    for _round in range(2):
        assert thread.look() == ""
        rests.append(list(thread._rests))
    assert rests == [["sms"], ["sms"]]
    assert [rest for _until, rest in thread._rests.values()] == [120]
    assert states() == {NUMBER: State.CLAIMED, "+44 20 7946 0002": State.SENT}


# ------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("channel", "url"),
    [
        ("sms", "http://sms.example/in"),
        ("sms", "http://localhost@evil.example/"),
        ("sms", "http://127.0.0.1.evil.example/"),
        ("sms", "https://user:password@sms.example/"),
        ("sms", "ftp://sms.example"),
        ("email", "https://mail.example/"),
        ("in_person", "https://till.example/"),
    ],
)
def test_only_https_and_this_machine_are_told(channel: str, url: str) -> None:
    with pytest.raises(ValueError, match=r"outreach\.hooks"):
        Settings.model_validate({"name": "Acme", "outreach": {"hooks": {channel: {"url": url}}}})


def test_a_secret_is_an_environment_variable_a_file_or_our_own(
    company: Company, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = hooked(company, service.url)
    assert key_of(shop, "sms") == RAW
    monkeypatch.delenv(NAMED)
    with pytest.raises(UsageError, match="which is not there"):
        key_of(shop, "sms")
    path = shop.folder / NAMED
    try:
        path.write_text("whsec_c2hvcnQ=", "utf-8")
        with pytest.raises(UsageError, match="too short"):
            key_of(shop, "sms")
        path.write_text(f"{KEY}\n", "utf-8")
        assert key_of(shop, "sms") == RAW
    finally:
        path.unlink()
    hook = shop.settings.outreach.hooks["sms"].model_copy(update={"secret": ""})
    outreach = shop.settings.outreach.model_copy(update={"hooks": {"sms": hook}})
    own = Company(shop.folder, shop.settings.model_copy(update={"outreach": outreach}))
    assert key_of(own, "sms") == base64.b64decode((own.folder / "hook-sms.key").read_text("utf-8"))
    assert (own.folder / "hook-sms.key").stat().st_mode & 0o077 == 0


# ---------------------------------------------------------------------------------------- what comes back


@pytest.fixture
def rosa(shop: Company) -> Draft:
    """A text message that was sent."""
    one = text(state=State.SENT)
    one.message_id = id_of(shop, one)
    one.save()
    return one


def tell(
    what: Any, about: str, *, key: bytes = RAW, message_id: str = "msg_1", ago: float = 0, to: str = "sms", **more: Any
) -> Any:
    body = json.dumps({"type": what, "data": {"id": about, **more}}).encode()
    return post(body, signed(key, message_id, int(time.time() - ago), body), to)


def post(body: bytes, headers: dict[str, str], to: str = "sms") -> Any:
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/hooks/{to}/", body, content_type="application/json", headers=headers)


def answers() -> list[tuple[str | None, str | None]]:
    return list(Answer.objects.order_by("pk").values_list("kind", "contact_id"))


def test_that_it_arrived_is_a_fact_and_finds_what_was_lost(rosa: Draft) -> None:
    Draft.objects.update(state=State.LOST, says="nobody knows")
    assert tell("delivered", rosa.message_id).json() == {"taken": True}
    assert answers() == [("delivered", rosa.contact_id)]
    rosa.refresh_from_db()
    assert (rosa.state, rosa.says) == (State.SENT, "")


@pytest.mark.parametrize("gone", [True, False, "yes"])
def test_what_did_not_arrive_is_told_and_a_number_that_is_none_is_written_to_no_more(rosa: Draft, gone: Any) -> None:
    assert tell("failed", rosa.message_id, gone=gone).status_code == 200
    assert answers() == [("bounced", rosa.contact_id)]
    assert is_suppressed(NUMBER, "sms", service=True) is (gone is True)


def test_who_unsubscribes_there_is_written_to_no_more_at_once(rosa: Draft) -> None:
    assert tell("unsubscribed", rosa.message_id).status_code == 200
    assert is_suppressed(NUMBER, "sms")
    assert answers() == [("unsubscribed", rosa.contact_id)]
    said = {(one.channel, one.purpose, one.state, one.by_whom) for one in Consent.objects.all()}
    assert said == {("sms", purpose, "withdrawn", "person") for purpose in ("marketing", "feedback")}


def test_an_answer_is_a_message_of_hers(rosa: Draft) -> None:
    assert tell("replied", rosa.message_id, words="That was\x00 kind <b>").status_code == 200
    assert answers() == [("replied", rosa.contact_id)]
    (one,) = Message.objects.all()
    assert (one.text, one.channel, one.record_id) == ("That was kind <b>", "sms", rosa.record_id)


def test_the_same_message_again_changes_nothing(rosa: Draft) -> None:
    assert tell("replied", rosa.message_id, words="one").json() == {"taken": True}
    assert tell("replied", rosa.message_id, words="one").json() == {"taken": False}
    assert tell("unsubscribed", rosa.message_id).json() == {"taken": False}  # another body under an id that is used up
    assert (Message.objects.count(), Consent.objects.count()) == (1, 0)
    assert tell("replied", rosa.message_id, message_id="msg_2", words="two").json() == {"taken": True}
    assert Message.objects.count() == 2


def test_what_could_not_be_written_may_come_again(rosa: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    body = json.dumps({"type": "unsubscribed", "data": {"id": rosa.message_id}}).encode()
    headers = signed(RAW, "msg_1", int(time.time()), body)
    with monkeypatch.context() as patch:
        patch.setattr("byname.web.outreach.told_back.unsubscribe", lambda _key: 1 / 0)
        assert client.post("/hooks/sms/", body, "application/json", headers=headers).status_code == 500
    assert post(body, headers).json() == {"taken": True}
    assert is_suppressed(NUMBER, "sms")


@pytest.mark.parametrize("ago", [301, 3_600, -301])
def test_an_old_message_is_refused(rosa: Draft, ago: float) -> None:
    assert tell("unsubscribed", rosa.message_id, ago=ago).status_code == 401
    assert not Suppressed.objects.exists()


def test_what_another_signed_is_refused(rosa: Draft) -> None:
    assert tell("unsubscribed", rosa.message_id, key=b"x" * 32).status_code == 401
    body = json.dumps({"type": "unsubscribed", "data": {"id": rosa.message_id}}).encode()
    good = signed(RAW, "msg_1", int(time.time()), body)
    wrong: list[dict[str, str]] = [
        {},
        good | {"webhook-signature": ""},
        good | {"webhook-signature": good["webhook-signature"].removeprefix("v1,")},
        good | {"webhook-signature": "v1,é"},
        good | {"webhook-id": "msg_2"},
        good | {"webhook-id": ""},
        good | {"webhook-id": "m" * 500},
        good | {"webhook-timestamp": f"{int(time.time()) + 1}"},
        good | {"webhook-timestamp": "soon"},
        good | {"webhook-timestamp": "9" * 5_000},
        good | {"webhook-timestamp": "²"},
    ]
    assert [post(body, headers).status_code for headers in wrong] == [401] * len(wrong)
    assert post(body + b" ", good).status_code == 401
    assert not Suppressed.objects.exists()
    several = good | {"webhook-signature": f"v1a,xyz v1,AAAA {good['webhook-signature']}"}
    assert post(body, several).status_code == 200  # while a secret is changed there are two


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"type": ["delivered"], "data": {"id": "x"}}',
                                  b'{"type": "delivered"}', b'{"type": "delivered", "data": {"id": 1}}',
                                  b'{"type": "exploded", "data": {"id": "x"}}', b"[" * 60_000, b"\xff"])  # fmt: skip
def test_what_is_not_understood_is_refused(shop: Company, body: bytes) -> None:
    assert post(body, signed(RAW, "msg_1", int(time.time()), body)).status_code in (413, 422)


def test_nothing_is_told_of_others(rosa: Draft) -> None:
    mail = draft("rosa@example.com", State.SENT, action="mail", message_id="<made@kettle.test>")
    for about in ("", "contact_made_up", mail.message_id, rosa.key):
        assert tell("unsubscribed", about).status_code == 404
    assert tell("delivered", rosa.message_id, to="whatsapp").status_code == 404  # it has no service
    assert tell("delivered", "x" * 70_000).status_code == 413
    assert Client().get("/hooks/sms/").status_code == 405
    assert answers() == []
