"""What comes back is a fact, once: bounces, complaints, answers; by a mailbox or by a provider; whoever wrote it.

Demands: S4.2, S1.18, S2.9, S4.17, S1.19; RFC 3464, 5965, 3834.
"""

from __future__ import annotations

import imaplib
import json
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from byname.company import Company
from byname.web import served
from byname.web.outreach import mailbox, webhooks
from byname.web.outreach.coming_back import came
from byname.web.outreach.letterhead import letterhead
from byname.web.outreach.mail import id_of
from byname.web.outreach.mailbox import Looked, look
from byname.web.outreach.models import Draft, State, Suppressed
from byname.web.outreach.reading_mail import Came, read_bytes
from byname.web.outreach.suppression import is_suppressed
from byname.web.written.models import Answer, Consent, Message
from tests.web.outreach.imap_case import Mailbox, imap
from tests.web.outreach.postbox import draft, mailing

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa(mailing_company: Company) -> Draft:
    """A mail that was sent."""
    one = draft("rosa@example.com", State.SENT)
    one.message_id = id_of(one, letterhead(mailing_company))
    one.save()
    return one


def bounce(message_id: str, *, status: str = "5.1.1", action: str = "failed", gives_back: str = "rfc822") -> bytes:
    """A report as mail servers send it (RFC 3464)."""
    back = {
        "rfc822": f"Content-Type: message/rfc822\n\nFrom: hello@kettle.test\nMessage-ID: {message_id}\n\nDear Rosa",
        "headers": f"Content-Type: text/rfc822-headers\n\nFrom: hello@kettle.test\nMessage-Id: {message_id}\n",
        "nothing": "Content-Type: text/plain\n\n",
    }[gives_back]
    return f"""\
From: MAILER-DAEMON@mx.example.com
To: hello@kettle.test
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; rosa@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no

--b
{back}
--b--
""".replace("\n", "\r\n").encode()


