"""What went wrong for each person: one row a real incident (S3.17)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, cast

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.value.made import AS_OF, UNTIL, Checked, at, bought, facts, persons

from byname.engines import Engine
from byname.standing.incident_words import fault_of
from byname.standing.incidents import incidents
from byname.value.stress import Stress

VOICE = pa.schema(
    dict.fromkeys(
        "fact_id source account source_id person_id medium thread in_reply_to status intents topic".split(), pa.string()
    )
    | {"occurred_at": pa.timestamp("us"), "answered_at": pa.timestamp("us"), "negative": pa.float64()}
    | {"public": pa.bool_(), "sensitive": pa.bool_()}
)


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def said(who: str, when: str, **more: Any) -> dict[str, Any]:
    return {"person_id": who, "occurred_at": at(when), "intents": "complaint", "sensitive": False} | more


def promise(who: str, due: str, kept: str | None, what: str = "a call back", **more: Any) -> dict[str, Any]:
    return {"record_id": who, "what": what, "due_at": at(due), "kept_at": kept and at(kept)} | more


def happened(
    engine: Engine,
    voice: list[dict[str, Any]] | None = None,
    promises: list[dict[str, Any]] | None = None,
    returns: list[dict[str, Any]] | None = None,
    net: list[Any] | None = None,
    events: list[Stress] | None = None,
    zone: str = "UTC",
) -> list[dict[str, Any]]:
    rows = [
        {"fact_id": f"m{place}", "source": "desk", "account": "main", "source_id": f"m{place}"} | row
        for place, row in enumerate(voice or [])
    ]
    known = {row["record_id"] for row in [*(promises or []), *(returns or [])]}
    table = incidents(
        engine,
        voice=engine.arrow(pa.Table.from_pylist(rows, schema=VOICE)),
        promises=facts(engine, "promises", promises or []),
        returns=facts(engine, "returns", returns or []),
        net=bought(engine, net or []),
        record_person=persons(engine, sorted(known)),
        events=events or [],
        zone=zone,
        as_of=AS_OF,
        until=UNTIL,
    )
    return engine.fetch(table, order_by=("person_id", "occurred_at", "kind")).to_pylist()


def test_a_promise_is_kept_late_or_broken_by_the_day(engine: Engine) -> None:
    found = happened(
        engine,
        promises=[
            promise("a", "2026-03-01T09:00", "2026-03-01T18:00"),
            promise("b", "2026-03-01", "2026-03-03"),
            promise("c", "2026-03-01", "2026-03-06", "Delivery by Sunday"),
            promise("d", "2026-06-01", None),
            promise("e", "2026-07-15", None),
            promise("f", "2026-06-30", None),  # due today: the day is not over yet
            promise("g", "2026-06-20", "2026-07-08"),
        ],
    )
    assert {row["person_id"]: (row["kind"], row["severity"]) for row in found} == {
        "a": ("kept promise", 0),
        "b": ("broken promise", 1),
        "c": ("late delivery", 2),
        "d": ("broken promise", 3),
        "g": ("broken promise", 3),
    }
    says = {row["person_id"]: row["says"] for row in found}
    assert says["a"] == "kept promise: promised for 2026-03-01, and kept on 2026-03-01"
    assert says["b"] == "broken promise: promised for 2026-03-01, and kept on 2026-03-03: 2 days late"
    assert says["d"] == "broken promise: promised for 2026-06-01, and not kept yet: 29 days over"
    assert [row["settled_at"] for row in found if row["person_id"] in "dg"] == [None, None]
    assert not any(row["said"] for row in found)


def test_a_days_end_is_the_companys(engine: Engine) -> None:
    night = [promise("rosa", "2026-06-01T20:00", "2026-06-01T22:30")]  # half past midnight in Berlin
    assert [row["kind"] for row in happened(engine, promises=night)] == ["kept promise"]
    assert [row["kind"] for row in happened(engine, promises=night, zone="Europe/Berlin")] == ["broken promise"]


def test_the_messages_of_a_thread_are_one_incident(engine: Engine) -> None:
    found = happened(
        engine,
        [
            said("rosa", "2026-03-01", thread="t", topic="billing and payment"),
            said("rosa", "2026-03-05", thread="t", topic="billing and payment", intents="leaving, complaint"),
            said("rosa", "2026-03-07", thread="t", intents="thanks", status="solved", answered_at=at("2026-03-06")),
            said("jonas", "2026-03-01", source_id="q"),
            said("jonas", "2026-03-02", in_reply_to="q"),
            said("mia", "2026-03-01", intents="question"),
            said("shy", "2026-03-01", topic="sensitive", sensitive=True),
            said("late", "2026-07-02"),
        ],
    )
    assert [(row["person_id"], row["kind"], row["severity"], row["fact_id"], row["said"]) for row in found] == [
        ("jonas", "complaint", 1, "m3", True),
        ("rosa", "wrong bill", 3, "m0", True),
    ]
    assert [row["settled_at"] for row in found] == [None, at("2026-03-07")]
    assert found[1]["says"] == (
        "wrong bill: complained on 2026-03-01 of: billing and payment (2 messages); settled on 2026-03-07"
    )


@pytest.mark.parametrize(
    ("status", "answered", "again", "settled"),
    [
        (None, None, None, None),
        (None, "2026-03-02", None, "2026-03-02"),
        (None, "2026-03-02", "2026-03-03", None),  # complained again after our answer
        ("open", "2026-03-02", None, None),
        ("Closed", "2026-03-02", None, "2026-03-02"),
        ("solved", None, None, "2026-03-01"),
        ("solved", "2026-08-01", None, "2026-03-01"),  # what comes after the day is not known yet
    ],
)
def test_an_answer_settles_only_what_is_not_said_to_be_open(
    engine: Engine, status: str | None, answered: str | None, again: str | None, settled: str | None
) -> None:
    first = said("rosa", "2026-03-01", thread="t", status=status, answered_at=answered and at(answered))
    more = [said("rosa", again, thread="t", status=status)] if again else []
    (row,) = happened(engine, [first, *more])
    assert row["settled_at"] == at(settled)


def test_in_public_very_hard_or_three_times_is_worse(engine: Engine) -> None:
    found = happened(
        engine,
        [
            said("public", "2026-03-01", public=True),
            said("hard", "2026-03-01", negative=0.95),
            *(said("thrice", f"2026-03-0{n}", thread="t") for n in (1, 2, 3)),
            said("plain", "2026-03-01", negative=0.7),
        ],
    )
    assert {row["person_id"]: row["severity"] for row in found} == {"public": 2, "hard": 2, "thrice": 2, "plain": 1}


def test_what_several_records_tell_of_is_one_and_two_promises_are_two(engine: Engine) -> None:
    found = happened(
        engine,
        [
            said("rosa", "2026-03-04", topic="delivery", thread="t1"),
            said("rosa", "2026-06-01", topic="delivery", thread="t2"),
            said("mia", "2026-03-01", thread="t3"),
            said("mia", "2026-03-02", thread="t4"),  # nobody knows what these are about
        ],
        promises=[
            promise("rosa", "2026-03-02", "2026-03-12", "delivery"),
            promise("jonas", "2026-03-02", "2026-03-05"),
            promise("jonas", "2026-03-03", "2026-03-05"),
        ],
        returns=[
            {"record_id": "rosa", "occurred_at": "2026-03-10", "order_id": "1", "reason": "arrived too late"},
            {"record_id": "lena", "occurred_at": "2026-03-10", "order_id": "2", "reason": "Damaged"},
            {"record_id": "lena", "occurred_at": "2026-03-11", "order_id": "2", "reason": "damaged"},
            {"record_id": "lena", "occurred_at": "2026-03-11", "order_id": "3", "reason": "too small"},
        ],
    )
    kinds = [(row["person_id"], row["kind"], row["occurred_at"].date().isoformat(), row["said"]) for row in found]
    assert kinds == [
        ("jonas", "broken promise", "2026-03-02", False),
        ("jonas", "broken promise", "2026-03-03", False),
        ("lena", "wrong or damaged goods", "2026-03-10", True),
        ("mia", "complaint", "2026-03-01", True),
        ("mia", "complaint", "2026-03-02", True),
        ("rosa", "late delivery", "2026-03-02", False),
        ("rosa", "late delivery", "2026-06-01", True),
    ]
    merged = found[5]
    assert merged["says"].endswith("(3 records tell of it)")
    assert (merged["severity"], merged["settled_at"]) == (3, None)  # the complaint has no end on record


def test_an_event_of_the_settings_is_for_who_had_bought_in_the_year_before(engine: Engine) -> None:
    outage = Stress("the outage", "outage", date(2026, 2, 1), date(2026, 2, 2))
    lasting = Stress("the strike", "late delivery", date(2026, 6, 20), date(2026, 8, 1))
    ahead = Stress("ahead", "other", date(2026, 7, 3), date(2026, 7, 3))
    found = happened(
        engine,
        net=[("rosa", "2025-12-01", 1), ("rosa", "2025-12-02", 1), ("old", "2024-12-01", 1), ("new", "2026-02-01", 1)],
        events=[outage, outage, lasting, ahead],
    )
    assert [(row["person_id"], row["kind"], row["severity"], row["fact_id"]) for row in found] == [
        ("new", "late delivery", 3, None),
        ("rosa", "outage", 2, None),
        ("rosa", "late delivery", 3, None),
    ]
    assert [row["settled_at"] for row in found] == [None, datetime(2026, 2, 2), None]  # noqa: DTZ001 - UTC
    assert found[1]["says"] == "outage: the outage, from 2026-02-01"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Arrived broken", "wrong or damaged goods"),
        ("DAMAGED_ITEM", "wrong or damaged goods"),
        ("Wrong item sent", "wrong or damaged goods"),
        ("doesn’t work", "faulty product"),  # noqa: RUF001 - as people's keyboards write it
        ("not as described", "faulty product"),
        ("Zu spät geliefert", "late delivery"),
        ("never arrived", "late delivery"),
        ("beschädigt", "wrong or damaged goods"),
        ("Ordered the wrong size", None),
        ("too small", None),
        ("changed my mind", None),
        ("No longer needed", None),
        ("", None),
        ("price", None),
        ("billing and payment", "wrong bill"),
    ],
)
def test_a_reason_is_our_fault_or_the_customers_choice(words: str, kind: str | None) -> None:
    assert fault_of(words) == kind


def test_nothing_gives_nothing(engine: Engine) -> None:
    assert happened(engine) == []


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 120), st.sampled_from(["delivery", "billing and payment"])), max_size=8, unique=True
    )
)
def test_incidents_of_a_kind_are_parted_by_two_weeks(duck_engine: Engine, made: list[tuple[int, str]]) -> None:
    start = date(2026, 1, 1)
    voice = [said("rosa", (start + timedelta(days=day)).isoformat(), topic=topic) for day, topic in made]
    expected = 0
    for topic in {topic for _, topic in made}:
        days = sorted(day for day, of in made if of == topic)
        expected += 1 + sum(after - before > 14 for before, after in pairwise(days))
    assert len(happened(duck_engine, voice)) == expected
