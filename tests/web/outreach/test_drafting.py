"""A line of the plan as a draft: words, facts with what they were given for, and what goes without approval.

S2.4, S2.5, S2.6, S2.16, S3.11.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404

from byname.company import Company, Outreach
from byname.today import first_day
from byname.web.accounts.models import Account, Entry
from byname.web.desk import Desk
from byname.web.outreach.drafting import draft_of, drafts_of_day
from byname.web.outreach.models import Draft, State
from byname.web.outreach.subjects import one_line, subject_of
from byname.web.written import actions
from tests.web.outreach.door_case import again, lines


def planned(desk: Desk, channel: str = "email", kind: str = "ask") -> dict[str, Any]:
    line = lines(desk, channel, kind)[0]
    (row,) = desk.snapshot.query(
        "select * from plan where person_id = $1 and action = $2", [line["person_id"], line["action"]]
    )
    return row


def allowing(desk: Desk, **unapproved: Any) -> Desk:
    """A company whose teams need not approve some kinds."""
    settings = desk.company.settings.model_copy(
        update={"outreach": Outreach.model_validate({"unapproved": unapproved})}
    )
    return Desk(Company(desk.company.folder, settings), desk.snapshot)


def test_a_draft_says_what_the_plan_says(desk: Desk) -> None:
    row = planned(desk)
    draft = draft_of(desk, row["person_id"], row["action"])
    for name in ("person_id", "action", "title", "team", "employee", "channel", "kind", "goal", "expected", "words"):
        assert getattr(draft, name) == (row[name] or "")
    assert (draft.why, draft.as_of, draft.state) == (row["reason"], desk.as_of, State.DRAFT)
    (known,) = desk.snapshot.query(
        "select people.anchor, people.email from people where person_id = $1", [row["person_id"]]
    )
    assert (draft.record_id, draft.address) == (known["anchor"], known["email"])
    assert draft.subject == "A question from Kettle & Board"
    assert draft.purpose in ("marketing", "feedback")


def test_each_fact_in_the_words_stands_beside_them_with_its_purpose(desk: Desk) -> None:
    row = planned(desk)
    draft = draft_of(desk, row["person_id"], row["action"])
    (profile,) = desk.snapshot.query("select * from profile where person_id = $1", [row["person_id"]])
    facts = {fact["name"]: fact for fact in draft.facts}
    assert facts["first_name"] == {"name": "first_name", "says": profile["first_name"], "purpose": "contract"}
    assert all(fact["purpose"] != "inferred" and fact["says"] for fact in draft.facts)
    assert profile["first_name"] in draft.words


def test_only_what_may_be_spoken_of_is_a_fact_of_the_words(desk: Desk) -> None:
    """A company that lets an ask speak of nothing but what was said in feedback has no name among its facts."""
    row = planned(desk)
    settings = desk.company.settings.model_copy(update={"uses": {"ask": ("public",)}})
    narrow = Desk(Company(desk.company.folder, settings), desk.snapshot)
    with pytest.raises(Exception, match="given for contract"):
        draft_of(narrow, row["person_id"], row["action"])  # the playbook itself is refused by then
    assert not Draft.objects.exists()


def test_the_same_line_is_one_draft(desk: Desk) -> None:
    row = planned(desk)
    first = draft_of(desk, row["person_id"], row["action"])
    first.state = State.REFUSED
    first.save()
    second = draft_of(again(desk), row["person_id"], row["action"])
    assert (second.pk, second.state) == (first.pk, State.REFUSED)
    Draft.objects.update(as_of=desk.as_of - timedelta(days=1))
    assert draft_of(desk, row["person_id"], row["action"]).pk != first.pk, "of another day it is another"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one(desk: Desk) -> None:
    row = planned(desk)

    def one(_: int) -> int:
        try:
            return draft_of(again(desk), row["person_id"], row["action"]).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(8)))) == 1
    assert Draft.objects.count() == 1


def test_nobody_and_nothing_planned_is_not_found(desk: Desk, alice: Account) -> None:
    row = planned(desk)
    for person, action in (("pAAAAAAAAAAAAAAAA", row["action"]), (row["person_id"], "no-such-play")):
        with pytest.raises(Http404):
            draft_of(desk, person, action)
    actions.wish(alice, desk, row["person_id"], "objection")
    with pytest.raises(Http404):
        draft_of(again(desk), row["person_id"], row["action"])


def test_the_whole_day_in_its_order_without_who_is_hidden_or_handled(desk: Desk, alice: Account) -> None:
    day = first_day(desk.snapshot, desk.company.today())
    rows = desk.snapshot.query("select * from plan where day = $1 order by place, person_id, action", [day])
    drafts = drafts_of_day(desk)
    assert [(draft.person_id, draft.action) for draft in drafts] == [(row["person_id"], row["action"]) for row in rows]
    assert [draft.pk for draft in drafts_of_day(again(desk))] == [draft.pk for draft in drafts]
    of_team = drafts_of_day(desk, "sales")
    assert of_team
    assert {draft.team for draft in of_team} == {"sales"}
    one, other = rows[0]["person_id"], rows[-1]["person_id"]
    actions.wish(alice, desk, one, "objection")
    actions.handle(alice, desk, other, rows[-1]["action"], "not now")
    left = {(draft.person_id, draft.action) for draft in drafts_of_day(again(desk))}
    assert left == {(row["person_id"], row["action"]) for row in rows[1:-1] if row["person_id"] != one}


def test_a_team_may_let_thanks_go_unapproved_and_never_an_ask(desk: Desk) -> None:
    thanks, ask, gap = planned(desk, "letter", "thank"), planned(desk), _with_a_gap(desk)
    free = allowing(desk, **{thanks["team"]: ("thank",), ask["team"]: ("thank", "service"), "service": ("service",)})
    goes = draft_of(free, thanks["person_id"], thanks["action"])
    assert (goes.state, goes.decided_by) == (State.APPROVED, None)
    assert goes.decided_at is not None
    assert draft_of(free, ask["person_id"], ask["action"]).state == State.DRAFT
    waits = draft_of(free, gap["person_id"], gap["action"])
    assert (waits.kind, waits.state) == ("service", State.DRAFT), "somebody has to fill in what stands in brackets"
    assert (Entry.objects.get(action="approved at once").after or {})["drafts"] == 1


def _with_a_gap(desk: Desk) -> dict[str, Any]:
    return desk.snapshot.query("select * from plan where kind = 'service' and contains(words, '[') limit 1")[0]


def test_unless_the_settings_say_so_everything_waits(desk: Desk) -> None:
    assert {draft.state for draft in drafts_of_day(desk)} == {State.DRAFT}


def test_a_subject_is_one_short_line_in_the_language_of_the_words(desk: Desk) -> None:
    from byname.gate_again import playbooks_of

    plays = playbooks_of(desk.company).by_action
    play = plays["thank-a-quiet-loyal"]
    assert subject_of(play, {"language": "de"}, "Kettle & Board") == "Danke, von Kettle & Board"
    assert subject_of(play, {"language": "fr"}, "Kettle & Board") == "Thank you, from Kettle & Board"
    assert subject_of(play, {}, "Kettle\r\nBcc: all@example.com") == "Thank you, from Kettle Bcc: all@example.com"
    for kind in {one.kind for one in plays.values()}:
        assert len(subject_of(next(one for one in plays.values() if one.kind == kind), {}, "K")) < 40


@pytest.mark.parametrize(
    "typed", ["a\r\nBcc: x", "a\nBcc: x", "a\u2028Bcc: x", "a\x0bBcc: x", "a\x85Bcc: x", "a\x00Bcc: x"]
)
def test_one_line_is_one_line(typed: str) -> None:
    assert one_line(typed) == "a Bcc: x"
    assert len(one_line(typed).splitlines()) == 1
