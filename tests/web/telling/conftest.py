"""A shop that tells another system, and that system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from byname.company import Company, Hook
from byname.snapshot import Snapshot
from byname.web import served
from byname.web.desk import Desk
from byname.web.portal.whom import Her, her_by_record
from tests.web.outreach.service_case import KEY, NAMED, Service, serving
from tests.web.portal.conftest import WHO, come_in


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The other system."""
    monkeypatch.setenv(NAMED, KEY)
    with serving(Service()) as service:
        yield service


@pytest.fixture
def telling(settings: Any, company: Company, other: Service, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The shop."""
    monkeypatch.setattr(served, "reread", lambda company: company)
    hook = Hook(url=other.url, secret=NAMED)
    outreach = company.settings.outreach.model_copy(update={"tells": hook})
    settings.COMPANY = Company(company.folder, company.settings.model_copy(update={"outreach": outreach}))
    return settings.COMPANY  # type: ignore[no-any-return]


@pytest.fixture
def counter(telling: Company, snapshot: Snapshot) -> Desk:
    return Desk(telling, snapshot)


@pytest.fixture
def rosa(counter: Desk) -> Her:
    (row,) = counter.snapshot.query(WHO)
    found = her_by_record(counter, row["anchor"])
    assert found is not None
    return found


@pytest.fixture
def as_rosa(rosa: Her) -> Client:
    return come_in(Client(), rosa.anchor)
