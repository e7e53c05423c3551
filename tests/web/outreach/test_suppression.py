"""Who is never written to again: however the address is spelled, whatever is imported later. Demands: S4.2, S2.7."""

from __future__ import annotations

import pytest

from byname.company import Company
from byname.web.outreach.models import Suppressed
from byname.web.outreach.suppression import is_suppressed, lift, suppress, suppressed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("channel", "address", "spelled"),
    [
        ("email", "rosa@example.com", " Rosa <ROSA+shop@Example.COM> "),
        ("email", "rosa.haddad@gmail.com", "rosahaddad@googlemail.com"),
        ("email", "not an address", "Not  an address"),
        ("phone", "0113 496 0000", "+44 113 496 0000"),
        ("sms", "+44 7700 900123", "07700 900123"),
        ("letter", "1 Mill Lane, Leeds", "1 mill lane,  LEEDS"),
    ],
)
def test_two_spellings_are_one_address(channel: str, address: str, spelled: str) -> None:
    suppress(address, channel, "bounced")
    suppress(spelled, channel, "bounced")
    assert Suppressed.objects.count() == 1
    assert is_suppressed(spelled, channel)


def test_of_the_address_only_a_hash_is_kept_which_nobody_can_guess(company: Company) -> None:
    suppress("rosa@example.com", "email", "unsubscribed")
    suppress("rosa@example.com", "sms", "unsubscribed")
    one, other = Suppressed.objects.order_by("pk")
    assert "rosa" not in repr(vars(one))
    assert len(one.hashed) == len(other.hashed) == 64
    key = company.folder / "web.key"
    kept = key.read_text("utf-8")
    try:
        key.write_text("another key", "utf-8")
        assert not is_suppressed("rosa@example.com", "email")
    finally:
        key.write_text(kept, "utf-8")
    assert is_suppressed("rosa@example.com", "email")


def test_one_channel_and_one_address_are_not_another() -> None:
    suppress("rosa@example.com", "email", "unsubscribed")
    assert not is_suppressed("rosa@example.com", "sms")
    assert not is_suppressed("rosa@example.org", "email")
    assert not is_suppressed("", "email")
    suppress(" ", "email", "bounced")
    assert Suppressed.objects.count() == 1


def test_many_are_asked_about_at_once() -> None:
    for number in range(0, 1200, 3):
        suppress(f"person{number}@example.com", "email", "bounced")
    asked = [f"Person{number}@example.com" for number in range(1200)]
    assert suppressed(asked, "email") == {f"Person{number}@example.com" for number in range(0, 1200, 3)}


def test_service_that_is_owed_reaches_who_unsubscribed_and_nobody_else() -> None:
    for who in ("unsubscribed", "complained", "bounced", "erased"):
        suppress(f"{who}@example.com", "email", who)
    asked = [f"{who}@example.com" for who in ("unsubscribed", "complained", "bounced", "erased")]
    assert suppressed(asked, "email") == set(asked)
    assert suppressed(asked, "email", service=True) == set(asked[1:])


def test_the_stricter_reason_stays() -> None:
    suppress("rosa@example.com", "email", "unsubscribed")
    suppress("rosa@example.com", "email", "complained")
    suppress("rosa@example.com", "email", "unsubscribed")
    assert [one.why for one in Suppressed.objects.all()] == ["complained"]
    lift("rosa@example.com", "email")
    assert is_suppressed("rosa@example.com", "email")


def test_only_an_unsubscription_is_taken_back() -> None:
    suppress("rosa@example.com", "email", "unsubscribed")
    lift("ROSA@example.com", "email")
    assert not is_suppressed("rosa@example.com", "email")
