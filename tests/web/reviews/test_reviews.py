"""Reviews: shown where their authors allow it and as long, bad ones like good ones, taken down for a reason only (S0.5)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from byname.errors import UsageError
from byname.web.accounts.models import Account, Entry
from byname.web.desk import Desk
from byname.web.portal.whom import Her
from byname.web.reviews import writing
from byname.web.reviews.models import TakenDown
from byname.web.reviews.shelf import Review, shelf
from tests.web.ideas.conftest import as_ines, as_rosa, two, words

__all__ = ["as_ines", "as_rosa", "two"]

PUBLIC = "/what-customers-say/"
TEXT = "It leaks, and nobody answered for three weeks."


def written(client: Client, stars: int = 1, text: str = TEXT, **more: str) -> None:
    sent = client.post("/my/reviews/", {"stars": str(stars), "title": "", "text": text, **more})
    assert sent.status_code == 302, words(sent)


def one(desk: Desk) -> Review:
    (found,) = shelf(Desk(desk.company, desk.snapshot)).reviews
    return found


def test_a_bad_review_is_shown_as_a_good_one_where_its_author_allows_it(
    as_rosa: Client, as_ines: Client, charlie: Client
) -> None:
    written(as_rosa, 1, show="yes", shown_as="R. from Leeds")
    written(as_ines, 5, "Splendid, it sings.", show="yes", shown_as="Ines")
    page = charlie.get(PUBLIC)
    said = words(page)
    assert TEXT in said
    assert "R. from Leeds" in said
    assert "2 reviews in all, 3.0 of 5 stars on average; 2 of them shown (3.0)" in said
    html = page.content.decode()
    assert html.count('itemtype="https://schema.org/Review"') == 2
    assert re.search(r'itemprop="ratingValue" content="3\.0"', html)
    assert 'itemprop="reviewCount" content="2"' in html
    assert "noindex" not in html


def test_what_is_not_allowed_is_shown_to_nobody_and_counted_all_the_same(
    as_rosa: Client, charlie: Client, as_bob: Client, two: tuple[Her, Her]
) -> None:
    written(as_rosa, shown_as="R. from Leeds")  # a name, and no yes
    said = words(charlie.get(PUBLIC))
    assert TEXT not in said
    assert "1 review in all, 1.0 of 5 stars; 0 of them shown, 1 kept to themselves by their authors" in said
    assert TEXT in words(as_bob.get("/reviews/"))
    assert two[0].name in words(as_bob.get("/reviews/"))


def test_a_permission_is_withdrawn_given_again_and_ends(
    as_rosa: Client, charlie: Client, desk: Desk, two: tuple[Her, Her]
) -> None:
    written(as_rosa, show="yes", shown_as="Rosa")
    path = f"/my/reviews/{one(desk).number}/show/"
    as_rosa.post(path, {"show": "no", "shown_as": "Rosa"})
    assert TEXT not in words(charlie.get(PUBLIC))
    today = desk.company.today()
    as_rosa.post(path, {"shown_as": "Rosa H.", "until": today.isoformat()})
    assert "Rosa H." in words(charlie.get(PUBLIC))
    until = one(desk).until
    assert until is not None
    assert until == desk.company.end_of(today)
    over = as_rosa.post(path, {"shown_as": "Rosa", "until": (today - timedelta(days=1)).isoformat()})
    assert over.status_code == 422
    assert "a day that is not over" in words(over)


def test_others_decide_nothing_about_hers(as_rosa: Client, as_ines: Client, desk: Desk) -> None:
    written(as_rosa)
    assert as_ines.post(f"/my/reviews/{one(desk).number}/show/", {"shown_as": "Not hers"}).status_code == 404
    assert as_ines.post("/my/reviews/none/show/", {"shown_as": "x"}).status_code == 404
    assert not one(desk).is_public


def test_a_review_is_taken_from_view_for_a_reason_that_its_author_reads(
    as_rosa: Client, as_bob: Client, charlie: Client, desk: Desk
) -> None:
    written(as_rosa, show="yes", shown_as="Rosa", text="Your Mr Brown of 4 Hill Road is a fool.")
    path = f"/reviews/{one(desk).number}/decide/"
    assert as_bob.post(path, {"reason": "bad", "text": "We do not like it."}).status_code == 422
    assert as_bob.post(path, {"reason": "names", "text": " "}).status_code == 422
    assert one(desk).is_public
    as_bob.post(path, {"reason": "names", "text": "Please write it without his address."})
    said = words(charlie.get(PUBLIC))
    assert "Hill Road" not in said
    assert "1 taken from view: it names somebody who did not ask for it" in said
    assert "Please write it without his address." in words(as_rosa.get("/my/reviews/"))
    as_bob.post(path, {})
    assert "Hill Road" in words(charlie.get(PUBLIC))
    assert not TakenDown.objects.exists()
    assert list(Entry.objects.filter(about=one(desk).number).order_by("pk").values_list("action", flat=True)) == [
        "review taken down",
        "review shown again",
    ]


def test_a_reader_takes_nothing_down(as_rosa: Client, as_rita: Client, rita: Account, desk: Desk) -> None:
    written(as_rosa)
    assert as_rita.post(f"/reviews/{one(desk).number}/decide/", {"reason": "law", "text": "x"}).status_code == 403
    with pytest.raises(PermissionDenied):
        writing.take_down(rita, desk, one(desk), "law", "x")


def test_who_restricts_is_not_shown_and_who_is_erased_is_gone(as_rosa: Client, charlie: Client, as_bob: Client) -> None:
    written(as_rosa, show="yes", shown_as="Rosa")
    as_rosa.post("/my/do/stop/", {"what": "restriction"})
    assert TEXT not in words(charlie.get(PUBLIC))
    as_rosa.post("/my/erase/", {})
    assert TEXT not in words(as_bob.get("/reviews/"))


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"stars": "6", "text": "x"}, "1 to 5"),
        ({"stars": "", "text": "x"}, "1 to 5"),
        ({"stars": "3", "text": " "}, "some words"),
        ({"stars": "3", "text": "x" * 5_000}, "4000 at most"),
        ({"stars": "3", "text": "x", "show": "yes", "shown_as": "y" * 100}, "80 at most"),
        ({"stars": "3", "text": "x", "show": "yes", "shown_as": "y", "until": "soon"}, "Until"),
    ],
)
def test_what_cannot_be_is_said(as_rosa: Client, desk: Desk, sent: dict[str, str], says: str) -> None:
    refused = as_rosa.post("/my/reviews/", sent)
    assert refused.status_code == 422
    assert says in words(refused)
    assert not shelf(desk).reviews


def test_twenty_a_year_are_enough(two: tuple[Her, Her]) -> None:
    for _ in range(20):
        writing.review(two[0], shelf(two[0].desk), "4", "", "Again.")
    with pytest.raises(UsageError, match="20 of yours"):
        writing.review(two[0], shelf(two[0].desk), "4", "", "Again.")


def test_html_is_text(as_rosa: Client, charlie: Client) -> None:
    written(as_rosa, text="<script>alert(1)</script>\0", show="yes", shown_as='"><b>x</b>')
    html = charlie.get(PUBLIC).content.decode()
    assert "<script>alert" not in html
    assert "<b>x</b>" not in html
