"""Customer equity: numbers by hand, sums that must come out to the cent, published and known Ginis."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from byname.value.equity import CONCENTRATION, EQUITY, Before, People, _alike, _draws, _figures, concentration, equity

THEN = date(2025, 6, 30)


def people(clv: Any, before: Before | None = None, **more: Any) -> People:
    clv = np.asarray(clv, dtype=np.float64)
    count = len(clv)
    said: dict[str, Any] = {
        "clv": clv,
        "value_at_risk": np.zeros(count),
        "p_alive": np.ones(count),
        "spend": clv,
        "first_day": np.full(count, "2025-01-01", dtype="datetime64[D]"),
        "before": before,
    }
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in more.items() if name != "first_day"}
    days = {"first_day": np.asarray(more["first_day"], dtype="datetime64[D]")} if "first_day" in more else {}
    return People(**said | arrays | days)


def before(clv: Any, **more: Any) -> Before:
    clv = np.asarray(clv, dtype=np.float64)
    count = len(clv)
    said: dict[str, Any] = {
        "day": THEN,
        "customer": np.ones(count, dtype=bool),
        "clv": clv,
        "value_at_risk": np.zeros(count),
        "p_alive": np.ones(count),
        "bought": np.zeros(count, dtype=bool),
        "profit": np.zeros(count),
    }
    return Before(**said | {name: np.asarray(values) for name, values in more.items()})


def rows(table: pa.Table, kind: str) -> dict[str, dict[str, Any]]:
    assert table.schema.equals(EQUITY)
    return {row["name"]: row for row in table.to_pylist() if row["kind"] == kind}


def amounts(table: pa.Table, kind: str) -> dict[str, float | None]:
    return {name: row["amount"] for name, row in rows(table, kind).items()}


# ------------------------------------------------------------------------------------- numbers by hand


def test_the_total_is_the_sum_with_the_range_that_was_handed_in() -> None:
    (row,) = rows(equity(people([100, 50.005, 0]), 90.0, 180.0), "total").values()
    assert (row["people"], row["amount"], row["low"], row["high"]) == (3, 150.0, 90.0, 180.0)
    (row,) = rows(equity(people([1])), "total").values()
    assert (row["low"], row["high"], "no range" in row["says"]) == (None, None, True)


def test_tiers_are_the_first_people_by_worth() -> None:
    found = rows(equity(people(np.arange(200) + 1.0)), "tier")
    assert {name: row["people"] for name, row in found.items()} == {
        "top 1%": 2, "next 9%": 18, "next 10%": 20, "next 30%": 60, "last 50%": 100,
    }  # fmt: skip
    assert found["top 1%"]["amount"] == 199 + 200
    assert found["last 50%"]["amount"] == 100 * 101 / 2
    assert found["last 50%"]["says"] == "by worth; 25% of the whole"


def test_cohorts_are_quarters_of_the_first_purchase() -> None:
    days = ["2024-12-31", "2025-01-01", "2025-03-31", "1969-12-31", "2025-10-01"]
    found = rows(equity(people([1, 2, 3, 4, 5], first_day=days)), "cohort")
    assert [(name, row["people"], row["amount"]) for name, row in found.items()] == [
        ("1969 Q4", 1, 4),
        ("2024 Q4", 1, 1),
        ("2025 Q1", 2, 5),
        ("2025 Q4", 1, 5),
    ]


def test_each_person_is_in_one_step_of_the_change() -> None:
    """New, grown, shrunk, lost (though worth more), won back, gone for good, and not won back for nothing was bought."""
    then = before(
        [0, 10, 10, 10, 2, 5, 1],
        customer=[False, True, True, True, True, True, True],
        p_alive=[0, 0.9, 0.9, 0.5, 0.4, 0.2, 0.4],
        bought=[True, True, False, False, True, False, False],
    )
    now = people(
        [7, 14, 4, 11, 20, 0, 2],
        then,
        p_alive=[1, 0.9, 0.5, 0.49, 0.5, 0, 0.6],
        first_day=["2025-07-01", *["2024-01-01"] * 4, "NaT", "2024-01-01"],
    )
    found = rows(equity(now), "change")
    assert {name: (row["people"], row["amount"]) for name, row in found.items()} == {
        "from": (6, 38),
        "new": (1, 7),
        "grown": (2, 4 + 1),
        "shrunk": (2, -6 - 5),
        "lost": (1, 1),
        "won back": (1, 18),
        "to": (6, 58),
    }
    assert found["from"]["says"] == "on 2025-06-30"


def test_return_on_customer_is_profit_and_change_over_what_was() -> None:
    """Peppers and Rogers: earned 20 and grew by 10 on 100 is 30%."""
    then = before([100, 0], customer=[True, False], profit=[20.0, 0.0])
    assert amounts(equity(people([110, 0], then)), "roc")["total"] == pytest.approx(0.3)
    then = before([100, 0], customer=[True, False], profit=[20.0, 5.0])
    found = amounts(equity(people([110, 40], then)), "roc")
    assert found["total"] == pytest.approx((25 + 50) / 100)
    assert found["top 1%"] == pytest.approx(0.3)  # the newcomer is in no tier of then
    assert found["last 50%"] is None


def test_return_on_customer_without_a_before_says_why_it_is_unknown() -> None:
    (row,) = rows(equity(people([1, 2])), "roc").values()
    assert (row["amount"], "no earlier day" in row["says"]) == (None, True)
    row = rows(equity(people([1, 2], before([0, 0]))), "roc")["total"]
    assert (row["amount"], row["says"]) == (None, "unknown: customer equity was nothing on 2025-06-30")


def test_value_at_risk_and_saved() -> None:
    then = before([5, 5, 5], value_at_risk=[4.0, 3.0, 2.0], bought=[True, False, True])
    found = rows(equity(people([1, 1, 1], then, value_at_risk=[0, 1.5, 2.25])), "risk")
    assert (found["at risk"]["people"], found["at risk"]["amount"]) == (2, 3.75)
    assert (found["saved"]["people"], found["saved"]["amount"]) == (2, 6.0)


def test_the_concentration_curve_goes_from_the_best_down() -> None:
    table = concentration(people([1, 6, 3], spend=[0, 0, 8]))
    assert table.schema.equals(CONCENTRATION)
    points = [(row["measure"], row["share_of_people"], row["share_of_value"]) for row in table.to_pylist()]
    third = 1 / 3
    assert points == [
        ("clv", 0, 0), ("clv", pytest.approx(third), 0.6), ("clv", pytest.approx(2 * third), 0.9), ("clv", 1, 1),
        ("spend", 0, 0), ("spend", pytest.approx(third), 1), ("spend", pytest.approx(2 * third), 1), ("spend", 1, 1),
    ]  # fmt: skip


# ------------------------------------------------------------------------------------- Gini and spread


def test_the_published_gini_of_farm_incomes() -> None:
    """The example of R's package ineq: 0.4620911."""
    incomes = np.array([541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261], dtype=float)
    assert amounts(equity(people(incomes)), "spread")["clv: Gini"] == pytest.approx(0.4620911, abs=5e-8)


