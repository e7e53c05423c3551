"""The first account, and an owner who is shut out: from the command line."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from byname.errors import UsageError
from byname.web.accounts.first import first_account, let_in
from byname.web.accounts.models import Account, Entry, Role

GOOD = "tea at half past four"


def test_the_first_account_owns_all(db: None) -> None:
    made = first_account(" Ines@Kettle.test ", "Ines", GOOD)
    assert (made.email, made.role, made.is_active) == ("ines@kettle.test", Role.OWNER, True)
    assert Account.objects.get().check_password(GOOD)
    entry = Entry.objects.get()
    assert (entry.by, entry.action) == ("byname", "first account")
    assert GOOD not in str(entry.after)


def test_there_is_only_one_first(bob: Account) -> None:
    with pytest.raises(UsageError, match="accounts that are there already"):
        first_account("ines@kettle.test", "Ines", GOOD)
    assert Account.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "name", "password", "says"),
    [
        ("no address", "Ines", GOOD, "an e-mail address"),
        ("ines@kettle.test", "  ", GOOD, "a name"),
        ("ines@kettle.test", "Ines", "kq7!", "at least 12 characters"),
        ("ines@kettle.test", "Ines", "123456789012", "entirely numeric"),
        ("ines@kettle.test", "Ines", "ines@kettle.test", "too similar"),
    ],
)
def test_what_will_not_do_is_said(db: None, email: str, name: str, password: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        first_account(email, name, password)
    assert password not in str(refused.value) or password == email
    assert not Account.objects.exists()


def test_who_has_the_folder_lets_an_owner_in(alice: Account, charlie: Client) -> None:
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    for _ in range(10):
        charlie.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    Account.objects.filter(pk=alice.pk).update(is_active=False)
    let_in("Alice@kettle.test", GOOD)
    assert charlie.post("/accounts/login/", {"login": alice.email, "password": GOOD}).status_code == 302
    assert charlie.get("/accounts/").status_code == 200
    assert Entry.objects.get(action="password").by == "byname"


def test_an_unknown_email_is_refused_with_the_nearest(alice: Account) -> None:
    with pytest.raises(UsageError, match='did you mean "alice@'):
        let_in("alise@kettle.test", GOOD)


def test_a_weak_password_lets_nobody_in(alice: Account) -> None:
    with pytest.raises(UsageError, match="easy to guess"):
        let_in(alice.email, "alice")
