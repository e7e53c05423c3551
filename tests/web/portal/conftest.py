"""Rosa is a customer on her own page; what is done after an answer is done at once here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from byname.company import Company
from byname.snapshot import Snapshot
from byname.web.desk import Desk
from byname.web.portal import doors, later
from byname.web.portal.whom import Her, her_by_record

# Somebody who bought, was written to, was promised something and told us wishes, with a mailbox of her own.
WHO = """
    select people.anchor
    from people
    join standing using (person_id)
    join value using (person_id)
    join (select person_id, count(*) as wishes from links where role = 'preference' group by 1) as wished
      using (person_id)
    join (select person_id, count(*) as times from links where role = 'contact' group by 1) as reached
      using (person_id)
    where people.email is not null and people.phone is not null and value.rank > 3
      and people.person_id in (select person_id from pace where not restricted)
      and people.person_id not in (select person_id from reach where objected)
    order by wishes desc, times desc, people.person_id
    limit 1
"""


@pytest.fixture
def rosa(desk: Desk) -> Her:
    (row,) = desk.snapshot.query(WHO)
    found = her_by_record(desk, row["anchor"])
    assert found is not None
    return found


@pytest.fixture
def again(company: Company, snapshot: Snapshot) -> Callable[[Her], Her]:
    """The same person, with what was written meanwhile."""

    def of(her: Her) -> Her:
        found = her_by_record(Desk(company, snapshot), her.anchor)
        assert found is not None
        return found

    return of


def come_in(client: Client, record_id: str) -> Client:
    """Open a link and press its button."""
    path = doors.path_for(record_id, within=doors.timedelta(days=1))
    assert client.post(path).status_code == 302
    return client


@pytest.fixture
def as_rosa(rosa: Her) -> Client:
    return come_in(Client(), rosa.anchor)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], None]]]:
    """What is put off is done at once, and can be counted."""
    done: list[Callable[[], None]] = []

    def do(work: Callable[[], None]) -> None:
        done.append(work)
        work()

    monkeypatch.setattr(later, "later", do)
    return done


@pytest.fixture
def letters(settings: Any, mailoutbox: list[Any]) -> list[Any]:
    """What was mailed."""
    settings.HAS_MAIL = True
    return mailoutbox
