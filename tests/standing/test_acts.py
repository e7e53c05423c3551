# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""What people did for us and what happened to them is evidence too (S3.17, S0.24, S2.13)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest
from tests.standing.made import UNTIL, facts, links

from byname.engines import Engine
from byname.standing.acts import done

BROUGHT = pa.schema([("referrer_id", pa.string()), ("fact_id", pa.string()), ("occurred_at", pa.timestamp("us"))])
STRESS = pa.schema(
    [
        *((name, pa.string()) for name in ("person_id", "kind", "says")),
        ("since", pa.date32()),
        ("stayed", pa.bool_()),
    ]
)
INCIDENTS = pa.schema(
    [
        *((name, pa.string()) for name in ("person_id", "fact_id", "kind", "says")),
        ("occurred_at", pa.timestamp("us")),
        ("severity", pa.int64()),
        ("said", pa.bool_()),
    ]
)
WHEN = datetime(2026, 6, 1)
NAMES = ("messages", "ideas", "answers", "returns", "subscriptions")


def rows(
    engine: Engine, given: dict[str, list[dict[str, Any]]], **tables: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    made = {
        name: engine.arrow(pa.Table.from_pylist(tables.get(name, []), schema=schema))
        for name, schema in (("brought", BROUGHT), ("stress", STRESS), ("incidents", INCIDENTS))
    }
    found = done(
        engine,
        {name: facts(engine, name, *given.get(name, [])) for name in NAMES},
        **made,
        record_person=links(engine, "p1", "p2"),
        until=UNTIL,
    )
    return [row for one in found for row in engine.fetch(one, order_by=("kind", "fact_id")).to_pylist()]


@pytest.mark.parametrize(
    ("table", "fact", "expected"),
    [
        ("ideas", {"title": "A smaller box", "occurred_at": WHEN}, ["idea"]),
        ("answers", {"kind": "clicked", "occurred_at": WHEN}, ["answered_us"]),
        ("answers", {"kind": "opened", "occurred_at": WHEN}, []),
        ("answers", {"kind": "unsubscribed", "occurred_at": WHEN}, ["unsubscribed"]),
        ("answers", {"kind": "complained", "occurred_at": WHEN}, ["marked_as_spam"]),
        ("returns", {"reason": "Arrived damaged", "occurred_at": WHEN}, ["fault_return"]),
        ("returns", {"reason": "Changed my mind", "occurred_at": WHEN}, ["returned"]),
        ("returns", {"occurred_at": WHEN}, ["returned"]),
        ("returns", {"occurred_at": UNTIL}, []),
        (
            "messages",
            {"medium": "community", "in_reply_to": "q1", "accepted": True, "occurred_at": WHEN},
            ["helped_others"],
        ),
        (
            "messages",
            {"medium": "community", "in_reply_to": "q1", "helpful": 3, "occurred_at": WHEN},
            ["helped_others"],
        ),
        ("messages", {"medium": "community", "in_reply_to": "q1", "helpful": 0, "occurred_at": WHEN}, []),
        ("messages", {"medium": "review", "helpful": 30, "occurred_at": WHEN}, []),
        ("subscriptions", {"plan": "Pro", "started_at": datetime(2025, 1, 1)}, ["contract_runs"]),
        (
            "subscriptions",
            {"plan": "Pro", "started_at": datetime(2025, 1, 1), "ended_at": datetime(2026, 3, 1)},
            ["contract_ended", "contract_runs"],
        ),
    ],
)
def test_facts_are_the_evidence_that_they_are(
    duck_engine: Engine, table: str, fact: dict[str, Any], expected: list[str]
) -> None:
    assert [row["kind"] for row in rows(duck_engine, {table: [fact]})] == expected


def test_who_goes_from_one_contract_to_another_has_not_ended_one(duck_engine: Engine) -> None:
    old = {"plan": "Basic", "started_at": datetime(2025, 1, 1), "ended_at": datetime(2026, 3, 1)}
    new = {"plan": "Pro", "started_at": datetime(2026, 3, 1)}
    assert {row["kind"] for row in rows(duck_engine, {"subscriptions": [old, new]})} == {"contract_runs"}


def test_a_friend_brought_is_an_act_of_who_brought_them(duck_engine: Engine) -> None:
    (row,) = rows(duck_engine, {}, brought=[{"referrer_id": "p1", "fact_id": "x", "occurred_at": WHEN}])
    assert (row["person_id"], row["kind"], row["says"]) == ("p1", "referral", "brought a friend on {{day}}")


def test_who_stayed_through_an_event_did_and_who_left_did_not(duck_engine: Engine) -> None:
    event = {"person_id": "p1", "kind": "price rise", "says": "bought on after it", "since": date(2026, 1, 1)}
    found = rows(duck_engine, {}, stress=[event | {"stayed": True}, event | {"person_id": "p2", "stayed": False}])
    assert [(row["person_id"], row["kind"]) for row in found] == [("p1", "stayed")]
    assert found[0]["begins"] > datetime(2026, 2, 1)


def test_a_broken_promise_is_evidence_and_a_complaint_is_not_counted_twice(duck_engine: Engine) -> None:
    incident = {"person_id": "p1", "occurred_at": WHEN, "severity": 2, "said": False, "says": "something happened"}
    found = rows(
        duck_engine,
        {"returns": [{"fact_id": "r", "reason": "broken", "occurred_at": WHEN}]},
        incidents=[
            incident | {"fact_id": "a", "kind": "broken promise"},
            incident | {"fact_id": "b", "kind": "kept promise", "severity": 0},
            incident | {"fact_id": "c", "kind": "late delivery"},
            incident | {"fact_id": None, "kind": "outage"},
            incident | {"fact_id": "r", "kind": "faulty product", "said": True},
        ],
    )
    assert sorted(row["kind"] for row in found) == [
        "fault_return", "incident", "promise_broken", "promise_kept",
    ]  # fmt: skip
