"""How much effort customers had, over people, with intervals; and for whom it was hard (S4.14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pytest
from scipy import stats
from tests.value.made import AS_OF, UNTIL, Checked, facts, persons, worths

from byname.engines import Engine
from byname.voice.effort import Effort, effort, mean_interval


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def asked(
    engine: Engine, rows: Sequence[Mapping[str, Any]], clv: Mapping[str, float] | None = None
) -> tuple[dict[str, dict[str, Any]], Effort]:
    full = [{"record_id": "rosa", "scale": "ces", "occurred_at": "2026-06-01"} | dict(row) for row in rows]
    who = persons(engine, sorted({row["record_id"] for row in full}))
    made = effort(engine, facts(engine, "ratings", full), who, worths(engine, clv or {}), as_of=AS_OF, until=UNTIL)
    return {row.pop("over"): row for row in engine.fetch(made.table).to_pylist()}, made


def test_the_mean_and_the_share_that_found_it_easy_are_over_people(engine: Engine) -> None:
    rows = [{"record_id": f"p{n}", "score": float(score)} for n, score in enumerate([7, 6, 5, 4, 2])]
    rows += [{"record_id": "p4", "score": 2.0}] * 1_000
    found, made = asked(engine, rows)
    row = found["all"]
    assert (row["people"], row["ratings"], row["mean"], row["easy"]) == (5, 1_005, 4.8, 0.6)
    expected = stats.t.interval(0.95, 4, 4.8, stats.sem([7, 6, 5, 4, 2]))
    assert (row["low"], row["high"]) == pytest.approx((expected[0], min(expected[1], 7)))
    exact = stats.binomtest(3, 5).proportion_ci(method="exact")
    assert (row["easy_low"], row["easy_high"]) == pytest.approx((exact.low, exact.high))
    assert row["says"] == "4.8 of 7 (2.4 to 7.0), easy for 60% of 5 people"
    assert made.report == [("effort", "1,005 scores")]


def test_quarters_and_what_it_was_about_stand_apart(engine: Engine) -> None:
    rows = [
        {"record_id": "a", "score": 7.0, "about_kind": "ticket"},
        {"record_id": "b", "score": 1.0, "occurred_at": "2026-02-01"},
        {"record_id": "c", "score": 3.0, "occurred_at": "2025-08-01"},
        {"record_id": "d", "score": 1.0, "occurred_at": "2025-06-01"},
        {"record_id": "e", "score": 1.0, "occurred_at": "2026-07-05"},
        {"record_id": "f", "score": 1.0, "scale": "csat"},
    ]
    found, _ = asked(engine, rows)
    assert {name: (row["people"], row["mean"]) for name, row in found.items()} == {
        "all": (3, pytest.approx(11 / 3)),
        "last 91 days": (1, 7),
        "91 to 182 days ago": (1, 1),
        "about: ticket": (1, 7),
        "about: company": (2, 2),
    }


def test_who_found_it_hard_lately_is_listed_by_the_newest_score(engine: Engine) -> None:
    rows = [
        {"record_id": "rosa", "score": 6.0, "occurred_at": "2026-06-01"},
        {"record_id": "rosa", "score": 2.0, "occurred_at": "2026-06-10", "about_kind": "ticket", "about": "t1"},
        {"record_id": "jonas", "score": 1.0, "occurred_at": "2026-06-01"},
        {"record_id": "jonas", "score": 4.0, "occurred_at": "2026-06-02"},
        {"record_id": "mia", "score": 1.0, "occurred_at": "2026-01-02"},
    ]
    _, made = asked(engine, rows, {"rosa": 50.0})
    hard = engine.fetch(made.hard).to_pylist()
    assert [(row["person_id"], row["score"], row["about"], row["worth"]) for row in hard] == [("rosa", 2, "t1", 50)]


def test_a_score_out_of_scale_is_left_out_and_counted(engine: Engine) -> None:
    found, made = asked(engine, [{"score": 9.0}, {"score": 0.0}, {"score": 7.0}])
    assert found["all"]["ratings"] == 1
    assert made.report == [("effort", "1 scores"), ("effort scores out of scale", "2, left out: expected 1 to 7")]


def test_nobody_asked_gives_empty_tables(engine: Engine) -> None:
    found, made = asked(engine, [])
    assert found == {}
    assert engine.count(made.hard) == 0
    assert made.report == [("effort", "nobody was asked")]


def test_the_interval_of_a_mean_holds_nineteen_times_in_twenty_and_one_score_says_nothing() -> None:
    random = np.random.default_rng(8)
    steps, chances = np.arange(1, 8), np.array([0.05, 0.05, 0.1, 0.15, 0.2, 0.25, 0.2])
    true = float(steps @ chances)
    drawn = [mean_interval(random.choice(steps, 25, p=chances).astype(float)) for _ in range(4_000)]
    assert np.mean([low <= true <= high for low, high in drawn]) == pytest.approx(0.95, abs=0.015)
    assert mean_interval(np.array([7.0])) == (1, 7)
    low, high = mean_interval(np.array([7.0, 7.0, 7.0]))
    assert low < 6.5
    assert high == 7
