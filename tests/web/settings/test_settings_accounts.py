"""Accounts on a page: invited, changed, helped, shut; the link is shown once. Demands: S3.15."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from byname.web.accounts import links
from byname.web.accounts.models import Account, Entry, Role
from tests.web.conftest import account as made


def test_an_invitation_is_shown_once_and_works(as_alice: Client, charlie: Client, folder: Path) -> None:
    given = {
        "email": "Dora@kettle.test",
        "name": "Dora",
        "role": "member",
        "team": "sales",
        "employee": "Ingrid Halvorsen",
    }
    text = as_alice.post(reverse("settings_invite"), given).content.decode()
    (address,) = re.findall(r'value="(http://testserver/accounts/link/[^"]+)"', text)
    dora = Account.objects.get(email="dora@kettle.test")
    assert address not in as_alice.get(reverse("settings_account", args=[dora.pk])).content.decode()
    charlie.post(address, {"password": "nobody guesses this one", "again": "nobody guesses this one"})
    assert (
        charlie.post("/accounts/login/", {"login": dora.email, "password": "nobody guesses this one"}).status_code
        == 302
    )
    assert (dora.role, dora.team, dora.employee) == ("member", "sales", "Ingrid Halvorsen")
    assert mail.outbox == []


def test_an_invitation_goes_by_mail_where_there_is_mail(as_alice: Client, folder: Path, settings: object) -> None:
    settings.HAS_MAIL = True  # type: ignore[attr-defined]
    text = as_alice.post(
        reverse("settings_invite"), {"email": "d@kettle.test", "name": "Dora", "role": "reader"}
    ).content.decode()
    (letter,) = mail.outbox
    (address,) = re.findall(r'value="(http://testserver/accounts/link/[^"]+)"', text)
    assert letter.to == ["d@kettle.test"]
    assert address in letter.body
    assert "It went by mail" in text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "no address", "name": "D", "role": "reader"}, "email"),
        ({"email": "d@kettle.test", "name": "", "role": "reader"}, "name"),
        ({"email": "d@kettle.test", "name": "D", "role": "emperor"}, "role"),
        ({"email": "d@kettle.test", "name": "D", "role": "lead"}, "team"),
        ({"email": "d@kettle.test", "name": "D", "role": "reader", "employee": "Nobody Known"}, "employee"),
        ({"email": "ALICE@kettle.test", "name": "D", "role": "reader"}, "email"),
    ],
)
def test_an_invitation_that_makes_no_sense_says_where(
    as_alice: Client, folder: Path, given: dict[str, str], field: str
) -> None:
    answer = as_alice.post(reverse("settings_invite"), given)
    assert list(answer.context["form"].errors) == [field]
    assert Account.objects.count() == 1


def test_a_role_changes_and_is_logged(as_alice: Client, bob: Account, as_bob: Client, folder: Path) -> None:
    assert as_bob.get(reverse("settings_audit")).status_code == 403
    given = {"email": bob.email, "name": bob.name, "role": "steward", "team": "marketing", "employee": ""}
    as_alice.post(reverse("settings_account", args=[bob.pk]), given)
    assert as_bob.get(reverse("settings_audit")).status_code == 200  # at the next click
    entry = Entry.objects.get()
    assert (entry.before["role"], entry.after["role"]) == ("member", "steward")


def test_the_last_owner_is_told_why_not(as_alice: Client, alice: Account, folder: Path) -> None:
    page = reverse("settings_account", args=[alice.pk])
    given = {"email": alice.email, "name": alice.name, "role": "reader", "team": "", "employee": ""}
    assert "the last owner" in as_alice.post(page, given, follow=True).content.decode()
    assert (
        "the last owner"
        in as_alice.post(reverse("settings_account_shut", args=[alice.pk]), follow=True).content.decode()
    )
    alice.refresh_from_db()
    assert (alice.role, alice.is_active) == (Role.OWNER, True)


@pytest.mark.parametrize("deed", ["link", "shut", "open", "factor", "unlock", "sign_out"])
def test_each_deed_is_an_owners_alone_by_post(
    as_alice: Client, bob: Account, as_rita: Client, folder: Path, deed: str
) -> None:
    steward = Client()
    steward.force_login(made("Stu", Role.STEWARD), backend="django.contrib.auth.backends.ModelBackend")
    address = reverse(f"settings_account_{deed}", args=[bob.pk])
    assert as_alice.get(address).status_code == 405
    for client in (steward, as_rita):
        assert client.post(address).status_code == 403
    assert not Entry.objects.exists()
    assert as_alice.post(address).status_code in (200, 302)
    assert Entry.objects.get().about == bob.email
    assert as_alice.post(reverse(f"settings_account_{deed}", args=[999_999])).status_code == 404


def test_who_is_shut_is_helped_by_no_link(as_alice: Client, bob: Account, folder: Path) -> None:
    as_alice.post(reverse("settings_account_shut", args=[bob.pk]))
    assert as_alice.post(reverse("settings_account_link", args=[bob.pk])).status_code == 404
    as_alice.post(reverse("settings_account_open", args=[bob.pk]))
    assert as_alice.post(reverse("settings_account_link", args=[bob.pk])).status_code == 200


def test_the_list_says_who_is_invited_and_who_is_shut(
    as_alice: Client, alice: Account, bob: Account, folder: Path
) -> None:
    dora = Account.objects.create_user("d@kettle.test", None, name="<i>Dora</i>")
    links.new(dora, hours=1)
    Account.objects.filter(pk=bob.pk).update(is_active=False)
    text = as_alice.get(reverse("settings_accounts")).content.decode()
    assert "&lt;i&gt;Dora" in text
    assert "invited" in text
    assert "shut" in text
    assert "one is open until" in as_alice.get(reverse("settings_account", args=[dora.pk])).content.decode()
