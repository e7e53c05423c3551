"""Perks and rules are facts: a refresh takes them, her export has them, an erasure leaves none (S4.15, S0.15, S0.6)."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from byname import draining
from byname.company import Company, open_company
from byname.decided import in_ledger
from byname.forgetting import forget
from byname.people.decisions import states
from byname.snapshot import open_current
from byname.web.accounts.models import Account
from byname.web.agreed import perks, returning
from byname.web.agreed.book import agreed_with, agreed_with_all
from byname.web.agreed.saying import KINDS, Agreed, agreed_in, perk_value, rule_value
from byname.web.desk import Desk
from byname.web.portal.whom import Her
from tests.web.agreed.conftest import now
from tests.web.ideas.conftest import words

WHAT, WHY = "a lantern from Zanzibar", "You brought light when ours went out."
REASON, WORDS, ANSWER = "Nine kettles came back boiled dry.", "They whistled at night.", "So they did; we looked."


def everything_agreed(her: Her, bob: Account, sam: Account) -> None:
    """One of each kind."""
    until = her.desk.company.today() + timedelta(days=60)

    def desk() -> Desk:
        return Desk(her.desk.company, her.desk.snapshot)

    perks.grant(bob, desk(), her.person_id, WHAT, why=WHY)
    perks.give(bob, desk(), her.person_id, now(her).perks[0].number)
    returning.make_rule(bob, desk(), her.person_id, "strict", why=REASON, until=until, has_looked=True)
    returning.appeal(her, WORDS)
    returning.answer(sam, desk(), now(her).rules[0].number, "kept", ANSWER)


def said_by(agreed: Agreed) -> tuple[Any, ...]:
    """All that it says, however its rows came."""
    return (
        [(one.number, one.what, one.why, one.until, one.by, one.given, one.holds) for one in agreed.perks],
        [(one.number, one.rule, one.team, one.looked_at, one.until, one.appeal, one.in_force) for one in agreed.rules],
    )


def test_her_export_and_what_we_hold_have_all_of_it_in_plain_words(
    as_rosa: Client, as_alice: Client, bob: Account, sam: Account, rosa: Her
) -> None:
    everything_agreed(rosa, bob, sam)
    answer = as_rosa.post(reverse("my-file", args=["json"]))
    held = json.loads(b"".join(answer.streaming_content))["held"]["decisions"]  # type: ignore[attr-defined]
    found = {row["kind"]: row["value"] for row in held if row["kind"] in KINDS}
    assert set(found) == set(KINDS)
    for kind, said in zip(KINDS, (WHY, WHAT, REASON, WORDS, ANSWER), strict=True):
        assert said in found[kind]
    for page in (as_rosa.get("/my/held/"), as_alice.get(f"/person/{rosa.person_id}/")):
        told = words(page)
        assert f"a perk was granted: {WHAT}. {WHY}" in told
        assert f"a perk was given: {WHAT}" in told
        assert f"a rule for returns (strict): {REASON}" in told
        assert f"an appeal against the rule for returns: {WORDS}" in told
        assert f"the rule for returns was kept on appeal: {ANSWER}" in told


@pytest.mark.django_db(transaction=True)
def test_a_refresh_takes_them_and_an_erasure_leaves_none(
    company: Company, rosa: Her, bob: Account, sam: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything_agreed(rosa, bob, sam)
    before = now(rosa)
    shutil.copytree(company.folder, tmp_path / "shop")
    copy = open_company(tmp_path / "shop")
    monkeypatch.setenv("BYNAME_KEYS", str(tmp_path / "keys"))
    draining.drain(copy)
    in_it = in_ledger(copy, "decisions", KINDS)
    assert sorted(row["kind"] for row in in_it) == sorted(KINDS)
    assert states(in_it) == [], "they say nothing of who is who"
    desk = Desk(copy, open_current(copy))
    assert said_by(agreed_with(desk, rosa.person_id)) == said_by(before)
    forget(copy, rosa.person_id)
    assert in_ledger(copy, "decisions", KINDS) == []
    assert agreed_with_all(Desk(copy, open_current(copy))) == {}
    kept = b"".join(path.read_bytes() for path in (tmp_path / "shop").glob("app.sqlite3*"))
    for said in (WHAT, WHY, REASON, WORDS, ANSWER):
        assert said.encode() not in kept


def row(kind: str, number: str, value: str, **more: Any) -> Mapping[str, Any]:
    at = datetime(2026, 6, 1)  # noqa: DTZ001 - UTC without a zone, as facts are
    return {
        "kind": kind, "source": "byname", "source_id": number, "fact_id": number, "value": value, "until": None,
        "by_whom": "Bob", "occurred_at": at, "updated_at": None, "known_at": at, **more,
    }  # fmt: skip


def test_what_another_tool_or_hand_wrote_says_nothing() -> None:
    perk = perk_value("coffee", "Just so.", is_once=False, action="")
    rule = rule_value("strict", "service", 3, "Worn.")
    assert (
        agreed_in([row("perk", "1", perk, source="generic"), row("returns", "2", rule, source="generic")]) == Agreed()
    )
    broken = ["", "strict", "strict service many\nwhy", "banned service 3\nwhy", "strict  3\nwhy"]
    assert agreed_in(row("returns", str(number), value) for number, value in enumerate(broken)).rules == ()
    assert agreed_in(row("perk", str(number), value) for number, value in enumerate(["", "twice -\nx\ny"])).perks == ()
    by_colleague = [row("returns", "2", rule), row("returns appeal", "2-appeal", "2\nNo.", by_whom="Bob")]
    assert agreed_in(by_colleague).in_force == "strict", "nobody appeals for somebody else"
    hers = [row("returns", "2", rule), row("returns appeal", "2-appeal", "2\nNo.", by_whom="person")]
    assert agreed_in(hers).in_force == "usual"
    assert agreed_in([*hers, row("returns answer", "2-answer", "2 perhaps\nWell.")]).in_force == "usual"


def test_words_of_several_lines_come_back_as_they_were() -> None:
    value = rule_value("generous", "", 0, "First.\n\nSecond, with 2 words.")
    (rule,) = agreed_in([row("returns", "1", value, until=datetime(2020, 1, 1))]).rules  # noqa: DTZ001
    assert (rule.rule, rule.team, rule.looked_at, rule.why) == ("generous", "", 0, "First.\n\nSecond, with 2 words.")
    assert rule.until == datetime(2020, 1, 1, tzinfo=UTC)
    assert rule.in_force == "usual"
