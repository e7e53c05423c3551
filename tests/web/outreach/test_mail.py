"""What leaves: readable as plain text, with the headers that the standards ask for, and nothing that watches.

Demands: S4.2, S2.16, S3.11, S4.17; RFC 2369, 2919, 8058, CAN-SPAM.
"""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from byname.company import Company, Settings
from byname.errors import UsageError
from byname.web.mailers import PROVIDERS, mailers
from byname.web.outreach.letterhead import Letterhead, letterhead
from byname.web.outreach.mail import NoAddress, id_of, message_of
from byname.web.outreach.models import Draft
from tests.web.outreach.postbox import SITE, draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(mailing_company: Company) -> Letterhead:
    return letterhead(mailing_company)


def received(one: Draft, head: Letterhead, page: str = "") -> EmailMessage:
    """The mail as the other side reads it."""
    return message_from_bytes(
        message_of(one, head, page=page).message(policy=policy.SMTP).as_bytes(), policy=policy.default
    )


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def test_a_mail_says_who_writes_why_where_they_are_and_how_to_stop_it(head: Letterhead) -> None:
    one = draft("rosa@example.com")
    text, html = parts(received(one, head, page=f"{SITE}/my/in/abc/"))
    for said in (text, html.replace("&amp;", "&")):
        assert "nine years ago today" in said
        assert "Ingrid Halvorsen at Kettle & Board wrote this." in said
        assert "You get this because we wanted to thank you; there is nothing to buy in it." in said
        assert "1 Kettle Lane, Leeds" in said
        assert f"{SITE}/u/{one.key}/" in said
        assert f"{SITE}/my/in/abc/" in said
        assert "2,140" not in said  # the plan's sentence is for the one who approves
    assert text.startswith("Dear Rosa,\n\nnine years")
    assert "first time.<br>Thank you.</p>" in html


def test_the_headers_let_a_mail_program_stop_it_by_one_click(head: Letterhead) -> None:
    one = draft("rosa@example.com")
    message = received(one, head)
    assert message["From"] == "Kettle & Board <hello@kettle.test>"
    assert message["To"] == "rosa@example.com"
    assert message["Subject"] == "Thank you"
    assert message["List-Unsubscribe"] == f"<{SITE}/u/{one.key}/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-ID"] == "<thank.kettle.test>"
    assert message["Message-ID"] == id_of(one, head)
    assert re.fullmatch(r"<[0-9a-f]{40}@kettle\.test>", message["Message-ID"])
    assert one.key not in message["Message-ID"]  # answers quote it; the key would stop all mails
    assert message["Date"].datetime is not None
    assert message["Auto-Submitted"] is None
    raw = message_of(one, head).message(policy=policy.SMTP).as_bytes()
    assert f"\r\nList-Unsubscribe: <{SITE}/u/{one.key}/>\r\n".encode() in raw  # not folded


def test_a_mailbox_that_is_read_stops_it_too_and_answers_go_where_they_should(mailing_company: Company) -> None:
    outreach = mailing_company.settings.outreach.model_copy(
        update={"answers": "imaps://a:b@imap.kettle.test", "reply_to": "Kettle, and Board <answers@kettle.test>"}
    )
    settings = mailing_company.settings.model_copy(update={"outreach": outreach})
    one = draft("rosa@example.com")
    message = received(one, letterhead(Company(mailing_company.folder, settings)))
    assert message["Reply-To"] == '"Kettle, and Board" <answers@kettle.test>'
    assert message["List-Unsubscribe"].endswith(f", <mailto:answers@kettle.test?subject=unsubscribe%20{one.key}>")


def test_a_service_notice_is_no_list(head: Letterhead) -> None:
    one = draft("rosa@example.com", kind="service", purpose="service")
    message = received(one, head, page=f"{SITE}/my/in/abc/")
    assert not [name for name in message.keys() if name.lower().startswith("list-")]  # noqa: SIM118 - headers
    text, _html = parts(message)
    assert "/u/" not in text
    assert f"{SITE}/my/in/abc/" in text


def test_without_https_no_mail_program_is_asked_to_click(head: Letterhead) -> None:
    message = received(draft("rosa@example.com"), replace(head, site="http://pages.kettle.test"))
    assert message["List-Unsubscribe"].startswith("<http://pages.kettle.test/u/")
    assert message["List-Unsubscribe-Post"] is None


HOSTILE = '<img src="https://evil.test/p.gif"><script>alert(1)</script> & "quoted" {{ company }}'


def test_words_are_words_whatever_stands_in_them(head: Letterhead) -> None:
    one = draft("rosa@example.com")
    one.words = f"{HOSTILE}\x00\x1b\ud800\n\nSee https://kettle.test/a?b=1&c=2, soon."
    text, html = parts(received(one, head))
    assert HOSTILE in text
    assert "<img" not in html
    assert "<script" not in html
    assert "{{ company }}" in html
    assert '<a href="https://kettle.test/a?b=1&amp;c=2">https://kettle.test/a?b=1&amp;c=2</a>, soon.' in html


