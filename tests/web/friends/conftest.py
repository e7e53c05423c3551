"""Lena buys here and brings friends; Ines came lately and nobody brought her; Otto has bought for years."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from byname.web.desk import Desk
from byname.web.portal.whom import Her, her_by_record
from tests.web.portal.conftest import come_in

_SOMEBODY = """
    select people.anchor from people join value using (person_id)
    where people.email is not null and people.name like '% %' and value.orders > 0 and {which}
      and people.person_id not in (select person_id from brought)
      and people.person_id not in (select referrer_id from brought)
    order by value.rank limit 1
"""


def somebody(desk: Desk, which: str) -> Her:
    (row,) = desk.snapshot.query(_SOMEBODY.format(which=which))
    found = her_by_record(desk, row["anchor"])
    assert found is not None
    return found


@pytest.fixture
def lena(desk: Desk) -> Her:
    return somebody(desk, "value.age_days between 400 and 700 and value.rank > 5")


@pytest.fixture
def ines(desk: Desk) -> Her:
    return somebody(desk, "value.age_days < 150")


@pytest.fixture
def otto(desk: Desk) -> Her:
    return somebody(desk, "value.age_days > 800")


@pytest.fixture
def as_lena(lena: Her) -> Client:
    return come_in(Client(), lena.anchor)


@pytest.fixture
def as_ines(ines: Her) -> Client:
    return come_in(Client(), ines.anchor)


@pytest.fixture
def code(as_lena: Client) -> str:
    """Of the link that Lena asked for."""
    return made(as_lena)


def made(client: Client) -> str:
    """The code of a link that somebody asks for."""
    client.post("/my/friends/link/", {"what": "make"})
    (found,) = set(re.findall(r"/from-a-friend/([\w-]+)/", client.get("/my/friends/").content.decode()))
    return found


def words(answer: Any) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())
