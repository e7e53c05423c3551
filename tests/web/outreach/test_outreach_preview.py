"""Before the first sending: five real people, the friend's questions asked now, the holdout and what it can show.

Demands: S4.2, S2.16 and S3.11 (what a thank-you holds is seen before it goes), S2.17.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.urls import reverse

from byname.demo.simulated import AS_OF
from byname.plan.gate.rule import rules
from byname.proof.detectable import smallest_effect, smallest_sample
from byname.proof.sequential import half_width
from byname.web.console.outreach import preview
from byname.web.console.outreach.looked import unseen
from byname.web.console.proof.views import known_playbooks
from byname.web.outreach import drafting
from byname.web.outreach.models import Draft
from byname.web.written import actions
from tests.web.shown import copied, people_on, rewritten, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.http import HttpResponse
    from django.test import Client

    from byname.playbooks.playbook import Playbook
    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(f"{AS_OF}T08:30:00+02:00"):
        yield


@pytest.fixture
def meant(snapshot: Snapshot) -> str:
    """The playbook that is meant for most."""
    sql = "select action from candidates group by action order by count(*) desc, action limit 1"
    return str(snapshot.query(sql)[0]["action"])


def opened(client: Client, action: str) -> HttpResponse:
    answer: HttpResponse = client.get(reverse("outreach_preview", args=[action]))
    return answer


def book(desk: Desk, action: str) -> Playbook:
    return known_playbooks(desk)[action]


def test_five_real_people_from_the_most_to_the_least_valuable(as_rita: Client, desk: Desk, meant: str) -> None:
    order = [
        row["person_id"]
        for row in desk.snapshot.query(
            "select person_id from candidates where action = $1 order by expected_value desc, person_id", [meant]
        )
    ]
    answer = opened(as_rita, meant)
    shown = [one.person["person_id"] for one in answer.context["examples"]]
    places = [order.index(person) for person in shown]
    assert len(places) == 5
    assert places == sorted(places)
    assert places[0] < len(order) / 5
    assert places[-1] >= 4 * len(order) / 5 - 1
    assert shown == people_on(answer.content)[:5]


def test_the_words_are_those_that_a_draft_gets(as_alice: Client, desk: Desk) -> None:
    drafts = {(draft.person_id, draft.action): draft for draft in drafting.drafts_of_day(desk)}
    compared = 0
    for action in {action for _person, action in drafts}:
        for one in opened(as_alice, action).context["examples"]:
            if draft := drafts.get((one.person["person_id"], action)):
                assert "".join(piece.text for piece in one.pieces) == draft.words
                assert [fact.says for fact in one.facts] == [fact["says"] for fact in draft.facts]
                compared += 1
    assert compared > 5


def test_looking_makes_no_draft_and_lets_nobody_out(as_alice: Client, meant: str) -> None:
    opened(as_alice, meant)
    assert not Draft.objects.exists()


def test_a_mail_is_shown_as_it_will_be_sent(mailing_desk: Desk, as_alice: Client, meant: str) -> None:
    mailed = [one for one in preview.examples(mailing_desk, book(mailing_desk, meant)) if one.mail]
    assert mailed
    said = opened(as_alice, meant).content.decode()
    for one in mailed:
        assert one.mail is not None
        words = "".join(piece.text for piece in one.pieces)
        assert one.mail.text.startswith(words)
        assert one.mail.to == one.address
        assert one.mail.beneath
        assert all(line in one.mail.text for line in one.mail.beneath)
        assert one.address in said


def test_the_friends_questions_are_asked_now_with_what_was_written_since(
    as_alice: Client, alice: Account, desk: Desk, snapshot: Snapshot
) -> None:
    sql = "select action from candidates join plan using (person_id, action) where not owed group by action order by 1"
    # Of those whom the morning let through one may have to rest a day longer: the gate says so now.
    pages = ((row["action"], opened(as_alice, row["action"])) for row in snapshot.query(sql))
    action, before = next(
        (action, page) for action, page in pages if not all(one.stops for one in page.context["examples"])
    )
    were = {one.person["person_id"]: one.stops for one in before.context["examples"]}
    assert f"All {len(rules())} of the friend" in before.content.decode()
    person = next(one for one, stops in were.items() if not stops)
    actions.log_contact(alice, desk, person, channel="email", kind="ask")
    now = opened(as_alice, action)
    stops = {one.person["person_id"]: one.stops for one in now.context["examples"]}
    assert stops[person]
    assert stops[person] in now.content.decode()
    assert {one: says for one, says in stops.items() if one != person} == {
        one: says for one, says in were.items() if one != person
    }
    assert "says no" in now.content.decode()


def test_whom_it_spares_is_counted_by_rule(as_alice: Client, snapshot: Snapshot) -> None:
    sql = "select action, count(*) as people from blocked group by action order by people desc, action limit 1"
    (most,) = snapshot.query(sql)
    answer = opened(as_alice, most["action"])
    assert sum(rule.people for rule in answer.context["stopped"]) == most["people"]
    titles = {rule.name: rule.title for rule in rules()}
    assert all(rule.question == titles[rule.rule] for rule in answer.context["stopped"])


def test_who_objected_since_is_no_example(as_alice: Client, alice: Account, desk: Desk, meant: str) -> None:
    person = opened(as_alice, meant).context["examples"][0].person["person_id"]
    actions.wish(alice, desk, person, "objection")
    assert person not in people_on(opened(as_alice, meant).content)


def people(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str, many: int) -> None:
    """Let the playbook be meant for so many, a twentieth of them held out."""
    own, held = copied(desk.snapshot, tmp_path), many // 20
    known = [row["person_id"] for row in own.query("select person_id from profile order by person_id limit 50")]
    row: dict[str, Any] = {"action": action, "channel": "email", "expected_value": 1.0}
    rewritten(own, "candidates", [row | {"person_id": known[n % 50]} for n in range(many - held)])
    blocked = {"action": action, "rule": "held-out", "says": "the lot", "also": ""}
    rewritten(own, "blocked", [blocked | {"person_id": f"q{n:016d}"} for n in range(held)])
    show(monkeypatch, own)


def test_what_the_holdout_can_show_is_what_the_proof_would_need(
    as_alice: Client, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    playbook = book(desk, "ask-the-silent")
    people(desk, tmp_path, monkeypatch, playbook.action, 20_000)
    answer = opened(as_alice, playbook.action)
    found, share = answer.context["holdout"], playbook.holdout
    assert (found.held, found.let_through) == (1_000, 19_000)
    wide = half_width(1.0, 20_000)
    arm = 20_000 * share
    assert found.smallest == pytest.approx(smallest_effect(0.5, 20_000 - arm, arm, critical=wide))
    assert found.needed == pytest.approx(smallest_sample(playbook.expected.effect, 0.5, share))
    assert found.base is None
    assert f"{found.points:.1f} percentage points" in answer.content.decode()


def test_buying_is_counted_with_how_often_it_happens(desk: Desk) -> None:
    playbook = next(one for one in known_playbooks(desk).values() if one.expected.outcome == "bought" and one.holdout)
    found = preview.holdout(desk, playbook)
    days = playbook.expected.days
    (row,) = desk.snapshot.query(
        "select count_if(days_since_purchase <= $1) / count(*) as share from profile where is_customer", [days]
    )
    share = float(row["share"])
    assert found.base == pytest.approx(share)
    assert found.needed == pytest.approx(
        smallest_sample(playbook.expected.effect, sqrt(share * (1 - share)), playbook.holdout)
    )


def test_too_few_people_and_nobody_held_out_are_said(as_alice: Client, desk: Desk, meant: str) -> None:
    assert opened(as_alice, "ask-the-silent").context["holdout"].is_blind
    assert "With so few people" in opened(as_alice, "ask-the-silent").content.decode()
    assert book(desk, meant).holdout == 0
    assert "Nobody is held out" in opened(as_alice, meant).content.decode()


def test_spend_is_told_by_what_the_company_measured(desk: Desk) -> None:
    found = [one for one in known_playbooks(desk).values() if one.expected.outcome == "spend"]
    assert found
    for playbook in found:
        said = preview.holdout(desk, playbook)
        assert said.smallest is None
        assert any("of spend" in line for line in said.spending)


def test_every_playbook_can_be_looked_at(as_alice: Client, desk: Desk) -> None:
    for action in known_playbooks(desk):
        assert opened(as_alice, action).status_code == 200, action
    assert opened(as_alice, "no-such").status_code == 404
    assert as_alice.post(reverse("outreach_looked", args=["no-such"])).status_code == 404


def test_what_reached_people_before_needs_no_look(desk: Desk) -> None:
    assert unseen(desk, ["thank-a-quiet-loyal", "welcome"]) == {"welcome"}


def test_a_reader_and_another_team_do_not_say_that_they_looked(
    as_rita: Client, as_bob: Client, desk: Desk, meant: str
) -> None:
    assert book(desk, meant).team == "service"
    for client, status in ((as_rita, 403), (as_bob, 404)):
        assert "I looked at it" not in opened(client, meant).content.decode()
        assert client.post(reverse("outreach_looked", args=[meant])).status_code == status
    assert unseen(desk, [meant])
