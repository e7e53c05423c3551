"""Who may be one person: both side by side, and a decision that is kept, laid over at once, and can be taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from byname import deciding
from byname.web.accounts.models import Account, Entry
from byname.web.console.data import review
from byname.web.console.data.review import compared
from byname.web.desk import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def doubts(desk: Desk) -> list[deciding.Doubt]:
    found = deciding.review(desk.company, desk.snapshot, 5)
    assert len(found) > 1
    return found


def shown(client: Client) -> str:
    answer = client.get(reverse("data_review"))
    assert answer.status_code == 200
    return answer.content.decode()


def decided(client: Client, doubt: deciding.Doubt, how: str) -> Any:
    sent = {"one": doubt.person["person_id"], "other": doubt.other["person_id"], "how": how, "why": "I know them"}
    return client.post(reverse("data_decide"), sent, follow=True)


def first_pair(page: str, doubt: deciding.Doubt) -> bool:
    ids = (doubt.person["person_id"], doubt.other["person_id"])
    return all(f'value="{one}"' in page for one in ids)


def test_the_most_valuable_pair_comes_first_with_what_agrees_and_differs(
    as_alice: Client, doubts: list[deciding.Doubt]
) -> None:
    page = shown(as_alice)
    assert first_pair(page, doubts[0])
    assert doubts[0].reason.partition(";")[0] in page
    assert "differs" in page
    assert 'data-key="1"' in page


def test_two_are_compared_line_by_line() -> None:
    one = {"email": "ann@a.test", "phone": "+49 1", "city": "Graz", "street": "12 Abbey Street", "owner": None}
    other = {"email": "bob@b.test", "phone": None, "city": "GRAZ", "street": "12 Abey Street", "owner": None}
    lines = compared(deciding.Doubt(one, other, 0.5, "", 0.0))
    assert {line.what: line.how for line in lines} == {
        "e-mail": "differs",
        "phone": "one",
        "street": "alike",
        "town": "same",
    }


def test_one_person_is_decided_logged_and_taken_back(
    as_alice: Client, alice: Account, doubts: list[deciding.Doubt], desk: Desk
) -> None:
    page = decided(as_alice, doubts[0], "merge").content.decode()
    assert "are one person" in page
    assert first_pair(page, doubts[1])
    assert Entry.objects.get(action="merge").by == alice.email
    made = next(one for one in reversed(deciding.decisions(desk.company)) if one.kind != "keeps_id")
    assert (made.kind, made.note, made.state) == ("merge", "I know them", "stands")
    again = as_alice.post(reverse("data_undo"), {"decision_id": made.decision_id}, follow=True).content.decode()
    assert "Taken back" in again
    assert first_pair(again, doubts[0])


def test_two_people_are_decided(as_alice: Client, doubts: list[deciding.Doubt], desk: Desk) -> None:
    page = decided(as_alice, doubts[0], "apart").content.decode()
    assert "are two people" in page
    assert first_pair(page, doubts[1])
    deciding.undo(desk.company, deciding.decisions(desk.company)[-1].decision_id, by="test")


def test_later_puts_a_pair_off_until_somebody_looks_again(as_alice: Client, doubts: list[deciding.Doubt]) -> None:
    page = decided(as_alice, doubts[0], "later").content.decode()
    assert first_pair(page, doubts[1])
    assert "Look again at the pair put off" in page
    assert not Entry.objects.exists()
    assert first_pair(as_alice.post(reverse("data_decide"), {"how": "again"}, follow=True).content.decode(), doubts[0])


def test_who_is_shown_to_nobody_is_in_no_pair(doubts: list[deciding.Doubt], desk: Desk) -> None:
    from byname.web.written.laid_over import LaidOver

    gone = doubts[0].person["person_id"]
    desk.__dict__["since"] = LaidOver(hidden=frozenset({gone}))
    left = review._open_doubts(desk, 0)
    assert left
    assert all(gone not in (one.person["person_id"], one.other["person_id"]) for one in left)


def test_who_may_not_decide_is_refused(as_bob: Client, doubts: list[deciding.Doubt], desk: Desk) -> None:
    before = len(deciding.decisions(desk.company))
    assert decided(as_bob, doubts[0], "merge").status_code == 403
    assert as_bob.get(reverse("data_review")).status_code == 403
    assert len(deciding.decisions(desk.company)) == before


@pytest.mark.parametrize(("one", "other", "how"), [("", "", "merge"), ("p' or 1=1", "x", "merge"), ("", "", "burn")])
def test_nonsense_is_refused_in_words(as_alice: Client, one: str, other: str, how: str) -> None:
    answer = as_alice.post(reverse("data_decide"), {"one": one, "other": other, "how": how}, follow=True)
    assert answer.status_code in (200, 404)
    assert not Entry.objects.exists()
