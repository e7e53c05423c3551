"""Somebody is found by what one types of them: name, e-mail, phone, a number, in any spelling (S0.1)."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from byname.web.console.people.searching import search
from byname.web.desk import Desk
from byname.web.written import actions

if TYPE_CHECKING:
    from django.test import Client

    from byname.web.accounts.models import Account

HTMX = {"HX-Request": "true"}


@pytest.fixture
def rosa(desk: Desk) -> dict[str, Any]:
    """Somebody with a name that is theirs alone, an e-mail, a phone and an order."""
    rows = desk.snapshot.query(
        "select people.*, links.source_id as number from people "
        "join links on links.person_id = people.person_id and links.role = 'order' "
        "where email is not null and phone is not null and people.name in "
        "(select name from people group by name having count(*) = 1) order by people.person_id, links.source_id"
    )
    return next(row for row in rows if row["person_id"] not in desk.since.hidden)


def ids(desk: Desk, text: str) -> list[str]:
    return [one.row["person_id"] for one in search(desk, text).people]


@pytest.mark.parametrize(
    "typed",
    [
        lambda row: row["name"],
        lambda row: row["name"].upper(),
        lambda row: f"  {row['name']} ",
        lambda row: row["email"],
        lambda row: row["email"].upper(),
        lambda row: row["phone"],
        lambda row: row["phone"].replace(" ", ""),
        lambda row: row["person_id"],
        lambda row: row["number"],
    ],
    ids=["name", "capitals", "blanks", "e-mail", "e-mail in capitals", "phone", "phone unspaced", "id", "order"],
)
def test_a_person_is_found_by(desk: Desk, rosa: dict[str, Any], typed: Any) -> None:
    assert rosa["person_id"] in ids(desk, typed(rosa))


def test_whom_a_text_finds_stand_with_standing_worth_and_why(desk: Desk, rosa: dict[str, Any]) -> None:
    (found,) = search(desk, rosa["email"]).people
    value = desk.snapshot.query("select * from value where person_id = $1", [rosa["person_id"]])[0]
    stood = desk.snapshot.query("select standing from profile where person_id = $1", [rosa["person_id"]])[0]
    assert (found.row["clv"], found.row["clv_low"], found.row["clv_high"]) == (
        value["clv"], value["clv_low"], value["clv_high"],
    )  # fmt: skip
    assert found.standing == stood["standing"]
    assert "so far" in found.why


def test_as_one_types_only_the_answer_is_sent_and_the_count_beside_it(as_rita: Client, rosa: dict[str, Any]) -> None:
    answer = as_rita.get(reverse("people"), {"q": rosa["email"]}, headers=HTMX).content.decode()
    assert "<html" not in answer
    assert 'id="how-many"' in answer
    assert "1 person found" in answer
    assert reverse("person", args=[rosa["person_id"]]) in answer
    whole = as_rita.get(reverse("people"), {"by": "risk"}, headers=HTMX).content.decode()
    assert "worth at risk" in whole
    assert "<html" not in whole


def test_the_count_is_told_to_who_cannot_see_it(as_rita: Client) -> None:
    page = as_rita.get(reverse("people")).content.decode()
    assert re.search(r'<p[^>]*id="how-many"[^>]*role="status"[^>]*aria-live="polite"', page)


def test_enter_opens_the_only_one(as_rita: Client, rosa: dict[str, Any]) -> None:
    answer = as_rita.get(reverse("people"), {"q": rosa["email"]})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("person", args=[rosa["person_id"]])


def test_many_are_the_most_valuable_first_and_the_rest_is_said(desk: Desk, as_rita: Client) -> None:
    found = search(desk, "@example")
    ranks = [one.row["rank"] for one in found.people if one.row["rank"] is not None]
    assert found.is_cut
    assert len(found.people) == 20
    assert ranks == sorted(ranks)
    assert "The first 20" in as_rita.get(reverse("people"), {"q": "@example"}).content.decode()


@pytest.mark.parametrize(
    "typed", ["zzz qqq", "<script>alert(1)</script>", "%", "_", "\\", "'", "\x00", "x" * 5_000, "\u0627"]
)
def test_nobody_is_said_in_words_with_what_to_try(as_rita: Client, typed: str) -> None:
    page = as_rita.get(reverse("people"), {"q": typed}, headers=HTMX).content.decode()
    assert "<script>alert" not in page
    if "Nobody was found" in page:
        assert html.escape(typed[:200].strip()) in page or html.escape(typed.strip("\x00")[:200]) in page
        assert "Try a part of the name" in page


def test_who_objected_is_not_found_by_anything(alice: Account, desk: Desk, rosa: dict[str, Any]) -> None:
    actions.wish(alice, desk, rosa["person_id"], "objection")
    now = Desk(desk.company, desk.snapshot)
    for typed in (rosa["name"], rosa["email"], rosa["phone"], rosa["person_id"], rosa["number"]):
        assert rosa["person_id"] not in ids(now, typed)


def test_who_was_merged_is_found_as_the_one(alice: Account, desk: Desk, rosa: dict[str, Any], best: str) -> None:
    actions.merge(alice, desk, rosa["person_id"], best)
    now = Desk(desk.company, desk.snapshot)
    (shown,) = ids(now, rosa["email"])
    assert shown == now.since.shown_as(rosa["person_id"]) == now.since.shown_as(best)


def test_hidden_people_do_not_crowd_out_the_others(alice: Account, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from byname.web.written.shape import LaidOver

    first = [row["person_id"] for row in desk.snapshot.find("@example", 60)]
    assert len(first) == 60
    now = Desk(desk.company, desk.snapshot)
    monkeypatch.setitem(now.__dict__, "since", LaidOver(hidden=frozenset(first[:40])))
    assert ids(now, "@example") == first[40:60]
