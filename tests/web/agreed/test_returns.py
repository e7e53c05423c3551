"""Returns: a rule for one person, by a human who looked, with its reason, an appeal and another's answer (S0.14, S0.15).

No program decides (GDPR, article 22): nothing but a colleague's own form makes a rule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client

import byname
from byname.company import Company
from byname.errors import UsageError
from byname.web.accounts.models import Account, Entry, Role
from byname.web.agreed import evidence as evidence_of
from byname.web.agreed import returning
from byname.web.agreed.evidence import evidence
from byname.web.agreed.saying import RULE, Rule
from byname.web.api import schemas
from byname.web.api.till import recognise
from byname.web.desk import Desk
from byname.web.portal.whom import Her
from byname.web.written.models import Decision
from tests.web.agreed.conftest import now
from tests.web.conftest import account, signed_in
from tests.web.ideas.conftest import words

WHY = "Six of your last seven orders came back worn."
WORDS = "Four of them did not fit, and your size table was wrong."


def fresh(her: Her) -> Desk:
    return Desk(her.desk.company, her.desk.snapshot)


def ruled(by: Account, her: Her, rule: str = "strict", **more: Any) -> Rule:
    until = None if rule == "usual" else her.desk.company.today() + timedelta(days=90)
    said = {"why": WHY, "until": until, "has_looked": True, **more}
    returning.make_rule(by, fresh(her), her.person_id, rule, **said)
    found = now(her).rule
    assert found is not None
    return found


def at_the_till(her: Her) -> Any:
    guests = recognise(fresh(her), {"email": her.email, "name": her.name})
    return next(guest for guest in guests if guest.person_id == her.person_id)


def test_a_colleague_sees_each_return_and_makes_a_rule_that_the_person_reads(
    as_bob: Client, as_rosa: Client, as_ines: Client, rosa: Her
) -> None:
    path = f"/people/{rosa.person_id}/returns/"
    found = evidence(rosa.desk, rosa.person_id)
    page = words(as_bob.get(path))
    assert found.returns
    for one in found.returns:
        assert f"{one.amount:,.2f} {one.currency}" in page
        assert one.order in page
    assert any(one.ordered_at and one.order_amount for one in found.returns), "beside the orders that they are of"
    until = (rosa.desk.company.today() + timedelta(days=30)).isoformat()
    sent = as_bob.post(path, {"rule": "strict", "why": WHY, "until": until, "looked": "on"}, follow=True)
    assert f"Returns of {rosa.name}: strict, from now on" in words(sent)
    mine = words(as_rosa.get("/my/returns/"))
    for said in (
        WHY,
        "Bob decided it",
        "of the team marketing",
        "A person decided, no program",
        "please agree it with us",
    ):
        assert said in mine
    assert f"{found.returns[0].amount:,.2f}" in mine
    assert "please agree it with us" in words(as_rosa.get("/my/"))
    assert WHY in words(as_rosa.get("/my/held/"))
    assert WHY not in words(as_ines.get("/my/returns/"))
    assert "The usual rule holds for you" in words(as_ines.get("/my/returns/"))
    assert "What you have here" not in words(as_ines.get("/my/"))
    entry = Entry.objects.get(action="returns rule")
    assert (entry.about, entry.before, entry.after["rule"]) == (rosa.person_id, {"rule": "usual"}, "strict")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"has_looked": False}, "a person decides"),
        ({"why": "  "}, "some words"),
        ({"until": None}, "within a year"),
        ({"until": datetime.now(UTC).date() + timedelta(days=400)}, "within a year"),
        ({"until": datetime.now(UTC).date() - timedelta(days=3)}, "within a year"),
    ],
)
def test_a_strict_rule_needs_a_look_a_reason_and_an_end(
    bob: Account, rosa: Her, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        ruled(bob, rosa, **changed)
    assert now(rosa).rules == ()


def test_who_returned_nothing_gets_no_strict_rule_and_may_get_a_generous_one(
    bob: Account, desk: Desk, rosa: Her
) -> None:
    (row,) = desk.snapshot.query(
        """select person_id from profile where returns_365 = 0 and orders >= 2
           and person_id not in (select person_id from links where role = 'return') order by person_id limit 1"""
    )
    until = desk.company.today() + timedelta(days=365)
    with pytest.raises(UsageError, match="nobody who returned anything"):
        returning.make_rule(bob, desk, row["person_id"], "strict", why=WHY, until=until, has_looked=True)
    with pytest.raises(UsageError, match="usual, generous, strict"):
        returning.make_rule(bob, desk, row["person_id"], "banned", why=WHY, until=until, has_looked=True)
    returning.make_rule(bob, desk, row["person_id"], "generous", why="You have always been fair.", until=until)
    assert ruled(bob, rosa, "generous", has_looked=False).in_force == "generous"


def test_the_till_is_told_the_rule_and_never_aloud(bob: Account, rosa: Her) -> None:
    assert at_the_till(rosa).returns == ""
    for rule, said in (("generous", "no questions asked"), ("strict", "as agreed with them"), ("usual", "")):
        ruled(bob, rosa, rule)
        guest = at_the_till(rosa)
        assert said in guest.returns
        assert bool(guest.returns) == bool(said)
        assert "eturn" not in guest.greeting


def test_an_appeal_brings_the_usual_rule_back_until_somebody_else_has_decided(
    as_rosa: Client, as_bob: Client, bob: Account, sam: Account, rosa: Her
) -> None:
    rule = ruled(bob, rosa)
    assert as_rosa.post("/my/returns/", {"text": " "}).status_code == 422
    assert now(rosa).in_force == "strict"
    assert "the usual rule holds for you again" in words(as_rosa.post("/my/returns/", {"text": WORDS}, follow=True))
    assert now(rosa).in_force == "usual"
    assert at_the_till(rosa).returns == ""
    assert "until somebody has decided, the usual rule holds" in words(as_rosa.get("/my/"))
    twice = as_rosa.post("/my/returns/", {"text": "And again."})
    assert twice.status_code == 422
    path = f"/returns/{rule.number}/answer/"
    page = words(as_bob.get("/returns/"))
    assert WORDS in page
    assert "You made this rule: somebody else decides" in page
    own = as_bob.post(path, {"verdict": "kept", "text": "No."})
    assert own.status_code == 422
    assert "the same person who made the rule" in words(own)
    as_sam = signed_in(sam)
    wrong = as_sam.post(path, {"verdict": "kept", "text": ""})
    assert wrong.status_code == 422
    assert "some words" in words(wrong)
    as_sam.post(path, {"verdict": "kept", "text": "We asked the workshop: they were worn."})
    assert now(rosa).in_force == "strict"
    assert at_the_till(rosa).returns
    mine = words(as_rosa.get("/my/returns/"))
    assert "We kept the rule. We asked the workshop: they were worn. Sam" in mine
    assert "data protection authority" in mine
    assert "This is not right?" not in mine
    assert as_rosa.post("/my/returns/", {"text": "And again."}).status_code == 422
    assert as_sam.post(path, {"verdict": "lifted", "text": "Once more."}).status_code == 404
    entry = Entry.objects.get(action="returns appeal decided")
    assert (entry.about, entry.after["verdict"]) == (rosa.person_id, "kept")


def test_a_lifted_rule_holds_no_longer_and_she_reads_why(
    as_rosa: Client, bob: Account, sam: Account, rosa: Her
) -> None:
    rule = ruled(bob, rosa)
    as_rosa.post("/my/returns/", {"text": WORDS})
    returning.answer(sam, fresh(rosa), rule.number, "lifted", "You are right, and we mended the table.")
    assert now(rosa).in_force == "usual"
    assert "You are right, and we mended the table." in words(as_rosa.get("/my/returns/"))
    with pytest.raises(Http404):
        returning.answer(sam, fresh(rosa), rule.number, "kept", "No.")


def test_another_account_of_the_same_employee_is_the_same_person(as_rosa: Client, rosa: Her, alice: Account) -> None:
    rule = ruled(alice, rosa)
    as_rosa.post("/my/returns/", {"text": WORDS})
    again = account("Second", Role.OWNER, employee="Ingrid Halvorsen")
    with pytest.raises(UsageError, match="same person"):
        returning.answer(again, fresh(rosa), rule.number, "kept", "No.")
    assert now(rosa).in_force == "usual"


def test_no_new_strict_rule_gets_around_an_appeal(as_rosa: Client, bob: Account, sam: Account, rosa: Her) -> None:
    ruled(bob, rosa)
    as_rosa.post("/my/returns/", {"text": WORDS})
    for who in (bob, sam):
        with pytest.raises(UsageError, match="decided first"):
            ruled(who, rosa, why="Another reason.")
    assert ruled(bob, rosa, "usual", why="We take it back.").in_force == "usual"
    # The appeal is still owed an answer, and a strict rule waits for that.
    assert WORDS in words(signed_in(sam).get("/returns/"))
    with pytest.raises(UsageError, match="decided first"):
        ruled(bob, rosa)


def test_a_rule_ends_on_its_day_and_a_strict_one_is_to_be_looked_at_again(
    bob: Account, as_bob: Client, rosa: Her, time_machine: Any
) -> None:
    ruled(bob, rosa)
    assert "To look at again" not in words(as_bob.get("/returns/"))
    time_machine.move_to(datetime.now(UTC) + timedelta(days=92))
    assert now(rosa).in_force == "usual"
    page = words(signed_in(bob).get("/returns/"))
    assert "To look at again" in page
    assert "The usual rule, for everybody." in page


def test_what_is_ours_to_put_right_stands_above_the_form(as_bob: Client, bob: Account, desk: Desk) -> None:
    (row,) = desk.snapshot.query(
        "select person_id from profile where returns_365 > 0 and open_complaints > 0 order by person_id limit 1"
    )
    said = words(as_bob.get(f"/people/{row['person_id']}/returns/"))
    assert "waits for an answer: answer it before you think about a rule" in said
    assert evidence(desk, row["person_id"]).open_complaints > 0


def test_a_fault_of_ours_is_told_by_its_reason_and_warned_of(
    as_bob: Client, rosa: Her, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = evidence_of.facts_by_id
    reasons = ["Arrived broken", "Ordered the wrong size", None]

    def with_reasons(company: Company, name: str, ids: Sequence[str]) -> list[dict[str, Any]]:
        rows = known(company, name, ids)
        return [row | {"reason": why} for row, why in zip(rows, reasons, strict=False)] if name == "returns" else rows

    monkeypatch.setattr(evidence_of, "facts_by_id", with_reasons)
    found = evidence(rosa.desk, rosa.person_id)
    assert {(one.reason, one.is_our_fault) for one in found.returns} == {
        (why or "", why == "Arrived broken") for why in reasons
    }
    said = words(as_bob.get(f"/people/{rosa.person_id}/returns/"))
    assert "1 return was for a fault of ours: it is no reason for a strict rule" in said
    assert "Arrived broken yes" in said
    assert "Ordered the wrong size not by the reason" in said
    assert "none on record not known" in said


def test_a_reader_decides_nothing(as_rita: Client, rita: Account, as_rosa: Client, bob: Account, rosa: Her) -> None:
    assert as_rita.post(f"/people/{rosa.person_id}/returns/", {"rule": "generous", "why": "x"}).status_code == 403
    rule = ruled(bob, rosa)
    as_rosa.post("/my/returns/", {"text": WORDS})
    assert as_rita.post(f"/returns/{rule.number}/answer/", {"verdict": "kept", "text": "x"}).status_code == 403
    with pytest.raises(PermissionDenied):
        returning.answer(rita, fresh(rosa), rule.number, "kept", "x")
    assert "Make a rule" not in words(as_rita.get(f"/people/{rosa.person_id}/returns/"))


def test_nothing_but_a_colleagues_form_makes_a_rule(rosa: Her) -> None:
    """No refresh, no playbook, no program: the shop's own list of people to look at made none."""
    assert not Decision.objects.filter(kind=RULE).exists()
    kinds = re.findall(r"kind: Literal\[([^\]]*)\]", Path(schemas.__file__).read_text("utf-8"))
    assert any('"perk given"' in kind for kind in kinds)
    assert not any("returns" in kind for kind in kinds)
    callers = {
        path.name for path in Path(byname.__file__).parent.rglob("*.py") if "make_rule(" in path.read_text("utf-8")
    }
    assert callers == {"returning.py", "staff.py"}
    assert now(rosa).in_force == "usual"


