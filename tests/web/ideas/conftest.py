"""Two customers with pages of their own: Rosa and Ines."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from byname.web.desk import Desk
from byname.web.portal.whom import Her, her_by_record
from tests.web.portal.conftest import come_in

_TWO = """
    select people.anchor from people join value using (person_id)
    where value.rank between 10 and 30 and people.email is not null and people.name is not null
    order by value.rank limit 2
"""


@pytest.fixture
def two(desk: Desk) -> tuple[Her, Her]:
    """Who they are."""
    one, other = (her_by_record(desk, row["anchor"]) for row in desk.snapshot.query(_TWO))
    assert one is not None
    assert other is not None
    return one, other


@pytest.fixture
def as_rosa(two: tuple[Her, Her]) -> Client:
    return come_in(Client(), two[0].anchor)


@pytest.fixture
def as_ines(two: tuple[Her, Her]) -> Client:
    return come_in(Client(), two[1].anchor)


def words(answer: Any) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())
