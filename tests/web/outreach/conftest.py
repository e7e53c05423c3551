"""A company that mails its customers by a server of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from byname.company import Company
from byname.snapshot import Snapshot
from byname.web import served
from byname.web.desk import Desk
from tests.web.outreach.postbox import Box, mailing, serving


@pytest.fixture
def box() -> Iterator[Box]:
    with serving(Box()) as box:
        yield box


@pytest.fixture
def mailing_company(settings: Any, company: Company, box: Box, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The shop, which mails its customers by the box."""
    monkeypatch.setattr(served, "reread", lambda company: company)
    settings.COMPANY = mailing(company, f"smtp://127.0.0.1:{box.port}")
    return settings.COMPANY  # type: ignore[no-any-return]


@pytest.fixture
def mailing_desk(mailing_company: Company, snapshot: Snapshot) -> Desk:
    return Desk(mailing_company, snapshot)
