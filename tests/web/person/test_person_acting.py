"""What colleagues write on a person's page: said in words, shown at once, logged, refused to who may not (S3.5, S3.17)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from byname.web.accounts.models import Entry
from byname.web.console.person.acting import VERBS
from byname.web.work.models import Kind, Run
from byname.web.written.models import Decision
from tests.web.conftest import signed_in

if TYPE_CHECKING:
    from django.http import HttpResponse

    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk


def post(client: Client, person_id: str, verb: str, **typed: Any) -> HttpResponse:
    """What comes of a form: the page after it."""
    answer: HttpResponse = client.post(reverse("person_act", args=[person_id, verb]), typed, follow=True)
    return answer


def shows(client: Client, person_id: str) -> str:
    """The person's page."""
    return client.get(reverse("person", args=[person_id])).content.decode()


@pytest.fixture
def second(snapshot: Snapshot) -> str:
    """The id of the second most valuable person."""
    return str(snapshot.query("select person_id from value order by rank, person_id limit 1 offset 1")[0]["person_id"])


def test_a_note_shows_at_once_and_stands_in_the_log(as_bob: Client, as_rita: Client, best: str) -> None:
    page = post(as_bob, best, "note", text="Calls herself Käthe <b>always</b>").content.decode()
    assert "Noted about" in page
    assert "Calls herself Käthe &lt;b&gt;always&lt;/b&gt;" in shows(as_rita, best)
    assert Entry.objects.filter(action="note", about=best, by="bob@kettle.test").count() == 1


def test_a_private_note_is_read_by_the_team_and_owners_alone(
    as_bob: Client, as_rita: Client, as_alice: Client, sam: Account, best: str
) -> None:
    post(as_bob, best, "note", text="is looking for a house", private="on")
    assert "is looking for a house" in shows(as_rita, best)
    assert "is looking for a house" in shows(as_alice, best)
    assert "is looking for a house" not in shows(signed_in(sam), best)


def test_a_promise_is_open_until_it_is_kept(as_bob: Client, desk: Desk, best: str) -> None:
    due = desk.company.today() + timedelta(days=20)
    post(as_bob, best, "promise", what="the blue grinder", due=due.isoformat())
    answer = as_bob.get(reverse("person", args=[best]))
    (promise,) = [one for one in answer.context["promises"] if one.what == "the blue grinder"]
    assert promise.state == "open"
    post(as_bob, best, "keep", fact_id=promise.fact_id)
    answer = as_bob.get(reverse("person", args=[best]))
    assert all(one.is_kept for one in answer.context["promises"] if one.what == "the blue grinder")


def test_a_corrected_standing_shows_with_a_word_that_numbers_follow(as_bob: Client, best: str) -> None:
    page = post(as_bob, best, "standing", standing="advocate", why="spoke at our fair")
    assert page.context["one"].stands == "advocate"
    assert "numbers follow at the next refresh" in page.content.decode()


def test_an_owner_shows_at_once(as_alice: Client, desk: Desk, best: str) -> None:
    name = desk.company.settings.employees[0].name
    assert post(as_alice, best, "assign", employee=name).context["one"].looked_after_by == name
    assert post(as_alice, best, "assign", employee="").context["one"].looked_after_by == ""


def test_a_call_stands_in_the_timeline(as_bob: Client, best: str) -> None:
    page = post(as_bob, best, "contact", channel="phone", kind="thank", says="was glad")
    assert [event.sort for event in page.context["events"].events[:2]].count("contacts") == 1
    assert "note: was glad" in page.content.decode()


def test_what_was_typed_is_not_lost_when_it_is_not_taken(as_bob: Client, desk: Desk, best: str) -> None:
    past = (desk.company.today() - timedelta(days=20)).isoformat()
    page = post(as_bob, best, "promise", what="the blue grinder", due=past)
    assert page.status_code == 422
    assert 'value="the blue grinder"' in page.content.decode()
    assert "a day that is not over" in page.content.decode()
    assert post(as_bob, best, "promise", what="x", due="31/02/2026").status_code == 422


def test_two_are_seen_beside_each_other_before_they_are_merged(
    as_alice: Client, best: str, second: str, snapshot: Snapshot
) -> None:
    named = {
        row["person_id"]: row
        for row in snapshot.query("select * from people where person_id in ($1, $2)", [best, second])
    }
    address = reverse("person_merge", args=[best])
    found = as_alice.get(address, {"q": named[second]["email"]}).content.decode()
    assert f"?other={second}" in found
    both = as_alice.get(address, {"other": second}).content.decode()
    assert named[best]["email"] in both
    assert named[second]["email"] in both
    assert not Decision.objects.exists()
    page = post(as_alice, best, "merge", other=second, why="the same voice")
    assert page.status_code == 200
    assert "are one person" in page.content.decode()


def test_a_record_is_set_apart_after_a_look_at_it(as_alice: Client, desk: Desk) -> None:
    rows = desk.snapshot.query(
        "select links.person_id, links.record_id, links.source_id from links "
        "join people on people.person_id = links.person_id "
        "where links.role = 'customer' and links.record_id <> people.anchor order by links.record_id"
    )
    one = next(row for row in rows if row["person_id"] not in desk.since.hidden)
    page = as_alice.get(reverse("person_apart", args=[one["person_id"]]), {"record": one["record_id"]}).content.decode()
    assert one["source_id"] in page
    done = post(as_alice, one["person_id"], "apart", one=one["record_id"], other=one["person_id"], why="her sister")
    assert "are two people" in done.content.decode()
    assert "The next refresh makes two people of them" in shows(as_alice, one["person_id"])


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_a_reader_writes_nothing(as_rita: Client, best: str, verb: str) -> None:
    typed = {
        "text": "x", "what": "x", "fact_id": "0" * 64, "employee": "", "standing": "loyal", "why": "x", "kind": "ask",
        "channel": "phone", "other": best, "decision_id": "0" * 64, "value": "x",
    }  # fmt: skip
    assert as_rita.post(reverse("person_act", args=[best, verb]), typed).status_code == 403
    assert not Entry.objects.filter(about=best).exists()


def test_nothing_is_written_by_looking(as_alice: Client, best: str) -> None:
    assert as_alice.get(reverse("person_act", args=[best, "note"]), {"text": "x"}).status_code == 405


def test_a_form_without_its_token_is_refused(alice: Account, best: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("person_act", args=[best, "note"]), {"text": "x"}).status_code == 403


def test_a_verb_that_there_is_not_is_not_found(as_alice: Client, best: str) -> None:
    assert as_alice.post(reverse("person_act", args=[best, "forget"]), {}).status_code == 404


def test_readers_see_no_forms(as_rita: Client, best: str) -> None:
    assert 'method="post"' not in shows(as_rita, best).partition('<div class="person">')[2]


def test_who_asks_to_be_forgotten_is_hidden_at_once_and_the_erasure_is_asked_for(
    as_alice: Client, as_bob: Client, second: str
) -> None:
    """S2.19, GDPR 17: only who may, and only on purpose."""
    path = reverse("person_forget", args=[second])
    assert as_bob.post(path, {"sure": "on"}).status_code == 403
    assert "They ask to be forgotten" not in shows(as_bob, second)
    as_alice.post(path, {})
    assert "They ask to be forgotten" in shows(as_alice, second)
    assert not Run.objects.filter(kind=Kind.FORGET).exists()
    assert "being erased" in as_alice.post(path, {"sure": "on"}, follow=True).content.decode()
    assert as_alice.get(reverse("person", args=[second])).status_code == 404
    assert Run.objects.get(kind=Kind.FORGET).about == second
