"""One press, and every gate says no: at once, without a login, whatever is imported later.

Demands: S4.2, S2.7, S4.17; RFC 8058, GDPR 7(3), CAN-SPAM.
"""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from byname.company import Company, open_company
from byname.draining import drain
from byname.facts import intake
from byname.said_no import said_no_since
from byname.snapshot import Snapshot, open_current
from byname.web import served
from byname.web.accounts.models import Entry
from byname.web.outreach.models import Draft, Suppressed
from byname.web.outreach.suppression import is_suppressed
from byname.web.outreach.unsubscribing import unsubscribe
from byname.web.portal.writing import by_themselves
from byname.web.written.actions.writing import Fact
from byname.web.written.models import Answer, Consent
from tests.web.outreach.postbox import draft

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
GATE = {"channel": "email", "purpose": "marketing"}


@pytest.fixture
def rosa(snapshot: Snapshot) -> Draft:
    """A mail to somebody of the snapshot."""
    (row,) = snapshot.query(
        "select person_id, anchor, email from people where email is not null order by person_id limit 1"
    )
    return draft(row["email"], person_id=row["person_id"], record_id=row["anchor"])


def stop(key: str) -> str:
    return reverse("unsubscribe", args=[key])


def stopped(one: Draft) -> bool:
    return is_suppressed(one.address, "email")


def consents() -> list[tuple[Any, ...]]:
    return list(Consent.objects.order_by("pk").values_list("channel", "purpose", "state", "by_whom"))


# ------------------------------------------------------------------------------------------- by a program


def test_a_mail_program_stops_it_by_one_post_without_cookie_token_or_way_round(rosa: Draft) -> None:
    client = Client(enforce_csrf_checks=True)
    answer: Any = client.post(stop(rosa.key), ONE_CLICK)
    assert answer.status_code == 200
    assert not answer.cookies
    assert stopped(rosa)
    assert consents() == [("email", "marketing", "withdrawn", "person"), ("email", "feedback", "withdrawn", "person")]
    (one,) = Answer.objects.all()
    assert (one.kind, one.contact_id, one.record_id) == ("unsubscribed", rosa.contact_id, rosa.record_id)
    (line,) = Entry.objects.all()
    assert (line.by, line.account, line.action, line.about) == ("the customer", None, "unsubscribe", rosa.person_id)


def test_every_gate_says_no_within_a_second(rosa: Draft, company: Company, snapshot: Snapshot) -> None:
    assert rosa.record_id not in said_no_since(company, snapshot, **GATE)
    began = time.perf_counter()
    Client().post(stop(rosa.key), ONE_CLICK)
    assert stopped(rosa)
    assert time.perf_counter() - began < 1
    assert rosa.record_id in said_no_since(company, snapshot, **GATE)
    assert rosa.record_id in said_no_since(company, snapshot, channel="email", purpose="feedback")
    assert rosa.record_id not in said_no_since(company, snapshot, channel="sms", purpose="marketing")


def test_looking_stops_nothing(rosa: Draft) -> None:
    """Programs that look for bad mail open every link, with whatever they add to it."""
    for method in ("get", "head", "options", "put", "patch", "delete"):
        getattr(Client(), method)(stop(rosa.key) + "?List-Unsubscribe=One-Click")
    assert not stopped(rosa)
    assert not Consent.objects.exists()


def test_twice_is_once(rosa: Draft) -> None:
    for _time in range(3):
        assert Client().post(stop(rosa.key), ONE_CLICK).status_code == 200
    assert len(consents()) == 2
    assert Answer.objects.count() == Suppressed.objects.count() == Entry.objects.count() == 1


def test_what_they_stopped_before_on_their_page_leaves_the_rest_to_stop(rosa: Draft, company: Company) -> None:
    row = {
        "address": rosa.address,
        "channel": "email",
        "purpose": "marketing",
        "state": "withdrawn",
        "by_whom": "person",
    }
    by_themselves(company, rosa.record_id, [Fact("consents", row)], action="withdraw")
    unsubscribe(rosa.key)
    assert consents()[1:] == [("email", "feedback", "withdrawn", "person")]
    Client().post(reverse("unsubscribe_back", args=[rosa.key]))  # the slip was this press, not the one before
    assert consents()[2:] == [("email", "feedback", "given", "person")]


@pytest.mark.parametrize("key", ["x" * 43, "x", "x" * 5000, "%00" * 43, "%C3%A9" * 43, "a%20b", "%2e%2e"])
def test_an_unknown_key_is_answered_as_a_known_one(rosa: Draft, key: str) -> None:
    for sent in ({}, ONE_CLICK, None):
        known, unknown = (shown(one, sent) for one in (rosa.key, key))
        assert known == unknown
    assert Answer.objects.count() == 1


def shown(key: str, sent: dict[str, str] | None) -> tuple[int, str, dict[str, str]]:
    """What is answered, without the key itself."""
    answer: Any = Client().get(f"/u/{key}/") if sent is None else Client().post(f"/u/{key}/", sent)
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    return answer.status_code, re.sub(r'action="/u/[^/]+/', 'action="/u/KEY/', answer.content.decode()), headers