def answer(message_id: str, words: str = "Thank you, that was kind.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Rosa <rosa@example.com>"
    message["To"] = "hello@kettle.test"
    message["Subject"] = "Re: Thank you"
    message["Message-ID"] = "<answer-1@example.com>"
    message["In-Reply-To"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(words)
    return message


def answers() -> list[tuple[str, str]]:
    return list(Answer.objects.order_by("pk").values_list("kind", "contact_id"))


# --------------------------------------------------------------------------------------------- what it is


@pytest.mark.parametrize("gives_back", ["rfc822", "headers"])
@pytest.mark.parametrize(("status", "gone"), [("5.1.1", True), ("5.0.0", False), ("5.2.2", False), ("5.7.1", False)])
def test_a_bounce_is_told_by_its_status(rosa: Draft, gives_back: str, status: str, *, gone: bool) -> None:
    read = read_bytes(bounce(rosa.message_id, status=status, gives_back=gives_back))
    assert (read.kind, read.about, read.is_gone) == ("bounced", (rosa.message_id,), gone)
    assert came(read)
    assert answers() == [("bounced", rosa.contact_id)]
    assert is_suppressed("rosa@example.com", "email") is gone


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_only_waits_is_no_bounce(rosa: Draft, action: str) -> None:
    assert not came(read_bytes(bounce(rosa.message_id, action=action, status="4.4.1")))
    assert answers() == []


def test_a_bounce_that_gives_nothing_back_shuts_nobody_out(rosa: Draft) -> None:
    """Anybody could write one; who has not seen our mail does not know its id."""
    assert not came(read_bytes(bounce("", gives_back="nothing")))
    assert not came(read_bytes(bounce("<made-up@kettle.test>")))
    assert answers() == []
    assert not Suppressed.objects.exists()


def test_a_complaint_ends_all_mail(rosa: Draft) -> None:
    raw = bounce(rosa.message_id).replace(b"report-type=delivery-status", b"report-type=feedback-report")
    raw = raw.replace(b"message/delivery-status", b"message/feedback-report").replace(
        b"Reporting-MTA: dns; mx.example.com\r\n\r\n", b"Feedback-Type: abuse\r\nVersion: 1\r\n\r\n"
    )
    assert came(read_bytes(raw))
    assert [kind for kind, _contact in answers()] == ["unsubscribed", "complained"]
    assert is_suppressed("rosa@example.com", "email", service=True)
    assert {one.state for one in Consent.objects.all()} == {"withdrawn"}


QUOTED = "On Mon, 30 Jun 2026 at 10:00, Kettle & Board wrote:\n> Dear Rosa,\n> thank you"


def test_an_answer_is_a_message_without_what_it_quotes(rosa: Draft) -> None:
    assert came(read_bytes(answer(rosa.message_id, f"Das war lieb!\n\n> so\nGrüße\n\n{QUOTED}").as_bytes()))
    assert answers() == [("replied", rosa.contact_id)]
    (one,) = Message.objects.all()
    assert (one.text, one.subject, one.medium) == ("Das war lieb!\n\nGrüße", "Re: Thank you", "mail")
    assert (one.prompted, one.public, one.in_reply_to) == (True, False, rosa.message_id)
    assert (one.record_id, one.employee) == (rosa.record_id, "Ingrid Halvorsen")


def test_an_answer_in_html_is_plain_words(rosa: Draft) -> None:
    message = answer(rosa.message_id)
    message.set_content(
        "<style>p{}</style><p>Yes &amp; <b>gladly</b></p><script>alert(1)</script><p>Rosa</p>", subtype="html"
    )
    came(read_bytes(message.as_bytes()))
    assert Message.objects.get().text == "Yes & gladly\nRosa"


def test_an_answer_further_down_the_thread_is_found_by_its_references(rosa: Draft) -> None:
    message = answer("<their-own@example.com>", References=f"{rosa.message_id} <their-own@example.com>")
    assert came(read_bytes(message.as_bytes()))
    assert answers() == [("replied", rosa.contact_id)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; x=y"},
        {"X_Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"List_Id": "<x.example.com>"},
    ],
)
def test_a_program_that_answers_is_no_answer(rosa: Draft, headers: dict[str, str]) -> None:
    assert not came(read_bytes(answer(rosa.message_id, "I am out of office.", **headers).as_bytes()))
    assert answers() == []


def test_auto_submitted_no_is_a_person(rosa: Draft) -> None:
    assert came(read_bytes(answer(rosa.message_id, Auto_Submitted="no").as_bytes()))


def test_a_mail_that_asks_for_no_more_stops_them(rosa: Draft) -> None:
    message = answer("")
    message.replace_header("Subject", f"Re: unsubscribe {rosa.key}")
    assert came(read_bytes(message.as_bytes()))
    assert is_suppressed("rosa@example.com", "email")
    assert answers() == [("unsubscribed", rosa.contact_id)]


def test_told_twice_is_told_once(rosa: Draft) -> None:
    for _time in range(2):
        came(read_bytes(answer(rosa.message_id).as_bytes()))
        came(read_bytes(bounce(rosa.message_id)))
    assert answers() == [("replied", rosa.contact_id), ("bounced", rosa.contact_id)]
    assert Message.objects.count() == 1


def test_two_answers_are_two_messages_and_one_that_they_answered(rosa: Draft) -> None:
    came(read_bytes(answer(rosa.message_id, "one").as_bytes()))
    second = answer(rosa.message_id, "two")
    second.replace_header("Message-ID", "<answer-2@example.com>")
    came(read_bytes(second.as_bytes()))
    assert answers() == [("replied", rosa.contact_id)]
    assert sorted(one.text for one in Message.objects.all()) == ["one", "two"]


def deep(levels: int) -> bytes:
    head = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (at, at) for at in range(levels))
    return b"In-Reply-To: <a@b.test>\r\n" + head


HOSTILE = {
    "nothing": b"",
    "no mail": b"\x00\xff\xfe" * 1000,
    "headers without end": b"X: " + b"a" * 1_000_000,
    "many headers": b"".join(b"X-%d: y\r\n" % at for at in range(50_000)) + b"\r\n",
    "many ids": b"References: " + b"<a@b.test> " * 100_000 + b"\r\n\r\nhello",
    "a subject of codes": b"Subject: " + b"=?utf-8?q?=FF?= " * 20_000 + b"\r\nIn-Reply-To: <a@b.test>\r\n\r\nx",
    "an unknown charset": b'In-Reply-To: <a@b.test>\r\nContent-Type: text/plain; charset="x-\xff"\r\n\r\n\xff\xfe',
    "a broken boundary": b'In-Reply-To: <a@b.test>\r\nContent-Type: multipart/mixed; boundary="\r\n\r\n--\r\n',
    "parts in parts": deep(2_000),
    "a report of nothing": b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b--',
    "too large": b"In-Reply-To: <a@b.test>\r\n\r\n" + b"x" * 5_000_001,
    "bad base64": b"In-Reply-To: <a@b.test>\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!=",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_past(name: str, mailing_company: Company, rosa: Draft) -> None:
    raw = HOSTILE[name].replace(b"<a@b.test>", rosa.message_id.encode())
    taken = mailbox._taken(raw)
    assert taken in (True, False, None)
    assert {kind for kind, _contact in answers()} <= {"replied"}
    assert not Suppressed.objects.exists()


# -------------------------------------------------------------------------------------------- the mailbox


@pytest.fixture
def box_of_answers() -> Iterator[Mailbox]:
    with imap() as box:
        yield box


@pytest.fixture
def reading(mailing_company: Company, box_of_answers: Mailbox) -> Iterator[Company]:
    url = f"imap://hello%40kettle.test:open%20sesame@127.0.0.1:{box_of_answers.port}/INBOX"
    made = mailing(mailing_company, mailing_company.settings.web.mail, answers=url)
    place = made.folder / "cache" / "answers.json"
    place.unlink(missing_ok=True)
    yield made
    place.unlink(missing_ok=True)


def test_a_mailbox_is_read_once_and_left_as_it_was(rosa: Draft, reading: Company, box_of_answers: Mailbox) -> None:
    box_of_answers.put(bounce(rosa.message_id))
    box_of_answers.put(b"Subject: an offer\r\n\r\nbuy")
    assert look(reading) == Looked(ours=1, others=1)
    assert look(reading) == Looked()
    box_of_answers.put(answer(rosa.message_id).as_bytes())
    assert look(reading) == Looked(ours=1)
    assert answers() == [("bounced", rosa.contact_id), ("replied", rosa.contact_id)]
    assert any(said.startswith("EXAMINE") for said in box_of_answers.asked)
    assert not [said for said in box_of_answers.asked if said.startswith(("SELECT", "UID STORE", "STORE", "EXPUNGE"))]
    assert {said.split()[3] for said in box_of_answers.asked if said.startswith("UID FETCH")} <= {"(UID"}


def test_a_mailbox_that_was_made_anew_is_read_anew_and_tells_nothing_twice(
    rosa: Draft, reading: Company, box_of_answers: Mailbox
) -> None:
    box_of_answers.put(answer(rosa.message_id).as_bytes())
    look(reading)
    box_of_answers.validity = 8
    assert look(reading) == Looked(ours=1)
    (reading.folder / "cache" / "answers.json").write_text("{", "utf-8")
    assert look(reading) == Looked(ours=1)
    assert answers() == [("replied", rosa.contact_id)]
    assert Message.objects.count() == 1


def test_a_large_one_is_not_fetched_and_a_broken_one_is_counted(
    rosa: Draft, reading: Company, box_of_answers: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = box_of_answers.put(b"x")
    box_of_answers.lies[large] = 50_000_000
    box_of_answers.put(b"this one breaks")
    box_of_answers.put(answer(rosa.message_id).as_bytes())
    kept = mailbox.read_bytes

    def breaks(raw: bytes) -> Came:
        if raw == b"this one breaks":
            raise RecursionError
        return kept(raw)

    monkeypatch.setattr(mailbox, "read_bytes", breaks)
    assert look(reading) == Looked(ours=1, skipped=2)
    assert f"UID FETCH {large} (UID BODY.PEEK[])" not in box_of_answers.asked


def test_much_is_read_in_more_than_one_look(
    reading: Company, box_of_answers: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "_AT_ONCE", 3)
    for _mail in range(5):
        box_of_answers.put(b"Subject: x\r\n\r\ny")
    assert look(reading) == Looked(others=3, is_all=False)
    assert look(reading) == Looked(others=2)


def test_it_ends_between_two_mails(reading: Company, box_of_answers: Mailbox) -> None:
    box_of_answers.put(b"Subject: x\r\n\r\ny")
    assert look(reading, is_over=lambda: True) == Looked(is_all=False)


def test_a_wrong_password_or_mailbox_is_an_error(reading: Company, box_of_answers: Mailbox) -> None:
    box_of_answers.password = "another"
    with pytest.raises(imaplib.IMAP4.error):
        look(reading)
    box_of_answers.password = "open sesame"
    url = reading.settings.outreach.answers.replace("INBOX", "Nowhere")
    with pytest.raises(imaplib.IMAP4.error, match="no such mailbox"):
        look(mailing(reading, "smtp://x", answers=url))


def test_a_password_does_not_leave_this_machine_in_the_clear(
    reading: Company, box_of_answers: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "_HERE", ())
    with pytest.raises(imaplib.IMAP4.error):
        look(reading)
    assert not [said for said in box_of_answers.asked if said.startswith("LOGIN")]


# ------------------------------------------------------------------------------------------- by a provider


@pytest.fixture
def by_postmark(settings: Any, mailing_company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    settings.COMPANY = mailing(mailing_company, "postmark://token@")
    return served.company()


def told(company: Company, what: str, said: dict[str, Any]) -> int:
    address = webhooks.addresses(company)[what].removeprefix("https://pages.kettle.test")
    answered: Any = Client(enforce_csrf_checks=True).post(address, json.dumps(said), content_type="application/json")
    assert not answered.cookies
    return int(answered.status_code)


def of_postmark(kind: str, key: str, **more: Any) -> dict[str, Any]:
    return {
        "RecordType": kind, "MessageID": "m", "Metadata": {"draft": key}, "BouncedAt": "2026-07-01T10:00:00Z",
        "Email": "rosa@example.com", "ReceivedAt": "2026-07-01T10:00:00Z", "ID": 1, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "kinds", "why"),
    [
        (("Bounce", {"Type": "HardBounce", "TypeCode": 1}), ["bounced"], ["bounced"]),
        (("Bounce", {"Type": "SoftBounce", "TypeCode": 4096}), ["bounced"], []),
        (("SpamComplaint", {"Type": "SpamComplaint", "TypeCode": 512}), ["unsubscribed", "complained"], ["complained"]),
        (
            ("SubscriptionChange", {"SuppressSending": True, "SuppressionReason": "ManualSuppression",
             "ChangedAt": "2026-07-01T10:00:00Z", "Origin": "Recipient"}),
            ["unsubscribed"],
            ["unsubscribed"],
        ),
        (("Open", {}), [], []),
        (("Click", {}), [], []),
        (("Delivery", {"DeliveredAt": "2026-07-01T10:00:00Z"}), [], []),
    ],
)  # fmt: skip
def test_what_a_provider_tells_is_a_fact_once(
    rosa: Draft, by_postmark: Company, said: tuple[str, dict[str, Any]], kinds: list[str], why: list[str]
) -> None:
    kind, more = said
    for _time in range(2):
        assert told(by_postmark, "tracking", of_postmark(kind, rosa.key, **more)) == 200
    assert [one for one, _contact in answers()] == kinds
    assert [one.why for one in Suppressed.objects.all()] == why


def test_an_answer_by_a_provider_is_read_as_any(rosa: Draft, by_postmark: Company) -> None:
    said = {
        "FromFull": {"Email": "rosa@example.com", "Name": "Rosa", "MailboxHash": ""},
        "ToFull": [{"Email": "hello@kettle.test", "Name": "", "MailboxHash": ""}],
        "CcFull": [], "BccFull": [], "Subject": "Re: Thank you", "TextBody": "Kind of you.", "HtmlBody": "",
        "Headers": [
            {"Name": "In-Reply-To", "Value": rosa.message_id},
            {"Name": "Message-ID", "Value": "<a@example.com>"},
        ],
        "Attachments": [], "MessageID": "m", "Date": "Wed, 1 Jul 2026 10:00:00 +0200",
    }  # fmt: skip
    assert told(by_postmark, "inbound", said) == 200
    assert Message.objects.get().text == "Kind of you."
    assert answers() == [("replied", rosa.contact_id)]


def test_nobody_else_is_listened_to(rosa: Draft, by_postmark: Company, settings: Any) -> None:
    good = webhooks.addresses(by_postmark)["tracking"].removeprefix("https://pages.kettle.test")
    said = json.dumps(of_postmark("Bounce", rosa.key, Type="HardBounce", TypeCode=1))
    secret = good.split("/")[2]
    for address in ("/back/wrong/tracking/", f"/back/{secret[:-1]}x/tracking/", good.replace("tracking", "other")):
        answered: Any = Client().post(address, said, content_type="application/json")
        assert answered.status_code == 404
    settings.COMPANY = mailing(by_postmark, "mailjet://a:b@")
    assert Client().post(good, said, content_type="application/json").status_code == 404  # type: ignore[attr-defined]
    settings.COMPANY = mailing(by_postmark, "smtp://127.0.0.1:1")
    assert Client().post(good, said, content_type="application/json").status_code == 404  # type: ignore[attr-defined]
    assert webhooks.addresses(settings.COMPANY) == {}
    assert answers() == []


@pytest.mark.parametrize("url", ["mailgun://k@mg.test", "mailjet://a:b@", "sparkpost://k@", "brevo://k@"])
@pytest.mark.parametrize("what", ["tracking", "inbound"])
def test_each_provider_has_its_reader(url: str, what: str, by_postmark: Company, settings: Any) -> None:
    settings.COMPANY = mailing(by_postmark, url)
    address = webhooks.addresses(settings.COMPANY)[what].removeprefix("https://pages.kettle.test")
    assert Client().head(address).status_code == 200  # type: ignore[attr-defined]
