"""The engine's value table against the NumPy kernels, and a real shop's odd rows in the ledger (S0.13, S3.13)."""

from __future__ import annotations

import csv
import gzip
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from tests.case import add, made
from tests.value.shop import FIRST, Shop, simulated

from byname.demo import PURCHASES
from byname.engines import open_engine
from byname.facts import intake
from byname.facts.change import show
from byname.facts.store import LEDGER_TABLES
from byname.value import BgNbd, Terms
from byname.value import past as reading
from byname.value import valuation as valuing
from byname.value.candidates import Fitted
from byname.value.pareto_nbd import ParetoNbd
from byname.value.policy import Policy, choose
from byname.value.ranges import Places
from byname.value.valuation import valuation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byname.engines import Engine

TERMS = Terms(180, annual_discount_rate=0.12, margin=0.4)
AS_OF = FIRST + timedelta(days=720)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", spill=tmp_path_factory.mktemp("spill"), threads=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop() -> Shop:
    return simulated(1_200, 721, seed=9)


def days(shop: Shop) -> pa.Table:
    """One row for each person and purchase day, ids as hashes begin."""
    letters = "234567ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return pa.table(
        {
            "person_id": [f"p{letters[one % 32]}{letters[one // 32 % 32]}{one:05}" for one in shop.person],
            "day": pa.array([FIRST + timedelta(days=int(one)) for one in shop.day], pa.date32()),
            "orders": np.ones(len(shop.day), dtype=np.int64),
            "spent": money(shop.spent),
            "grp": np.zeros(len(shop.day), dtype=np.int64),
        }
    )


def money(amounts: Any) -> pa.Array:
    return pa.array([Decimal(f"{one:.2f}") for one in amounts], pa.decimal128(18, 4))


def nothing() -> pa.Table:
    return pa.table({"person_id": pa.array([], pa.string()), "returned_total": pa.array([], pa.decimal128(18, 4))})


def valued(engine: Engine, shop: pa.Table, policy: Policy | None = None, as_of: date = AS_OF) -> list[dict[str, Any]]:
    worth = valuation(engine, engine.arrow(shop), engine.arrow(nothing()), TERMS, as_of, policy)
    found: list[dict[str, Any]] = engine.fetch(worth.table, order_by=("person_id",)).to_pylist()
    assert all(np.isfinite(value) for row in found for value in row.values() if isinstance(value, float))
    return found


def test_the_value_table_is_what_the_policy_says_of_each_person(engine: Engine, shop: Shop) -> None:
    """The engine's counts and slices against the arrays of a second implementation (tests/value/shop.py)."""
    policy = choose(shop.past(), AS_OF, 180)
    table = days(shop)
    rows = {row["person_id"]: row for row in valued(engine, table, policy)}
    known, ids = shop.rows(AS_OF)
    fitted = Fitted.on(known, AS_OF, shop.past().daily)
    predicted = policy.predict(fitted, known, 180)
    expected = policy.blended(fitted, predicted)
    assert policy.ranges is not None
    low, median, high = policy.ranges.of_people(Places.of(expected)(expected), expected)
    model = fitted.models["Pareto/NBD"]
    history = (known.repeat_orders, known.recency_days, known.age_days)
    kept = 0.4 * model.orders_if_alive(180, 0.12, known.repeat_orders, known.age_days)
    kept /= model.orders_if_alive(180, 0.0, known.repeat_orders, known.age_days)
    name = dict(zip(shop.person, table.column("person_id").to_pylist(), strict=True))
    for column, values in {
        "expected_spend": expected,
        "median_spend": median,
        "clv": kept * expected,
        "clv_low": kept * low,
        "clv_high": kept * high,
        "p_alive": model.p_alive(*history),
        "expected_orders": model.expected_orders(180, *history),
    }.items():
        found = [rows[name[one]][column] for one in ids]
        np.testing.assert_allclose(found, values, rtol=1e-6, atol=1e-9, err_msg=column)
    assert all(0 <= row["clv_low"] <= row["clv_high"] for row in rows.values())
    assert all(0 <= row["expected_spend_quarter"] <= row["expected_spend"] + 1e-9 for row in rows.values())
    assert all(row["value_at_risk"] >= 0 for row in rows.values())
    assert [rows[name[one]]["mean_spend"] is None for one in ids] == (known.repeat_orders == 0).tolist()


