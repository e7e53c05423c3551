"""Signing in: who may, how often one may try, what a session is worth. Demands: S3.15."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from byname.web.accounts.models import Account, Entry
from tests.web.conftest import PASSWORD

LOGIN = "/accounts/login/"


def try_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> object:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def is_in(client: Client) -> bool:
    request = HttpRequest()
    request.session = client.session
    return get_user(request).is_authenticated


def test_the_right_password_opens_today(charlie: Client, alice: Account) -> None:
    answer = try_in(charlie, alice.email)
    assert (answer.status_code, answer["Location"]) == (302, reverse("today"))  # type: ignore[attr-defined,index]
    assert is_in(charlie)


def test_capitals_of_an_email_do_not_matter(charlie: Client, alice: Account) -> None:
    try_in(charlie, alice.email.upper())
    assert is_in(charlie)


@pytest.mark.parametrize("email", ["alice@kettle.test", "nobody@kettle.test"])
def test_a_wrong_password_says_the_same_whether_there_is_an_account(
    charlie: Client, alice: Account, email: str
) -> None:
    answer = try_in(charlie, email, "wrong")
    text = answer.content.decode().replace(email, "")  # type: ignore[attr-defined]
    assert "not correct" in text
    assert not is_in(charlie)


def test_a_shut_account_is_told_no_more_than_a_wrong_password(charlie: Client, alice: Account) -> None:
    Account.objects.filter(pk=alice.pk).update(is_active=False)
    answer = try_in(charlie, alice.email)
    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert "not correct" in answer.content.decode()  # type: ignore[attr-defined]


def test_who_is_shut_out_is_out_at_the_next_click(as_bob: Client, bob: Account) -> None:
    assert as_bob.get(reverse("account")).status_code == 200
    Account.objects.filter(pk=bob.pk).update(is_active=False)
    assert as_bob.get(reverse("account")).status_code == 302


def test_ten_wrong_passwords_shut_the_account_for_a_quarter_of_an_hour(alice: Account) -> None:
    for place in range(10):  # from many addresses
        answer = Client(REMOTE_ADDR=f"198.51.100.{place}").post(LOGIN, {"login": alice.email, "password": "wrong"})
    assert answer.status_code == 429
    assert "Too many wrong passwords" in answer.content.decode()
    late = Client(REMOTE_ADDR="203.0.113.9")
    assert try_in(late, alice.email).status_code == 429  # type: ignore[attr-defined] # even the right one
    assert not is_in(late)
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        try_in(late, alice.email)
    assert is_in(late)


def test_who_goes_on_trying_does_not_shut_it_for_longer(charlie: Client, alice: Account) -> None:
    for _ in range(12):
        try_in(charlie, alice.email, "wrong")
    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=False):
        assert try_in(charlie, alice.email, "wrong").status_code == 429  # type: ignore[attr-defined]
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        try_in(charlie, alice.email)
        assert is_in(charlie)


def test_an_address_that_tries_many_accounts_is_shut_out(charlie: Client, alice: Account) -> None:
    for place in range(10):
        try_in(charlie, f"guess{place}@kettle.test", "wrong")
    assert try_in(charlie, alice.email).status_code == 429  # type: ignore[attr-defined]
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    try_in(elsewhere, alice.email)
    assert is_in(elsewhere)


def test_a_header_does_not_hide_the_address(alice: Account) -> None:
    for place in range(10):
        forged = {"HTTP_X_FORWARDED_FOR": f"198.51.100.{place}"}
        Client(**forged).post(LOGIN, {"login": f"guess{place}@kettle.test", "password": "wrong"})
    assert try_in(Client(HTTP_X_FORWARDED_FOR="203.0.113.9"), alice.email).status_code == 429  # type: ignore[attr-defined]


def test_a_right_password_begins_the_count_anew(charlie: Client, alice: Account) -> None:
    for _ in range(9):
        try_in(charlie, alice.email, "wrong")
    try_in(charlie, alice.email)
    assert is_in(charlie)
    charlie.post("/accounts/logout/")
    assert try_in(charlie, alice.email, "wrong").status_code == 200  # type: ignore[attr-defined]


def test_thirty_attempts_a_minute_are_enough_for_an_address(charlie: Client, db: None) -> None:
    answers = {try_in(charlie, "", "").status_code for _ in range(31)}  # type: ignore[attr-defined]
    assert answers == {200, 429}


def test_the_session_has_another_key_after_signing_in(charlie: Client, alice: Account) -> None:
    charlie.get("/accounts/password/forgotten/")
    planted = charlie.session
    planted["planted"] = True
    planted.save()
    charlie.cookies["byname_session"] = planted.session_key or ""
    try_in(charlie, alice.email)
    assert is_in(charlie)
    assert charlie.cookies["byname_session"].value != planted.session_key
    assert not is_in(_with_key(planted.session_key or ""))


def _with_key(key: str) -> Client:
    client = Client()
    client.cookies["byname_session"] = key
    return client


@pytest.mark.parametrize(
    "elsewhere", ["//evil.test", "https://evil.test/x", "/\\evil.test", "javascript:alert(1)", "http:///evil.test"]
)
def test_signing_in_leads_nowhere_else(charlie: Client, alice: Account, elsewhere: str) -> None:
    answer = try_in(charlie, alice.email, next=elsewhere)
    assert answer["Location"] == reverse("today")  # type: ignore[index]
    assert "evil" not in charlie.post("/accounts/logout/", {"next": elsewhere})["Location"]


def test_signing_in_leads_to_the_page_that_was_asked_for(charlie: Client, alice: Account) -> None:
    asked = charlie.get(reverse("people"))
    assert asked["Location"] == f"{LOGIN}?next={reverse('people')}"
    assert reverse("people") in charlie.get(asked["Location"]).content.decode()
    assert try_in(charlie, alice.email, next=reverse("people"))["Location"] == reverse("people")  # type: ignore[index]


def test_signing_out_takes_a_post(as_alice: Client) -> None:
    assert as_alice.get("/accounts/logout/").status_code == 200
    assert is_in(as_alice)
    assert as_alice.post("/accounts/logout/")["Location"] == LOGIN
    assert not is_in(as_alice)


def test_nobody_signs_up(charlie: Client, db: None) -> None:
    assert charlie.get("/accounts/signup/").status_code == 404
    assert (
        charlie.post(
            "/accounts/signup/", {"email": "x@y.test", "password1": PASSWORD, "password2": PASSWORD}
        ).status_code
        == 404
    )


def test_a_session_without_a_click_ends_after_twelve_hours(charlie: Client, alice: Account) -> None:
    begun = timezone.now()
    with time_machine.travel(begun, tick=False):
        try_in(charlie, alice.email)
        charlie.get(reverse("account"))
    for hours in (11, 22):  # each click counts anew
        with time_machine.travel(begun + timedelta(hours=hours), tick=False):
            assert charlie.get(reverse("account")).status_code == 200
    with time_machine.travel(begun + timedelta(hours=22 + 13), tick=False):
        assert charlie.get(reverse("account")).status_code == 302


def test_a_session_ends_after_a_fortnight_however_busy(as_alice: Client) -> None:
    begun = timezone.now()
    for half_days in range(28):
        with time_machine.travel(begun + timedelta(hours=11.9 * half_days), tick=False):
            assert as_alice.get(reverse("account")).status_code == 200
    with time_machine.travel(begun + timedelta(hours=11.9 * 28 + 6), tick=False):
        assert as_alice.get(reverse("account")).status_code == 302


def test_clicking_writes_no_session_each_time(as_alice: Client, django_assert_num_queries: object) -> None:
    as_alice.get(reverse("account"))
    with django_assert_num_queries(3) as seen:  # type: ignore[operator] # session, account, second factor
        as_alice.get(reverse("account"))
    assert not [query for query in seen.captured_queries if query["sql"].startswith(("UPDATE", "INSERT"))]


def test_signing_out_everywhere_leaves_this_one(as_alice: Client, alice: Account) -> None:
    other = Client()
    try_in(other, alice.email)
    as_alice.get(reverse("account"))
    assert as_alice.post(reverse("account_everywhere")).status_code == 302
    assert is_in(as_alice)
    assert other.get(reverse("account")).status_code == 302
    assert Entry.objects.filter(action="sign out everywhere", about=alice.email).count() == 1


def test_a_new_password_ends_the_other_sessions(as_bob: Client, bob: Account) -> None:
    other = Client()
    try_in(other, bob.email)
    new = "another very long phrase"
    answer = as_bob.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer["Location"] == reverse("account")
    assert is_in(as_bob)
    assert not is_in(other)
    assert Entry.objects.get(action="password").by == bob.email


def test_a_weak_password_is_refused(as_bob: Client, bob: Account) -> None:
    for weak in ("short", "123456789012345", "password1234", "bob@kettle.test"):
        answer = as_bob.post(
            "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        )
        assert answer.status_code == 200
    bob.refresh_from_db()
    assert bob.check_password(PASSWORD)
