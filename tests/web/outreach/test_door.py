"""The only door out: what is let out is a contact of record, and what is not says why (S2.7, S2.8, S4.2, S0.37)."""

from __future__ import annotations

from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from byname.gate_again import STALE
from byname.web.accounts.models import Account, Entry
from byname.web.desk import Desk
from byname.web.outreach import door
from byname.web.outreach.deciding import done_by_hand
from byname.web.outreach.door import claim, claim_many
from byname.web.outreach.models import Draft, State
from byname.web.outreach.suppression import suppress
from byname.web.written import actions
from byname.web.written.actions.unhandle import unhandle
from byname.web.written.models import Contact
from tests.web.outreach.door_case import again, approved, lines, written


def test_a_mail_that_is_let_out_is_one_contact_of_record(desk: Desk, bob: Account) -> None:
    line = lines(desk)[0]
    draft = approved(desk, line, decided_by=bob, employee="")
    verdict = claim(desk, draft)
    assert (verdict.is_open, verdict.rule, verdict.says) == (True, "", "")
    found = Draft.objects.get(pk=draft.pk)
    assert (found.state, draft.state, found.says) == (State.CLAIMED, State.CLAIMED, "")
    (contact,) = written(desk, "contacts")
    assert contact["fact_id"] == found.contact_id == draft.contact_id
    assert (contact["record_id"], contact["action"], contact["channel"], contact["address"]) == (
        draft.record_id, line["action"], "email", draft.address,
    )  # fmt: skip
    assert (contact["campaign"], contact["arm"], contact["kind"]) == (
        f"{line['action']} {desk.as_of}",
        "treated",
        "ask",
    )
    assert contact["cost"] == Decimal(0)
    assert (contact["purpose"], contact["goal"], contact["employee"]) == (draft.purpose, draft.goal, "Bob")
    assert found.claimed_at is not None
    assert contact["occurred_at"] == found.claimed_at.replace(tzinfo=None)
    (decision,) = written(desk, "decisions")
    assert (decision["kind"], decision["value"], decision["by_whom"]) == ("done", line["action"], "Bob")
    assert again(desk).since.handled == {(line["person_id"], line["action"]): "done"}
    assert Entry.objects.get(action="let out").after == {"claimed": 1}


def test_nothing_is_let_out_twice(desk: Desk) -> None:
    draft = approved(desk, lines(desk)[0])
    assert claim(desk, draft).is_open
    second = claim(desk, draft)
    assert (second.is_open, second.rule) == (False, door.NOT_WAITING)
    twice = claim_many(desk, [draft, draft])
    assert [verdict.rule for verdict in twice] == [door.NOT_WAITING] * 2
    assert Contact.objects.count() == 1


def test_a_draft_that_nobody_approved_or_that_is_gone_is_not_let_out(desk: Desk) -> None:
    draft = approved(desk, lines(desk)[0], state=State.DRAFT)
    assert claim(desk, draft).rule == door.NOT_WAITING
    Draft.objects.all().delete()
    assert claim(desk, draft).rule == door.NOT_WAITING
    assert not Contact.objects.exists()


def test_the_same_draft_twice_in_one_batch_is_one_contact(desk: Desk) -> None:
    draft = approved(desk, lines(desk)[0])
    assert [verdict.is_open for verdict in claim_many(desk, [draft, draft])] == [True, False]
    assert Contact.objects.count() == 1


def test_of_two_contacts_with_one_person_the_second_sees_the_first(desk: Desk) -> None:
    line = lines(desk)[0]
    first = approved(desk, line)
    other = Draft.objects.get(pk=first.pk)
    other.pk, other.key, other.as_of = None, "another", other.as_of - timedelta(days=1)
    other.save()
    verdicts = claim_many(desk, [first, other])
    assert [verdict.is_open for verdict in verdicts] == [True, False]
    assert verdicts[1].rule in ("contact-budget", "rest", "reciprocity", "asks-a-year")
    assert Draft.objects.get(pk=other.pk).says == verdicts[1].says != ""
    assert Contact.objects.count() == 1


def test_a_whole_list_is_judged_at_once_each_for_itself(desk: Desk) -> None:
    found = {line["person_id"]: line for line in (*lines(desk), *lines(desk, "letter", "thank"))}
    drafts = [approved(desk, line) for line in found.values()]
    verdicts = claim_many(desk, drafts)
    states = [Draft.objects.get(pk=draft.pk).state for draft in drafts]
    assert [draft.state for draft in drafts] == states
    for draft, verdict in zip(drafts, verdicts, strict=True):
        expected = (
            State.STOPPED if not verdict.is_open else State.CLAIMED if draft.channel == "email" else State.BY_HAND
        )
        assert draft.state == expected
    mails = [draft for draft in drafts if draft.state == State.CLAIMED]
    assert len(mails) > 5
    assert {draft.contact_id for draft in mails} == set(Contact.objects.values_list("fact_id", flat=True))


