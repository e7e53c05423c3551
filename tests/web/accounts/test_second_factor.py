"""A second factor by an app on the telephone, with spare codes; owners and stewards must have one where it is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from byname.web.accounts.models import Account, Entry
from tests.web.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXP"


def code(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def sign_in(client: Client, who: Account) -> object:
    return client.post("/accounts/login/", {"login": who.email, "password": PASSWORD})


def confirm(client: Client) -> None:
    """Say the password once more."""
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302


@pytest.fixture
def secured(bob: Account) -> Account:
    TOTP.activate(bob, SECRET)
    RecoveryCodes.activate(bob)
    return bob


def test_an_app_is_set_up_with_a_picture_that_the_page_allows(
    charlie: Client, bob: Account, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in(charlie, bob)
    confirm(charlie)
    page = charlie.get(reverse("mfa_activate_totp"))
    text = page.content.decode()
    assert 'src="data:image/svg+xml;base64,' in text
    assert "style=" not in text
    secret = page.context["form"].secret
    assert charlie.post(reverse("mfa_activate_totp"), {"code": "000000"}).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = charlie.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = charlie.get(answer["Location"]).content.decode()
    assert codes.count("<li>") >= 10
    assert {"added": "totp"} in [one.after for one in Entry.objects.filter(action="second factor", by=bob.email)]


def test_the_password_alone_does_not_let_in(charlie: Client, secured: Account) -> None:
    answer = sign_in(charlie, secured)
    assert answer["Location"] == reverse("mfa_authenticate")  # type: ignore[index]
    assert charlie.get(reverse("account")).status_code == 302
    assert charlie.post(reverse("mfa_authenticate"), {"code": code()})["Location"] == reverse("today")
    assert charlie.get(reverse("account")).status_code == 200


def test_a_spare_code_lets_in_once(secured: Account) -> None:
    spare = Authenticator.objects.get(user=secured, type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()[0]
    first, second = Client(), Client()
    sign_in(first, secured)
    assert first.post(reverse("mfa_authenticate"), {"code": spare}).status_code == 302
    sign_in(second, secured)
    assert second.post(reverse("mfa_authenticate"), {"code": spare}).status_code == 200
    assert second.get(reverse("account")).status_code == 302


def test_codes_cannot_be_tried_through(charlie: Client, secured: Account) -> None:
    sign_in(charlie, secured)
    for _ in range(5):
        assert "Incorrect code" in charlie.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert "Too many" in charlie.post(reverse("mfa_authenticate"), {"code": code()}).content.decode()
    other = Client(REMOTE_ADDR="203.0.113.9")
    sign_in(other, secured)
    other.post(reverse("mfa_authenticate"), {"code": code()})
    assert other.get(reverse("account")).status_code == 302


def test_a_code_page_without_a_password_leads_to_the_door(charlie: Client, secured: Account) -> None:
    assert charlie.get(reverse("mfa_authenticate"))["Location"].startswith("/accounts/login/")
    assert charlie.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 302
    assert charlie.get(reverse("account")).status_code == 302


def test_switching_it_off_asks_who_is_there(as_bob: Client, secured: Account) -> None:
    page = reverse("mfa_deactivate_totp")
    asked = as_bob.get(page)  # this session signed in without a password
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert as_bob.post(asked["Location"], {"password": "wrong"}).status_code == 200
    assert as_bob.post(asked["Location"], {"password": PASSWORD})["Location"] == page
    assert as_bob.post(page)["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.filter(user=secured).exists()
    assert {"had": "totp"} in [one.before for one in Entry.objects.filter(action="second factor")]


@pytest.fixture
def must_have_one(settings: object) -> None:
    company = settings.COMPANY  # type: ignore[attr-defined]
    web = company.settings.web.model_copy(update={"second_factor": True})
    settings.COMPANY = type(company)(company.folder, company.settings.model_copy(update={"web": web}))  # type: ignore[attr-defined]


def test_an_owner_who_must_have_one_sees_nothing_before(must_have_one: None, as_alice: Client, alice: Account) -> None:
    for page in ("today", "settings", "settings_accounts", "account"):
        assert as_alice.get(reverse(page))["Location"] == reverse("mfa_activate_totp")
    assert as_alice.post(reverse("settings_invite"), {}).status_code == 403
    TOTP.activate(alice, SECRET)
    assert as_alice.get(reverse("account")).status_code == 200


def test_setting_it_up_is_open_to_who_must(must_have_one: None, charlie: Client, alice: Account) -> None:
    sign_in(charlie, alice)
    confirm(charlie)
    page = charlie.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    charlie.post(reverse("mfa_activate_totp"), {"code": code(page.context["form"].secret)})
    assert charlie.get(reverse("account")).status_code == 200


def test_others_need_none(must_have_one: None, as_bob: Client) -> None:
    assert as_bob.get(reverse("account")).status_code == 200