def test_markup_is_text(as_rosa: Client, as_bob: Client, bob: Account, rosa: Her) -> None:
    ruled(bob, rosa, why="<script>alert(1)</script>\n{{ 7*7 }}")
    as_rosa.post("/my/returns/", {"text": "<img src=x onerror=alert(2)>"})
    for page in (
        as_rosa.get("/my/returns/"),
        as_bob.get("/returns/"),
        as_bob.get(f"/people/{rosa.person_id}/returns/"),
    ):
        said = page.content.decode()
        assert "<script>alert(1)" not in said
        assert "<img src=x" not in said
        assert "{{ 7*7 }}" in said


def test_who_objects_appeals_all_the_same_and_is_not_named(
    as_rosa: Client, bob: Account, sam: Account, rosa: Her
) -> None:
    rule = ruled(bob, rosa)
    as_rosa.post("/my/returns/", {"text": WORDS})
    as_rosa.post("/my/do/stop/", {"what": "marketing"})
    said = words(signed_in(sam).get("/returns/"))
    assert WORDS in said
    assert rosa.name not in said
    returning.answer(sam, fresh(rosa), rule.number, "lifted", "You are right.")
    assert "You are right." in words(as_rosa.get("/my/returns/"))


def test_who_is_erased_is_on_no_list(as_rosa: Client, bob: Account, sam: Account, rosa: Her) -> None:
    ruled(bob, rosa)
    as_rosa.post("/my/returns/", {"text": WORDS})
    as_rosa.post("/my/erase/", {})
    assert WORDS not in words(signed_in(sam).get("/returns/"))
