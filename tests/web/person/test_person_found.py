"""Whom an address means: merged people and old ids lead to today's person, hidden and unknown ones leave no trace."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from byname.web.written import actions

if TYPE_CHECKING:
    from django.test import Client

    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

PARTS = [
    "person",
    "person_timeline",
    "person_evidence",
    "person_records",
    "person_fact",
    "person_merge",
    "person_apart",
]
NOBODY = "pAAAAAAAAAAAAAAAA"


@pytest.fixture
def second(snapshot: Snapshot) -> str:
    """The id of the second most valuable person."""
    return str(snapshot.query("select person_id from value order by rank, person_id limit 1 offset 1")[0]["person_id"])


def without_token(page: bytes) -> bytes:
    """A page without what is drawn anew for each answer."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"", page)


def test_a_merged_person_is_forwarded_and_both_records_show_as_one(
    as_alice: Client, alice: Account, desk: Desk, best: str, second: str
) -> None:
    actions.merge(alice, desk, best, second, why="the same voice")
    answers = [as_alice.get(reverse("person", args=[one])) for one in (best, second)]
    (gone,) = [answer for answer in answers if answer.status_code == 302]
    (stays,) = [answer for answer in answers if answer.status_code == 200]
    shown = stays.context["one"]
    assert gone["Location"] == reverse("person", args=[shown.person["person_id"]])
    assert {shown.person["person_id"], *shown.others} == {best, second}
    assert "numbers follow at the next refresh" in stays.content.decode()


@pytest.mark.parametrize("part", PARTS)
def test_who_is_hidden_is_not_told_from_who_never_was(
    as_alice: Client, alice: Account, desk: Desk, best: str, part: str
) -> None:
    actions.wish(alice, desk, best, "objection")
    hidden, never = (as_alice.get(reverse(part, args=[one])) for one in (best, NOBODY))
    assert hidden.status_code == never.status_code == 404
    assert without_token(hidden.content) == without_token(never.content)


def test_what_is_no_id_finds_nobody_by_chance(as_alice: Client, snapshot: Snapshot) -> None:
    name = snapshot.query("select name from people where name is not null limit 1")[0]["name"]
    for said in (name, "p", "pabc", "x" * 5_000, "p'; drop table people --"):
        assert as_alice.get(reverse("person", args=[said])).status_code == 404


def test_an_id_of_before_leads_to_todays_person(as_alice: Client, snapshot: Snapshot) -> None:
    from byname.people.identify import person_id

    other = snapshot.query(
        "select record_id, records.person_id from records join people on people.person_id = records.person_id "
        "where records.record_id <> people.anchor order by record_id limit 1"
    )[0]
    answer = as_alice.get(reverse("person", args=[person_id(other["record_id"])]))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("person", args=[other["person_id"]])


def test_who_objects_while_we_write_it_down_is_gone_from_then_on(as_alice: Client, best: str) -> None:
    answer = as_alice.post(reverse("person_act", args=[best, "wish"]), {"kind": "objection"})
    assert answer["Location"] == reverse("people")
    assert as_alice.get(reverse("person", args=[best])).status_code == 404
