# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""What became of people for whom something was put right, and of those for whom it was not (S0.8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest
from tests.standing.made import facts, links, voice
from tests.value.made import Checked

from byname.engines import Engine, Table
from byname.standing.recovered import AFTER_DAYS, WITHIN_DAYS, became
from byname.standing.recovery import LIMITS, Recoveries, recoveries
from byname.standing.stand import Stood, days_back
from byname.standing.states import STATES

AS_OF = date(2026, 6, 30)
UNTIL = datetime(2026, 7, 1)
HAPPENED = date(2025, 6, 1)
INCIDENTS = pa.schema(
    {
        "person_id": pa.string(), "fact_id": pa.string(), "kind": pa.string(), "occurred_at": pa.timestamp("us"),
        "settled_at": pa.timestamp("us"), "severity": pa.int64(), "said": pa.bool_(), "says": pa.string(),
    }
)  # fmt: skip
DAYS = pa.schema({"person_id": pa.string(), "day": pa.date32(), "orders": pa.int64(), "spent": pa.decimal128(18, 4)})
PIECES = pa.schema({"person_id": pa.string(), "kind": pa.string(), "occurred_at": pa.timestamp("us")})


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12))


def on(offset: int, day: date = HAPPENED) -> date:
    return day + timedelta(days=offset)


def incident(who: str = "p1", at: int = 0, settled: int | None = None, **more: Any) -> dict[str, Any]:
    """Days are counted from the day on which it happened."""
    plain = {"person_id": who, "fact_id": f"i-{who}-{at}", "kind": "complaint", "severity": 1, "said": True, "says": ""}
    when = {"occurred_at": noon(on(at)), "settled_at": None if settled is None else noon(on(settled))}
    return plain | when | more


def bought(*days: int, who: str = "p1", spent: float = 10) -> list[dict[str, Any]]:
    return [{"person_id": who, "day": on(day), "orders": 1, "spent": Decimal(str(spent))} for day in days]


def table(engine: Engine, rows: Sequence[dict[str, Any]], schema: pa.Schema) -> Table:
    return engine.arrow(pa.Table.from_pylist(list(rows), schema=schema))


def follow(
    engine: Engine,
    wrong: Sequence[dict[str, Any]],
    buying: Sequence[dict[str, Any]],
    *,
    said: Sequence[dict[str, Any]] = (),
    rated: Sequence[dict[str, Any]] = (),
    acted: Sequence[dict[str, Any]] = (),
) -> list[dict[str, Any]]:
    found = became(
        engine,
        incidents=table(engine, wrong, INCIDENTS),
        voice=voice(engine, *said),
        ratings=facts(engine, "ratings", *rated),
        record_person=links(engine, "p1", "p2"),
        days=table(engine, buying, DAYS),
        pieces=table(engine, acted, PIECES),
        from_day=date(2024, 7, 1),
        as_of=AS_OF,
        until=UNTIL,
    )
    return list(engine.fetch(found, order_by=("person_id", "day")).to_pylist())


LONG = bought(-400, -200, -100)


@pytest.mark.parametrize(
    ("settled", "expected"), [(0, True), (WITHIN_DAYS, True), (WITHIN_DAYS + 1, False), (None, False)]
)
def test_put_right_is_within_a_month(engine: Engine, settled: int | None, expected: bool) -> None:  # noqa: FBT001
    (row,) = follow(engine, [incident(settled=settled)], LONG)
    assert row["recovered"] is expected


@pytest.mark.parametrize(
    ("score", "day", "settled", "expected"),
    [
        (5, 3, None, True),  # content, whatever the status says
        (1, 3, 2, False),  # settled, they say it was not
        (1, 3, 5, True),  # what they disliked was before it was settled
        (3, 3, None, False),  # a middling one says nothing
        (1, WITHIN_DAYS + 1, 2, True),  # after the month: what came of it, not what was done
    ],
)
def test_a_rating_of_the_ticket_knows_better(
    engine: Engine,
    score: int,
    day: int,
    settled: int | None,
    expected: bool,  # noqa: FBT001
) -> None:
    said = {"fact_id": "i-p1-0", "source_id": "t1", "occurred_at": noon(HAPPENED)}
    rating = {"scale": "csat", "score": float(score), "about_kind": "ticket", "about": "t1"}
    rows = follow(
        engine,
        [incident(settled=settled)],
        LONG,
        said=[said],
        rated=[rating | {"occurred_at": noon(on(day))}, rating | {"about": "t2", "occurred_at": noon(on(day))}],
    )
    assert [row["recovered"] for row in rows] == [expected]


