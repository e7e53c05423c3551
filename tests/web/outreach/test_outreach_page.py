"""Letters: what is to go out, approved with changed words, refused, done by hand; who may, and what nobody sees.

Demands: S4.2, S0.3, S0.5, S0.20, S0.28 (no ask leaves without a person's yes), S3.17.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.urls import reverse

from byname.company import Outreach, Web
from byname.demo.simulated import AS_OF
from byname.web.accounts.models import Entry
from byname.web.console.outreach.looked import LOOKED, look
from byname.web.console.outreach.notices import missing, unapproved
from byname.web.outreach import drafting
from byname.web.outreach.models import Draft, State
from byname.web.written import actions
from byname.web.written.models import Contact
from tests.web.conftest import signed_in
from tests.web.shown import called, copied, people_on, show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.http import HttpResponse
    from django.test import Client

    from byname.company import Company
    from byname.snapshot import Snapshot
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

pytestmark = pytest.mark.django_db
ALL = {"whose": "all"}


@pytest.fixture(autouse=True)
def _on_the_day() -> Iterator[None]:
    with time_machine.travel(f"{AS_OF}T08:30:00+02:00"):
        yield


@pytest.fixture
def drafts(desk: Desk) -> list[Draft]:
    """The day's."""
    return drafting.drafts_of_day(desk)


def of(drafts: list[Draft], *, team: str = "marketing", gaps: bool = False) -> Draft:
    """A mail of that team, with something to fill in or without."""
    return next(d for d in drafts if d.team == team and d.channel == "email" and d.words and ("[" in d.words) == gaps)


def page(client: Client, state: str = "waiting", number: int = 1) -> HttpResponse:
    answer: HttpResponse = client.get(reverse("outreach"), ALL | {"state": state, "page": str(number)})
    return answer


def whole(client: Client, state: str = "waiting") -> str:
    """All pages of a group."""
    first = page(client, state)
    pages = first.context["page"].paginator.num_pages
    return "".join(page(client, state, number).content.decode() for number in range(1, pages + 1))


def decided(client: Client, draft: Draft, how: str, *, in_place: bool = False, **more: str) -> HttpResponse:
    headers = {"HX-Request": "true"} if in_place else {}
    address = reverse("outreach_decide", args=[draft.key])
    answer: HttpResponse = client.post(address, {"how": how, **more}, headers=headers)
    draft.refresh_from_db()
    return answer


def test_the_days_letters_are_written_by_a_button_and_listed_with_all_that_is_used(
    as_alice: Client, snapshot: Snapshot
) -> None:
    many = page(as_alice).context["unwritten"]
    assert many > 15
    assert Draft.objects.count() == 0
    assert as_alice.post(reverse("outreach_day")).status_code == 302
    assert Draft.objects.count() == many
    assert page(as_alice).context["unwritten"] == 0
    said = whole(as_alice)
    assert said.count("data-letter>") == many
    for draft in Draft.objects.all():
        assert reverse("outreach_draft", args=[draft.key]) in said
    one = next(draft for draft in Draft.objects.exclude(facts=[]))
    alone = as_alice.get(reverse("outreach_draft", args=[one.key])).context["row"]
    assert [(fact.says, bool(fact.purpose)) for fact in alone.facts] == [(fact["says"], True) for fact in one.facts]
    assert {row["person_id"] for row in snapshot.query("select person_id from plan")} >= set(people_on(said.encode()))


def test_a_member_has_the_letters_of_the_own_team_written(as_bob: Client) -> None:
    as_bob.get(reverse("outreach"), ALL)
    as_bob.post(reverse("outreach_day"))
    assert set(Draft.objects.values_list("team", flat=True)) == {"marketing"}
    as_bob.get(reverse("outreach"), {"whose": "service"})
    assert as_bob.post(reverse("outreach_day")).status_code == 403


def test_a_letter_is_approved_with_changed_words(as_bob: Client, bob: Account, desk: Desk, drafts: list[Draft]) -> None:
    draft = of(drafts, gaps=True)
    look(bob, desk, draft.action)
    answer = decided(as_bob, draft, "approve", subject="One question", words="Dear you,\r\n\r\nhow are we doing?")
    assert answer.status_code == 302
    assert (draft.state, draft.subject) == (State.APPROVED, "One question")
    assert draft.words == "Dear you,\n\nhow are we doing?"
    assert draft.decided_by == bob
    assert Entry.objects.filter(action="approved", about=draft.person_id).count() == 1
    assert "how are we doing?" in page(as_bob, "going").content.decode()


