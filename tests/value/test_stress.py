"""Who stayed through what was hard on them, and what would have been without it (S2.13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import AS_OF, UNTIL, Checked, at, bought, facts, persons

from byname.engines import Engine
from byname.value.baseline import Baseline, Counted, beside, placebo_days
from byname.value.dated import dated
from byname.value.stress import Kind, Stress, Stressed, stress

OUTAGE = Stress("the outage", "outage", date(2025, 6, 1), date(2025, 6, 3))
NOTHING = dict.fromkeys(("baseline", "difference", "difference_low", "difference_high"))


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def followed(
    engine: Engine,
    net: Sequence[tuple[str, Any, object]],
    events: Sequence[Stress] = (),
    promises: Sequence[dict[str, Any]] = (),
    *,
    zone: str = "UTC",
    as_of: date = AS_OF,
) -> Stressed:
    until = UNTIL - (AS_OF - as_of)
    known = {who: who for who, *_ in net} | {row["record_id"]: row["record_id"] for row in promises}
    seen = [row for row in net if cast("Any", at(row[1])) < until]
    return stress(
        engine,
        dated(engine, bought(engine, seen), zone=zone),
        facts(engine, "promises", promises),
        persons(engine, known),
        events,
        zone=zone,
        as_of=as_of,
        until=until,
    )


def stayed(engine: Engine, found: Stressed) -> dict[tuple[str, str], bool | None]:
    return {(row["person_id"], row["event"]): row["stayed"] for row in engine.fetch(found.table).to_pylist()}


def summary(engine: Engine, found: Stressed, event: str = "the outage") -> dict[str, Any]:
    return next(row for row in engine.fetch(found.summary).to_pylist() if row["event"] == event)


def promise(who: str, due: str | None, kept: str | None, given_at: str | None = "2025-01-01") -> dict[str, Any]:
    return {"record_id": who, "occurred_at": given_at, "due_at": due and at(due), "kept_at": kept and at(kept)}


def test_who_bought_in_the_year_before_was_exposed_and_the_order_proves_who_stayed(engine: Engine) -> None:
    net = [
        ("rosa", "2025-03-01", 10),
        ("rosa", "2025-05-10", 10),  # a gap of 70 days: 140 to come back
        ("rosa", "2025-08-01", 10),
        ("jonas", "2025-05-01", 10),  # one purchase: 180 days
        ("jonas", "2025-12-01", 10),  # the 181st day
        ("mia", "2024-05-31", 10),  # 366 days before
        ("mia", "2025-07-01", 10),
        ("new", "2025-07-01", 10),
    ]
    found = followed(engine, net, [OUTAGE])
    rows = {row.pop("person_id"): row for row in engine.fetch(found.table).to_pylist()}
    assert rows == {
        "rosa": {
            "event": "the outage",
            "kind": "outage",
            "since": date(2025, 6, 1),
            "stayed": True,
            "says": "bought again on 2025-08-01 (order o2), 59 days after: the outage",
        },
        "jonas": {
            "event": "the outage",
            "kind": "outage",
            "since": date(2025, 6, 1),
            "stayed": False,
            "says": "bought last on 2025-05-01 (order o3), and nothing within 180 days after: the outage",
        },
    }
    row = summary(engine, found)
    assert (row["exposed"], row["stayed"], row["left"], row["open"], row["counted"]) == (2, 1, 1, 0, 2)
    assert row["share"] == 0.5
    assert row["share_low"] < 0.5 < row["share_high"]


def test_what_was_bought_while_it_lasted_is_not_after_it(engine: Engine) -> None:
    net = [("rosa", "2025-05-01", 10), ("rosa", "2025-06-02", 10)]
    assert stayed(engine, followed(engine, net, [OUTAGE])) == {("rosa", "the outage"): False}


@pytest.mark.parametrize(("gap", "given_days"), [(7, 30), (40, 80), (300, 365)])
def test_the_time_is_twice_the_own_gap_from_a_month_to_a_year(engine: Engine, gap: int, given_days: int) -> None:
    last = date(2025, 5, 20)
    before = [("rosa", last - timedelta(days=gap), 10), ("rosa", last, 10)]
    for late, expected in ((0, True), (1, False)):
        back = OUTAGE.ends + timedelta(days=given_days + late)
        found = followed(engine, [*before, ("rosa", back, 10)], [OUTAGE])
        assert stayed(engine, found) == {("rosa", "the outage"): expected}


def test_until_the_time_is_over_nothing_is_said_of_who_has_not_bought(engine: Engine) -> None:
    net = [("rosa", "2025-05-01", 10), ("jonas", "2025-05-01", 10), ("jonas", "2025-06-10", 10)]
    as_of = OUTAGE.ends + timedelta(days=179)
    found = followed(engine, net, [OUTAGE], as_of=as_of)
    assert stayed(engine, found) == {("rosa", "the outage"): None, ("jonas", "the outage"): True}
    rows = {row["person_id"]: row["says"] for row in engine.fetch(found.table).to_pylist()}
    assert rows["rosa"] == "bought last on 2025-05-01 (order o0); 1 days are left to buy again after: the outage"
    row = summary(engine, found)
    assert (row["exposed"], row["stayed"], row["left"], row["open"], row["counted"]) == (2, 1, 0, 1, 0)
    assert (row["share"], row["says"]) == (None, "nobody's time to buy again is over yet")
    assert (
        stayed(engine, followed(engine, net, [OUTAGE], as_of=as_of + timedelta(days=1)))[("rosa", "the outage")]
        is False
    )


def test_an_event_that_lasts_or_has_not_begun_decides_nothing(engine: Engine) -> None:
    lasting = Stress("dear", "price rise", date(2026, 6, 1), date(2026, 12, 31))
    ahead = Stress("dearer", "price rise", date(2026, 7, 1), date(2026, 7, 1))
    found = followed(engine, [("rosa", "2026-05-01", 10), ("rosa", "2026-06-15", 10)], [lasting, ahead, ahead])
    assert stayed(engine, found) == {("rosa", "dear"): None}
    assert found.report == [("events that have not begun", "1, left out")]


def test_a_broken_promise_is_an_event_of_one_person(engine: Engine) -> None:
    net = [
        (who, day, 10)
        for who in ("late", "never", "kept", "again")
        for day in ("2025-01-10", "2025-02-10", "2025-03-10")
    ]
    net += [("late", "2025-05-01", 10), ("kept", "2025-05-01", 10)]
    promises = [
        promise("late", "2025-04-01", "2025-04-03"),
        promise("never", "2025-04-01", None),
        promise("kept", "2025-04-01T09:00", "2025-04-01T18:00"),  # late by hours is the day that was promised
        promise("again", "2025-04-01", "2025-04-01"),
        promise("again", "2026-08-01", None),  # not due yet
        promise("again", None, None),
        promise("stranger", "2025-04-01", None),  # never bought
    ]
    found = followed(engine, net, promises=promises)
    assert stayed(engine, found) == {("late", "promise kept late"): True, ("never", "promise never kept"): False}
    late = summary(engine, found, "promise kept late")
    assert (late["since"], late["share"], late["baseline"]) == (None, 1.0, 0.5)
    assert late["says"] == "100% of 1 bought again in their usual time; 50% beside 2 promises that were kept in time"
    assert found.report == [
        ("promises to people who had not bought yet", "1, left out: they have nothing to stay with")
    ]


def test_a_promise_kept_after_the_as_of_day_is_not_kept_yet_and_days_are_the_companys(engine: Engine) -> None:
    net = [("rosa", "2026-01-10", 10)]
    ahead = followed(engine, net, promises=[promise("rosa", "2026-06-01", "2026-07-05")])
    assert stayed(engine, ahead) == {("rosa", "promise never kept"): None}
    # 23:30 on the 1st and 00:30 on the 2nd, UTC, are one day in Berlin.
    night = [promise("rosa", "2026-06-01T22:30", "2026-06-02T10:00", None)]
    assert stayed(engine, followed(engine, net, promises=night, zone="Europe/Berlin")) == {}
    assert set(stayed(engine, followed(engine, net, promises=night))) == {("rosa", "promise kept late")}


def test_two_promises_due_on_one_day_are_one(engine: Engine) -> None:
    twice = [promise("rosa", "2026-03-01", "2026-03-02"), promise("rosa", "2026-03-01", "2026-03-05")]
    found = followed(engine, [("rosa", "2026-01-10", 10)], promises=twice)
    assert engine.count(found.table) == 1


def test_nothing_gives_empty_tables(engine: Engine) -> None:
    for events in ([], [OUTAGE]):
        found = followed(engine, [], events)
        assert (engine.count(found.table), engine.count(found.summary), found.report) == (0, 0, [])


@pytest.mark.parametrize(
    ("name", "kind", "ends", "says"),
    [
        ("x", "outage", date(2025, 5, 31), "before it begins"),
        ("x", "flood", date(2025, 6, 1), "one of outage, late delivery, price rise, other"),
        (" ", "outage", date(2025, 6, 1), "words"),
        ("promise kept late", "other", date(2025, 6, 1), "words"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(name: str, kind: Any, ends: date, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Stress(name, cast("Kind", kind), date(2025, 6, 1), ends)


# ------------------------------------------------------------------------------ beside what


def steady(people: int, *, lost_at: date | None, share_lost: float) -> list[tuple[str, date, int]]:
    """Everybody buys every 20 days from a first day of the own on; some stop on a day."""
    random = np.random.default_rng(7)
    rows = []
    for person in range(people):
        day = date(2022, 1, 1) + timedelta(days=int(random.integers(0, 1300)))
        leaves = lost_at if random.random() < share_lost else None
        while day <= AS_OF and (leaves is None or day < leaves):
            rows.append((f"p{person}", day, 10))
            day += timedelta(days=int(random.integers(16, 25)))
            if random.random() < 0.02:
                break
    return rows


def test_an_event_that_drove_people_away_shows_and_one_that_did_not_does_not(engine: Engine) -> None:
    hard = summary(engine, followed(engine, steady(400, lost_at=OUTAGE.begins, share_lost=0.3), [OUTAGE]))
    assert hard["difference_high"] < -0.1
    assert 0.6 < hard["baseline"] < 0.9
    assert " dates without an event" in hard["says"]
    soft = summary(engine, followed(engine, steady(400, lost_at=None, share_lost=0), [OUTAGE]))
    assert soft["difference_low"] < 0 < soft["difference_high"]


def test_a_first_event_with_no_past_has_nothing_beside_it(engine: Engine) -> None:
    found = summary(engine, followed(engine, [("rosa", "2025-05-31", 1), ("rosa", "2025-06-10", 1)], [OUTAGE]))
    assert found["share"] == 1.0
    event, none = Counted(3, 4), Baseline((), "no date without an event to put beside")
    assert beside(event, none) | NOTHING == beside(event, none)
    assert (
        beside(event, none)["says"]
        == "75% of 4 bought again in their usual time; no date without an event to put beside"
    )


spans = st.tuples(st.integers(0, 900), st.integers(0, 60)).map(
    lambda of: (date(2023, 6, 1) + timedelta(days=of[0]), date(2023, 6, 1) + timedelta(days=sum(of)))
)


@settings(deadline=None)
@given(st.lists(spans, min_size=1, max_size=4), st.dates(date(2022, 1, 1), date(2024, 1, 1)))
def test_dates_without_an_event_are_far_from_every_event_and_as_old_as_it(
    made: list[tuple[date, date]], first_day: date
) -> None:
    begins, ends = made[0]
    found = placebo_days(made[0], made, first_day, AS_OF)
    assert len(found) == len(set(found)) <= 12
    for day in found:
        last = day + (ends - begins)
        assert (day - begins).days % 30 == 0
        assert (AS_OF - last).days >= min(365, (AS_OF - ends).days)
        assert (day - first_day).days >= min(730, (begins - first_day).days)
        assert all((one - last).days > 30 or (day - other).days > 365 for one, other in made)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["rosa", "jonas"]), st.integers(0, 1000), st.just(1)),
        max_size=12,
        unique_by=lambda r: r[:2],
    ),
    st.integers(0, 900),
    st.integers(0, 20),
)
def test_who_stayed_is_what_plain_python_says(
    engine: Engine, made: list[tuple[str, int, int]], begins: int, length: int
) -> None:
    start = date(2023, 10, 1)
    event = Stress("it", "other", start + timedelta(days=begins), start + timedelta(days=begins + length))
    found = stayed(engine, followed(engine, [(who, start + timedelta(days=day), 1) for who, day, _ in made], [event]))
    expected: dict[tuple[str, str], bool | None] = {}
    passed = (AS_OF - event.ends).days
    for who in ("rosa", "jonas"):
        of = sorted(day for name, day, _ in made if name == who)
        before = [day for day in of if begins - 730 <= day < begins]
        if not before or begins - before[-1] > 365:
            continue
        days = 180
        if len(before) > 1:
            days = min(365, max(30, -(-2 * (before[-1] - before[0]) // (len(before) - 1))))
        after = [day for day in of if 0 < day - begins - length <= days and start + timedelta(days=day) <= AS_OF]
        expected[who, "it"] = True if after else False if passed >= days else None
    assert found == (expected if event.begins <= AS_OF else {})
