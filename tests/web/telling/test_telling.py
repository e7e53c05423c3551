"""Other systems are told of wishes, consents, corrections and erasures, signed, in order, until they took it.

Demands: S0.16; GDPR 19; Standard Webhooks (standardwebhooks.com).
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from django.test import Client

from byname.company import Company
from byname.web.accounts.models import Account
from byname.web.desk import Desk
from byname.web.outreach.hooks import verified
from byname.web.portal.whom import Her
from byname.web.telling.telling import Told, tell_all, tell_due
from byname.web.telling.thread import TellingThread
from byname.web.work import forgetting
from byname.web.work.models import Kind, Run
from byname.web.written import actions
from tests.web.outreach.service_case import KEY, Service
from tests.web.portal.test_portal_tools import do

pytestmark = pytest.mark.django_db

RAW = base64.b64decode(KEY.removeprefix("whsec_"))


@pytest.fixture(autouse=True)
def _from_now_on(counter: Desk, other: Service) -> None:
    """What other tests wrote before is not told."""
    assert tell_due(counter) == Told()
    assert other.heard == []


def said(other: Service) -> list[dict[str, Any]]:
    return [json.loads(body) for _headers, body in other.heard]


def test_a_wish_is_told_with_the_sources_own_numbers_and_nothing_else_of_her(
    as_rosa: Client, rosa: Her, counter: Desk, other: Service
) -> None:
    do(as_rosa, "pace", pace="once a month")
    assert tell_due(counter) == Told(many=1)
    (one,) = said(other)
    assert one["type"] == "wish.pace"
    assert set(one["data"]) == {"value", "until", "records"}
    assert one["data"]["value"] == "once a month"
    own = [row for row in rosa.links if row["role"] == "customer"]
    assert one["data"]["records"] == [{name: row[name] for name in ("source", "account", "source_id")} for row in own]
    assert own
    assert not [word for word in (rosa.name, rosa.email, rosa.person_id, rosa.anchor) if word in json.dumps(one)]
    headers, body = other.heard[0]
    assert verified(RAW, headers, body, time.time()) == headers["webhook-id"]


def test_what_only_colleagues_need_is_told_to_nobody(
    as_rosa: Client, alice: Account, rosa: Her, counter: Desk, other: Service
) -> None:
    do(as_rosa, "line", own="my orders")
    actions.note(alice, counter, rosa.person_id, "she was tired")
    actions.assign(alice, counter, rosa.person_id, "Ingrid Halvorsen")
    actions.log_contact(alice, counter, rosa.person_id, channel="phone", kind="service")
    assert tell_due(counter) == Told()
    assert other.heard == []


def test_a_child_is_told_as_a_restriction_without_the_age(as_rosa: Client, counter: Desk, other: Service) -> None:
    do(as_rosa, "correct", detail="birth", value=f"{counter.company.today().year - 10}-01-01")
    assert tell_due(counter) == Told(many=1)
    (one,) = said(other)
    assert (one["type"], one["data"]["value"]) == ("wish.restriction", "a child")
    assert "birth" not in json.dumps(one)


def test_in_order_and_again_until_it_is_taken(as_rosa: Client, counter: Desk, other: Service) -> None:
    do(as_rosa, "stop", what="marketing")
    do(as_rosa, "correct", detail="name", value="Rosa Maria")
    other.answers = lambda _body: (503, {}, b"later")
    told = tell_due(counter)
    assert told.many == 0
    assert told.says.startswith("503")
    other.answers = lambda _body: (200, {}, b"")
    assert tell_due(counter) == Told(many=2)
    first, again, last = said(other)
    assert first == again
    assert other.heard[0][0]["webhook-id"] == other.heard[1][0]["webhook-id"]
    assert [one["type"] for one in (first, last)] == ["wish.objection", "correct"]
    assert (last["data"]["detail"], last["data"]["value"]) == ("name", "Rosa Maria")
    assert tell_due(counter) == Told()


def test_who_is_forgotten_is_told_of_before_it_is_carried_out(
    as_rosa: Client, rosa: Her, counter: Desk, other: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    monkeypatch.setattr(forgetting, "carried", lambda *given: ran.append((len(other.heard), given[0])))
    as_rosa.post("/my/erase/")
    run = Run.objects.get(kind=Kind.FORGET)
    forgetting.carry_out(run.pk)
    assert ran == [(1, run.pk)]
    (one,) = said(other)
    assert (one["type"], set(one["data"])) == ("erase", {"records"})
    assert {row["source_id"] for row in rosa.links if row["role"] == "customer"} == {
        row["source_id"] for row in one["data"]["records"]
    }


def test_the_receipt_says_who_could_not_be_told(
    as_rosa: Client, other: Service, monkeypatch: pytest.MonkeyPatch, telling: Company
) -> None:
    other.answers = lambda _body: (500, {}, b"broken")
    monkeypatch.setattr(forgetting, "carried", lambda *_given: None)
    as_rosa.post("/my/erase/")
    run = Run.objects.get(kind=Kind.FORGET)
    forgetting.carry_out(run.pk)
    run.refresh_from_db()
    assert run.result["untold"].startswith("500")
    done = {"number": "20261126-abc", "counts": {}, "left": ["a backup"]}
    forgetting._finish(run, forgetting.Outcome(forgetting.State.DONE, "", done))
    run.refresh_from_db()
    assert run.result["left"][0] == "a backup"
    assert "tell them yourself" in run.result["left"][1]
    assert "tell them yourself" in run.says


def test_the_thread_tells_and_rests_when_nobody_listens(as_rosa: Client, other: Service, counter: Desk) -> None:
    do(as_rosa, "pace", pace="never")
    assert TellingThread().look() == ""
    assert [one["type"] for one in said(other)] == ["wish.pace"]
    do(as_rosa, "pace", pace="once a year")
    other.answers = lambda _body: None
    assert "line broke" in TellingThread().look()
    assert tell_all(counter, seconds=0.1) != ""
