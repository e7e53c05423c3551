"""Contracts that run are worth what they will still pay; what was paid for them is no free purchase (S2.12, S3.2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from byname.engines import Engine
from byname.facts import schema
from byname.value.contracts import contracts, free_of_contracts, running
from byname.value.terms import Terms

DAY = date(2026, 6, 30)
UNTIL = datetime(2026, 7, 1)  # noqa: DTZ001 - UTC
TERMS = Terms(365, annual_discount_rate=0.1, margin=0.5)


def began(
    who: str, days_ago: int, *, ended: int | None = None, price: str = "10", period: int | None = 30
) -> dict[str, Any]:
    """A contract of somebody, in days before the as-of day."""
    start = datetime.combine(DAY - timedelta(days=days_ago), datetime.min.time())
    return {
        "source": "till",
        "account": "main",
        "source_id": f"{who}-{days_ago}",
        "record_id": who,
        "price": Decimal(price),
        "currency": "EUR",
        "period_days": period,
        "started_at": start,
        "ended_at": None if ended is None else datetime.combine(DAY - timedelta(days=ended), datetime.min.time()),
    }


def agreed(engine: Engine, rows: list[dict[str, Any]], rates: dict[str, Decimal] | None = None) -> Any:
    people = sorted({row["record_id"] for row in rows})
    record_person = pa.table({"record_id": pa.array(people, pa.string()), "person_id": pa.array(people, pa.string())})
    table = pa.Table.from_pylist(rows, schema=schema.table("subscriptions").arrow_schema())
    return running(
        engine, engine.arrow(table), engine.arrow(record_person), currency="EUR", rates=rates or {}, until=UNTIL
    )


def valued(engine: Engine, rows: list[dict[str, Any]], day: date = DAY) -> dict[str, dict[str, Any]]:
    found = engine.fetch(contracts(engine, agreed(engine, rows), TERMS, day).table).to_pylist()
    return {row["person_id"]: row for row in found}


def shop(seed: int = 1) -> list[dict[str, Any]]:
    """Six hundred monthly contracts of which one in ten ends each month."""
    random = np.random.default_rng(seed)
    rows = []
    for n in range(600):
        age, life = int(random.integers(30, 720)), int(random.geometric(0.1)) * 30
        rows.append(began(f"c{n:03}", age, ended=age - life if life < age else None))
    return rows


def test_who_still_pays_is_expected_to_pay_for_as_long_as_the_like_did(duck_engine: Engine) -> None:
    found = valued(duck_engine, shop())
    assert 50 < len(found) < 500
    spend = np.array([row["contract_spend"] for row in found.values()])
    # Twelve months at nine in ten each: 9 * (1 - .9**12) = 6.5 payments of ten.
    assert abs(spend.mean() - 64.6) < 8
    for row in found.values():
        assert 0 <= row["contract_low"] <= row["contract_clv"] <= row["contract_high"]
        assert row["contract_clv"] < 0.5 * row["contract_spend"]


def test_what_ended_is_worth_nothing_and_an_end_to_come_is_the_last_payment(duck_engine: Engine) -> None:
    rows = [*shop(), began("gone", 400, ended=10), began("leaving", 200, ended=-70), began("staying", 200)]
    found = valued(duck_engine, rows)
    assert "gone" not in found
    assert 0 < found["leaving"]["contract_spend"] <= 20 < found["staying"]["contract_spend"]


def test_an_earlier_day_sees_what_ran_then(duck_engine: Engine) -> None:
    rows = [*shop(), began("gone", 400, ended=10), began("new", 20)]
    found = valued(duck_engine, rows, DAY - timedelta(days=91))
    assert "gone" in found
    assert "new" not in found


@pytest.mark.parametrize(
    "rows", [[], [began("one", 5)], [began("one", 400, ended=400)], [began("one", 90, period=None)]]
)
def test_few_contracts_are_no_trouble(duck_engine: Engine, rows: list[dict[str, Any]]) -> None:
    for row in valued(duck_engine, rows).values():
        assert np.isfinite(
            [row[name] for name in ("contract_spend", "contract_clv", "contract_low", "contract_high")]
        ).all()


def test_yearly_prices_are_paid_once_a_year_and_other_currencies_by_their_rate(duck_engine: Engine) -> None:
    rows = [began("yearly", 100, price="120", period=365), began("dollars", 100) | {"currency": "USD"}]
    found = engine_rows(duck_engine, agreed(duck_engine, rows, {"USD": Decimal("0.5")}))
    assert {row["person_id"]: float(row["price"]) for row in found} == {"yearly": 120.0, "dollars": 5.0}
    unrated = engine_rows(duck_engine, agreed(duck_engine, rows))
    assert [row["person_id"] for row in unrated] == ["yearly"]


def test_a_contracts_payments_are_no_free_purchases(duck_engine: Engine) -> None:
    table = agreed(duck_engine, [began("rosa", 100)])
    orders = [("1", 70, "10"), ("2", 40, "10"), ("3", 40, "35"), ("4", 200, "10")]
    net = pa.table(
        {
            "person_id": ["rosa"] * 4,
            "source": ["till"] * 4,
            "account": ["main"] * 4,
            "source_id": [number for number, _, _ in orders],
            "occurred_at": pa.array([UNTIL - timedelta(days=ago) for _, ago, _ in orders], pa.timestamp("us")),
            "amount": pa.array([Decimal(amount) for _, _, amount in orders], pa.decimal128(18, 4)),
        }
    )
    free, paid = free_of_contracts(duck_engine, duck_engine.arrow(net), table)
    # A cap on top, and what was bought before the contract, are purchases.
    assert {row["source_id"] for row in engine_rows(duck_engine, free)} == {"3", "4"}
    assert engine_rows(duck_engine, paid) == [{"person_id": "rosa", "payments": 2, "paid": Decimal("20.0000")}]


def engine_rows(engine: Engine, table: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engine.fetch(table).to_pylist()
    return found
