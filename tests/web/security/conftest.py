"""Browsers that take an error page for an answer, and the URL table, walked once."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from byname.web.accounts.models import Account
from tests.web.conftest import signed_in
from tests.web.security.walking import Table, walked

_TABLE: list[Table] = []


@pytest.fixture(autouse=True)
def _quick(_of_this_company: None, settings: object) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # type: ignore[attr-defined]
    cache.clear()


def patient(client: Client) -> Client:
    """A browser that shows an error's page, so that a test can name every address that fails."""
    client.raise_request_exception = False
    return client


@pytest.fixture
def as_alice(as_alice: Client) -> Client:
    return patient(as_alice)


@pytest.fixture
def as_rita(as_rita: Client) -> Client:
    return patient(as_rita)


@pytest.fixture
def charlie(charlie: Client) -> Client:
    return patient(charlie)


@pytest.fixture
def table(alice: Account, best: str) -> Table:
    """The URL table with an address for each entry; walked once."""
    if not _TABLE:
        known = {"person_id": best, "name": "Ingrid Halvorsen", "action": "welcome", "verb": "note", "number": str(alice.pk)}
        _TABLE.append(walked(patient(signed_in(alice)), known))
    return _TABLE[0]
