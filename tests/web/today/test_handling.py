"""What became of a contact: done, not now, not right with why, and back; in place and by plain forms (S1.20, S2.17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.urls import reverse

from byname import today as questions
from byname.demo.simulated import AS_OF
from byname.web.accounts.models import Entry
from byname.web.written.models import Contact, Decision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from django.test import Client

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(f"{AS_OF}T08:30:00+02:00"):
        yield


@pytest.fixture
def one(snapshot: Snapshot) -> dict[str, Any]:
    """The contact of the one to delight in marketing."""
    found = questions.delight([row for row in questions.today(snapshot).rows if row["team"] == "marketing"])
    assert found is not None
    return found


def handled(client: Client, one: dict[str, Any], how: str, *, in_place: bool = True, **more: str) -> HttpResponse:
    """Say what became of it."""
    form = {"person": one["person_id"], "action": one["action"], "day": one["day"].isoformat(), "how": how}
    headers = {"HX-Request": "true"} if in_place else {}
    answer: HttpResponse = client.post(reverse("today_handle"), form | more, headers=headers)
    return answer


def shown(client: Client, one: dict[str, Any]) -> Any:
    """The row as a new page shows it."""
    context = client.get("/", {"whose": "marketing"}).context
    rows = [row for row in [context["one"], *context["rows"]] if row]
    return next(
        row for row in rows if (row.contact["person_id"], row.contact["action"]) == (one["person_id"], one["action"])
    )


def test_done_changes_the_row_in_place_and_a_reload_shows_the_same(as_bob: Client, one: dict[str, Any]) -> None:
    answer = handled(as_bob, one, "done", the_one="1")
    said = answer.content.decode()
    assert answer.status_code == 200
    assert said.lstrip().startswith("<div")
    assert "✓ Done" in said
    assert "Bob" in said
    assert "<html" not in said
    row = shown(as_bob, one)
    assert row.handled == "done"
    assert row.is_the_one
    assert row.decision.by == "Bob"
    assert as_bob.get("/").context["minutes"].done == one["minutes"]
    assert Entry.objects.filter(action="done", about=one["person_id"]).count() == 1


def test_it_works_by_a_plain_form_too(as_bob: Client, one: dict[str, Any]) -> None:
    answer = handled(as_bob, one, "not now", in_place=False)
    assert answer.status_code == 302
    assert answer["Location"] == f"/#c-{one['person_id']}-{one['action']}"
    assert shown(as_bob, one).handled == "not now"


def test_whoever_is_not_now_gives_the_place_of_the_one_to_the_next_best(
    as_bob: Client, one: dict[str, Any], snapshot: Snapshot
) -> None:
    handled(as_bob, one, "not now")
    rest = [
        row for row in questions.today(snapshot).rows if row["team"] == "marketing" and row["place"] != one["place"]
    ]
    best = questions.delight(rest)
    assert best is not None
    assert as_bob.get("/").context["one"].contact["person_id"] == best["person_id"]


def test_not_right_wants_to_know_why(as_bob: Client, one: dict[str, Any]) -> None:
    answer = handled(as_bob, one, "not right")
    assert 'role="alert"' in answer.content.decode()
    assert not shown(as_bob, one).handled
    assert not Entry.objects.exists()


def test_why_it_is_not_right_is_kept_in_words(as_bob: Client, one: dict[str, Any]) -> None:
    handled(as_bob, one, "not right", reason="settled", why="we spoke <b>yesterday</b>")
    row = shown(as_bob, one)
    assert row.handled == "not right"
    assert row.decision.says == "it is settled; we spoke <b>yesterday</b>"
    assert "<b>yesterday" not in as_bob.get("/").content.decode()


def test_what_was_said_can_be_taken_back(as_bob: Client, one: dict[str, Any]) -> None:
    handled(as_bob, one, "done")
    form = {"person": one["person_id"], "action": one["action"], "day": one["day"].isoformat(), "the_one": "1"}
    form["decision"] = shown(as_bob, one).decision.fact_id
    answer = as_bob.post(reverse("today_undo"), form, headers={"HX-Request": "true"})
    assert "✓ Done" not in answer.content.decode()
    assert reverse("today_handle") in answer.content.decode()
    assert not shown(as_bob, one).handled


def test_the_contact_that_came_of_it_is_taken_back_too(as_bob: Client, one: dict[str, Any], desk: Desk) -> None:
    handled(as_bob, one, "done")
    (contact,) = Contact.objects.all()
    form = {"person": one["person_id"], "action": one["action"], "day": one["day"].isoformat()}
    as_bob.post(reverse("today_undo"), form | {"decision": shown(as_bob, one).decision.fact_id})
    undone = set(Decision.objects.filter(kind="undo").values_list("value", flat=True))
    assert contact.fact_id in undone
    assert len(undone) == 2
    assert one["person_id"] not in desk.since.said
    assert list(Entry.objects.order_by("id").values_list("action", flat=True)) == ["done", "undo"]
    handled(as_bob, one, "not now")
    assert shown(as_bob, one).handled == "not now"


def test_a_reader_may_not(as_rita: Client, one: dict[str, Any]) -> None:
    assert handled(as_rita, one, "done").status_code == 403
    assert not Entry.objects.exists()


def test_a_stranger_may_not(charlie: Client, one: dict[str, Any]) -> None:
    assert handled(charlie, one, "done").status_code in {302, 401, 403}
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"person": "pAAAAAAAAAAAAAAAA"}, {"action": "no-such-play"}, {"day": "2020-01-01"}, {"how": "sent"}, {"day": "x"}],
)
def test_what_is_not_planned_is_not_found(as_bob: Client, one: dict[str, Any], wrong: dict[str, str]) -> None:
    form = {"person": one["person_id"], "action": one["action"], "day": one["day"].isoformat(), "how": "done"}
    assert as_bob.post(reverse("today_handle"), form | wrong).status_code == 404


def test_nothing_is_changed_by_a_link(as_bob: Client) -> None:
    assert as_bob.get(reverse("today_handle")).status_code == 405
    assert as_bob.get(reverse("today_undo")).status_code == 405
