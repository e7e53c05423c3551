"""A list leaves as CSV: whose it is, without who is hidden, harmless to a spreadsheet, noted in the log (S0.10)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from byname.web.accounts.models import Entry
from byname.web.console.people.asked import Asked
from byname.web.console.people.export import COLUMNS
from byname.web.console.people.listing import Listed, groups
from byname.web.written import actions

if TYPE_CHECKING:
    from django.test import Client

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk


def taken(client: Client, query: str = "") -> list[dict[str, str]]:
    """The lines of the file."""
    answer = client.post(reverse("people_export"), {"query": query})
    assert answer.status_code == 200
    assert answer.streaming
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(content)))


def test_the_file_is_the_whole_list_and_the_log_says_who_took_how_many(as_bob: Client, desk: Desk) -> None:
    rows = taken(as_bob, "standing=neutral")
    (group,) = groups(desk, Asked(standing="neutral"))
    assert len(rows) == group.people
    assert {row["standing"] for row in rows} == {"neutral"}
    (entry,) = Entry.objects.filter(action="export")
    assert entry.by == "bob@kettle.test"
    assert entry.after == {"query": "standing=neutral", "people": group.people, "columns": list(COLUMNS)}


def test_by_another_measure_only_those_are_counted_who_have_one(as_bob: Client) -> None:
    rows = taken(as_bob, "by=referrals")
    assert Entry.objects.get(action="export").after["people"] == len(rows)  # type: ignore[index]
    amounts = [float(row["measure"]) for row in rows]
    assert amounts == sorted(amounts, reverse=True)


def test_more_than_is_read_at_once_comes_whole(as_bob: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byname.web.console.people.export._AT_ONCE", 7)
    rows = taken(as_bob)
    assert len({row["person_id"] for row in rows}) == len(rows) == sum(group.people for group in groups(desk, Asked()))


def test_who_objected_is_not_in_it(as_bob: Client, alice: Account, desk: Desk, best: str) -> None:
    actions.wish(alice, desk, best, "objection")
    assert best not in {row["person_id"] for row in taken(as_bob)}


def test_neither_addresses_nor_notes_are_in_it(as_bob: Client, alice: Account, desk: Desk, best: str) -> None:
    actions.note(alice, desk, best, "is looking for a house")
    lines = "\n".join(",".join(row.values()) for row in taken(as_bob))
    assert "@" not in lines
    assert "looking for a house" not in lines


def test_no_cell_runs_in_a_spreadsheet(as_bob: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from byname.web.console.people import export, listing

    page = listing.page(desk, Asked(), 3)
    evil = [
        Listed(one.row | {"name": '=HYPERLINK("http://x")', "city": "@sum(1)"}, one.standing) for one in page.people
    ]
    monkeypatch.setattr(export, "page", lambda *_: listing.Page(evil, None))
    for row in taken(as_bob):
        assert row["name"].startswith("'=")
        assert row["city"].startswith("'@")


def test_a_reader_takes_nothing_along(as_rita: Client) -> None:
    assert as_rita.post(reverse("people_export"), {"query": ""}).status_code == 403
    assert not Entry.objects.filter(action="export").exists()
    assert reverse("people_export") not in as_rita.get(reverse("people")).content.decode()


def test_nothing_is_taken_by_a_link(as_alice: Client) -> None:
    assert as_alice.get(reverse("people_export")).status_code == 405
