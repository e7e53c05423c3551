"""What is earned of a person's spend, where the orders say it (S2.12)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from byname.engines import Engine
from byname.facts import schema
from byname.value.margins import margins


def of(engine: Engine, rows: list[tuple[str, str, Any, Any, Any]]) -> dict[str, float]:
    """Margins by person of orders (who, number, gross, net of what went back, margin)."""
    said = {"source": "till", "account": "main", "occurred_at": datetime(2026, 1, 1)}  # noqa: DTZ001 - UTC
    orders = [
        said | {"source_id": number, "amount": Decimal(gross), "margin": None if margin is None else Decimal(margin)}
        for _, number, gross, _, margin in rows
    ]
    net = pa.table(
        {
            "person_id": pa.array([who for who, *_ in rows], pa.string()),
            "source": pa.array(["till"] * len(rows), pa.string()),
            "account": pa.array(["main"] * len(rows), pa.string()),
            "source_id": pa.array([number for _, number, *_ in rows], pa.string()),
            "amount": pa.array([Decimal(net) for _, _, _, net, _ in rows], pa.decimal128(18, 4)),
        }
    )
    made = pa.Table.from_pylist(orders, schema=schema.table("orders").arrow_schema())
    found = engine.fetch(margins(engine, engine.arrow(net), engine.arrow(made))).to_pylist()
    return {row["person_id"]: row["margin"] for row in found}


def test_who_buys_on_sale_keeps_less_for_us_than_who_pays_the_full_price(duck_engine: Engine) -> None:
    full = [("rosa", f"r{n}", 100, 100, 60) for n in range(8)]
    sale = [("jonas", f"j{n}", 100, 100, 10) for n in range(8)]
    found = of(duck_engine, full + sale)
    # Eight orders of their own and two of the usual size at the usual 35%.
    assert found == pytest.approx({"rosa": (480 + 70) / 1000, "jonas": (80 + 70) / 1000})


def test_what_went_back_earned_nothing_and_silence_is_no_margin(duck_engine: Engine) -> None:
    found = of(duck_engine, [("rosa", "1", 100, 50, 40), ("mei", "2", 10, 10, None)])
    assert found == pytest.approx({"rosa": 0.4})


def test_a_margin_above_the_price_or_far_below_nothing_is_held(duck_engine: Engine) -> None:
    found = of(duck_engine, [("rosa", "1", 100, 100, 500), ("jonas", "2", 100, 100, -900)])
    assert all(-1 <= margin <= 1 for margin in found.values())
    assert of(duck_engine, []) == {}