def test_what_is_done_by_hand_is_recorded_when_it_was_done(desk: Desk, alice: Account) -> None:
    line = lines(desk, "letter", "thank")[0]
    draft = approved(desk, line)
    assert claim(desk, draft).is_open
    assert draft.state == State.BY_HAND
    assert not Contact.objects.exists()
    done = done_by_hand(alice, desk, draft)
    assert (done.state, done.decided_by) == (State.DONE, None)
    (contact,) = written(desk, "contacts")
    assert (contact["fact_id"], contact["channel"], contact["employee"]) == (
        done.contact_id,
        "letter",
        "Ingrid Halvorsen",
    )
    assert contact["cost"] == Decimal("1.5") or contact["cost"] >= 0
    assert Entry.objects.get(action="contact").about == line["person_id"]


def test_by_hand_the_gate_is_asked_once_more(desk: Desk, alice: Account) -> None:
    line = lines(desk, "letter", "thank")[0]
    draft = approved(desk, line, state=State.BY_HAND)
    actions.log_contact(alice, desk, line["person_id"], channel="phone", kind="news")
    stopped = done_by_hand(alice, desk, draft)
    assert stopped.state == State.STOPPED
    assert stopped.says
    assert stopped.contact_id is None
    assert Contact.objects.count() == 1


def test_a_snapshot_of_more_than_26_hours_lets_nothing_out(desk: Desk, alice: Account) -> None:
    draft = approved(desk, lines(desk)[0])
    with time_machine.travel(desk.snapshot.run.replace(tzinfo=UTC) + timedelta(hours=26, minutes=1)):
        verdict = claim(desk, draft)
    assert (verdict.is_open, verdict.rule) == (False, STALE)
    assert Draft.objects.get(pk=draft.pk).state == State.APPROVED, "it goes after the next refresh"
    with time_machine.travel(desk.snapshot.run.replace(tzinfo=UTC) + timedelta(hours=25, minutes=59)):
        assert claim(desk, draft).is_open


def test_who_is_hidden_hears_nothing(desk: Desk, alice: Account) -> None:
    line = lines(desk)[0]
    draft = approved(desk, line)
    actions.wish(alice, desk, line["person_id"], "objection")
    assert claim(desk, draft).rule == door.HIDDEN
    assert Draft.objects.get(pk=draft.pk).state == State.STOPPED


def test_who_was_merged_since_waits_for_the_refresh(desk: Desk, alice: Account) -> None:
    one, other = lines(desk)[:2]
    drafts = [approved(desk, one), approved(desk, other)]
    actions.merge(alice, desk, one["person_id"], other["person_id"])
    assert [verdict.rule for verdict in claim_many(desk, drafts)] == [door.MERGED] * 2
    assert not Contact.objects.exists()


def test_an_address_on_the_list_of_the_suppressed_gets_nothing(desk: Desk) -> None:
    draft = approved(desk, lines(desk)[0])
    suppress(draft.address.upper(), "email", "complained")
    verdict = claim(desk, draft)
    assert (verdict.is_open, verdict.rule) == (False, door.SUPPRESSED)


def test_what_the_morning_did_not_let_through_does_not_go(desk: Desk) -> None:
    line = lines(desk)[0]
    draft = approved(desk, line)
    Draft.objects.filter(pk=draft.pk).update(action="ask-for-the-story")
    assert claim(desk, draft).rule == "not-listed"


def test_it_goes_to_the_address_that_was_judged(desk: Desk) -> None:
    draft = approved(desk, lines(desk)[0])
    known = draft.address
    Draft.objects.filter(pk=draft.pk).update(address="old@example.com")
    assert claim(desk, draft).is_open
    assert draft.address == Draft.objects.get(pk=draft.pk).address == known


def test_a_mail_that_is_out_stays_a_contact_whatever_is_taken_back(desk: Desk, alice: Account) -> None:
    draft = approved(desk, lines(desk)[0])
    claim(desk, draft)
    unhandle(alice, desk, written(desk, "decisions")[0]["fact_id"])
    assert undone(desk) == {"decisions"}


def test_what_was_not_done_by_hand_after_all_is_no_contact(desk: Desk, alice: Account) -> None:
    draft = approved(desk, lines(desk, "letter", "thank")[0], state=State.BY_HAND)
    done_by_hand(alice, desk, draft)
    unhandle(alice, desk, written(desk, "decisions")[0]["fact_id"])
    assert undone(desk) == {"decisions", "contacts"}


def undone(desk: Desk) -> set[str]:
    """The tables of the facts that were taken back."""
    taken = {row["value"] for row in written(desk, "decisions") if row["kind"] == "undo"}
    tables = ("decisions", "contacts")
    return {name for name in tables if any(row["fact_id"] in taken for row in written(desk, name))}


@pytest.mark.django_db(transaction=True)
def test_a_crash_in_the_middle_leaves_neither(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The draft and its contact are in one transaction."""
    drafts = [approved(desk, line) for line in lines(desk)[:2]]

    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(door, "_log", crash)
    with pytest.raises(KeyboardInterrupt):
        claim(desk, drafts[0])
    with pytest.raises(KeyboardInterrupt):
        claim_many(desk, drafts)
    assert not Contact.objects.exists()
    assert set(Draft.objects.values_list("state", "contact_id")) == {(State.APPROVED, None)}
    assert written(desk, "contacts") == []
