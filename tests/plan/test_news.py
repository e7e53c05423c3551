# ruff: noqa: DTZ001 - times are UTC and carry no zone
"""What is news since the day before, by name (S2.18, S1.9)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from byname.engines import Engine
from byname.plan import news as module
from byname.plan.news import TAKES, Before, news

TEXT, DAY = pa.string(), pa.date32()
TYPES = {
    "since": DAY, "due_at": pa.timestamp("us"), "occurred_at": pa.timestamp("us"), "clv": pa.float64(),
    "referrals": pa.int64(), "days_since_thanked": pa.int64(), "referral_unthanked": pa.bool_(), "place": pa.int64(),
}  # fmt: skip
COLUMNS = {**TAKES, "evidence": ("person_id", "says", "fact_id", "place")}
TODAY = date(2026, 11, 22)

type Rows = dict[str, list[dict[str, Any]]]


def tables(rows: Rows) -> dict[str, pa.Table]:
    """A snapshot's tables; everybody who is named has a profile, with a worth of 10."""
    people = dict.fromkeys(row["person_id"] for named in rows.values() for row in named)
    known = {row["person_id"]: row for row in rows.get("profile", [])}
    rows = rows | {"profile": [{"clv": 10.0, "person_id": one} | known.get(one, {}) for one in people]}
    return {
        name: pa.Table.from_pylist(
            [{"fact_id": None} | row for row in rows.get(name, [])],
            schema=pa.schema([(column, TYPES.get(column, TEXT)) for column in columns]),
        )
        for name, columns in COLUMNS.items()
    }


def told(engine: Engine, now: Rows, before: Rows | None, *, same_day: bool = False) -> list[dict[str, Any]]:
    held = None if before is None else Before(tables(before), is_same_day=same_day)
    found = news(engine, {name: engine.arrow(one) for name, one in tables(now).items()}, held, as_of=TODAY)
    return engine.fetch(found, order_by=("kind", "about")).to_pylist()


ROWS: Rows = {
    "alarms": [
        {"person_id": "a", "kind": "fell", "since": TODAY, "says": "was loyal, now neutral; after: x", "fact_id": "f1"},
        {"person_id": "b", "kind": "warning", "since": TODAY, "says": "spoke of leaving", "fact_id": "f2"},
    ],
    "promises": [
        {"person_id": "a", "fact_id": "q1", "what": "a call", "due_at": datetime(2026, 11, 20), "state": "broken"},
        {"person_id": "a", "fact_id": "q2", "what": "a mug", "due_at": datetime(2026, 12, 20), "state": "open"},
    ],
    "waiting": [
        {"person_id": "c", "fact_id": "m1", "occurred_at": datetime(2026, 11, 21, 9), "kind": "question", "words": "Where is it?"},
        {"person_id": "c", "fact_id": "m2", "occurred_at": datetime(2026, 11, 21, 9), "kind": "complaint", "words": None},
    ],
    "profile": [
        {"person_id": "d", "referrals": 2, "referral_unthanked": True, "idea_shipped": "Lids", "clv": 90.0},
        {"person_id": "e", "referrals": 1, "referral_unthanked": True, "days_since_thanked": 90},
        {"person_id": "f", "referrals": 1, "referral_unthanked": False, "coming_occasion": "9 years with us"},
    ],
}  # fmt: skip


def test_what_holds_today_and_did_not_before_is_news_by_name(duck_engine: Engine) -> None:
    rows = told(duck_engine, ROWS, {})
    assert [(row["person_id"], row["kind"], row["says"], row["worth"]) for row in rows] == [
        ("a", "alarm", "was loyal, now neutral; after: x", 10.0),
        ("b", "alarm", "spoke of leaving", 10.0),
        ("f", "occasion", "9 years with us this week", 10.0),
        ("a", "promise broken", 'we promised "a call" for 2026-11-20, and it is overdue', 10.0),
        ("d", "thanks due", "brought a friend, and was never thanked", 90.0),
        ("d", "thanks due", "an idea of theirs was put to use (Lids), and nobody told them", 90.0),
        ("e", "thanks due", "brought a friend, and was not thanked since", 10.0),
        ("c", "waiting", 'waits for an answer to a question: "Where is it?"', 10.0),
        ("c", "waiting", "waits for an answer to a complaint", 10.0),
    ]


def test_what_held_before_is_no_news_and_of_the_first_snapshot_nothing_is(duck_engine: Engine) -> None:
    assert told(duck_engine, ROWS, ROWS) == told(duck_engine, ROWS, None) == []
    # The same fall told of another day and after another record, a friend more, a question under another person's id.
    later: Rows = {
        "alarms": [
            ROWS["alarms"][0] | {"fact_id": "f9", "says": "was loyal, now neutral; after: y"},
            ROWS["alarms"][1],
        ],
        "waiting": [row | {"person_id": "z"} for row in ROWS["waiting"]],
        "profile": [ROWS["profile"][0] | {"referrals": 3}],
    }
    assert [(row["person_id"], row["kind"]) for row in told(duck_engine, later, ROWS)] == [("d", "thanks due")]


def stood(**standings: str) -> Rows:
    return {"standing": [{"person_id": one, "standing": standing} for one, standing in standings.items()]}


def test_who_moved_between_two_snapshots_is_told_with_what_speaks_most_for_it(duck_engine: Engine) -> None:
    before = stood(a="loyal", b="unknown", c="loyal", d="loyal", e="unknown", f="neutral")
    now = stood(a="actively_dissatisfied", b="loyal", c="unknown", d="loyal", e="advocate", f="advocate", g="advocate")
    why = {"evidence": [
        {"person_id": "a", "says": "complained", "fact_id": "f1", "place": 1},
        {"person_id": "a", "says": "bought", "fact_id": "f2", "place": 2},
    ]}  # fmt: skip
    rows = told(duck_engine, now | why, before)
    assert [(row["person_id"], row["kind"], row["says"], row["fact_id"], row["since"]) for row in rows] == [
        ("a", "moved", "was loyal, now actively dissatisfied; complained", "f1", TODAY),
        ("e", "new advocate", "was unknown, now advocate", None, TODAY),
        ("f", "new advocate", "was neutral, now advocate", None, TODAY),
    ]


def test_a_second_snapshot_of_the_day_says_what_the_first_said_and_still_holds(duck_engine: Engine) -> None:
    now = ROWS | stood(a="neutral", b="loyal", c="dissatisfied")
    first = told(duck_engine, now, stood(a="loyal", b="neutral", c="loyal"))
    assert {row["kind"] for row in first} >= {"moved", "alarm", "waiting"}
    of_the_day = now | {"news": first}
    assert told(duck_engine, now, of_the_day, same_day=True) == first
    assert told(duck_engine, now, of_the_day) == []  # the next day
    kept = now | {"promises": []} | stood(a="neutral", b="advocate", c="loyal")
    again = told(duck_engine, kept, of_the_day, same_day=True)
    assert [row["says"] for row in again if row["kind"] in ("moved", "new advocate")] == [
        "was loyal, now neutral",
        "was dissatisfied, now loyal",
        "was loyal, now advocate",
    ]
    assert {row["kind"] for row in first} - {row["kind"] for row in again} == {"promise broken"}


def test_of_each_kind_the_most_valuable_are_named(duck_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    rows = told(duck_engine, ROWS, {})
    assert [row["person_id"] for row in rows if row["kind"] == "thanks due"] == ["d"]
    assert len(rows) == len({row["kind"] for row in rows}) == 5
