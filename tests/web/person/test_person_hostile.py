"""Names of 10,000 letters, from right to left, or of HTML; a person without anything; one with 5,000 events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.web.person.changed import change, copied, with_values, without

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from byname.company import Company

HTML = '<script>alert("name")</script><b onmouseover=alert(1)>Rosa</b>'


@pytest.fixture
def own(company: Company, tmp_path: Path, settings: Any) -> Company:
    """A copy of the shop whose snapshot may be changed, served by the pages."""
    made = copied(company, tmp_path / "shop")
    settings.COMPANY = made
    return made


@pytest.mark.parametrize("name", ["x" * 10_000, "محمد الهاشمي", HTML, "", "{{ 7*7 }}{% debug %}", "\u202egnirts"])
def test_a_name_is_shown_as_it_is_and_runs_nothing(as_alice: Client, own: Company, best: str, name: str) -> None:
    change(own, "people", with_values(best, name=name))
    for part in ("person", "person_timeline", "person_records", "person_merge"):
        page = as_alice.get(reverse(part, args=[best])).content.decode()
        assert "<script>alert" not in page
        assert "<b onmouseover" not in page
        assert "49" not in page.partition("<title>")[2].partition("</title>")[0]
        assert len(page) < 200_000


def test_words_of_html_are_shown_as_words(as_alice: Client, own: Company, best: str) -> None:
    change(own, "timeline", with_values(best, says=f"<p>Hello</p>{HTML}"))
    change(own, "evidence", with_values(best, says=HTML))
    change(own, "voice", with_values(best, quote=HTML))
    page = as_alice.get(reverse("person", args=[best])).content.decode()
    page += as_alice.get(reverse("person_evidence", args=[best])).content.decode()
    assert "Hello" in page
    assert "Rosa" in page
    assert "alert(" not in page.replace("&quot;", '"')


def test_a_person_without_worth_standing_or_anything_else_still_has_a_page(
    as_alice: Client, own: Company, best: str
) -> None:
    for table in (
        "value",
        "standing",
        "evidence",
        "links",
        "timeline",
        "profile",
        "pace",
        "reach",
        "consents",
        "voice",
    ):
        change(own, table, without(best))
    nothing = dict.fromkeys(
        ("name", "email", "phone", "street", "postcode", "city", "country", "first_seen", "last_seen")
    )
    change(own, "people", with_values(best, **nothing))
    answer = as_alice.get(reverse("person", args=[best]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "no name on record" in page
    assert "Not known yet" in page
    assert "None" not in page
    for part in ("person_timeline", "person_evidence", "person_records", "person_merge"):
        assert as_alice.get(reverse(part, args=[best])).status_code == 200


def test_five_thousand_events_are_read_a_page_at_a_time(as_alice: Client, own: Company, best: str) -> None:
    day = datetime(2024, 1, 1)  # noqa: DTZ001 - UTC without a zone, as snapshots are

    def longer(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        one = next(row for row in rows if row["person_id"] == best)
        many = [
            one | {"kind": "review", "says": f"word {n}", "source_id": f"n{n}", "occurred_at": day + timedelta(hours=n)}
            for n in range(5_000)
        ]
        return sorted([*rows, *many], key=lambda row: row["person_id"])

    change(own, "timeline", longer)
    page = as_alice.get(reverse("person", args=[best]))
    assert len(page.context["events"].events) == 30
    assert page.context["events"].has_more
    last = as_alice.get(reverse("person_timeline", args=[best]), {"sort": "words", "page": 150})
    assert len(last.context["events"].events) == 30


def test_a_row_of_a_file_is_named_by_its_source_not_by_what_an_address_says(as_alice: Client, best: str) -> None:
    address = reverse("person_fact", args=[best])
    for said in ("' or 1=1 --", "%00", "x" * 5_000):
        assert as_alice.get(address, {"id": said}).status_code == 404
        assert as_alice.get(address, {"source": said, "account": said, "number": said}).status_code == 404