@pytest.mark.parametrize(
    ("after", "acted", "expected"),
    [
        ((), False, "gone"),
        ((5, WITHIN_DAYS, WITHIN_DAYS + AFTER_DAYS + 1), False, "gone"),  # within the month and after the half-year
        ((WITHIN_DAYS + 1,), False, "stayed"),
        ((40, 100), False, "loyal"),
        ((40, 100), True, "advocate"),
        ((), True, "gone"),  # words and no purchase
    ],
)
def test_what_became_of_them_is_what_they_did_in_the_half_year_after(
    engine: Engine,
    after: tuple[int, ...],
    acted: bool,  # noqa: FBT001
    expected: str,
) -> None:
    deed = [{"person_id": "p1", "kind": "referral", "occurred_at": noon(on(90))}] if acted else []
    praise = {"person_id": "p1", "kind": "praise", "occurred_at": noon(on(90))}  # no act
    (row,) = follow(engine, [incident(settled=2)], [*LONG, *bought(*after)], acted=[*deed, praise])
    assert row["became"] == expected
    assert row["days_before"] == 2


def test_who_came_back_less_often_than_before_stayed_and_is_not_loyal(engine: Engine) -> None:
    often = bought(*range(-360, 0, 30))  # twelve in a year: six in a half-year
    (row,) = follow(engine, [incident(settled=2)], [*often, *bought(40, 80, 120)])
    assert row["became"] == "stayed"
    (row,) = follow(engine, [incident(settled=2)], [*often, *bought(40, 60, 80, 100, 120, 140)])
    assert row["became"] == "loyal"


def test_until_the_time_is_over_nothing_is_said(engine: Engine) -> None:
    late = (AS_OF - HAPPENED).days
    last = late - WITHIN_DAYS - AFTER_DAYS
    (row,) = follow(engine, [incident(at=last + 1, settled=last + 2)], bought(0))
    assert row["became"] is None
    assert row["recovered"] is True
    (row,) = follow(engine, [incident(at=last, settled=last + 2)], bought(0))
    assert row["became"] == "gone"
    (row,) = follow(engine, [incident(at=late - 3)], bought(300))
    assert row["recovered"] is None


def test_the_same_trouble_is_counted_once_and_who_was_no_customer_not_at_all(engine: Engine) -> None:
    wrong = [incident(), incident(at=20), incident(at=51), incident("p2"), incident(at=-400), incident(at=-30)]
    rows = follow(engine, wrong, [*LONG, *bought(-366, 0, who="p2")])
    assert [row["day"] for row in rows] == [on(-30), on(51)]
    assert [row["incidents_before"] for row in rows] == [0, 3]


def test_how_bad_it_was_is_judged_by_how_it_began(engine: Engine) -> None:
    """A promise that was never kept, and a thread of ten messages, are bad because nobody put them right."""
    words: dict[str, Any] = {"occurred_at": noon(HAPPENED), "intents": "complaint"}
    cases: list[tuple[dict[str, Any], dict[str, Any], int]] = [
        (incident(severity=3), words | {"negative": 0.6}, 1),
        (incident(severity=1), words | {"negative": 0.95}, 2),
        (incident(severity=1), words | {"public": True}, 2),
        (incident(severity=1), words | {"intents": "leaving, complaint"}, 3),
        (incident(severity=3, kind="late delivery"), {"fact_id": "another"}, 2),
        (incident(severity=3, kind="damaged"), {"fact_id": "another"}, 3),
    ]
    for wrong, said, expected in cases:
        (row,) = follow(engine, [wrong], LONG, said=[{"fact_id": wrong["fact_id"]} | said])
        assert row["severity"] == expected
    assert follow(engine, [incident(severity=0), incident(fact_id=None)], LONG) == []


def company(engine: Engine, people: int, seed: int, *, effect: float = 0.2) -> Recoveries:
    """Those who stood well are looked after more, and come back more anyway; putting right adds `effect`."""
    rng = np.random.default_rng(seed)
    ids = [f"p{number:05}" for number in range(people)]
    attached = rng.uniform(0.05, 0.95, people)
    days = days_back(AS_OF)
    readings = np.full((people, len(days), len(STATES)), np.nan, dtype=np.float32)
    readings[:, :, STATES.index("loyal")] = attached[:, None]
    readings[:, :, STATES.index("neutral")] = 1 - attached[:, None]
    readings[:, :, [1, 2, 4]] = 0
    is_treated = rng.random(people) < 1 / (1 + np.exp(-4 * (attached - 0.5)))
    back = rng.random(people) < 0.15 + 0.6 * attached + effect * is_treated
    wrong, buying = [], []
    for place, who in enumerate(ids):
        wrong.append(incident(who, at=int(rng.integers(0, 100)), settled=None))
        wrong[-1]["settled_at"] = wrong[-1]["occurred_at"] + timedelta(days=5) if is_treated[place] else None
        start = (wrong[-1]["occurred_at"].date() - HAPPENED).days
        buying += bought(start - int(rng.integers(1, 90)), start - 200, who=who)
        if back[place]:
            buying += bought(start + 50, start + 120, who=who, spent=20)
    known = pa.table({"person_id": pa.array(ids, pa.string())})
    sure = np.full(readings.shape[:2], -1, dtype=np.int8)
    return recoveries(
        engine,
        Stood(engine.arrow(known), engine.arrow(known), known.column(0).combine_chunks(), readings, days, known, sure),
        incidents=table(engine, wrong, INCIDENTS),
        voice=voice(engine),
        ratings=facts(engine, "ratings"),
        record_person=engine.arrow(known.append_column("record_id", known.column(0))),
        days=table(engine, buying, DAYS),
        pieces=table(engine, [], PIECES),
        as_of=AS_OF,
        until=UNTIL,
    )  # fmt: skip


