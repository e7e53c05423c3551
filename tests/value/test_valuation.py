"""The engine's value table against the NumPy kernels, and a real shop's odd rows in the ledger (S0.13, S3.13)."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from tests.case import add, made
from tests.value.simulate import simulate_bgnbd

from byname.demo import PURCHASES
from byname.engines import open_engine
from byname.facts import intake
from byname.facts.change import show
from byname.facts.store import LEDGER_TABLES
from byname.value import BgNbd, GammaGamma, Terms, Triples, outlook, values_of_people
from byname.value.valuation import valuation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byname.engines import Engine

TERMS = Terms(180, annual_discount_rate=0.12, margin=0.4)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", spill=tmp_path_factory.mktemp("spill"), threads=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def people() -> pa.Table:
    """Three thousand buyers with histories as BG/NBD has them, some of whom paid nothing."""
    x, t_x, age = simulate_bgnbd(3_000, r=0.6, alpha_days=60, a=0.8, b=3.0, cohort_days=500, seed=7)
    random = np.random.default_rng(8)
    cents = np.where(random.random(x.size) < 0.05, 0, random.gamma(3, 900, x.size) * (x + 1)).astype(np.int64)
    first = np.where(x > 0, cents // (x + 1), cents)
    return pa.table(
        {
            "person_id": [f"p{at:05}" for at in range(x.size)],
            "orders": x + 1 + (random.random(x.size) < 0.1),
            "repeat_orders": x,
            "recency_days": t_x,
            "age_days": age,
            "spend_total": money(cents),
            "repeat_spend": money(cents - first),
        }
    )


def money(cents: Any) -> pa.Array:
    return pa.array([Decimal(int(one)) / 100 for one in cents], pa.decimal128(18, 4))


def valued(engine: Engine, people: pa.Table) -> list[dict[str, Any]]:
    returned = pa.table({"person_id": ["p00001"], "returned_total": pa.array([Decimal(3)], pa.decimal128(18, 4))})
    worth = valuation(engine, engine.arrow(people), engine.arrow(returned), TERMS)
    found: list[dict[str, Any]] = engine.fetch(worth.table, order_by=("rank",)).to_pylist()
    return found


def test_the_value_table_is_what_the_kernels_give(engine: Engine, people: pa.Table) -> None:
    rows = sorted(valued(engine, people), key=lambda row: row["person_id"])
    history = tuple(people.column(name).to_numpy() for name in ("repeat_orders", "recency_days", "age_days"))
    triples, whose = Triples.of_people(*history)
    days = history[0] + 1
    mean = np.array([float(one) for one in people.column("spend_total").to_pylist()]) / days
    model, spend = BgNbd.fit(triples), GammaGamma.fit(days, mean)
    expected = values_of_people(outlook(model, triples, TERMS), whose, spend, orders=days, mean_spend=mean, terms=TERMS)
    for name in ("p_alive", "expected_orders", "expected_spend", "clv"):
        np.testing.assert_allclose([row[name] for row in rows], getattr(expected, name), rtol=1e-8, err_msg=name)
    assert [row["returned_total"] for row in rows[:3]] == [0, 3, 0]
    assert [row["mean_spend"] is None for row in rows] == list(history[0] == 0)


def test_ranks_follow_worth_and_are_the_same_however_the_rows_come(engine: Engine, people: pa.Table) -> None:
    rows = valued(engine, people)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    # A hundredth of a cent is a tie, which the spend so far and then the id decide.
    assert (np.diff([row["clv"] for row in rows]) <= 1e-4).all()
    turned = people.take(np.random.default_rng(9).permutation(people.num_rows))
    assert valued(engine, turned) == rows


def test_a_company_without_buyers_has_no_worth_and_no_trouble(engine: Engine, people: pa.Table) -> None:
    assert valued(engine, people.slice(0, 0)) == []


def test_a_single_buyer_is_worth_something_finite(engine: Engine, people: pa.Table) -> None:
    (row,) = valued(engine, people.slice(0, 1))
    assert np.isfinite(row["clv"])
    assert row["rank"] == 1


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


def only(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    (row,) = con.execute(sql).fetchall()
    return tuple(row)


def test_every_line_of_the_shop_is_in_the_ledger(retail: duckdb.DuckDBPyConnection) -> None:
    """320,705 lines and 88,652 of them of nobody, none doubled and none dropped, 2,483 repeated ones among them."""
    assert only(retail, "select count(*), count(*) filter (record_id is null) from order_lines") == (320_705, 88_652)
    repeated = "select count(*) - count(distinct row_hash) from order_lines"
    assert only(retail, repeated) == (2_483,)


def test_every_invoice_is_an_order_or_a_return(retail: duckdb.DuckDBPyConnection) -> None:
    """16,459 invoices: those whose lines come to less than nothing are returns, all others orders."""
    orders, returns = (
        only(retail, f"select count(distinct source_id) from {name}")[0] for name in ("orders", "returns")
    )
    assert (orders, returns, orders + returns) == (13_903, 2_556, 16_459)


def test_cancellations_are_returns_and_never_orders(retail: duckdb.DuckDBPyConnection) -> None:
    """5,847 lines begin with C; three with A are adjustments of bad debt, one of which is above nothing."""
    assert only(
        retail, "select count(*) filter (order_id like 'C%'), count(*) filter (order_id like 'A%') from order_lines"
    ) == (5_847, 3)
    assert only(retail, "select count(*) from orders where source_id like 'C%'") == (0,)
    assert only(retail, "select count(*) filter (source_id not like 'C%') from returns") == (2,)
    assert only(retail, "select count(*) from orders where source_id like 'A%'") == (1,)


def test_customer_numbers_lose_their_point_nought_and_nobody_is_invented(retail: duckdb.DuckDBPyConnection) -> None:
    """3,360 numbers written as 17850.0; a few have two countries, which is one record in two spellings."""
    assert only(retail, "select count(distinct record_id) from records") == (3_360,)
    assert only(retail, "select count(distinct record_id) from order_lines") == (3_360,)


def test_the_money_of_all_lines_is_the_money_of_orders_less_returns(retail: duckdb.DuckDBPyConnection) -> None:
    """Products or not (POST, DOT, M), each line's quantity times price is in its invoice, to the penny."""
    total = Decimal(0)
    with SHIPPED.open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            total += Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])
    assert only(retail, "select (select sum(amount) from orders) - (select sum(amount) from returns)") == (total,)


def test_days_are_the_shops_own(retail: duckdb.DuckDBPyConnection) -> None:
    first, last = only(retail, "select min(occurred_at), max(occurred_at) from order_lines")
    assert (first.date(), last.date()) == (date(2010, 12, 1), date(2011, 8, 31))
