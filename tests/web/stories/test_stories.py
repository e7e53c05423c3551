"""Stories and lent words: where, under which name, until when; taken back, they are shown nowhere at once (S0.5, S0.42).

The gate's side, that nobody is asked before help was delivered, is in playbooks/test_shipped and here at the door (S2.6).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client

from byname.app_rows import writing
from byname.draining import READER
from byname.errors import UsageError
from byname.facts.own import fact
from byname.gate_again import Way, prepare
from byname.permitting import Scope, not_withdrawn, permit
from byname.voices import voices
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.portal.whom import Her
from byname.web.reviews.writing import take_down
from byname.web.stories import telling
from byname.web.stories.shelf import Words, shelf
from byname.web.written.models import Decision, Message
from tests.web.ideas.conftest import as_ines, as_rosa, two, words
from tests.web.outreach.postbox import draft
from tests.web.portal.conftest import come_in
from tests.web.stories.conftest import Praised

__all__ = ["as_ines", "as_rosa", "two"]

PUBLIC, MINE, STAFF = "/what-customers-say/", "/my/stories/", "/stories/"
STORY = "The parcel was late three times. Sam drove it here himself, and I have told everybody since."


def days(desk: Desk, ahead: int) -> str:
    return (desk.company.today() + timedelta(days=ahead)).isoformat()


def told(client: Client, desk: Desk, *places: str, name: str = "first", ahead: int = 300, **more: str) -> Words:
    """A story is told; as it then stands."""
    sent = client.post(
        MINE, {"title": "", "text": STORY, "place": places, "name": name, "until": days(desk, ahead), **more}
    )
    assert sent.status_code == 302, words(sent)
    return now(desk)[0]


def now(desk: Desk) -> tuple[Words, ...]:
    return shelf(Desk(desk.company, desk.snapshot)).words


def lend(client: Client, number: str, desk: Desk, *places: str, name: str = "none", ahead: int = 300) -> Any:
    sent = {"place": places, "name": name, "until": days(desk, ahead)}
    return client.post(f"{MINE}{number}/lend/", sent)


# ---------------------------------------------------------------------------------------------- a story


def test_a_story_without_a_tick_is_for_us_alone(as_rosa: Client, as_bob: Client, charlie: Client, desk: Desk) -> None:
    assert told(as_rosa, desk).may is None
    assert STORY not in words(charlie.get(PUBLIC))
    assert STORY not in words(as_bob.get(STAFF))
    assert "We use it nowhere." in words(as_rosa.get(MINE))
    (message,) = Message.objects.all()
    assert (message.medium, message.prompted, message.public) == ("story", False, False)


def test_a_story_stands_on_our_page_under_the_name_that_its_teller_chose(
    as_rosa: Client, charlie: Client, two: tuple[Her, Her], desk: Desk
) -> None:
    one = told(as_rosa, desk, "our page", "press", name="full", title="Three times late")
    assert one.may is not None
    assert one.may.scope == Scope(("our page", "press"), two[0].name)
    page = charlie.get(PUBLIC)
    assert f"Three times late {two[0].name}" in words(page)
    html = page.content.decode()
    assert html.count('itemtype="https://schema.org/Review"') == 1
    assert STORY in html
    assert "aggregateRating" not in html  # a story has no stars, and makes none
    (row,) = Decision.objects.all()
    assert (row.kind, row.value, row.by_whom) == ("quote", f"our page, press; as {two[0].name}", "person")
    assert row.source_id == f"{one.fact_id}-quote"
    assert row.record_id == two[0].anchor  # so an erasure takes it


def test_without_a_name_none_is_shown(as_rosa: Client, charlie: Client, two: tuple[Her, Her], desk: Desk) -> None:
    told(as_rosa, desk, "our page", name="none")
    said = words(charlie.get(PUBLIC))
    assert STORY in said
    assert two[0].name not in said
    assert "a customer" in said


def test_what_may_stand_elsewhere_is_not_on_our_page(
    as_rosa: Client, as_bob: Client, charlie: Client, desk: Desk
) -> None:
    told(as_rosa, desk, "newsletter", "talk with a prospect")
    assert STORY not in words(charlie.get(PUBLIC))
    said = words(as_bob.get(STAFF))
    assert STORY in said
    assert "in the newsletter in a talk with somebody who thinks of buying" in said
    assert STORY in words(as_bob.get(f"{STAFF}?place=newsletter"))
    assert STORY not in words(as_bob.get(f"{STAFF}?place=press"))


def test_taken_back_it_is_nowhere_at_once_and_may_be_given_again(
    as_rosa: Client, as_bob: Client, charlie: Client, desk: Desk
) -> None:
    one = told(as_rosa, desk, "our page")
    as_rosa.post(f"{MINE}{one.number}/lend/", {"withdraw": "yes"})
    for page in (charlie.get(PUBLIC), as_bob.get(STAFF)):
        assert STORY not in words(page)
    assert lend(as_rosa, one.number, desk, "our page").status_code == 302
    assert STORY in words(charlie.get(PUBLIC))
    as_rosa.post(f"{MINE}none/")
    for page in (charlie.get(PUBLIC), as_bob.get(STAFF)):
        assert STORY not in words(page)
    lend(as_rosa, one.number, desk, "press")  # her own later word about one text stands above
    assert STORY in words(as_bob.get(STAFF))


def test_it_ends_by_itself_and_is_said_to_end_a_month_before(
    as_rosa: Client, as_bob: Client, charlie: Client, desk: Desk
) -> None:
    told(as_rosa, desk, "our page", ahead=40)
    assert "None of these permissions ends within 30 days." in words(as_bob.get(STAFF))
    begun = datetime.now(UTC)
    with time_machine.travel(begun + timedelta(days=15), tick=True):
        known = shelf(Desk(desk.company, desk.snapshot))
        (one,) = known.usable()
        assert one.may is not None
        assert one.may.ends_soon
        assert one.may.days_left in {25, 26}
    with time_machine.travel(begun + timedelta(days=41, hours=2), tick=True):
        assert STORY not in words(charlie.get(PUBLIC))
        assert now(desk)[0].may is None


def test_asked_for_it_is_known_to_be_prompted(as_rosa: Client, two: tuple[Her, Her], desk: Desk) -> None:
    draft(two[0].email, person_id=two[0].person_id, record_id=two[0].anchor, action="ask-for-the-story")
    told(as_rosa, desk)
    assert Message.objects.get().prompted is True


def test_twenty_a_year_are_enough(two: tuple[Her, Her]) -> None:
    known = shelf(two[0].desk)
    for _ in range(20):
        telling.tell(two[0], known, "", STORY)
    with pytest.raises(UsageError, match="20 of yours"):
        telling.tell(two[0], shelf(two[0].desk), "", STORY)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"text": " "}, "some words"),
        ({"text": "x" * 10_001}, "10000 at most"),
        ({"text": "x", "place": ["the moon"], "name": "none"}, "a place or more"),
        ({"text": "x", "place": ["press"], "name": "the king"}, "one that stands there"),
        ({"text": "x", "place": ["press"], "name": "none", "until": ""}, "within two years"),
        ({"text": "x", "place": ["press"], "name": "none", "until": "2019-01-01"}, "within two years"),
        ({"text": "x", "place": ["press"], "name": "none", "until": "2099-01-01"}, "within two years"),
        ({"text": "x", "place": ["press"], "name": "none", "until": "soon"}, "Until"),
    ],
)
def test_what_cannot_be_is_said(as_rosa: Client, desk: Desk, sent: dict[str, Any], says: str) -> None:
    refused = as_rosa.post(MINE, {"title": "", **sent})
    assert refused.status_code == 422
    assert says in words(refused)
    assert not now(desk)


def test_html_is_text(as_rosa: Client, as_bob: Client, charlie: Client, desk: Desk) -> None:
    told(as_rosa, desk, "our page", text="<script>alert(1)</script>\0", title="<b>x</b>")
    for page in (charlie.get(PUBLIC), as_bob.get(STAFF), as_rosa.get(MINE)):
        html = page.content.decode()
        assert "&lt;script&gt;" in html
        assert "<script>alert" not in html
        assert "<b>x</b>" not in html


# ------------------------------------------------------------------------------------------ words lent


def test_words_that_we_would_like_to_use_are_hers_to_lend(
    praised: Praised, as_bob: Client, charlie: Client, desk: Desk
) -> None:
    her, number, quote = praised.her, praised.number, praised.quote
    client = come_in(Client(), her.anchor)
    page = words(client.get(MINE))
    assert "May we use these words of yours?" in page
    assert " ".join(quote.split()) in page
    assert quote not in words(charlie.get(PUBLIC))
    assert lend(client, number, desk, "our page").status_code == 302
    assert quote in words(charlie.get(PUBLIC))
    assert quote in words(as_bob.get(STAFF))
    noted = words(as_bob.get("/voice/quotes/?state=ask"))
    assert "Noted since: may be quoted (our page)" in noted
    assert "may be quoted: our page" in words(as_bob.get(f"/person/{her.person_id}/"))
    client.post(f"{MINE}{number}/lend/", {"withdraw": "yes"})
    assert quote not in words(charlie.get(PUBLIC))
    assert "they may no longer be quoted" in words(as_bob.get("/voice/quotes/?state=ask"))
    listed = voices(desk.snapshot, 50).testimonials
    assert number in [row["fact_id"] for row in listed]
    assert number not in [row["fact_id"] for row in not_withdrawn(desk.company, desk.snapshot, listed)]
    assert "they allow it no longer" in words(as_bob.get(f"/person/{her.person_id}/"))


def test_nobody_decides_about_anothers_words(
    praised: Praised, as_rosa: Client, as_ines: Client, two: tuple[Her, Her], desk: Desk
) -> None:
    one = told(as_rosa, desk)
    assert lend(as_ines, one.number, desk, "press").status_code == 404
    assert lend(as_ines, "none", desk, "press").status_code == 404
    stranger = as_rosa if praised.her.person_id != two[0].person_id else as_ines
    assert lend(stranger, praised.number, desk, "press").status_code == 404
    assert now(desk)[0].may is None


def test_a_permission_that_somebody_else_wrote_shows_nothing(
    praised: Praised, two: tuple[Her, Her], charlie: Client, desk: Desk
) -> None:
    """As after two people were set apart: one of them allowed it, and the words are the other's."""
    other = next(her for her in two if her.person_id != praised.her.person_id)
    row = {"kind": "quote", "record_id": other.anchor, "value": "our page; as Not Me", "by_whom": "person"}
    made = fact("decisions", row, reader=READER, source_id=f"{praised.number}-quote")
    with writing(desk.company) as rows:
        assert rows is not None
        at = rows.moment()
        rows.add("decisions", [{**made, "occurred_at": at}], at=at)
    assert "Not Me" not in words(charlie.get(PUBLIC))
    assert not now(desk)


