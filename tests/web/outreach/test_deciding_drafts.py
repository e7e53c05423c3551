"""Who approves, edits and refuses; what is not whole does not go; of two at once one decides (S2.16, S3.11, S4.2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from byname.errors import UsageError
from byname.web.accounts.models import Account, Entry, Role
from byname.web.accounts.policy import may_decide_on
from byname.web.desk import Desk
from byname.web.outreach.deciding import approve, done_by_hand, refuse
from byname.web.outreach.models import Draft, State
from byname.web.written.models import Contact
from tests.web.outreach.door_case import approved, lines


@pytest.fixture
def draft(desk: Desk) -> Draft:
    """An ask of the marketing team that waits."""
    return approved(desk, lines(desk)[0], state=State.DRAFT, team="marketing")


def test_who_may_decide() -> None:
    may = {
        (role, team): may_decide_on(Account(role=role, team=team), "marketing")
        for role in Role
        for team in ("marketing", "service", "")
    }
    assert {key for key, says in may.items() if says} == {
        (Role.MEMBER, "marketing"),
        *((role, team) for role in (Role.LEAD, Role.STEWARD, Role.OWNER) for team in ("marketing", "service", "")),
    }


def test_a_reader_and_another_team_decide_nothing(desk: Desk, rita: Account, sam: Account, draft: Draft) -> None:
    for who in (rita, sam):
        with pytest.raises(PermissionDenied):
            approve(who, desk, draft)
        with pytest.raises(PermissionDenied):
            refuse(who, desk, draft, "no")
        with pytest.raises(PermissionDenied):
            done_by_hand(who, desk, draft)
    assert Draft.objects.get().state == State.DRAFT
    assert not Entry.objects.exists()


def test_approved_as_it_is(desk: Desk, bob: Account, draft: Draft) -> None:
    done = approve(bob, desk, draft)
    assert (done.state, done.decided_by, done.words, done.subject) == (State.APPROVED, bob, draft.words, draft.subject)
    assert Draft.objects.get().state == State.APPROVED
    entry = Entry.objects.get()
    assert (entry.action, entry.about, entry.account) == ("approved", draft.person_id, bob)
    assert ((entry.before or {})["state"], (entry.after or {})["state"]) == ("draft", "approved")
    assert not Contact.objects.exists(), "nothing is out yet"


def test_edited_words_are_tidied_and_the_log_has_both(desk: Desk, bob: Account, draft: Draft) -> None:
    done = approve(
        bob, desk, draft, subject=" A question\r\nBcc: all@example.com ", words=" Hello\x00 you,\r\n\r\nhow are you? "
    )
    assert done.subject == "A question Bcc: all@example.com"
    assert done.words == "Hello you,\n\nhow are you?"
    entry = Entry.objects.get()
    assert ((entry.before or {})["words"], (entry.after or {})["words"]) == (draft.words, done.words)


@pytest.mark.parametrize(
    ("edited", "found"),
    [
        ({"words": " \n "}, "nothing"),
        ({"words": "x" * 6_001}, "6001 letters"),
        ({"subject": "\r\n"}, "nothing"),
        ({"subject": "x" * 201}, "201 letters"),
        ({"words": "Hello, [what you do about it]."}, "[what you do about it]"),
        ({"subject": "About [the thing]"}, "[the thing]"),
    ],
)
def test_what_is_not_whole_is_not_approved(
    desk: Desk, bob: Account, draft: Draft, edited: dict[str, str], found: str
) -> None:
    with pytest.raises(UsageError) as error:
        approve(bob, desk, draft, **edited)
    assert found in error.value.found
    assert Draft.objects.get().state == State.DRAFT
    assert not Entry.objects.exists()


def test_brackets_of_the_playbook_have_to_be_filled_in(desk: Desk, sam: Account) -> None:
    (line,) = desk.snapshot.query(
        "select person_id, action from plan where kind = 'service' and contains(words, '[') order by person_id limit 1"
    )
    draft = approved(desk, line, state=State.DRAFT)
    with pytest.raises(UsageError) as error:
        approve(sam, desk, draft)
    assert "still to be filled in" in error.value.found
    whole = draft.words.replace("[", "").replace("]", "")
    assert approve(sam, desk, draft, words=whole).state == State.APPROVED


def test_thanks_do_not_sell(desk: Desk, alice: Account) -> None:
    draft = approved(desk, lines(desk, "letter", "thank")[0], state=State.DRAFT)
    with pytest.raises(UsageError, match="thanks alone"):
        approve(alice, desk, draft, words=f"{draft.words}\n\nHere is 10% off with the voucher code THANKS10.")
    assert approve(alice, desk, draft).state == State.APPROVED


def test_refused_with_a_reason(desk: Desk, bob: Account, draft: Draft) -> None:
    with pytest.raises(UsageError):
        refuse(bob, desk, draft, " ")
    done = refuse(bob, desk, draft, "she is on holiday")
    assert (done.state, done.says, done.decided_by) == (State.REFUSED, "she is on holiday", bob)
    assert done.ended_at is not None
    assert Entry.objects.get().after == {"state": "refused", "why": "she is on holiday"}
    with pytest.raises(UsageError, match="refused"):
        approve(bob, desk, draft)


def test_what_was_approved_may_be_held_back_until_it_is_out(desk: Desk, bob: Account, draft: Draft) -> None:
    refuse(bob, desk, approve(bob, desk, draft), "not today")
    for state in (State.CLAIMED, State.TRIED, State.SENT, State.LOST, State.DONE, State.STOPPED):
        Draft.objects.update(state=state)
        with pytest.raises(UsageError):
            refuse(bob, desk, draft, "too late")
        with pytest.raises(UsageError):
            approve(bob, desk, draft)
        assert Draft.objects.get().state == state


def test_by_hand_is_done_once(desk: Desk, alice: Account) -> None:
    draft = approved(desk, lines(desk, "letter", "thank")[0])
    with pytest.raises(UsageError, match="approved"):
        done_by_hand(alice, desk, draft)
    Draft.objects.update(state=State.BY_HAND)
    assert done_by_hand(alice, desk, draft).state == State.DONE
    with pytest.raises(UsageError, match="done"):
        done_by_hand(alice, desk, draft)
    assert Contact.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does(desk: Desk, alice: Account, bob: Account, draft: Draft) -> None:
    together = Barrier(2)

    def approving() -> Any:
        return approve(bob, Desk(desk.company, desk.snapshot), Draft.objects.get(pk=draft.pk))

    def refusing() -> Any:
        return refuse(alice, Desk(desk.company, desk.snapshot), Draft.objects.get(pk=draft.pk), "no")

    def one(does: Any) -> str:
        try:
            together.wait(20)
            return str(does().state)
        except UsageError as error:
            return error.where
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(one, (approving, refusing)))
    state = Draft.objects.get().state
    # A refusal may come after an approval, and then it holds; an approval never comes after a refusal.
    assert said in (["approved", "refused"], [draft.title, "refused"])
    assert state == State.REFUSED
    assert Entry.objects.count() == len([one for one in said if one != draft.title])
