"""Ideas: given, found to be alike, voted for once each, answered, credited; nobody is told who voted (S0.14, S2.15)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from byname import draining
from byname.company import Company, open_company
from byname.errors import UsageError
from byname.facts.change import show
from byname.facts.intake import open_ledger
from byname.facts.schema import table
from byname.facts.versions import NEWEST_SQL
from byname.web.accounts.models import Account, Entry
from byname.web.desk import Desk
from byname.web.ideas import answering, giving
from byname.web.ideas.board import Idea, board
from byname.web.ideas.models import Answer, Credit, Status
from byname.web.portal.whom import Her
from tests.web.ideas.conftest import words

TITLE = "A lid that does not whistle at night"


def given(client: Client, title: str = TITLE, text: str = "It wakes the children.", **more: str) -> str:
    """The number of an idea that somebody sends."""
    sent = client.post("/my/ideas/new/", {"title": title, "text": text, **more})
    assert sent.status_code == 302, words(sent)
    return sent["Location"].rstrip("/").rpartition("/")[2]


def one(desk: Desk, number: str) -> Idea:
    found = board(Desk(desk.company, desk.snapshot)).one(number)
    assert found is not None
    return found


def test_an_idea_is_shown_to_others_once_a_colleague_has_answered(
    as_rosa: Client, as_ines: Client, as_bob: Client, desk: Desk
) -> None:
    number = given(as_rosa)
    assert TITLE in words(as_rosa.get("/my/ideas/"))
    assert "Only you and we see this idea" in words(as_rosa.get(f"/my/ideas/{number}/"))
    assert TITLE not in words(as_ines.get("/my/ideas/"))
    assert as_ines.get(f"/my/ideas/{number}/").status_code == 404
    assert as_ines.post(f"/my/ideas/{number}/support/", {"for": "yes"}).status_code == 404
    assert TITLE in words(as_bob.get("/ideas/"))
    answered = as_bob.post(f"/ideas/{number}/answer/", {"status": "heard", "text": "We hear it too."}, follow=True)
    assert "Answered" in words(answered)
    shown = words(as_ines.get(f"/my/ideas/{number}/"))
    assert "We hear it too." in shown
    assert "Bob" in shown
    assert one(desk, number).status == Status.HEARD
    entry = Entry.objects.get(action="idea answered")
    assert (entry.about, entry.before, entry.after) == (number, {"status": "open"}, {"status": "heard"})


def test_each_person_counts_once_and_may_take_it_back(
    as_rosa: Client, as_ines: Client, alice: Account, desk: Desk, two: tuple[Her, Her]
) -> None:
    number = given(as_rosa)
    answering.answer(alice, desk, one(desk, number), "planned", "")
    for _ in range(2):
        as_ines.post(f"/my/ideas/{number}/support/", {"for": "yes"})
    as_rosa.post(f"/my/ideas/{number}/support/", {"for": "yes"})
    assert one(desk, number).votes == 2
    as_ines.post(f"/my/ideas/{number}/support/", {"for": "no"})
    assert one(desk, number).votes == 1
    as_ines.post(f"/my/ideas/{number}/support/", {"for": "yes"})
    assert one(desk, number).votes == 2
    # Nobody reads who voted: neither her address, nor her name, nor her id.
    for page in (as_rosa.get(f"/my/ideas/{number}/"), as_rosa.get("/my/ideas/")):
        said = page.content.decode()
        assert not any(secret in said for secret in (two[1].email, two[1].person_id, two[1].anchor))


def test_those_alike_are_shown_before_a_second_one_is_made(
    as_rosa: Client, as_ines: Client, alice: Account, desk: Desk
) -> None:
    number = given(as_rosa)
    answering.answer(alice, desk, one(desk, number), "heard", "")
    asked = {"title": "Lids that do not whistle at night", "text": ""}
    shown = as_ines.post("/my/ideas/new/", asked)
    assert "Others said something like it" in words(shown)
    assert f"/my/ideas/{number}/support/" in shown.content.decode()
    assert "Lids that do not whistle" in shown.content.decode()  # what she typed is still there
    assert len(board(Desk(desk.company, desk.snapshot)).ideas) == 1
    assert given(as_ines, **{**asked, "anyway": "yes"}) != number
    given(as_ines, "Send the invoice as a PDF", "")  # unlike: no question


def test_a_made_idea_thanks_its_author_by_the_name_she_wishes_critics_too(
    as_rosa: Client, as_ines: Client, alice: Account, desk: Desk
) -> None:
    number = given(as_rosa, text="The one you sell is badly made and I am still angry.")
    assert "My own name" not in words(as_ines.get("/my/ideas/"))
    as_rosa.post(f"/my/ideas/{number}/name/", {"shown_as": "My own name"})
    answering.answer(alice, desk, one(desk, number), "shipped", "In the shop since Monday.")
    assert "thanks to My own name" in words(as_ines.get("/my/ideas/"))
    assert "it was your idea" in words(as_rosa.get(f"/my/ideas/{number}/"))
    assert one(desk, number).fact["shipped_at"] is not None
    as_rosa.post(f"/my/ideas/{number}/name/", {"shown_as": ""})
    assert "thanks to" not in words(as_ines.get("/my/ideas/"))
    assert not Credit.objects.exists()
    assert as_ines.post(f"/my/ideas/{number}/name/", {"shown_as": "Not hers"}).status_code == 404


@pytest.mark.parametrize("status", ["not now", "not shown"])
def test_a_no_needs_its_reason(as_rosa: Client, alice: Account, desk: Desk, status: str) -> None:
    number = given(as_rosa)
    with pytest.raises(UsageError, match="some words"):
        answering.answer(alice, desk, one(desk, number), status, "  ")
    assert not Answer.objects.exists()
    answering.answer(alice, desk, one(desk, number), status, "It names a neighbour.")
    assert "It names a neighbour." in words(as_rosa.get(f"/my/ideas/{number}/"))
    assert one(desk, number).is_public == (status == "not now")


def test_a_reader_does_not_answer(as_rosa: Client, rita: Account, as_rita: Client, desk: Desk) -> None:
    number = given(as_rosa)
    assert as_rita.post(f"/ideas/{number}/answer/", {"status": "heard"}).status_code == 403
    with pytest.raises(PermissionDenied):
        answering.answer(rita, desk, one(desk, number), "heard", "")
    assert "Your answer" not in words(as_rita.get("/ideas/"))


def test_what_cannot_be_is_said_and_nothing_is_lost(as_rosa: Client, as_bob: Client, desk: Desk) -> None:
    long = as_rosa.post("/my/ideas/new/", {"title": "x" * 200, "text": "kept"})
    assert long.status_code == 422
    assert "120 at most" in words(long)
    assert "kept" in long.content.decode()
    assert as_rosa.post("/my/ideas/new/", {"title": " "}).status_code == 422
    huge = as_rosa.post("/my/ideas/new/", {"title": "big", "text": "x" * 10_000_000})
    assert huge.status_code in (400, 413, 422)
    number = given(as_rosa)
    wrong = as_bob.post(f"/ideas/{number}/answer/", {"status": "open", "text": "typed"})
    assert wrong.status_code == 422
    assert "typed" in wrong.content.decode()
    assert as_bob.post("/ideas/nobody/answer/", {"status": "heard"}).status_code == 404
    assert as_rosa.get("/my/ideas/nothing/").status_code == 404


def test_too_many_without_an_answer_are_a_flood(two: tuple[Her, Her]) -> None:
    her = two[0]
    for number in range(20):
        giving.give(her, board(her.desk), f"Idea {number}", "")
    with pytest.raises(UsageError, match="20 of yours"):
        giving.give(her, board(her.desk), "One more", "")


def test_html_and_control_characters_are_text(as_rosa: Client, as_ines: Client, alice: Account, desk: Desk) -> None:
    number = given(as_rosa, "<script>alert(1)</script>\0\x07 {{ 7*7 }}", "<img src=x onerror=alert(2)>")
    answering.answer(alice, desk, one(desk, number), "heard", "<b>no</b>")
    said = as_ines.get(f"/my/ideas/{number}/").content.decode()
    assert "<script>alert" not in said
    assert "<img" not in said
    assert "&lt;b&gt;no" in said
    assert "{{ 7*7 }}" in said


def test_how_well_colleagues_answer_is_told_to_all(
    as_rosa: Client, as_ines: Client, alice: Account, desk: Desk
) -> None:
    numbers = [given(as_rosa, f"{what} for the kettle", "") for what in ("Red paint", "Wooden handles")]
    answering.answer(alice, desk, one(desk, numbers[0]), "heard", "Yes.")
    said = words(as_ines.get("/my/ideas/"))
    assert "2 ideas in the last 90 days; 50% of them answered" in said
    assert re.search(r"The longest wait without an answer: 0 days", said)


def test_who_objects_is_read_and_not_named(as_rosa: Client, as_bob: Client, two: tuple[Her, Her]) -> None:
    given(as_rosa)
    assert two[0].name in words(as_bob.get("/ideas/"))
    as_rosa.post("/my/do/stop/", {"what": "marketing"})
    said = words(as_bob.get("/ideas/"))
    assert TITLE in said
    assert "somebody who wishes not to be shown" in said
    assert two[0].name not in said


def test_who_is_erased_is_no_author_any_more_and_her_idea_is_gone(as_rosa: Client, as_bob: Client) -> None:
    given(as_rosa)
    as_rosa.post("/my/erase/", {})
    assert TITLE not in words(as_bob.get("/ideas/?status=all"))


@pytest.mark.django_db(transaction=True)
def test_a_refresh_takes_ideas_and_votes_into_the_ledger(
    company: Company, two: tuple[Her, Her], alice: Account, desk: Desk, tmp_path: Path
) -> None:
    her, other = two
    number = giving.give(her, board(desk), TITLE, "")
    answering.answer(alice, desk, one(desk, number), "shipped", "")
    giving.vote(other, one(desk, number), is_for=True)
    shutil.copytree(company.folder, tmp_path / "shop")
    copy = open_company(tmp_path / "shop")
    draining.drain(copy)
    with open_ledger(copy).state() as state, duckdb.connect() as con:
        found = {}
        for name in ("ideas", "votes"):
            show(con, "all_versions", table(name), state.files(name))
            found[name] = (
                con.sql(NEWEST_SQL, params={"known_by": None}).filter("source = 'byname'").to_arrow_table().to_pylist()
            )
    (idea,), (vote,) = found["ideas"], found["votes"]
    assert (idea["title"], idea["status"], idea["record_id"]) == (TITLE, "shipped", her.anchor)
    assert idea["shipped_at"] is not None
    assert (vote["idea_id"], vote["weight"], vote["record_id"]) == (idea["source_id"], 1.0, other.anchor)
