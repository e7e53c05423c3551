"""What a contact is believed to change, and what that is worth (S1.19, S4.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byname.engines import Engine
from byname.plan.effects import Effect, believed
from byname.plan.worth import ANSWER, COMPLAINT, FRIEND, Money, valued
from byname.playbooks.condition import profile_schema
from byname.playbooks.loading import load
from byname.proof.effects import Measured

PLAYBOOK = load(None)[0]
ON = PLAYBOOK.expected.on


def offer(outcome: str, **but: Any) -> dict[str, Any]:
    """A row of `offered`."""
    return {
        "action": outcome, "number": 3, "channel": "email", "channel_number": 0, "place": 0, "team_number": 1,
        "minutes": 4.0, "cost": 0.0, "perk": 0.0, "worth_to_them": 0.0, "owed": False, "dated": False,
        "outcome": outcome, "days": 73.0, "effect": 0.02, "sd": 0.02,
    } | but  # fmt: skip


def worth_of(engine: Engine, offers: list[dict[str, Any]], **person: Any) -> dict[str, dict[str, Any]]:
    """What each offer is worth for one person, by its action's place in the list."""
    row = {"person_id": "p1", "clv": 100.0, "value_at_risk": 50.0, "expected_spend": 500.0, "expected_orders": 5.0,
           "referrals": 2, "referral_value": 60.0, "confidence": 0.5, "value_of_knowing": 40.0}  # fmt: skip
    profile = engine.arrow(pa.Table.from_pylist([row | person], schema=profile_schema()))
    numbered = [one | {"number": place} for place, one in enumerate(offers)]
    candidates = [{"person_id": "p1", "action": one["action"], "channel": "email"} for one in numbered]
    table = valued(
        engine,
        engine.arrow(pa.Table.from_pylist(candidates)),
        profile=profile,
        reach=engine.arrow(pa.table({"person_id": ["p1"], "channel": ["email"], "liking": [0.5]})),
        offered=engine.arrow(pa.Table.from_pylist(numbered)),
        money=Money(margin=0.4, horizon_days=365),
    )
    return {offers[found["action_number"]]["action"]: found for found in engine.fetch(table).to_pylist()}


def test_each_outcome_is_worth_what_the_docs_say(duck_engine: Engine) -> None:
    outcomes = ("spend", "bought", "stayed", "complained", "recommended", "answered")
    found = worth_of(duck_engine, [offer(one, effect=-0.02 if one == "complained" else 0.02) for one in outcomes])
    expected = {
        "spend": 0.02 * 500 * 0.4 * 73 / 365,
        "bought": 0.02 * 100 * 0.4,
        "stayed": 0.02 * 150,
        "complained": 0.02 * COMPLAINT * 150,
        "recommended": 0.02 * FRIEND * 30,
        "answered": 0.02 * ANSWER * 40,
    }
    assert {one: found[one]["value"] for one in outcomes} == pytest.approx(expected)
    assert found["stayed"]["unsure"] == pytest.approx(0.02 * 150)


def test_a_gift_is_worth_what_it_is_to_them_less_what_it_costs_us(duck_engine: Engine) -> None:
    found = worth_of(duck_engine, [offer("stayed", effect=0.0, cost=12.0, worth_to_them=20.0, perk=12.0)])
    assert found["stayed"]["value"] == pytest.approx(8.0)


def test_of_whom_nothing_is_known_an_action_is_worth_nothing_and_not_null(duck_engine: Engine) -> None:
    unknown = dict.fromkeys(("expected_spend", "expected_orders", "value_at_risk", "value_of_knowing"))
    found = worth_of(duck_engine, [offer("spend"), offer("answered")], clv=0.0, confidence=None, **unknown)
    assert {row["value"] for row in found.values()} == {0.0}


def test_a_promise_that_falls_due_this_week_has_a_last_day(duck_engine: Engine) -> None:
    offers = [offer("stayed", owed=True, dated=True)]
    assert worth_of(duck_engine, offers, promise_due_days=3)["stayed"]["due"] == 3
    assert worth_of(duck_engine, offers, promise_due_days=9)["stayed"]["due"] is None
    assert worth_of(duck_engine, offers, promise_due_days=-2)["stayed"]["due"] is None


def measured(effect: float, se: float, on: str = ON) -> dict[str, Measured]:
    return {PLAYBOOK.action: Measured(PLAYBOOK.action, on, effect, se, 812, 90)}


def test_without_a_measurement_the_stated_prior_is_believed() -> None:
    prior = PLAYBOOK.expected
    assert believed([PLAYBOOK], {})[PLAYBOOK.action] == Effect(prior.effect, prior.sd, prior.origin)
    other = believed([PLAYBOOK], measured(0.5, 0.01, on="answered_7d"))
    assert other[PLAYBOOK.action].origin == prior.origin


@settings(deadline=None)
@given(effect=st.floats(-0.5, 0.5), se=st.floats(0.001, 1.0))
def test_what_is_believed_lies_between_the_prior_and_the_measurement_and_is_surer_than_both(
    effect: float, se: float
) -> None:
    found = believed([PLAYBOOK], measured(effect, se))[PLAYBOOK.action]
    low, high = sorted((PLAYBOOK.expected.effect, effect))
    assert low - 1e-9 <= found.effect <= high + 1e-9
    assert found.sd < min(se, PLAYBOOK.expected.sd)


def test_shrinking_takes_the_winner_s_curse_away() -> None:
    """Of many actions that are all alike, the best measured one is believed to be little better than the others."""
    import numpy as np

    rng = np.random.default_rng(7)
    prior = replace(PLAYBOOK.expected, effect=0.01, sd=0.01)
    playbook = replace(PLAYBOOK, expected=prior)
    truth = rng.normal(0.01, 0.01, 400)
    seen = truth + rng.normal(0, 0.02, 400)
    found = np.array([believed([playbook], measured(one, 0.02))[playbook.action].effect for one in seen.tolist()])
    best = np.argsort(found)[-40:]
    assert found[best].mean() == pytest.approx(truth[best].mean(), abs=0.005)
    assert seen[best].mean() > truth[best].mean() + 0.02
