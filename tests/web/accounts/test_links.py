"""A link sets a password once, for a while; an owner shows it or the mail brings it. Demands: S3.15."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from byname.web.accounts import links
from byname.web.accounts.models import Account, Entry, Link, Role

NEW = "nobody guesses this one"


def send(client: Client, secret: str, password: str = NEW, again: str = NEW) -> object:
    return client.post(reverse("account_link", args=[secret]), {"password": password, "again": again})


@pytest.fixture
def invited(db: None) -> Account:
    return Account.objects.create_user("dora@kettle.test", None, name="Dora", role=Role.MEMBER)


def test_an_invitation_lets_in_once(charlie: Client, invited: Account) -> None:
    secret = links.new(invited, hours=1)
    page = charlie.get(reverse("account_link", args=[secret]))
    assert "Welcome, Dora" in page.content.decode()
    assert send(charlie, secret)["Location"] == reverse("account_login")  # type: ignore[index]
    invited.refresh_from_db()
    assert invited.check_password(NEW)
    assert Entry.objects.get(action="password").about == invited.email
    assert charlie.get(reverse("account_link", args=[secret])).status_code == 404
    assert send(charlie, secret, "quite another phrase", "quite another phrase").status_code == 404  # type: ignore[attr-defined]
    invited.refresh_from_db()
    assert invited.check_password(NEW)


def test_the_link_is_nowhere_kept(invited: Account) -> None:
    secret = links.new(invited, hours=1)
    assert secret not in Link.objects.get().fingerprint
    assert len(secret) >= 40


def test_setting_the_password_ends_all_links_and_sessions(charlie: Client, as_bob: Client, bob: Account) -> None:
    first, second = links.new(bob, hours=1), links.new(bob, hours=1)
    assert as_bob.get(reverse("account")).status_code == 200
    send(charlie, first)
    assert links.found(second) is None
    assert as_bob.get(reverse("account")).status_code == 302


def test_a_link_grows_old(invited: Account) -> None:
    secret = links.new(invited, hours=links.HOURS_OF_INVITATION)
    with time_machine.travel(timezone.now() + timedelta(hours=links.HOURS_OF_INVITATION, minutes=1), tick=False):
        assert links.found(secret) is None
        assert not links.used(secret, NEW)


def test_a_shut_account_has_no_link(invited: Account) -> None:
    secret = links.new(invited, hours=1)
    Account.objects.filter(pk=invited.pk).update(is_active=False)
    assert not links.used(secret, NEW)


def test_only_one_of_two_who_come_at_once_uses_it(invited: Account) -> None:
    secret = links.new(invited, hours=1)
    assert links.used(secret, NEW)
    assert not links.used(secret, "the second one's phrase")


@pytest.mark.parametrize(("password", "again"), [("short", "short"), (NEW, "not the same at all"), ("", "")])
def test_a_password_that_will_not_do_keeps_the_link(
    charlie: Client, invited: Account, password: str, again: str
) -> None:
    secret = links.new(invited, hours=1)
    assert send(charlie, secret, password, again).status_code == 200  # type: ignore[attr-defined]
    assert links.found(secret) == invited


def test_the_one_who_is_signed_in_here_is_signed_out(as_bob: Client, invited: Account) -> None:
    send(as_bob, links.new(invited, hours=1))
    assert as_bob.get(reverse("account")).status_code == 302


@pytest.mark.parametrize("email", ["bob@kettle.test", "nobody@kettle.test"])
def test_forgetting_says_the_same_whether_there_is_an_account(
    charlie: Client, bob: Account, settings: object, email: str
) -> None:
    settings.HAS_MAIL = True  # type: ignore[attr-defined]
    answer = charlie.post(reverse("account_reset_password"), {"email": email})
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_reset_password_done"))
    assert email not in charlie.get(answer["Location"]).content.decode()


def test_a_mail_brings_the_link_to_who_has_an_account_only(charlie: Client, bob: Account, settings: object) -> None:
    settings.HAS_MAIL = True  # type: ignore[attr-defined]
    charlie.post(reverse("account_reset_password"), {"email": "nobody@kettle.test"})
    assert mail.outbox == []
    charlie.post(reverse("account_reset_password"), {"email": "BOB@kettle.test"})
    (letter,) = mail.outbox
    assert letter.to == [bob.email]
    address = next(line for line in letter.body.splitlines() if "/accounts/link/" in line)
    assert address.startswith("http://testserver/")
    assert send(charlie, address.rstrip("/").rpartition("/")[2])["Location"] == reverse("account_login")  # type: ignore[index]


def test_a_link_by_mail_is_under_the_companys_own_address(charlie: Client, bob: Account, settings: object) -> None:
    web = settings.COMPANY.settings.web.model_copy(update={"address": "https://byname.kettle.test"})  # type: ignore[attr-defined]
    company = settings.COMPANY  # type: ignore[attr-defined]
    settings.COMPANY = type(company)(company.folder, company.settings.model_copy(update={"web": web}))  # type: ignore[attr-defined]
    settings.HAS_MAIL, settings.ALLOWED_HOSTS = True, ["*"]  # type: ignore[attr-defined]
    charlie.post(reverse("account_reset_password"), {"email": bob.email}, HTTP_HOST="evil.test")
    assert "https://byname.kettle.test/accounts/link/" in mail.outbox[0].body
    assert "evil" not in mail.outbox[0].body


def test_a_person_is_mailed_three_times_an_hour_at_most(charlie: Client, bob: Account, settings: object) -> None:
    settings.HAS_MAIL = True  # type: ignore[attr-defined]
    answers = [charlie.post(reverse("account_reset_password"), {"email": bob.email}).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


@pytest.mark.parametrize("email", ["bob@kettle.test", "nobody@kettle.test"])
def test_a_mail_server_that_is_down_is_said_to_everybody_alike(
    charlie: Client, bob: Account, settings: object, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    def down(*_args: object, **_more: object) -> None:
        raise ConnectionRefusedError

    settings.HAS_MAIL = True  # type: ignore[attr-defined]
    monkeypatch.setattr(EmailMessage, "send", down)
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", down)
    answer = charlie.post(reverse("account_reset_password"), {"email": email})
    assert answer.status_code == 200
    assert "No mail can be sent" in answer.content.decode()


def test_without_mail_an_owner_is_named(charlie: Client, bob: Account, settings: object) -> None:
    settings.HAS_MAIL = False  # type: ignore[attr-defined]
    assert "Ask an owner" in charlie.get(reverse("account_reset_password")).content.decode()
    assert charlie.post(reverse("account_reset_password"), {"email": bob.email}).status_code == 200
    assert mail.outbox == []
    assert not Link.objects.exists()
