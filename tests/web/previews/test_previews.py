"""Previews and opinion asks, by those who make them: made, opened, closed; who uses it, and who is invited, once.

S0.2, S0.3, S0.34.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from byname.errors import UsageError
from byname.web.accounts.models import Account, Entry
from byname.web.desk import Desk
from byname.web.outreach import deciding, door
from byname.web.outreach.models import Draft, State
from byname.web.outreach.suppression import suppress
from byname.web.portal.whom import Her
from byname.web.previews import inviting, making
from byname.web.previews.models import Invitation, Preview, Stage
from byname.web.previews.told import told
from byname.web.previews.using import User, Users, features, users
from tests.web.ideas.conftest import words
from tests.web.outreach.door_case import again
from tests.web.previews.conftest import ABOUT, typed


def test_a_colleague_makes_changes_opens_and_closes_one(as_bob: Client, desk: Desk, feature: str) -> None:
    made = as_bob.post("/previews/new/", typed(desk, feature))
    assert made.status_code == 302, words(made)
    one = Preview.objects.get()
    path = f"/previews/{one.pk}/"
    assert made["Location"] == path
    assert (one.stage, one.kind, one.feature, one.by) == (Stage.DRAFT, "give", feature, "Bob")
    assert [(question.kind, question.choices) for question in one.questions.all()] == [
        ("choice", ["The old one", "The new one"]),
        ("scale", []),
        ("words", []),
    ]
    assert "The old one" in as_bob.get(f"{path}change/").content.decode()
    as_bob.post(f"{path}change/", typed(desk, feature, kind="ask", title="What of the cart?"))
    assert "Once it is open its questions stay" in words(as_bob.get(path))
    as_bob.post(f"{path}open/")
    one.refresh_from_db()
    assert (one.stage, one.title, one.action, one.questions.count()) == (
        Stage.OPEN, "What of the cart?", "ask-those-who-use-it", 3,
    )  # fmt: skip
    assert as_bob.get(f"{path}change/").status_code == 302
    assert "it is open" in words(as_bob.post(f"{path}open/"))
    assert as_bob.post(f"{path}close/", {"became": ""}).status_code == 302
    refused = as_bob.post(f"{path}close/", {"became": " "})
    assert refused.status_code == 422
    as_bob.post(f"{path}close/", {"became": "The new one stays."})
    one.refresh_from_db()
    assert (one.stage, one.became) == (Stage.CLOSED, "The new one stays.")
    made_by = Entry.objects.filter(about=f"preview {one.pk}").order_by("pk").values_list("action", flat=True)
    assert list(made_by) == [
        "preview made", "preview changed", "preview opened", "preview closed", "preview closed",
    ]  # fmt: skip
    assert "What of the cart?" in words(as_bob.get("/previews/"))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"kind": "sell"}, "give, ask"),
        ({"title": " "}, "some words"),
        ({"title": "x" * 121}, "120 at most"),
        ({"about": ""}, "some words"),
        ({"feature": "Nobody uses it"}, "something that customers use"),
        ({"link": "http://kettle.test"}, "https://"),
        ({"link": "javascript:alert(1)"}, "https://"),
        ({"last_day": ""}, "a day"),
        ({"last_day": "soon"}, "a day such as"),
        ({"last_day": "2020-01-01"}, "a day that is not over"),
        ({"first_day": "2999-01-01"}, "2999-01-01 or later"),
        ({"text-1": "", "text-2": "", "text-3": ""}, "one at least"),
        ({"choices-1": "Only one"}, "2 to 12 different ones"),
        ({"kind-1": "stars"}, "choice, scale, words"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    as_bob: Client, desk: Desk, feature: str, changed: dict[str, str], says: str
) -> None:
    refused = as_bob.post("/previews/new/", typed(desk, feature, **changed))
    assert refused.status_code == 422
    assert says in words(refused)
    assert ABOUT.splitlines()[0] in refused.content.decode() or "about" in changed
    assert "How good is it?" in refused.content.decode() or "text-2" in changed
    assert not Preview.objects.exists()


def test_a_reader_reads_and_changes_nothing(as_rita: Client, rita: Account, preview: Preview, desk: Desk) -> None:
    path = f"/previews/{preview.pk}/"
    assert "Write their invitations" not in words(as_rita.get(path))
    for where in ("/previews/new/", f"{path}open/", f"{path}close/", f"{path}invite/", f"{path}file/"):
        assert as_rita.post(where, {"many": "1"}).status_code == 403
    for refused in (
        lambda: making.save(rita, desk, {}),
        lambda: making.open_it(rita, desk, preview),
        lambda: making.close(rita, desk, preview, "no"),
        lambda: inviting.invite(rita, desk, preview, "1"),
    ):
        with pytest.raises(PermissionDenied):
            refused()


def test_it_is_told_how_many_people_use_each_feature(as_rita: Client, desk: Desk) -> None:
    rows = desk.snapshot.query("select features from profile where array_length(features) > 0")
    found = features(desk)
    assert found
    assert all(sum(name in row["features"] for row in rows) == many for name, many in found.items())
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert all(name in words(as_rita.get("/previews/")) for name in found)


def test_those_who_use_it_stand_there_with_why_the_gate_says_no(
    as_bob: Client, preview: Preview, oscar: Her, desk: Desk
) -> None:
    found = users(desk, preview)
    assert [one.person["person_id"] for one in found.open] == [oscar.person_id]
    assert found.open[0].channel == "email"
    assert [one.used for one in found.rows] == sorted((one.used for one in found.rows), reverse=True)
    says = {one.person["person_id"]: one.says for one in found.barred}
    blocked = {row["person_id"]: row["says"] for row in _blocked(desk, preview)}
    assert says
    assert says == {who: why for who, why in blocked.items() if who not in desk.since.hidden}
    unmeant = [one.person["person_id"] for one in found.unmeant]
    assert sorted([*unmeant, *says, oscar.person_id]) == sorted(one.person["person_id"] for one in found.rows)
    shown = words(as_bob.get(f"/previews/{preview.pk}/"))
    assert all(one.person["name"] in shown for one in found.unmeant)
    assert oscar.name in shown
    assert all(" ".join(why.split()) in shown for why in says.values())
    assert found.hidden == sum(one in desk.since.hidden for one in _who_uses(desk, preview))


def _who_uses(desk: Desk, preview: Preview) -> list[str]:
    sql = "select person_id from profile where list_contains(features, $1)"
    return [row["person_id"] for row in desk.snapshot.query(sql, [preview.feature])]


def _blocked(desk: Desk, preview: Preview) -> list[dict[str, Any]]:
    sql = "select person_id, rule, says from blocked where action = $1 and person_id in (select unnest($2))"
    return desk.snapshot.query(sql, [preview.action, _who_uses(desk, preview)])


def test_who_is_held_out_of_the_play_is_not_invited(alice: Account, desk: Desk) -> None:
    (row,) = desk.snapshot.query(
        "select person_id, profile.features[1] as feature, says from blocked join profile using (person_id) "
        "where action = 'preview' and rule = 'held-out' limit 1"
    )
    made = making.save(alice, desk, typed(desk, row["feature"]))
    making.open_it(alice, desk, made)
    inviting.invite(alice, desk, made, "200")
    assert row["person_id"] not in Invitation.objects.values_list("person_id", flat=True)
    says = {one.person["person_id"]: one.says for one in users(desk, made).barred}
    assert says[row["person_id"]] == row["says"]


def test_an_invitation_is_a_letter_like_any_other_and_comes_once(
    as_bob: Client, as_alice: Client, alice: Account, preview: Preview, oscar: Her, desk: Desk
) -> None:
    sent = as_bob.post(f"/previews/{preview.pk}/invite/", {"many": "5"}, follow=True)
    assert "1 letter waits for a yes" in words(sent)
    draft = Draft.objects.get()
    assert (draft.person_id, draft.record_id, draft.address) == (oscar.person_id, oscar.anchor, oscar.email)
    assert (draft.action, draft.kind, draft.channel, draft.state) == ("preview", "give", "email", State.DRAFT)
    (used,) = desk.snapshot.rows("profile", [oscar.person_id], ("used_28", "first_name"))
    for said in (preview.title, preview.feature, f"{used['used_28']} times", ABOUT, used["first_name"], preview.link):
        assert said in draft.words
    assert "Nothing is expected of you in return" in draft.words
    assert "on your own page" in draft.words
    assert {fact["name"] for fact in draft.facts} == {"first_name", "features", "used_28"}
    assert preview.title in words(as_alice.get(reverse("outreach")))
    again_ = as_bob.post(f"/previews/{preview.pk}/invite/", {"many": "5"})
    assert again_.status_code == 422
    assert "nobody who may be written to now" in words(again_)
    assert (Draft.objects.count(), Invitation.objects.count()) == (1, 1)
    # Neither on another day, when yesterday's letter was refused.
    deciding.refuse(alice, desk, draft, "Not now.")
    Draft.objects.update(as_of=desk.as_of - timedelta(days=1))
    with pytest.raises(UsageError, match="nobody who may be written to"):
        inviting.invite(alice, again(desk), preview, "5")
    assert told(desk, preview).invited == 0, "what did not go out is no invitation"


def test_an_approved_invitation_goes_through_the_door(
    alice: Account, preview: Preview, desk: Desk, as_oscar: Client
) -> None:
    inviting.invite(alice, desk, preview, "1")
    draft = deciding.approve(alice, desk, Draft.objects.get())
    assert door.claim(again(desk), draft).is_open
    draft.refresh_from_db()
    assert draft.state == State.CLAIMED
    found = told(again(desk), preview)
    assert (found.written, found.invited, found.answered, found.share) == (1, 1, 0, 0.0)
    # Who is invited sees it, also when the feature is one that they use no longer.
    Preview.objects.update(feature="Long gone")
    assert as_oscar.get(f"/my/asked/{preview.pk}/").status_code == 200


def test_the_plans_own_letter_that_waits_becomes_the_invitation(
    alice: Account, preview: Preview, oscar: Her, desk: Desk
) -> None:
    planned = Draft.objects.create(
        person_id=oscar.person_id, record_id=oscar.anchor, as_of=desk.as_of, action="preview", title="As planned",
        team="product", channel="email", kind="give", purpose="marketing", words="We work on [what changes there].",
    )  # fmt: skip
    assert inviting.invite(alice, desk, preview, "1") == 1
    draft = Draft.objects.get()
    assert draft.pk == planned.pk
    assert preview.title in draft.words
    assert "[" not in draft.words


def test_a_letter_that_somebody_decided_on_stays_and_so_does_another_previews(
    alice: Account, preview: Preview, oscar: Her, desk: Desk, feature: str
) -> None:
    inviting.invite(alice, desk, preview, "1")
    other = making.save(alice, desk, typed(desk, feature, title="Another"))
    making.open_it(alice, desk, other)
    (says,) = [one.says for one in users(desk, other).rows if one.person["person_id"] == oscar.person_id]
    assert says == "the same playbook has a letter to them today"
    with pytest.raises(UsageError):
        inviting.invite(alice, desk, other, "1")


def test_an_asks_letter_asks_for_an_opinion_and_says_that_no_answer_is_fine(
    alice: Account, oscar: Her, desk: Desk, feature: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = making.save(alice, desk, typed(desk, feature, kind="ask", link=""))
    making.open_it(alice, desk, made)
    person = {"person_id": oscar.person_id, "name": oscar.name, "standing": "neutral"}
    him = User(person, 1, "email", "", is_meant=True, is_invited=False)
    monkeypatch.setattr(inviting, "users", lambda _desk, _preview: Users((him,), 1, 0))
    inviting.invite(alice, desk, made, "1")
    draft = Draft.objects.get()
    assert (draft.action, draft.kind, draft.purpose) == ("ask-those-who-use-it", "ask", "feedback")
    assert draft.subject == "A question from Kettle & Board"
    assert "It is fine not to answer" in draft.words
    assert "1 time " in draft.words
    assert "To see it" not in draft.words


def test_who_unsubscribed_is_not_invited(alice: Account, preview: Preview, oscar: Her, desk: Desk) -> None:
    suppress(oscar.email, "email", "unsubscribed")
    assert not users(desk, preview).open
    with pytest.raises(UsageError, match="nobody who may be written to"):
        inviting.invite(alice, desk, preview, "1")


@pytest.mark.parametrize("many", ["0", "-1", "201", "many", "", "9" * 40, "²"])
def test_how_many_is_a_number_within_bounds(alice: Account, preview: Preview, desk: Desk, many: str) -> None:
    with pytest.raises(UsageError, match="1 to 200"):
        inviting.invite(alice, desk, preview, many)


def test_nobody_is_invited_to_what_is_not_open(alice: Account, desk: Desk, feature: str) -> None:
    made = making.save(alice, desk, typed(desk, feature))
    with pytest.raises(UsageError, match="not open today"):
        inviting.invite(alice, desk, made, "1")
    assert not Draft.objects.exists()