def test_what_is_left_to_fill_in_is_marked_and_keeps_it_here(
    as_bob: Client, bob: Account, desk: Desk, drafts: list[Draft]
) -> None:
    draft = of(drafts, gaps=True)
    look(bob, desk, draft.action)
    alone = as_bob.get(reverse("outreach_draft", args=[draft.key]))
    assert alone.context["row"].gaps
    assert f"<mark>[{alone.context['row'].gaps[0]}]</mark>" in alone.content.decode()
    answer = decided(as_bob, draft, "approve", in_place=True, subject="My own", words="Dear you, [say something]")
    said = answer.content.decode()
    assert draft.state == State.DRAFT
    assert "Write what stands in the brackets" in said
    assert "Dear you, [say something]</textarea>" in said
    assert 'value="My own"' in said
    plain = decided(as_bob, draft, "approve", words="Dear you, [say something]")
    assert plain.status_code == 400
    assert "Dear you, [say something]</textarea>" in plain.content.decode()


def test_several_are_approved_at_once_but_none_with_gaps_none_that_nobody_looked_at(
    as_alice: Client, alice: Account, desk: Desk, drafts: list[Draft]
) -> None:
    ready, gap = of(drafts, team="sales"), of(drafts, team="service", gaps=True)
    unseen = next(d for d in drafts if d.words and "[" not in d.words and d.action not in (ready.action, gap.action))
    for action in (ready.action, gap.action):
        look(alice, desk, action)
    said = whole(as_alice)
    assert f'value="{ready.key}" form="several"' in said
    assert f'value="{gap.key}" form="several"' not in said
    assert f'value="{unseen.key}" form="several"' not in said
    answer = as_alice.post(
        reverse("outreach_several"), {"draft": [ready.key, gap.key, unseen.key, "nobody's"]}, follow=True
    )
    states = {draft.key: draft.state for draft in Draft.objects.filter(key__in=[ready.key, gap.key, unseen.key])}
    assert states == {ready.key: State.APPROVED, gap.key: State.DRAFT, unseen.key: State.DRAFT}
    assert "1 approved." in answer.content.decode()
    assert "Left as they were" in answer.content.decode()
    assert "None was ticked" in as_alice.post(reverse("outreach_several"), follow=True).content.decode()


def test_a_refusal_says_why(as_bob: Client, drafts: list[Draft]) -> None:
    draft = of(drafts)
    assert "message error" in decided(as_bob, draft, "refuse", in_place=True, why=" ").content.decode()
    assert draft.state == State.DRAFT
    said = decided(as_bob, draft, "refuse", in_place=True, why="she just called us").content.decode()
    assert draft.state == State.REFUSED
    assert "<html" not in said
    assert "she just called us" in said
    assert "she just called us" in page(as_bob, "refused").content.decode()


def test_what_is_done_by_hand_is_done_with_one_button_and_counts_as_a_contact(
    as_alice: Client, drafts: list[Draft]
) -> None:
    draft = next(d for d in drafts if d.channel == "letter" and d.words and "[" not in d.words)
    Draft.objects.filter(pk=draft.pk).update(state=State.BY_HAND)
    assert 'value="done"' in page(as_alice, "by-hand").content.decode()
    decided(as_alice, draft, "done")
    assert (draft.state, draft.says) == (State.DONE, "")
    assert Contact.objects.get(fact_id=draft.contact_id).action == draft.action
    assert draft.title in page(as_alice, "gone").content.decode()


def test_what_was_stopped_or_lost_says_so(as_alice: Client, drafts: list[Draft]) -> None:
    stopped, lost = drafts[0], drafts[1]
    Draft.objects.filter(pk=stopped.pk).update(state=State.STOPPED, says="she asked for peace until May")
    Draft.objects.filter(pk=lost.pk).update(state=State.LOST)
    said = page(as_alice, "stopped").content.decode()
    assert "she asked for peace until May" in said
    assert "never tried again" in said
    assert 'value="approve"' not in said
    groups = {tab.key: tab.many for tab in page(as_alice).context["tabs"]}
    assert groups["stopped"] == 2
    assert groups["waiting"] == len(drafts) - 2


def test_a_reader_sees_and_cannot_act(as_rita: Client, drafts: list[Draft]) -> None:
    said = whole(as_rita)
    assert said.count("data-letter>") == len(drafts)
    assert "outreach_decide" not in said
    assert "/decide/" not in said
    assert 'type="checkbox"' not in said
    for how in ("approve", "refuse", "done"):
        assert decided(as_rita, of(drafts), how, why="no").status_code == 403
    for name in ("outreach_day", "outreach_several", "outreach_write"):
        assert as_rita.post(reverse(name)).status_code == 403
    assert as_rita.post(reverse("outreach_looked", args=[drafts[0].action])).status_code == 403


def test_a_member_decides_for_the_own_team_alone(sam: Account, alice: Account, desk: Desk, drafts: list[Draft]) -> None:
    draft, own = of(drafts, team="sales"), of(drafts, team="service", gaps=True)
    for action in (draft.action, own.action):
        look(alice, desk, action)
    client = signed_in(sam)
    said = whole(client)
    assert reverse("outreach_decide", args=[own.key]) in said
    assert reverse("outreach_decide", args=[draft.key]) not in said
    for how in ("approve", "refuse"):
        assert decided(client, draft, how, why="not ours").status_code == 403
    client.post(reverse("outreach_several"), {"draft": draft.key})
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    assert decided(client, own, "refuse", why="done already").status_code == 302