@pytest.mark.parametrize(
    ("values", "gini"),
    [
        ([1, 1, 1, 1], 0.0),
        ([0, 0, 0, 1], 0.75),  # (n - 1) / n
        ([1, 2, 3, 4, 5], 4 / 15),
        ([5], 0.0),
        ([-3, 1, 1], 1 / 3),  # less than nothing counts as nothing
    ],
)
def test_ginis_by_hand(values: list[float], gini: float) -> None:
    assert amounts(equity(people(values)), "spread")["clv: Gini"] == pytest.approx(gini, abs=1e-12)


@pytest.mark.parametrize(
    ("drawn", "gini"),
    [
        (lambda rng: rng.exponential(3, 200_000), 0.5),
        (lambda rng: rng.lognormal(1, 1, 200_000), math.erf(0.5)),
        (lambda rng: rng.pareto(3, 200_000) + 1, 1 / 5),
        (lambda rng: rng.random(200_000), 1 / 3),
    ],
    ids=["exponential", "lognormal", "Pareto", "uniform"],
)
def test_ginis_of_known_distributions_come_back(drawn: Any, gini: float) -> None:
    row = rows(equity(people(drawn(np.random.default_rng(1)))), "spread")["clv: Gini"]
    assert row["amount"] == pytest.approx(gini, abs=0.005)
    assert row["low"] < row["amount"] < row["high"]


def test_shares_and_most_over_median() -> None:
    found = rows(equity(people([*[1.0] * 90, *[10.0] * 9, 110.0])), "spread")
    assert found["clv: top 1%"]["amount"] == pytest.approx(110 / 290)
    assert found["clv: top 10%"]["amount"] == pytest.approx(200 / 290)
    assert found["clv: top 20%"]["amount"] == pytest.approx(210 / 290)
    ratio = found["clv: most over median"]
    assert (ratio["amount"], ratio["low"], ratio["high"]) == (110.0, 10.0, 110.0)


