"""A corrected standing holds from its day on, until newer evidence contradicts it or nobody has looked for long (S1.9)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.people.decided_made import decided
from tests.standing.test_adding import ACTIVELY, DAY, DISSATISFIED, LOYAL, WEIGHTS, pieces

from byname.engines import Engine
from byname.standing.adding import UNKNOWN, label, probabilities, totals
from byname.standing.corrections import BELIEVED, Corrected, Corrections, corrections
from byname.standing.states import STATES

EPOCH = date(1970, 1, 1)
PEOPLE = pa.array(["a", "b"])


def given_back(*said: tuple[str, str, int]) -> Corrections:
    """Corrections of people: who, to what, days ago; oldest first for each."""
    days = [EPOCH + timedelta(days=DAY - ago) for *_, ago in said]
    rows = pa.table(
        {
            "person_id": pa.array([who for who, *_ in said], pa.string()),
            "standing": pa.array([to for _, to, _ in said], pa.string()),
            "day": pa.array(days, pa.date32()),
        }
    )
    return Corrections.of(rows, PEOPLE)


def laid(said: Corrections, *evidence: tuple[int, str, int], day: int = DAY) -> tuple[Any, Corrected]:
    """What the records say of both people, and what corrections make of it."""
    some = pieces(*evidence)
    sums, _ = totals(some, 2, day, WEIGHTS)
    acted, complained = (some.within(what, 2, day, WEIGHTS) for what in ("act", "vocal"))
    found = probabilities(sums, WEIGHTS, acted=acted, complained=complained, cycles=np.array([True, True]))
    return found, said.at(day, found, some, WEIGHTS)


def test_it_holds_from_its_day_on_for_that_person_alone() -> None:
    said = given_back(("b", "dissatisfied", 10))
    before, early = laid(said, day=DAY - 11)
    assert early.found is before
    assert not early.holds.any()
    for day in (DAY - 10, DAY, DAY + 170):
        records, now = laid(said, day=day)
        assert now.holds.tolist() == [False, True]
        assert now.found[0].tolist() == records[0].tolist()
        assert now.found[1] == pytest.approx(0.05 * records[1] + BELIEVED * np.eye(5)[DISSATISFIED])
        assert label(now.found)[1] == DISSATISFIED


@pytest.mark.parametrize(("ago", "believed"), [(0, 0.95), (180, 0.95), (270, 0.475), (351, 0.0475), (360, 0), (400, 0)])
def test_it_is_believed_whole_for_half_a_year_and_then_fades(ago: int, believed: float) -> None:
    _, now = laid(given_back(("a", "loyal", ago)))
    assert now.left.tolist() == pytest.approx([believed, 0])
    assert now.holds.tolist() == [believed > 0, False]


@pytest.mark.parametrize(
    ("to", "evidence", "stays"),
    [
        ("loyal", [(0, "complaint", 21)], True),  # known when it was corrected
        ("loyal", [(0, "complaint", 1)], False),
        ("loyal", [(1, "complaint", 1)], True),  # somebody else's
        ("loyal", [(0, "public_criticism", 1)], False),
        ("loyal", [(0, "praise", 1)], True),
        ("loyal", [(0, "returned", 1)], True),
        ("dissatisfied", [(0, "thanks", 1)], True),
        ("dissatisfied", [(0, "referral", 1)], False),
        ("actively_dissatisfied", [(0, "complaint", 1), (0, "threat_to_leave", 2)], True),
    ],
)
def test_newer_evidence_against_it_ends_it(to: str, evidence: list[tuple[int, str, int]], *, stays: bool) -> None:
    _, now = laid(given_back(("a", to, 20)), *evidence)
    assert bool(label(now.found)[0] == STATES.index(to)) is stays


def test_what_contradicts_lets_the_records_speak() -> None:
    records, now = laid(given_back(("a", "loyal", 20)), (0, "public_criticism", 1), (0, "complaint", 2))
    assert label(records)[0] == label(now.found)[0] == ACTIVELY
    assert now.left[0] < 0.05


def test_the_newest_holds_and_unknown_takes_it_back() -> None:
    said = given_back(("a", "loyal", 30), ("a", "dissatisfied", 20), ("a", "unknown", 10), ("a", "advocate", 5))
    states = {ago: laid(said, day=DAY - ago)[1].state[0] for ago in (31, 30, 20, 10, 5)}
    assert states == {31: UNKNOWN, 30: LOYAL, 20: DISSATISFIED, 10: UNKNOWN, 5: STATES.index("advocate")}


@given(
    st.sampled_from(STATES),
    st.integers(0, 400),
    st.lists(st.tuples(st.just(0), st.sampled_from(WEIGHTS.names), st.integers(0, 400)), max_size=6),
)
def test_probabilities_sum_to_one_and_log_odds_lead_from_the_records_to_them(
    to: str, ago: int, evidence: list[tuple[int, str, int]]
) -> None:
    records, now = laid(given_back(("a", to, ago)), *evidence)
    assert now.found.sum(axis=1) == pytest.approx([1, 1])
    assert (now.found >= 0).all()
    assert 0 <= now.left[0] <= BELIEVED
    moved = now.log_odds(records)
    assert len(moved) == now.holds.sum()
    if len(moved):
        assert np.argmax(moved[0]) == STATES.index(to)
        again = np.maximum(records[0], 1e-6) * np.exp(moved[0])
        assert again == pytest.approx(np.maximum(now.found[0], 1e-6), rel=1e-9)


def test_it_is_said_who_corrected_it_when_and_why(duck_engine: Engine) -> None:
    found = corrections(
        duck_engine,
        decided(
            duck_engine,
            {"kind": "standing", "value": "loyal she said so", "by_whom": "Ingrid"},
            {"kind": "standing", "value": "unknown"},
            {"kind": "standing", "value": "delighted"},
            {"kind": "note", "value": "loyal"},
        ).said,
    )
    rows = duck_engine.fetch(found, order_by=("fact_id",)).to_pylist()
    assert [(row["standing"], row["says"]) for row in rows] == [
        ("loyal", "Ingrid corrected it on 3 November: she said so"),
        ("unknown", "Ben corrected it on 3 November"),
    ]
    assert rows[0]["occurred_at"] == datetime(2026, 11, 3, 9)  # noqa: DTZ001 - UTC by contract