def test_who_objected_since_is_not_shown_and_the_page_says_that_somebody_is_left_out(
    as_alice: Client, alice: Account, desk: Desk, drafts: list[Draft]
) -> None:
    draft = Draft.objects.order_by("-as_of", "pk")[0]
    actions.wish(alice, desk, draft.person_id, "objection")
    answer = page(as_alice)
    assert draft.person_id not in people_on(answer.content)
    assert draft.key not in answer.content.decode()
    assert answer.context["unseen"] == len([d for d in drafts[:15] if d.person_id == draft.person_id])
    assert "not shown" in answer.content.decode()
    assert as_alice.get(reverse("outreach_draft", args=[draft.key])).status_code == 404
    assert decided(as_alice, draft, "refuse", why="x").status_code == 404


def test_hostile_words_are_words(
    as_alice: Client, drafts: list[Draft], snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil, draft = '"><script>alert(1)</script>', drafts[0]
    own = copied(snapshot, tmp_path)
    called(own, draft.person_id, evil)
    show(monkeypatch, own)
    Draft.objects.filter(pk=draft.pk).update(
        words=evil, subject=evil, why=evil, address=evil, title=evil, says=evil,
        facts=[{"name": evil, "says": evil, "purpose": evil}],
    )  # fmt: skip
    for answer in (page(as_alice), as_alice.get(reverse("outreach_draft", args=[draft.key]))):
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert "&lt;script&gt;alert(1)" in answer.content.decode()


def test_today_writes_a_letter_and_opens_it(as_bob: Client, bob: Account) -> None:
    first = as_bob.get("/", {"whose": "marketing"})
    row = next(
        row for row in [first.context["one"], *first.context["rows"]] if row and row.contact["channel"] == "email"
    )
    assert "Write and send…" in first.content.decode()
    sent = {"person": row.contact["person_id"], "action": row.contact["action"]}
    answer = as_bob.post(reverse("outreach_write"), sent)
    draft = Draft.objects.get()
    assert answer["Location"] == reverse("outreach_draft", args=[draft.key])
    assert as_bob.post(reverse("outreach_write"), sent)["Location"] == answer["Location"]
    assert (draft.person_id, draft.action) == (sent["person"], sent["action"])
    assert answer["Location"] in as_bob.get("/", {"whose": "marketing"}).content.decode()
    assert answer["Location"] in as_bob.get(reverse("person", args=[draft.person_id])).content.decode()
    assert as_bob.post(reverse("outreach_write"), {"person": sent["person"], "action": "nothing"}).status_code == 404
    assert as_bob.post(reverse("outreach_write"), {"person": "pAAAAAAAAAAAAAAAA", "action": "x"}).status_code == 404


def test_a_playbook_that_never_went_out_is_looked_at_before_the_first_yes(as_bob: Client, drafts: list[Draft]) -> None:
    draft = of(drafts)
    there = reverse("outreach_preview", args=[draft.action])
    assert there in page(as_bob).content.decode()
    assert decided(as_bob, draft, "approve")["Location"] == there
    assert decided(as_bob, draft, "approve", in_place=True)["HX-Redirect"] == there
    assert draft.state == State.DRAFT
    as_bob.post(reverse("outreach_looked", args=[draft.action]))
    as_bob.post(reverse("outreach_looked", args=[draft.action]))
    assert Entry.objects.filter(action=LOOKED, about=draft.action).count() == 1
    decided(as_bob, draft, "approve")
    assert draft.state == State.APPROVED


def test_empty_settings_are_said_and_so_is_what_goes_without_a_yes(company: Company, as_alice: Client) -> None:
    settings = company.settings
    assert [one.table for one in missing(settings)] == ["[web]", "[outreach]", "[outreach]", "[web]"]
    said = page(as_alice).content.decode()
    assert "No mail server is named" in said
    assert "a person says yes to everything that leaves" in said
    full = settings.model_copy(
        update={
            "web": Web(mail="smtp://localhost", address="https://kettle.test"),
            "outreach": Outreach(sender="a@kettle.test", postal="1 Mill Lane", unapproved={"service": ("thank",)}),
        }
    )
    assert missing(full) == []
    assert unapproved(full) == ["Service: thanks go out without a yes."]
    assert unapproved(replace(company, settings=settings).settings) == []


def test_each_group_says_what_to_do_when_it_is_empty(as_alice: Client, as_rita: Client) -> None:
    for state in ("waiting", "by-hand", "going", "stopped", "gone", "refused", "nonsense"):
        for client in (as_alice, as_rita):
            assert 'class="empty"' in page(client, state).content.decode()