def test_people_in_many_slices_are_worth_the_same(engine: Engine, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = choose(shop.past(), AS_OF, 180)
    whole = {row["person_id"]: row["expected_orders"] for row in valued(engine, days(shop), policy)}
    monkeypatch.setattr(valuing, "_SLICE", 100)
    parts = {row["person_id"]: row["expected_orders"] for row in valued(engine, days(shop), policy)}
    assert parts.keys() == whole.keys()
    np.testing.assert_allclose(list(parts.values()), [whole[one] for one in parts], rtol=1e-9)


def test_a_choice_on_a_part_of_the_people_serves_all_of_them(
    engine: Engine, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_ENOUGH", 600)
    read = reading.past_of(engine, engine.arrow(days(shop)), AS_OF)
    some, _, _ = read.read(AS_OF - timedelta(days=180), AS_OF)
    assert 300 < len(some) < 900
    assert read.people == 1_200
    assert len(valued(engine, days(shop))) == 1_200


def test_worth_is_the_same_however_the_rows_come(engine: Engine, shop: Shop) -> None:
    policy = choose(shop.past(), AS_OF, 180)
    table = days(shop)
    turned = table.take(np.random.default_rng(9).permutation(table.num_rows))
    assert valued(engine, turned, policy) == valued(engine, table, policy)


def test_a_purchase_after_the_day_is_not_seen(engine: Engine, shop: Shop) -> None:
    earlier = FIRST + timedelta(days=500)
    assert valued(engine, days(shop), as_of=earlier) == valued(engine, days(shop.until(500)), as_of=earlier)


def only(rows: list[tuple[str, int, float]]) -> pa.Table:
    """Purchase days by hand: who, days after FIRST, how much."""
    return pa.table(
        {
            "person_id": pa.array([who for who, _, _ in rows], pa.string()),
            "day": pa.array([FIRST + timedelta(days=day) for _, day, _ in rows], pa.date32()),
            "orders": pa.array([1] * len(rows), pa.int64()),
            "spent": money([spent for _, _, spent in rows]),
            "grp": pa.array([0] * len(rows), pa.int64()),
        }
    )


def test_a_company_without_buyers_has_no_worth_and_no_trouble(engine: Engine) -> None:
    assert valued(engine, only([])) == []


def test_a_single_buyer_has_a_wide_range_and_no_record(engine: Engine) -> None:
    (row,) = valued(engine, only([("pA", 1, 20.0)]))
    assert 0 <= row["clv_low"] <= row["clv"] <= max(row["clv_high"], row["clv"])


@pytest.mark.parametrize(
    "rows",
    [
        [(f"p{n:03}", n % 300, 10.0 + n % 7) for n in range(400)],  # nobody came twice
        [(f"p{n:03}", 700, 10.0) for n in range(60)],  # all on one day, for one price
        [(f"p{n:03}", day, 5.0) for n in range(40) for day in range(0, 720, 7)],  # nobody ever left
        [("pA", day, 1.0) for day in range(720)] + [(f"p{n:03}", n, 3.0) for n in range(50)],  # every day for two years
        [(f"p{n:03}", n * 7, 0.0) for n in range(90)],  # nobody paid anything
        [(f"p{n:03}", n * 7, 1e9 if n == 5 else 1.0) for n in range(90)],  # one who spends it all
    ],
)
def test_odd_shops_get_finite_numbers(engine: Engine, rows: list[tuple[str, int, float]]) -> None:
    found = valued(engine, only(rows))
    assert len(found) == len({who for who, _, _ in rows})
    assert all(0 <= row[name] <= 1 for row in found for name in ("p_alive", "p_top_decile_month", "p_top_decile_year"))
    assert all(row["clv_low"] <= row["clv_high"] for row in found)


def test_a_model_that_does_not_converge_is_replaced_and_named(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, left_out = ParetoNbd.fit, BgNbd.fit
    monkeypatch.setattr(ParetoNbd, "fit", lambda triples: replace(lost(triples), converged=False))
    monkeypatch.setattr(BgNbd, "fit", classmethod(lambda _, triples: replace(left_out(triples), converged=False)))
    rows, _ = shop.rows(AS_OF)
    fitted = Fitted.on(rows, AS_OF, shop.past().daily)
    notes = dict(fitted.notes)
    assert "MBG/NBD stands in" in notes["Pareto/NBD"]
    assert "left out" in notes["BG/NBD"]
    found = fitted.outlook(rows).expected_spend(90, fitted.names)
    assert all(np.isfinite(values).all() for values in found.values())


def test_what_the_models_assume_is_held_against_the_shop(engine: Engine, shop: Shop) -> None:
    policy = choose(shop.past(), AS_OF, 180)
    worth = valuation(engine, engine.arrow(days(shop)), engine.arrow(nothing()), TERMS, AS_OF, policy).worth
    assert worth.related is not None
    assert abs(worth.related) < 0.15  # drawn apart
    assert "little enough" in dict(worth.report)["how often and how much at a time"]


# ------------------------------------------------------------------------------------- online_retail

SHIPPED = files("byname.demo") / "data" / PURCHASES


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The ledger after the real shop's file, by the generic reader and its own guess; each table a view."""
    company = made(tmp_path_factory.mktemp("retail") / "shop", zone="Europe/London")
    (outcome,) = add(company, str(SHIPPED))
    assert (outcome.error, outcome.reader, outcome.rows, outcome.refused) == (None, "generic_orders", 320_705, 0)
    with intake.open_ledger(company).state() as state, duckdb.connect() as con:
        for name in ("orders", "returns", "order_lines", "records"):
            show(con, name, LEDGER_TABLES[name], state.files(name))
        yield con


def of_shop(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    (row,) = con.execute(sql).fetchall()
    return tuple(row)


def test_every_line_of_the_shop_is_in_the_ledger(retail: duckdb.DuckDBPyConnection) -> None:
    """320,705 lines and 88,652 of them of nobody, none doubled and none dropped, 2,483 repeated ones among them."""
    assert of_shop(retail, "select count(*), count(*) filter (record_id is null) from order_lines") == (320_705, 88_652)
    repeated = "select count(*) - count(distinct row_hash) from order_lines"
    assert of_shop(retail, repeated) == (2_483,)


def test_every_invoice_is_an_order_or_a_return(retail: duckdb.DuckDBPyConnection) -> None:
    """16,459 invoices: those whose lines come to less than nothing are returns, all others orders."""
    orders, returns = (
        of_shop(retail, f"select count(distinct source_id) from {name}")[0] for name in ("orders", "returns")
    )
    assert (orders, returns, orders + returns) == (13_903, 2_556, 16_459)


def test_cancellations_are_returns_and_never_orders(retail: duckdb.DuckDBPyConnection) -> None:
    """5,847 lines begin with C; three with A are adjustments of bad debt, one of which is above nothing."""
    assert of_shop(
        retail, "select count(*) filter (order_id like 'C%'), count(*) filter (order_id like 'A%') from order_lines"
    ) == (5_847, 3)
    assert of_shop(retail, "select count(*) from orders where source_id like 'C%'") == (0,)
    assert of_shop(retail, "select count(*) filter (source_id not like 'C%') from returns") == (2,)
    assert of_shop(retail, "select count(*) from orders where source_id like 'A%'") == (1,)


def test_customer_numbers_lose_their_point_nought_and_nobody_is_invented(retail: duckdb.DuckDBPyConnection) -> None:
    """3,360 numbers written as 17850.0; a few have two countries, which is one record in two spellings."""
    assert of_shop(retail, "select count(distinct record_id) from records") == (3_360,)
    assert of_shop(retail, "select count(distinct record_id) from order_lines") == (3_360,)


def test_the_money_of_all_lines_is_the_money_of_orders_less_returns(retail: duckdb.DuckDBPyConnection) -> None:
    """Products or not (POST, DOT, M), each line's quantity times price is in its invoice, to the penny."""
    total = Decimal(0)
    with SHIPPED.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            total += Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
    assert of_shop(retail, "select (select sum(amount) from orders) - (select sum(amount) from returns)") == (total,)


def test_days_are_the_shops_own(retail: duckdb.DuckDBPyConnection) -> None:
    first, last = of_shop(retail, "select min(occurred_at), max(occurred_at) from order_lines")
    assert (first.date(), last.date()) == (date(2010, 12, 1), date(2011, 8, 31))
