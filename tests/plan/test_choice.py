"""Candidates of a company in, a plan and its reasons out (S0.11, S3.17)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from byname.engines import Engine
from byname.plan.choice import Chosen, chosen, prices_kept, prices_said
from byname.plan.choosing.leaving import Left
from byname.playbooks.condition import profile_schema
from byname.playbooks.loading import load

PLAYBOOKS = load(None)
CHANNELS = ("email", "sms", "phone", "whatsapp", "letter", "in_person")
VALUED = pa.schema(
    [
        ("person_id", pa.string()), ("action_number", pa.int64()), ("channel_number", pa.int64()),
        ("team_number", pa.int64()), ("minutes", pa.float64()), ("perk", pa.float64()), ("owed", pa.bool_()),
        ("due", pa.int64()), ("value", pa.float64()), ("unsure", pa.float64()),
    ]
)  # fmt: skip
PACE = pa.schema(
    [("person_id", pa.string()), *((name, pa.int64()) for name in ("most", "rest_days", "open_days", "had"))]
)
WEEK = np.tile([60.0, 60.0, 60.0, 60.0, 0.0, 0.0, 60.0], (4, 1))  # four teams; days 4 and 5 are a weekend


def candidate(who: str, action: int, value: float, **but: Any) -> dict[str, Any]:
    return {
        "person_id": who, "action_number": action, "channel_number": 0, "team_number": 1, "minutes": 10.0, "perk": 0.0,
        "owed": False, "due": None, "value": value, "unsure": value,
    } | but  # fmt: skip


def plan(
    engine: Engine,
    candidates: list[dict[str, Any]],
    capacity: np.ndarray[Any, np.dtype[np.float64]] = WEEK,
    *,
    perks: float = 0.0,
    pace: dict[str, Any] | None = None,
    **person: Any,
) -> Chosen:
    people = sorted({row["person_id"] for row in candidates})
    profile = [{"person_id": who, "clv": 100.0, "contacts_window": 0, "neglected": False} | person for who in people]
    paces = [
        {"person_id": who, "most": 3, "rest_days": 1, "open_days": 0b1001111, "had": 0} | (pace or {}) for who in people
    ]
    return chosen(
        engine,
        engine.arrow(pa.Table.from_pylist(candidates, schema=VALUED)),
        profile=engine.arrow(pa.Table.from_pylist(profile, schema=profile_schema())),
        pace=engine.arrow(pa.Table.from_pylist(paces, schema=PACE)),
        playbooks=PLAYBOOKS,
        channels=CHANNELS,
        capacity=capacity,
        perks=perks,
        prices=None,
    )


def by_person(found: Chosen) -> dict[str, list[int]]:
    days: dict[str, list[int]] = {}
    for row in found.rows.to_pylist():
        days.setdefault(row["person_id"], []).append(row["day"])
    return days


def test_minutes_go_to_what_is_worth_most_and_the_rest_is_told(duck_engine: Engine) -> None:
    one_day = np.zeros((4, 7))
    one_day[1, 0] = 20.0
    found = plan(duck_engine, [candidate(f"p{n}", 0, float(n)) for n in range(1, 6)], one_day)
    assert set(by_person(found)) == {"p4", "p5"}
    left = found.left.to_pylist()
    assert [row["person_id"] for row in left] == ["p3", "p2", "p1"]
    assert {Left(row["why"]) for row in left} <= {Left.WORTH, Left.MINUTES}
    assert sum(found.counts.column("people").to_pylist()) == 3


def test_a_promise_for_a_day_keeps_it_whatever_else_there_is_to_do(duck_engine: Engine) -> None:
    """S3.17: what was promised to a person is not taken back by a better candidate, nor by a lack of minutes."""
    rows = [candidate(f"p{n}", 0, 1_000.0) for n in range(60)]
    rows.append(candidate("promised", 1, 0.0, owed=True, due=2, minutes=30.0))
    found = plan(duck_engine, rows)
    assert by_person(found)["promised"] == [2]


def test_a_promise_due_on_a_weekend_is_kept_before_it(duck_engine: Engine) -> None:
    found = plan(duck_engine, [candidate("promised", 1, 0.0, owed=True, due=5)])
    assert by_person(found)["promised"] == [3]


def test_of_two_channels_of_a_promise_one_is_used(duck_engine: Engine) -> None:
    rows = [candidate("promised", 1, 0.0, owed=True, due=2, channel_number=channel) for channel in (0, 2)]
    assert by_person(plan(duck_engine, rows))["promised"] == [2]


def test_contacts_that_were_had_are_taken_from_the_budget(duck_engine: Engine) -> None:
    """S2.7: within the person's own window and within the company's, whichever holds more."""
    rows = [candidate("p1", action, 50.0) for action in range(3)]
    assert len(by_person(plan(duck_engine, rows))["p1"]) == 3
    assert len(by_person(plan(duck_engine, rows, pace={"had": 1}))["p1"]) == 2
    assert by_person(plan(duck_engine, rows, contacts_window=3)) == {}
    left = plan(duck_engine, rows, contacts_window=3).left.to_pylist()
    assert {Left(row["why"]) for row in left} == {Left.BUDGET}


def test_rest_since_the_last_contact_is_kept_free(duck_engine: Engine) -> None:
    """S2.8: five days of rest, and two of them are over: nothing before the fourth day."""
    found = plan(duck_engine, [candidate("p1", 0, 50.0)], pace={"rest_days": 5}, days_since_contact=2)
    assert by_person(found)["p1"] >= [3]


def test_gifts_stay_within_their_money(duck_engine: Engine) -> None:
    """S2.15: an unannounced gift within a budget."""
    rows = [candidate(f"p{n}", 0, 50.0, perk=30.0) for n in range(5)]
    assert len(by_person(plan(duck_engine, rows, perks=70.0))) == 2
    assert by_person(plan(duck_engine, rows, perks=0.0)) == {}


def test_nobody_gives_an_empty_plan(duck_engine: Engine) -> None:
    found = plan(duck_engine, [])
    assert (found.rows.num_rows, found.left.num_rows, found.counts.num_rows) == (0, 0, 0)
    assert found.choice.gap == 0


def test_prices_are_kept_for_tomorrow(duck_engine: Engine) -> None:
    found = plan(duck_engine, [candidate(f"p{n}", 0, float(n)) for n in range(200)])
    again = prices_kept(prices_said(found.choice.prices))
    assert again is not None
    np.testing.assert_allclose(again, found.choice.prices, atol=1e-8)
    assert prices_kept(None) is None