def test_most_over_a_median_of_nothing_is_unknown() -> None:
    row = rows(equity(people([0, 0, 5])), "spread")["clv: most over median"]
    assert (row["amount"], row["low"], row["high"], row["says"][:7]) == (None, None, None, "unknown")


def test_the_range_of_a_ratio_that_may_have_no_median_is_open_above() -> None:
    row = rows(equity(people([0, 0, 1, 1, 5])), "spread")["clv: most over median"]
    assert (row["amount"], row["low"], row["high"]) == (5.0, 1.0, None)


def test_draws_on_counts_are_those_on_people() -> None:
    """Where all stand alone, a draw in which each came once gives the figures that were seen; and the ranges agree."""
    ranked = np.sort(np.random.default_rng(3).lognormal(0, 1, 300))[::-1]
    count, values = _alike(ranked)
    assert count.tolist() == [1] * 300
    rng, drawn = np.random.default_rng(5), _draws(count, values)
    plain: dict[str, list[float]] = {name: [] for name in drawn}
    for _ in range(2_000):
        for name, value in _figures(np.sort(rng.choice(ranked, 300))[::-1]).items():
            plain[name].append(value or 0.0)
    for name, values_drawn in drawn.items():
        assert np.median(values_drawn) == pytest.approx(np.median(plain[name]), rel=0.05), name
        assert np.std(values_drawn) == pytest.approx(np.std(plain[name]), rel=0.15), name


def test_the_groups_of_many_people_keep_their_figures() -> None:
    ranked = np.sort(np.random.default_rng(3).lognormal(0, 1.5, 300_000))[::-1]
    count, values = _alike(ranked)
    assert (int(count.sum()), len(count) < 6_000) == (300_000, True)
    assert float(count @ values) == pytest.approx(float(ranked.sum()))
    drawn = _draws(count, values)
    for name, seen in _figures(ranked).items():
        low, high = np.quantile(drawn[name], (0.01, 0.99))
        assert seen is not None
        assert low <= seen <= high, name


def test_made_twice_it_is_the_same() -> None:
    values = np.random.default_rng(1).lognormal(0, 1, 1_000)
    assert equity(people(values)).equals(equity(people(values)))


# ----------------------------------------------------------------------------------------- what always holds

MONEY = st.floats(-1e6, 1e9, allow_nan=False)
ONE = st.tuples(
    MONEY, MONEY, st.floats(0, 1), st.floats(0, 1), st.booleans(), st.booleans(), st.booleans(), st.integers(0, 9_999)
)


def population(drawn: list[tuple[Any, ...]]) -> People:
    columns: list[NDArray[Any]] = [np.array(column) for column in zip(*drawn, strict=True)]
    clv, was, alive, was_alive, customer, was_customer, bought, days = columns
    then = before(
        np.where(was_customer, was, 0.0), customer=was_customer, p_alive=was_alive * was_customer, bought=bought
    )
    first = np.datetime64("2000-01-01", "D") + days.astype("timedelta64[D]")
    first[~customer] = np.datetime64("NaT", "D")
    return people(np.where(customer, clv, 0.0), then, p_alive=alive * customer, first_day=first)


def cents(amount: float | None) -> int:
    assert amount is not None
    return round(100 * amount)


@settings(deadline=None)
@given(st.lists(ONE, min_size=1, max_size=40))
def test_the_parts_add_up_to_the_cent(drawn: list[tuple[Any, ...]]) -> None:
    now = population(drawn)
    table = equity(now)
    whole = cents(amounts(table, "total")["customer equity"])
    change = amounts(table, "change")
    assert cents(change["to"]) == whole
    steps = ("from", "new", "grown", "shrunk", "lost", "won back")
    assert sum(cents(change[step]) for step in steps) == whole
    assert sum(map(cents, amounts(table, "tier").values())) == whole
    if now.customer.any():
        assert sum(map(cents, amounts(table, "cohort").values())) == whole
    counted = {name: row["people"] for name, row in rows(table, "change").items()}
    assert counted["from"] + counted["new"] >= counted["to"]
    assert sum(row["people"] for row in rows(table, "tier").values()) == counted["to"]


@settings(deadline=None)
@given(st.lists(ONE, max_size=40))
def test_nothing_is_ever_nan_or_infinite_and_no_share_is_out_of_bounds(drawn: list[tuple[Any, ...]]) -> None:
    now = population(drawn) if drawn else people([], before([]))
    for row in equity(now).to_pylist():
        for name in ("amount", "low", "high"):
            assert row[name] is None or math.isfinite(row[name]), row
        if "Gini" in row["name"] or (row["kind"] == "spread" and "top" in row["name"]):
            assert row["amount"] is None or -1e-9 <= row["amount"] <= 1 + 1e-9, row
        assert row["says"]
    curve = concentration(now).to_pylist()
    for one, after in pairwise(curve):
        if one["measure"] == after["measure"]:
            assert one["share_of_value"] <= after["share_of_value"] + 1e-12
            assert one["share_of_people"] < after["share_of_people"]
    for one in curve:
        assert one["share_of_value"] >= one["share_of_people"] - 1e-9


