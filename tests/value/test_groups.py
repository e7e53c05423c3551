"""Groups of people by the channel of their first order: a fixed covariate (S2.12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from byname.engines import Engine
from byname.facts import schema
from byname.value.groups import first_channels
from byname.value.rows import days_bought

BEGIN = datetime(2026, 1, 1)  # noqa: DTZ001 - UTC


def test_the_first_orders_channel_counts_and_small_channels_are_all_others(duck_engine: Engine) -> None:
    rows = []
    for n in range(500):
        channel = "Web" if n < 250 else "till" if n < 490 else "fair"
        rows.append((f"p{n:03}", f"a{n}", BEGIN + timedelta(days=n % 9), channel))
        rows.append((f"p{n:03}", f"b{n}", BEGIN + timedelta(days=20 + n % 9), "fair"))
    common = {"source": "shop", "account": "main"}
    orders = pa.Table.from_pylist(
        [common | {"source_id": number, "occurred_at": at, "channel": channel} for _, number, at, channel in rows],
        schema=schema.table("orders").arrow_schema(),
    )
    net = pa.table(
        {
            "person_id": [who for who, *_ in rows],
            "source": ["shop"] * len(rows),
            "account": ["main"] * len(rows),
            "source_id": [number for _, number, *_ in rows],
            "occurred_at": pa.array([at for *_, at, _ in rows], pa.timestamp("us")),
            "amount": pa.array([Decimal(1)] * len(rows), pa.decimal128(18, 4)),
        }
    )
    given = duck_engine.arrow(net)
    groups = first_channels(duck_engine, given, duck_engine.arrow(orders))
    found = {row["person_id"]: row["grp"] for row in duck_engine.fetch(groups).to_pylist()}
    assert len(found) == 490
    assert {found[f"p{n:03}"] for n in range(250)} == {1}
    assert {found[f"p{n:03}"] for n in range(250, 490)} == {2}
    days = duck_engine.fetch(days_bought(duck_engine, given, zone="UTC", groups=groups)).to_pylist()
    assert {row["grp"] for row in days if row["person_id"] >= "p490"} == {0}
