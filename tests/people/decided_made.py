# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""Invented decisions of colleagues, as facts and as `people.colleagues` gives them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa

from byname.engines import Engine, Table
from byname.facts.schema import table
from byname.people.colleagues import Colleagues, colleagues

UNTIL = datetime(2026, 12, 1)


def decisions(engine: Engine, *rows: dict[str, Any]) -> Table:
    """Facts of the table `decisions` by Ben on 3 November, about record r1, named d0, d1, … unless they say otherwise."""
    plain = {"source": "byname", "account": "main", "record_id": "r1", "by_whom": "Ben"}
    made = [
        plain | {"fact_id": f"d{place}", "source_id": f"s{place}", "occurred_at": datetime(2026, 11, 3, 9, place)} | row
        for place, row in enumerate(rows)
    ]
    full = [row | {"known_at": row.get("known_at", row["occurred_at"])} for row in made]
    return engine.arrow(pa.Table.from_pylist(full, schema=table("decisions").arrow_schema()))


def decided(engine: Engine, *rows: dict[str, Any], zone: str = "UTC", until: datetime = UNTIL) -> Colleagues:
    """What holds of them; r1 and r2 are records of p1, any other record is a person of its own."""
    records = dict.fromkeys(["r1", "r2", *(row["record_id"] for row in rows if row.get("record_id"))])
    people = ["p1" if record in ("r1", "r2") else record for record in records]
    links = engine.arrow(pa.table({"record_id": list(records), "person_id": people}))
    return colleagues(engine, decisions(engine, *rows), links, zone=zone, until=until)