def test_what_a_colleague_noted_is_seen_and_taken_back_and_makes_nothing_public(
    praised: Praised, as_bob: Client, charlie: Client, desk: Desk
) -> None:
    her, quote = praised.her, praised.quote
    permit(desk.company, her.person_id, scope="our page", until=None, by="Ingrid Halvorsen")
    client = come_in(Client(), her.anchor)
    assert "What a colleague noted" in words(client.get(MINE))
    assert her.name in words(as_bob.get(STAFF))
    assert "Ingrid Halvorsen" in words(as_bob.get(STAFF))
    assert quote not in words(charlie.get(PUBLIC))
    client.post(f"{MINE}none/")
    assert "What a colleague noted" not in words(client.get(MINE))
    assert her.name not in words(as_bob.get(STAFF))


# ------------------------------------------------------------------------------------------ colleagues


def test_a_story_is_taken_from_view_for_a_reason_that_its_teller_reads(
    as_rosa: Client, as_bob: Client, as_rita: Client, rita: Account, charlie: Client, desk: Desk
) -> None:
    one = told(as_rosa, desk, "our page")
    path = f"{STAFF}{one.number}/decide/"
    assert as_rita.post(path, {"reason": "law", "text": "x"}).status_code == 403
    with pytest.raises(PermissionDenied):
        take_down(rita, desk, one, "law", "x")
    assert as_bob.post(path, {"reason": "bad", "text": "We do not like it."}).status_code == 422
    assert STORY in words(charlie.get(PUBLIC))
    as_bob.post(path, {"reason": "names", "text": "Please write it without his name."})
    said = words(charlie.get(PUBLIC))
    assert STORY not in said
    assert "1 story was taken from view: it names somebody who did not ask for it" in said
    assert "Please write it without his name." in words(as_rosa.get(MINE))
    assert STORY in words(as_bob.get(STAFF))  # beneath what is in view, with who took it down
    as_bob.post(path, {})
    assert STORY in words(charlie.get(PUBLIC))


