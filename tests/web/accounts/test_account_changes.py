"""What owners do with accounts: always one owner left, nobody raises themselves, all of it in the audit log."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from byname.errors import UsageError
from byname.web.accounts import changes, links
from byname.web.accounts.models import Account, Entry, Role
from tests.web.conftest import PASSWORD, account


def test_an_owner_invites(alice: Account) -> None:
    dora, secret = changes.invite(alice, email="Dora@kettle.test", name="Dora", role=Role.MEMBER, team="sales")
    assert links.found(secret) == dora
    assert not dora.has_usable_password()
    entry = Entry.objects.get()
    assert (entry.by, entry.action, entry.about) == (alice.email, "invite", "dora@kettle.test")
    assert entry.after["role"] == "member"
    assert secret not in str(entry.after)


def test_nobody_is_invited_twice(alice: Account, bob: Account) -> None:
    with pytest.raises(UsageError, match="an account of BOB"):
        changes.invite(alice, email="BOB@kettle.test", name="B", role=Role.READER)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("role", ["reader", "member", "lead", "steward"])
def test_nobody_but_an_owner_changes_accounts_least_of_all_their_own(alice: Account, role: str) -> None:
    mallory = account("Mallory", Role(role), "sales")
    for attempt in (
        lambda: changes.change(mallory, mallory, {"role": Role.OWNER}),
        lambda: changes.invite(mallory, email="m2@kettle.test", name="M", role=Role.OWNER),
        lambda: changes.shut(mallory, alice),
        lambda: changes.help_in(mallory, alice),
        lambda: changes.drop_second_factor(mallory, alice),
        lambda: changes.unlock(mallory, alice),
        lambda: changes.open_again(mallory, alice),
        lambda: changes.sign_out_everywhere(mallory, alice),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    mallory.refresh_from_db()
    assert mallory.role == role
    assert not Entry.objects.exists()


def test_ones_own_page_changes_no_role(as_rita: Client, rita: Account) -> None:
    as_rita.post(
        reverse("account"), {"name": "Rita R.", "role": "owner", "team": "sales", "email": "x@y.test", "employee": "A"}
    )
    rita.refresh_from_db()
    assert (rita.name, rita.role, rita.team, rita.email, rita.employee) == (
        "Rita R.",
        "reader",
        "marketing",
        "rita@kettle.test",
        "",
    )
    assert Entry.objects.get().after == {"name": "Rita R."}


def test_the_last_owner_stays(alice: Account) -> None:
    with pytest.raises(UsageError, match="the last owner"):
        changes.change(alice, alice, {"role": Role.MEMBER})
    with pytest.raises(UsageError, match="the last owner"):
        changes.shut(alice, alice)
    alice.refresh_from_db()
    assert (alice.role, alice.is_active) == (Role.OWNER, True)
    assert not Entry.objects.exists()


def test_an_owner_who_has_no_password_yet_does_not_count(alice: Account) -> None:
    changes.invite(alice, email="dora@kettle.test", name="Dora", role=Role.OWNER)
    with pytest.raises(UsageError, match="the last owner"):
        changes.shut(alice, alice)


def test_one_of_two_owners_may_go(alice: Account) -> None:
    second = account("Olga", Role.OWNER)
    changes.change(alice, alice, {"role": Role.MEMBER, "team": "sales"})
    entry = Entry.objects.get()
    assert (entry.before["role"], entry.after["role"]) == ("owner", "member")
    with pytest.raises(UsageError, match="the last owner"):
        changes.shut(second, second)


def test_a_change_that_changes_nothing_is_no_entry(alice: Account, bob: Account) -> None:
    changes.change(alice, bob, {"name": bob.name})
    assert not Entry.objects.exists()


def test_shutting_ends_sessions_and_links(alice: Account, as_bob: Client, bob: Account) -> None:
    secret = links.new(bob, hours=1)
    changes.shut(alice, bob)
    assert as_bob.get(reverse("account")).status_code == 302
    changes.open_again(alice, bob)
    assert links.found(secret) is None
    assert as_bob.get(reverse("account")).status_code == 302  # the old session stays over
    assert [entry.action for entry in Entry.objects.order_by("id")] == ["shut", "open again"]


def test_a_lost_telephone_is_helped(alice: Account, bob: Account, charlie: Client) -> None:
    TOTP.activate(bob, "JBSWY3DPEHPK3PXP")
    changes.drop_second_factor(alice, bob)
    assert not Authenticator.objects.exists()
    charlie.post("/accounts/login/", {"login": bob.email, "password": PASSWORD})
    assert charlie.get(reverse("account")).status_code == 200


def test_an_owner_lets_in_who_was_locked_out(alice: Account, bob: Account) -> None:
    for place in range(10):
        Client(REMOTE_ADDR=f"198.51.100.{place}").post("/accounts/login/", {"login": bob.email, "password": "wrong"})
    changes.unlock(alice, bob)
    client = Client(REMOTE_ADDR="203.0.113.9")
    assert client.post("/accounts/login/", {"login": bob.email, "password": PASSWORD}).status_code == 302
