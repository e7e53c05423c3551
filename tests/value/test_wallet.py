"""Share of wallet by the Wallet Allocation Rule (S3.8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.value.made import UNTIL, Checked, bought, by_person, facts, persons

from byname.engines import Engine
from byname.value.wallet import Wallet, wallet, wallet_share

NAMES = [f"p{n}" for n in range(6)]


@pytest.fixture
def engine(duck_engine: Engine) -> Engine:
    return cast("Engine", Checked(duck_engine))


def rank(who: str, score: float, about: str | None, **more: Any) -> dict[str, Any]:
    return {
        "record_id": who,
        "scale": "rank",
        "score": score,
        "about_kind": "brands",
        "about": about,
        "occurred_at": "2026-05-01",
    } | more


def shared(engine: Engine, ratings: Sequence[dict[str, Any]], net: Sequence[tuple[str, Any, object]] = ()) -> Wallet:
    return wallet(engine, facts(engine, "ratings", ratings), persons(engine, NAMES), bought(engine, net), until=UNTIL)


@pytest.mark.parametrize(
    ("place", "number", "share"),
    # The table of the article: 1st, 2nd, 3rd of two and of three.
    [(1, 2, 0.67), (2, 2, 0.33), (1, 3, 0.50), (2, 3, 0.33), (3, 3, 0.17), (1, 1, 1.00)],
)
def test_the_rule_is_the_published_one(engine: Engine, place: int, number: int, share: float) -> None:
    assert wallet_share(place, number) == pytest.approx(share, abs=0.005)
    ratings = [rank("p0", place, str(number)), rank("p1", 1, "2")]
    found = by_person(engine, shared(engine, ratings).table)["p0"]["share_of_wallet"]
    assert found == pytest.approx(wallet_share(place, number))


def test_headroom_is_the_rest_of_the_wallet_of_a_year(engine: Engine) -> None:
    net = [("p0", "2026-01-01", 60), ("p0", "2025-09-01", 40), ("p0", "2024-01-01", 999)]
    found = shared(engine, [rank("p0", 2, "2"), rank("p1", 1, "3")], net)
    table = by_person(engine, found.table)
    assert table["p0"]["headroom"] == pytest.approx(100 * (3 - 1))
    assert table["p1"]["headroom"] is None  # bought nothing: no wallet is seen
    assert found.report == [("share of wallet", "Wallet Allocation Rule (Keiningham et al.), 2 people")]


def test_where_few_use_several_brands_nothing_is_said_of_anybody(engine: Engine) -> None:
    loyal = [rank(name, 1, "1") for name in NAMES[1:]]
    found = shared(engine, [rank("p0", 1, "2"), *loyal], [("p0", "2026-01-01", 60)])
    assert {row["share_of_wallet"] for row in by_person(engine, found.table).values()} == {None}
    assert {row["headroom"] for row in by_person(engine, found.table).values()} == {None}
    assert found.report == [
        ("share of wallet", "unknown for all: 1 of 6 who answered use several brands, and it takes 40%"),
    ]
    enough = shared(engine, [rank("p0", 1, "2"), rank("p1", 1, "2"), *loyal[1:4]])
    assert None not in {row["share_of_wallet"] for row in by_person(engine, enough.table).values()}


def test_ranks_that_make_no_sense_are_left_out_and_counted(engine: Engine) -> None:
    wrong = [
        rank("p0", 3, "2"),
        rank("p1", 0, "2"),
        rank("p2", 1, "0"),
        rank("p3", 1, "several"),
        rank("p4", 1, None),
        rank("p4", 1, "-2"),
    ]
    other = [rank("p5", 1, "2", scale="nps"), rank("p5", 1, "2", about_kind="product"), rank("?", 1, "2")]
    found = shared(engine, [*wrong, *other])
    assert by_person(engine, found.table) == {}
    assert found.report == [("ranks", "6, left out: no number of brands, or a rank outside of it")]


def test_the_latest_rank_that_makes_sense_counts(engine: Engine) -> None:
    found = shared(
        engine,
        [
            rank("p0", 1, "2", occurred_at="2026-01-01"),
            rank("p0", 1.5, " 3.0 ", occurred_at="2026-02-01"),
            rank("p0", 9, "3", occurred_at="2026-03-01"),
            rank("p0", 2, "2", occurred_at=None),
            rank("p0", 2, "2", occurred_at=UNTIL),
        ],
    )
    row = by_person(engine, found.table)["p0"]
    assert (row["rank"], row["brands"]) == (1.5, 3)  # a tie for the first place takes the mean rank
    assert row["share_of_wallet"] == pytest.approx((1 - 1.5 / 4) * 2 / 3)


def test_no_ratings_give_an_empty_table(engine: Engine) -> None:
    found = shared(engine, [], [("p0", "2026-01-01", 60)])
    assert (engine.count(found.table), found.report) == (0, [])


@given(st.integers(1, 50))
def test_the_shares_of_all_brands_sum_to_one(number: int) -> None:
    assert sum(wallet_share(place, number) for place in range(1, number + 1)) == pytest.approx(1)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 5), st.integers(1, 5)), max_size=8),
    st.lists(st.tuples(st.sampled_from(NAMES), st.just("2026-01-01"), st.integers(0, 90)), max_size=8),
)
def test_shares_lie_between_nothing_and_all_and_headroom_goes_with_the_unit_of_money(
    engine: Engine, given_ranks: list[tuple[str, int, int]], net: list[tuple[str, str, int]]
) -> None:
    ratings = [rank(who, place, str(number)) for who, place, number in given_ranks]
    one = by_person(engine, shared(engine, ratings, net).table)
    hundred = by_person(engine, shared(engine, ratings, [(who, at, 100 * paid) for who, at, paid in net]).table)
    assert one.keys() == hundred.keys()
    for who, row in one.items():
        assert row["share_of_wallet"] is None or 0 < row["share_of_wallet"] <= 1
        assert row["share_of_wallet"] == hundred[who]["share_of_wallet"]
        if row["headroom"] is None:
            assert hundred[who]["headroom"] is None
        else:
            assert hundred[who]["headroom"] == pytest.approx(100 * row["headroom"], abs=1e-9)