def test_the_estimate_finds_what_putting_right_did_where_the_plain_difference_does_not(engine: Engine) -> None:
    """The level before is what is behind both: it is adjusted for, and the truth is 20 points, 8 money a person."""
    found = company(engine, 3_000, 1)
    rows = {row["outcome"]: row for row in engine.fetch(found.summary).to_pylist()}
    gone, loyal, spent = rows["gone"], rows["loyal"], rows["spent"]
    assert gone["low_95"] <= -0.2 <= gone["high_95"]
    assert gone["high_95"] - gone["low_95"] < 0.1
    assert gone["raw_high"] < -0.22
    assert loyal["low_95"] <= 0.2 <= loyal["high_95"]
    assert loyal["effect"] == pytest.approx(-gone["effect"], abs=0.01)
    assert spent["low_95"] <= 8 <= spent["high_95"]
    assert spent["raw_low"] > 8
    assert gone["recovered"] + gone["not_recovered"] == 3_000
    assert gone["low_95"] < gone["low"] < gone["effect"] < gone["high"] < gone["high_95"]
    assert rows["advocate"]["effect"] is None
    assert "too few to say" in rows["advocate"]["says"]
    assert {row["limits"] for row in rows.values()} == {LIMITS}
    assert gone["says"] == (
        f"gone (bought nothing in the 180 days after): {gone['recovered_mean']:.0%} of {gone['recovered']:,} put right, "
        f"{gone['not_recovered_mean']:.0%} of {gone['not_recovered']:,} not; among people alike "
        f"{gone['effect'] * 100:+.1f} points (80%: {gone['low'] * 100:+.1f} to {gone['high'] * 100:+.1f}), "
        f"where the plain difference is {gone['raw'] * 100:+.1f}"
    )


def test_where_putting_right_does_nothing_none_is_found(engine: Engine) -> None:
    rows = {row["outcome"]: row for row in engine.fetch(company(engine, 3_000, 2, effect=0).summary).to_pylist()}
    assert rows["gone"]["low_95"] <= 0 <= rows["gone"]["high_95"]
    assert rows["gone"]["raw_high"] < 0


def test_a_few_are_followed_but_give_no_number(engine: Engine) -> None:
    found = company(engine, 40, 3)
    assert engine.count(found.followed) == 40
    for row in engine.fetch(found.summary).to_pylist():
        assert row["effect"] is None
        assert "too few to say what putting it right did" in row["says"]
    assert any("too few" in words for _, words in found.report)


def test_nobody_gives_nothing_and_no_error(engine: Engine) -> None:
    found = company(engine, 0, 3)
    assert engine.count(found.followed) == 0
    assert all(row["recovered"] == 0 for row in engine.fetch(found.summary).to_pylist())


def test_each_is_told_in_a_sentence(engine: Engine) -> None:
    rows = engine.fetch(company(engine, 60, 4).followed).to_pylist()
    says = {row["says"].split(" on ")[0] + row["says"][len("complaint on 2025-06-01") :] for row in rows}
    assert says == {
        f"complaint, {what}; {came}"
        for what in ("put right", "not put right within 30 days")
        for came in ("came back as often as before", "bought nothing in the 180 days after")
    }


def test_of_very_many_a_part_is_compared_and_all_are_counted(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("byname.standing.recovery._MOST", 400)
    found = company(engine, 1_000, 5)
    gone = next(row for row in engine.fetch(found.summary).to_pylist() if row["outcome"] == "gone")
    assert gone["recovered"] + gone["not_recovered"] == 1_000
    assert 300 <= gone["compared"] <= 400
    assert found.report[0][1] == f"{gone['compared']:,} of 1,000 incidents"
