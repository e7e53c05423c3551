"""Who counts whom among the best (S0.31)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from tests.value.made import AS_OF, UNTIL, Checked, bought, by_person, facts, persons, worths

from byname.engines import Engine
from byname.standing.both_ways import both_ways
from byname.value.wallet import wallet


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def rated(who: str, scale: str, score: float, ago: int = 10, brands: int | None = None) -> dict[str, Any]:
    return {
        "record_id": who,
        "scale": scale,
        "score": float(score),
        "occurred_at": AS_OF - timedelta(days=ago),
        "about_kind": "brands" if brands else None,
        "about": str(brands) if brands else None,
    }


def beside(engine: Engine, clv: dict[str, float], ratings: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    of = facts(engine, "ratings", ratings)
    people = persons(engine, sorted({row["record_id"] for row in ratings} | set(clv)))
    shares = wallet(engine, of, people, bought(engine), until=UNTIL).table
    return by_person(
        engine,
        both_ways(engine, worth=worths(engine, clv), wallet=shares, ratings=of, record_person=people, until=UNTIL),
    )


def test_the_four_quadrants_and_what_nobody_knows(engine: Engine) -> None:
    clv = {f"p{n:02}": 100.0 - n for n in range(21)}  # the best tenth: three
    found = beside(
        engine,
        clv,
        [
            rated("p00", "rank", 1, brands=3),
            rated("p01", "rank", 3, brands=3),
            rated("p10", "nps", 10),
            rated("p11", "nps", 6),
            rated("p12", "nps", 10, ago=800),
            rated("p13", "rank", 1, brands=1),  # the only one is no rank among many
            rated("new", "rank", 1.5, brands=2),
        ],
    )
    assert {who: found[who]["quadrant"] for who in ("p00", "p01", "p02", "p10", "p11", "p12", "p13", "new")} == {
        "p00": "both",
        "p01": "we count them",
        "p02": "unknown",
        "p10": "they count us",
        "p11": "neither",
        "p12": "unknown",
        "p13": "unknown",
        "new": "they count us",
    }
    assert [found[who]["we_rank_them"] for who in ("p00", "p10", "p20", "new")] == [1.0, 0.5, 0.0, None]
    assert [found[who]["they_rank_us"] for who in ("p00", "p01", "p10", "new")] == [1.0, 0.0, None, 0.5]
    assert found["p00"]["share_of_wallet"] == pytest.approx((1 - 1 / 4) * 2 / 3)
    assert (found["p10"]["basis"], found["p00"]["basis"], found["p02"]["basis"]) == (
        "would recommend",
        "rank among brands",
        None,
    )
    assert found["p00"]["says"] == "one of our best 3; ranks us first of 3 brands (2026-06-20)"
    assert found["p11"]["says"] == (
        "number 12 of 21 by lifetime value; would not go so far as to recommend us (6 of 10 on 2026-06-20); "
        "where we rank was not asked"
    )
    assert found["p02"]["says"].endswith("unknown: not asked within two years")
    assert found["new"]["says"].startswith("has bought nothing")


def test_a_rank_says_more_than_a_recommendation_and_the_latest_more_than_the_first(engine: Engine) -> None:
    found = beside(
        engine,
        {"rosa": 5.0, "jonas": 4.0},
        [
            rated("rosa", "nps", 10),
            rated("rosa", "rank", 2, brands=2),
            rated("jonas", "nps", 3, ago=20),
            rated("jonas", "nps", 9),
            rated("jonas", "nps", 99, ago=1),
        ],
    )
    assert (found["rosa"]["among_their_best"], found["jonas"]["among_their_best"]) == (False, True)


def test_equal_values_share_a_rank_and_one_buyer_has_none(engine: Engine) -> None:
    equal = beside(engine, {"a": 1.0, "b": 1.0, "c": 0.0}, [])
    assert [equal[who]["we_rank_them"] for who in "abc"] == [0.75, 0.75, 0.0]
    assert beside(engine, {"a": 1.0}, [])["a"]["we_rank_them"] is None
    assert beside(engine, {}, []) == {}