def test_in_cents_everything_is_a_hundred_times_as_much_and_ratios_are_the_same() -> None:
    rng = np.random.default_rng(2)
    clv, was, profit = (np.round(rng.lognormal(2, 1, 500), 2) for _ in range(3))
    then = before(was, p_alive=rng.random(500), bought=rng.random(500) < 0.5, profit=profit)
    now = people(clv, then, p_alive=rng.random(500), value_at_risk=clv)
    scaled_then = replace(then, clv=100 * was, profit=100 * profit)
    scaled = replace(now, clv=100 * clv, spend=100 * clv, value_at_risk=100 * clv, before=scaled_then)
    for one, other in zip(equity(now).to_pylist(), equity(scaled).to_pylist(), strict=True):
        times = 1 if one["kind"] in ("roc", "spread") else 100
        assert (other["name"], other["people"]) == (one["name"], one["people"])
        for name in ("amount", "low", "high"):
            assert other[name] == (None if one[name] is None else pytest.approx(times * one[name], rel=1e-9))


def test_the_order_of_people_does_not_matter() -> None:
    clv = np.round(np.random.default_rng(2).lognormal(2, 1, 500), 2)
    assert equity(people(clv)).equals(equity(people(clv[::-1])))


# --------------------------------------------------------------------------------------------- bad input


def test_nobody_has_nothing() -> None:
    found = equity(people([]))
    assert amounts(found, "total") == {"customer equity": 0.0}
    assert rows(found, "cohort") == {}
    assert all("unknown" in row["says"] for row in rows(found, "spread").values())
    assert concentration(people([])).num_rows == 0


def test_one_person_is_every_tier_that_there_is() -> None:
    found = equity(people([12.5]))
    assert {name: row["people"] for name, row in rows(found, "tier").items() if row["people"]} == {"top 1%": 1}
    assert amounts(found, "spread")["clv: most over median"] == 1.0
    assert concentration(people([12.5])).num_rows == 4


def test_where_nobody_has_anything_there_is_no_curve_and_no_gini() -> None:
    assert concentration(people([0, 0])).num_rows == 0
    assert amounts(equity(people([0, -1])), "spread")["clv: Gini"] is None


def test_less_than_a_cent_is_nothing_to_divide_by() -> None:
    found = equity(people([1e-311, 0.0], before([1e-311, 1e-311])))
    assert amounts(found, "roc")["total"] is None
    assert "inf" not in str(found.to_pylist())


def test_a_table_with_gaps_counts_them_as_nothing() -> None:
    table = pa.table(
        {
            "clv": pa.array([10.0, None, math.nan]),
            "value_at_risk": pa.array([1.0, math.inf, None]),
            "p_alive": pa.array([0.9, None, 0.2]),
            "spend": pa.array([20, 5, None]),
            "first_day": pa.array([date(2025, 1, 1), None, date(2025, 5, 1)]),
            "clv_before": pa.array([8.0, 3.0, None]),
            "value_at_risk_before": pa.array([2.0, None, 1.0]),
            "p_alive_before": pa.array([0.9, 0.9, None]),
            "bought_since": pa.array([True, None, None]),
            "profit_since": pa.array([4.0, None, None]),
        }
    )
    found = equity(People.of(table, THEN))
    assert rows(found, "total")["customer equity"]["people"] == 2
    assert amounts(found, "change") == {
        "from": 11.0, "new": 0.0, "grown": 2.0, "shrunk": 0.0, "lost": -3.0, "won back": 0.0, "to": 10.0,
    }  # fmt: skip
    assert amounts(found, "risk") == {"at risk": 1.0, "saved": 2.0}
    assert amounts(found, "roc")["total"] == pytest.approx((4 + 10 - 11) / 11)
    assert People.of(table).before is None
    assert equity(People.of(table.slice(0, 0), THEN)).num_rows > 0


@pytest.mark.parametrize("count", [2, 99, 100, 101, 12_345])
def test_a_curve_has_at_most_a_hundred_and_one_points(count: int) -> None:
    table = concentration(people(np.random.default_rng(1).random(count)))
    assert table.num_rows == 2 * (min(count, 100) + 1)
