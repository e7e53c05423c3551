"""A mailing to many does not slow each page: its contacts are told by their drafts, not laid over (HOUSE: one road)."""

from __future__ import annotations

import pytest
from django.db import connection

from byname.app_rows import Rows, opened
from byname.web.console.outreach import made as made_module
from byname.web.console.outreach.made import made
from byname.web.desk import Desk
from tests.web.written.test_laid_over import again, write

pytestmark = pytest.mark.django_db


def stamp(rows: Rows, desk: Desk) -> tuple[tuple[object, ...], ...]:
    return rows.stamp(desk.snapshot.run, desk.company.end_of(desk.as_of))


def test_what_a_playbook_sent_is_not_laid_over_and_a_call_is(desk: Desk, best: str) -> None:
    with opened(desk.company) as rows:
        assert rows is not None
        before, kept = stamp(rows, desk), again(desk).since
        sent = write(desk, "contacts", best, channel="email", kind="give", action="welcome")
        assert stamp(rows, desk) == before
        assert again(desk).since is kept
        called = write(desk, "contacts", best, channel="phone", kind="service")
        assert stamp(rows, desk) != before
    assert [said.fact_id for said in again(desk).since.said[best]][:1] == [called]
    assert {sent, called} <= {one.fact_id for one in made(again(desk))}


def test_of_a_large_mailing_the_last_contacts_are_read(desk: Desk, best: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_module, "LAST", 2)
    ids = [write(desk, "contacts", best, channel="email", kind="give", action="welcome") for _ in range(4)]
    assert [one.fact_id for one in made(again(desk))] == ids[:1:-1]


def test_few_of_many_are_found_by_an_index(desk: Desk) -> None:
    with opened(desk.company) as rows:
        assert rows is not None
        asked = list[str]()

        def noted(execute: object, sql: str, *rest: object) -> object:
            asked.append(sql)
            return execute(sql, *rest)  # type: ignore[operator]

        with connection.execute_wrapper(noted):
            rows.shown_since("contacts", desk.snapshot.run, desk.company.end_of(desk.as_of))
        given = [rows.instant(desk.snapshot.run), rows.instant(desk.company.end_of(desk.as_of))]
        told = [row[-1] for row in rows.ask(f"explain query plan {asked[-1]}", given)]
    assert [line for line in told if "contacts_shown_" in line]
    assert not [line for line in told if line.startswith("SCAN")]