def test_who_restricts_is_used_nowhere_and_who_is_erased_is_gone(
    as_rosa: Client, as_bob: Client, charlie: Client, desk: Desk
) -> None:
    told(as_rosa, desk, "our page", "press")
    as_rosa.post("/my/do/stop/", {"what": "restriction"})
    for page in (charlie.get(PUBLIC), as_bob.get(STAFF)):
        assert STORY not in words(page)
    as_rosa.post("/my/erase/", {})
    assert not now(desk)


def test_she_takes_her_stories_and_what_she_allowed_along(as_rosa: Client, desk: Desk) -> None:
    told(as_rosa, desk, "our page", name="none")
    sent: Any = as_rosa.post("/my/take/json/")
    held = json.loads(b"".join(sent.streaming_content))["held"]
    assert [row["text"] for row in held["messages"] if row["medium"] == "story"] == [STORY]
    assert "our page" in [row["value"] for row in held["decisions"]]


# ------------------------------------------------------------------------------------------ whom we may ask


def test_nobody_is_asked_once_something_went_wrong_since(desk: Desk) -> None:
    """Who was listed this morning, and complained at noon: the gate says no at the door."""
    rows_of = (
        "select candidates.person_id, channel, anchor from candidates join people using (person_id) where action = $1"
    )
    listed = desk.snapshot.query(rows_of, ["ask-to-quote-them"])
    ways = {Way(row["person_id"], "ask-to-quote-them", row["channel"]): row["anchor"] for row in listed}
    prepared = prepare(desk.company, desk.snapshot, [way.person_id for way in ways])
    with writing(desk.company) as rows:
        assert rows is not None
        let_through = [way for way, no in prepared.asked(rows, list(ways)).items() if no is None]
        assert let_through
        for way in let_through:
            says = {"medium": "ticket", "text": "This is unacceptable, I want to complain. I want my money back!"}
            made = fact("messages", {"record_id": ways[way], **says}, reader=READER)
            at = rows.moment()
            rows.add("messages", [{**made, "occurred_at": at}], at=at)
        rules = {no.rule if no else "" for no in prepared.asked(rows, let_through).values()}
    assert rules <= {"open-complaint", "owe-an-answer"}
