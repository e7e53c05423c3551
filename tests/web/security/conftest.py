"""Browsers that take an error page for an answer, and the URL table, walked once."""

from __future__ import annotations

import pytest
from django.test import Client

from byname.company import Company
from byname.web.accounts.models import Account
from tests.web.conftest import signed_in
from tests.web.security.standing import everything
from tests.web.security.walking import Patient, Table, walked

_TABLE: list[Table] = []


@pytest.fixture
def as_alice(as_alice: Client) -> Client:
    return Patient(as_alice)


@pytest.fixture
def as_rita(as_rita: Client) -> Client:
    return Patient(as_rita)


@pytest.fixture
def charlie() -> Client:
    return Patient()


@pytest.fixture
def table(alice: Account, best: str, company: Company) -> Table:
    """The URL table as an owner sees it; walked once."""
    if not _TABLE:
        known = {
            "person_id": best,
            "name": "Ingrid Halvorsen",
            "action": "welcome",
            "verb": "note",
            "number": str(alice.pk),
        }
        client = Patient(signed_in(alice))
        client.get("/accounts/")
        before = everything(company)
        found = walked(client, known)
        after = everything(company)
        found.changed = [thing for thing, stood in before.items() if after[thing] != stood]
        _TABLE.append(found)
    return _TABLE[0]