@pytest.mark.parametrize("scheme", ["javascript:alert(1)", "ftp://a.test/b", "data:text/html,x", "www.a.test"])
def test_only_web_addresses_become_links(head: Letterhead, scheme: str) -> None:
    _text, html = parts(received(draft("rosa@example.com", words=f"see {scheme} now"), head))
    words = html.partition("border-top")[0]
    assert "href" not in words
    assert "now" in words


def test_nothing_in_a_mail_watches(head: Letterhead) -> None:
    message = message_of(draft("rosa@example.com"), head)
    assert (message.track_opens, message.track_clicks) == (False, False)
    _text, html = parts(received(draft("mei@example.com"), head))
    assert not re.search(r"<img|<link|<script|url\(|@import|<iframe", html)


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Hello\r\nBcc: all@example.com\r\n\r\nwords", "Hello Bcc: all@example.com words"),
        ("Grüße aus Graz ☕", "Grüße aus Graz ☕"),
        ("", "Kettle & Board"),
        ("long " * 100, ("long " * 100)[:199].rstrip() + "…"),
        ("a\x00b\u2028c", "ab c"),
    ],
)
def test_a_subject_is_one_line(head: Letterhead, subject: str, shown: str) -> None:
    message = received(draft("rosa@example.com", subject=subject), head)
    assert message["Subject"] == shown
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    [
        "rosa@example.com\r\nBcc: all@example.com",
        "rosa@example.com, all@example.com",
        "rosa@example.com\x00",
        "rosa example.com",
        "",
        "noreply@example.com",
        "@example.com",
        "rosa@",
        "a" * 300 + "@example.com",
    ],
)
def test_what_is_no_address_is_written_to_by_nobody(head: Letterhead, address: str) -> None:
    with pytest.raises(NoAddress):
        message_of(draft("rosa@example.com", contact_id=None) if address is None else _with(address), head)


def _with(address: str) -> Draft:
    one = draft("rosa@example.com")
    one.address = address
    return one


def test_an_address_is_used_as_it_was_written(head: Letterhead) -> None:
    assert received(_with(" Rosa H <Rosa+shop@Example.com> "), head)["To"] == "Rosa+shop@Example.com"


@pytest.mark.parametrize(
    ("section", "key", "value", "says"),
    [
        ("outreach", "sender", "", r"\[outreach\] sender"),
        ("outreach", "sender", "nobody", r"\[outreach\] sender"),
        ("outreach", "sender", "A <a@b.test>\r\nBcc: x@y.test", r"\[outreach\] sender"),
        ("outreach", "reply_to", "a, b", r"\[outreach\] reply_to"),
        ("outreach", "postal", " ", r"\[outreach\] postal"),
        ("web", "mail", "", r"\[web\] mail"),
        ("web", "address", "", r"\[web\] address"),
    ],
)
def test_what_is_missing_is_named(mailing_company: Company, section: str, key: str, value: str, says: str) -> None:
    part = getattr(mailing_company.settings, section).model_copy(update={key: value})
    settings = mailing_company.settings.model_copy(update={section: part})
    with pytest.raises(UsageError, match=says):
        letterhead(Company(mailing_company.folder, settings))


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("postmark://t%2Fk@", {"server_token": "t/k"}),
        ("mailgun://key@mg.kettle.test", {"api_key": "key", "sender_domain": "mg.kettle.test"}),
        ("mailjet://key:secret@", {"api_key": "key", "secret_key": "secret"}),
        ("brevo://key@", {"api_key": "key", "ignore_unsupported_features": True}),
    ],
)
def test_a_provider_is_named_by_a_url(url: str, options: dict[str, object]) -> None:
    made = mailers(url)["default"]
    assert made["OPTIONS"] == {**options, "timeout": 10}
    assert made["BACKEND"] == f"anymail.backends.{url.partition(':')[0]}.EmailBackend"


@pytest.mark.parametrize("scheme", [*PROVIDERS, "smtp", "smtps"])
def test_byname_toml_takes_every_way_that_there_is(scheme: str) -> None:
    url = f"{scheme}://key:secret@mg.kettle.test"
    assert Settings.model_validate({"name": "K", "web": {"mail": url}}).web.mail == url


@pytest.mark.parametrize("scheme", sorted({*PROVIDERS} - {"brevo"}))
def test_each_provider_takes_such_a_mail(scheme: str, head: Letterhead) -> None:
    """Its payload is made without a word that the provider does not know."""
    from django.utils.module_loading import import_string

    how = mailers(f"{scheme}://key:secret@mg.kettle.test")["default"]
    backend = import_string(how["BACKEND"])(alias="default", **how["OPTIONS"])
    payload = backend.build_message_payload(message_of(draft("rosa@example.com"), head), backend.send_defaults)
    assert "List-Unsubscribe" in repr(vars(payload))
