"""Employees praised by name (S3.22), and agents by satisfaction and resolution, never by talk time (S3.14)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from tests.value.made import AS_OF, UNTIL, Checked, facts, persons
from tests.voice.said import voice

from byname.engines import Engine
from byname.voice.agents import AGENTS, agents, praised
from byname.voice.shrinking import shrunk_shares


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def rated(
    engine: Engine, ratings: Sequence[Mapping[str, Any]], messages: Sequence[Mapping[str, Any]] = (), *, on: bool = True
) -> tuple[dict[str, dict[str, Any]], str]:
    who = {row["record_id"] for row in ratings}
    table, report = agents(
        engine,
        voice(engine, messages),
        facts(engine, "ratings", [{"occurred_at": "2026-06-01"} | dict(row) for row in ratings]),
        persons(engine, sorted(who)),
        until=UNTIL,
        on=on,
    )
    return {row.pop("employee"): row for row in engine.fetch(table).to_pylist()}, report[0][1]


def scores(employee: str, good: int, bad: int, scale: str = "csat") -> list[dict[str, Any]]:
    return [
        {
            "record_id": f"{employee}{n}",
            "scale": scale,
            "score": 5.0 if n < good else 1.0,
            "about_kind": "employee",
            "about": employee,
        }
        for n in range(good + bad)
    ]


def test_scores_are_off_unless_a_company_asks(engine: Engine) -> None:
    assert rated(engine, scores("kim", 30, 0), on=False) == ({}, "off: no scores of employees unless settings ask")


def test_nobody_has_a_score_of_fewer_than_twenty_people(engine: Engine) -> None:
    found, says = rated(engine, [*scores("kim", 18, 2), *scores("lee", 18, 1)])
    assert list(found) == ["kim"]
    assert found["kim"]["people"] == 20
    assert says == "1 shown; 1 with ratings of fewer than 20 people and 0 rated below the others are not named"


def test_one_person_with_many_ratings_is_one_person(engine: Engine) -> None:
    angry = [{"record_id": "troll", "scale": "csat", "score": 1.0, "about_kind": "employee", "about": "kim"}] * 5_000
    found, _ = rated(engine, [*scores("kim", 20, 0), *angry])
    assert found["kim"]["people"] == 21
    assert found["kim"]["satisfaction"] > 0.85
    assert rated(engine, angry)[0] == {}


def test_who_is_surely_below_the_others_is_not_named(engine: Engine) -> None:
    many = [one for name in ("ann", "bea", "cid", "dan") for one in scores(name, 90, 10)]
    found, says = rated(engine, [*many, *scores("eve", 20, 80)])
    assert sorted(found) == ["ann", "bea", "cid", "dan"]
    assert says.endswith("1 rated below the others are not named")


def test_few_ratings_are_shrunk_toward_the_others_more_than_many(engine: Engine) -> None:
    many = [
        one
        for name, good in (("ann", 70), ("bea", 80), ("cid", 75), ("dan", 85))
        for one in scores(name, good, 100 - good)
    ]
    found, _ = rated(engine, [*many, *scores("new", 20, 0)])
    assert 0.78 < found["new"]["satisfaction"] < 0.95
    assert found["new"]["satisfaction_low"] < found["dan"]["satisfaction"] < found["new"]["satisfaction_high"]


def test_no_column_tells_how_long_or_how_fast_anybody_works() -> None:
    assert not [name for name in AGENTS.names if "hour" in name or "minute" in name or "time" in name or "talk" in name]


def test_a_rating_of_a_ticket_is_of_who_answered_it_and_solved_cases_stand_beside(engine: Engine) -> None:
    messages = [
        {
            "who": f"p{n}",
            "medium": "ticket",
            "source": "shop",
            "source_id": f"t{n}",
            "employee": "kim",
            "status": "solved" if n else "open",
        }
        for n in range(40)
    ]
    ratings = [
        {"record_id": f"p{n}", "scale": "csat", "score": 4.0, "about_kind": "ticket", "about": f"t{n}"}
        for n in range(40)
    ]
    found, _ = rated(engine, [*ratings, *scores("lee", 20, 0)], messages)
    assert (found["kim"]["people"], found["kim"]["cases"]) == (40, 40)
    assert 0.85 < found["kim"]["resolution"] < 1
    assert (found["lee"]["cases"], found["lee"]["resolution"]) == (0, None)
    assert "cases are solved" in found["kim"]["says"]
    assert "cases" not in found["lee"]["says"]


def test_a_score_out_of_scale_or_of_the_company_is_none_of_an_employee(engine: Engine) -> None:
    wrong = [one | {"score": 9.0} for one in scores("kim", 25, 0)]
    assert rated(engine, [*wrong, *scores("lee", 25, 0, scale="nps")])[0] == {}


def test_nothing_gives_an_empty_table(engine: Engine) -> None:
    assert rated(engine, [])[0] == {}


# ------------------------------------------------------------------------------ praised by name


def names(*said: tuple[str, bool]) -> str:
    return json.dumps([{"name": name, "praised": good} for name, good in said])


def test_the_praised_are_listed_by_how_many_people_and_blame_names_nobody(engine: Engine) -> None:
    rows = [
        {"who": "a", "employees": names(("Kim", True)), "quote": "Kim was lovely."},
        {"who": "a", "employees": names(("Kim", True)), "quote": "Kim again!", "occurred_at": "2026-06-25"},
        {"who": "b", "employees": names(("Kim", True), ("Lee", False)), "quote": "Kim yes, Lee no."},
        {"who": "c", "employees": names(("Lee", False)), "quote": "Lee was rude."},
        {"who": "d", "employees": names(("Max", True), ("Max", False))},
        {"who": "e", "employees": names(("Ida", True)), "sensitive": True, "quote": "Ida knew my illness."},
        {"who": "f", "employees": names(("Old", True)), "occurred_at": "2025-01-01"},
    ]
    found = {
        row.pop("employee"): row
        for row in engine.fetch(praised(engine, voice(engine, rows), as_of=AS_OF, until=UNTIL)).to_pylist()
    }
    assert {name: row["people"] for name, row in found.items()} == {"Kim": 2, "Ida": 1}
    assert [one["words"] for one in json.loads(found["Kim"]["quotes"])] == ["Kim again!", "Kim yes, Lee no."]
    assert found["Ida"]["quotes"] == "[]"


def test_nobody_praised_gives_an_empty_table(engine: Engine) -> None:
    assert engine.count(praised(engine, voice(engine, [{}]), as_of=AS_OF, until=UNTIL)) == 0
    assert engine.count(praised(engine, voice(engine), as_of=AS_OF, until=UNTIL)) == 0


# ------------------------------------------------------------------------------ the shrinking


def test_mean_and_spread_are_found_again_and_the_intervals_hold() -> None:
    random = np.random.default_rng(3)
    true = random.beta(16, 4, 2_000)
    of = random.integers(20, 200, true.size).astype(float)
    hits = random.binomial(of.astype(int), true).astype(float)
    share, low, high, mean = shrunk_shares(hits, of)
    assert mean == pytest.approx(0.8, abs=0.008)
    assert np.mean((low <= true) & (true <= high)) == pytest.approx(0.95, abs=0.015)
    assert np.mean((share - true) ** 2) < 0.9 * np.mean((hits / of - true) ** 2)
    # The slope of the shrunk on the seen is of / (of + size), here of 20.
    few = of < 25
    assert np.polyfit((hits / of)[few], share[few], 1)[0] == pytest.approx(22 / 42, abs=0.05)


def test_the_fit_is_as_likely_as_the_best_that_a_second_search_finds() -> None:
    hits, of = np.array([18.0, 25, 40, 12, 33]), np.array([20.0, 40, 44, 30, 35])
    share, low, high, mean = shrunk_shares(hits, of)

    def likely(mean: float, size: float) -> float:
        return float(stats.betabinom.logpmf(hits, of, mean * size, (1 - mean) * size).sum())

    best = max((likely(m, s), m, s) for m in np.linspace(0.5, 0.95, 181) for s in np.geomspace(2, 100, 200))
    assert mean == pytest.approx(best[1], abs=0.004)
    size = best[2]
    assert share == pytest.approx((best[1] * size + hits) / (size + of), abs=0.006)
    inside = integrate.quad(
        lambda p: stats.beta.pdf(p, best[1] * size + 18, (1 - best[1]) * size + 2), low[0], high[0]
    )[0]
    assert inside == pytest.approx(0.95, abs=0.01)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=8))
def test_a_shrunk_share_lies_between_the_seen_one_and_the_mean(made: list[tuple[int, int]]) -> None:
    of = np.array([n for _, n in made], float)
    hits = np.minimum(np.array([k for k, _ in made], float), of)
    share, low, high, mean = shrunk_shares(hits, of)
    least, most = np.minimum(hits / of, mean), np.maximum(hits / of, mean)
    assert ((least - 1e-9 <= share) & (share <= most + 1e-9)).all()
    assert ((low <= high) & (low >= 0) & (high <= 1)).all()
