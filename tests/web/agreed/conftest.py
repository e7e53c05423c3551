"""Rosa returned something and Ines did too; both have pages of their own."""

from __future__ import annotations

import pytest
from django.test import Client

from byname.web.agreed.book import agreed_with
from byname.web.agreed.saying import Agreed
from byname.web.desk import Desk
from byname.web.portal.whom import Her, her_by_record
from tests.web.portal.conftest import come_in

_TWO = """
    select people.anchor
    from people join profile using (person_id)
    where profile.returns_365 >= 1 and profile.open_complaints = 0 and people.email is not null
      and people.name is not null and profile.rank_share is not null
      and people.person_id not in (select person_id from reach where objected)
    order by profile.returns_365 desc, people.person_id
    limit 2
"""


@pytest.fixture
def two(desk: Desk) -> tuple[Her, Her]:
    """Who they are."""
    one, other = (her_by_record(desk, row["anchor"]) for row in desk.snapshot.query(_TWO))
    assert one is not None
    assert other is not None
    return one, other


@pytest.fixture
def rosa(two: tuple[Her, Her]) -> Her:
    return two[0]


@pytest.fixture
def as_rosa(rosa: Her) -> Client:
    return come_in(Client(), rosa.anchor)


@pytest.fixture
def as_ines(two: tuple[Her, Her]) -> Client:
    return come_in(Client(), two[1].anchor)


def now(her: Her) -> Agreed:
    """What is agreed with her at this moment."""
    return agreed_with(Desk(her.desk.company, her.desk.snapshot), her.person_id)