def test_too_often_is_put_off_politely(rosa: Draft) -> None:
    client = Client()
    answers: list[Any] = [client.post(stop("y" * 43), ONE_CLICK) for _time in range(31)]
    assert [one.status_code for one in answers] == [200] * 30 + [429]
    assert answers[-1]["Retry-After"] == "60"
    assert client.post(stop(rosa.key), ONE_CLICK).status_code == 200  # another person, by the same provider
    assert stopped(rosa)


# -------------------------------------------------------------------------------------------- by a person


def test_a_person_presses_a_button_and_may_take_it_back(rosa: Draft) -> None:
    client = Client(enforce_csrf_checks=True)
    page: Any = client.get(stop(rosa.key))
    assert page.status_code == 200
    assert not page.cookies
    text = page.content.decode()
    assert "No more messages from Kettle &amp; Board?" in text
    assert f'<form method="post" action="/u/{rosa.key}/">' in text
    done: Any = client.post(stop(rosa.key))
    assert "Done. We write to you no more." in done.content.decode()
    assert not done.cookies
    assert stopped(rosa)
    back = reverse("unsubscribe_back", args=[rosa.key])
    assert f'action="{back}"' in done.content.decode()
    again: Any = client.post(back)
    assert "As you wish." in again.content.decode()
    assert not stopped(rosa)
    given = Consent.objects.filter(state="given")
    assert {(one.purpose, one.by_whom, one.wording) for one in given} == {
        (purpose, "person", "It was a slip: write to me this way again") for purpose in ("marketing", "feedback")
    }
    assert [line.action for line in Entry.objects.order_by("pk")] == ["unsubscribe", "subscribe again"]


def test_taking_back_opens_nothing_that_this_link_did_not_shut(rosa: Draft) -> None:
    client, back = Client(), reverse("unsubscribe_back", args=[rosa.key])
    client.post(back)
    assert not Consent.objects.exists()
    other = draft(rosa.address, person_id=rosa.person_id, record_id=rosa.record_id, action="b", contact_id="another")
    client.post(stop(other.key))
    client.post(back)  # the link of an older mail, perhaps in other hands
    assert stopped(rosa)
    assert {one.state for one in Consent.objects.all()} == {"withdrawn"}


def test_taking_back_ends_after_a_day_and_is_no_get(rosa: Draft) -> None:
    client, back = Client(), reverse("unsubscribe_back", args=[rosa.key])
    client.post(stop(rosa.key))
    assert client.get(back).status_code == 405
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=25)):
        client.post(back)
    assert stopped(rosa)


def test_a_bounced_mailbox_stays_shut(rosa: Draft) -> None:
    unsubscribe(rosa.key)
    Suppressed.objects.update(why="bounced")
    Client().post(reverse("unsubscribe_back", args=[rosa.key]))
    assert stopped(rosa)


def test_the_page_runs_no_script_and_is_found_by_no_search(rosa: Draft) -> None:
    text = Client().get(stop(rosa.key)).content.decode()  # type: ignore[attr-defined]
    assert "<script" not in text
    assert 'name="robots" content="noindex"' in text
    assert rosa.address not in text


def test_the_purpose_of_the_mail_itself_is_stopped_too(snapshot: Snapshot) -> None:
    one, owed = draft("a@example.com", purpose="public"), draft("b@example.com", purpose="contract")
    unsubscribe(one.key)
    unsubscribe(owed.key)
    by_record = {
        record: set(Consent.objects.filter(record_id=record).values_list("purpose", flat=True))
        for record in (one.record_id, owed.record_id)
    }
    assert by_record[one.record_id] == {"marketing", "feedback", "public"}
    assert by_record[owed.record_id] == {"marketing", "feedback"}


# -------------------------------------------------------------------------------- what comes in later


@pytest.fixture
def copied(shop_made: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A copy of the shop whose ledger may be written to; the app database is the test's, as ever."""
    folder = tmp_path / "shop"
    shutil.copytree(shop_made, folder)
    return open_company(folder)


def test_an_older_file_that_says_yes_changes_nothing(
    rosa: Draft, copied: Company, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.COMPANY = copied
    monkeypatch.setattr(served, "reread", lambda company: company)
    unsubscribe(rosa.key)
    file = copied.folder / "list.csv"
    file.write_text(
        "email,consent,channel,purpose,date\n" + f"{rosa.address},yes,email,marketing,2026-06-01 10:00\n", "utf-8"
    )
    (outcome,) = intake.add(copied, [str(file)])
    assert outcome.error is None, outcome.error
    assert outcome.new, outcome
    snapshot = open_current(copied)
    assert is_suppressed(rosa.address, "email")
    assert rosa.record_id in said_no_since(copied, snapshot, **GATE)
    drain(copied)
    assert rosa.record_id in said_no_since(copied, snapshot, **GATE)
