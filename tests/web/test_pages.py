"""Every page opens for who may, and is nobody else's."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

PAGES = [
    "today",
    "outreach",
    "outreach_contacts",
    "people",
    "book",
    "standing",
    "value",
    "voice",
    "plan",
    "proof",
    "data",
    "settings",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_the_owner(as_alice: Client, page: str) -> None:
    assert as_alice.get(reverse(page)).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_sent_to_the_door(charlie: Client, page: str) -> None:
    answer = charlie.get(reverse(page))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_person_opens(as_alice: Client, best: str) -> None:
    assert as_alice.get(reverse("person", args=[best])).status_code == 200
