# ruff: noqa: DTZ001 - times of facts are UTC and carry no zone
"""Invented voice, ratings and links, as tables of an engine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa

from byname.engines import Engine, Table
from byname.facts.schema import table

UNTIL = datetime(2026, 7, 1)

VOICE = pa.schema(
    [
        *((name, pa.string()) for name in ("fact_id", "source", "account", "source_id", "record_id", "person_id")),
        ("occurred_at", pa.timestamp("us")),
        *((name, pa.string()) for name in ("medium", "channel")),
        ("public", pa.bool_()),
        ("prompted", pa.bool_()),
        *((name, pa.string()) for name in ("thread", "in_reply_to")),
        ("answered_at", pa.timestamp("us")),
        *((name, pa.string()) for name in ("employee", "status", "about")),
        *((name, pa.float64()) for name in ("negative", "neutral", "positive")),
        ("calibrated", pa.bool_()),
        *(
            (name, pa.float64())
            for name in ("complaint", "praise", "recommends", "question", "idea", "leaving", "thanks")
        ),
        *((name, pa.string()) for name in ("intents", "topic")),
        ("sensitive", pa.bool_()),
        *((name, pa.string()) for name in ("language", "employees", "quote", "masked", "spans")),
        ("uncertain", pa.bool_()),
        ("model", pa.string()),
    ]
)


def voice(engine: Engine, *rows: dict[str, Any]) -> Table:
    """Messages of person p1 unless they say otherwise: neutral, private, unasked tickets."""
    plain = {
        "source": "desk", "account": "main", "person_id": "p1", "occurred_at": datetime(2026, 6, 1), "medium": "ticket",
        "public": False, "prompted": False, "negative": 0.1, "neutral": 0.8, "positive": 0.1, "intents": "",
        "sensitive": False, "masked": "words", "uncertain": False,
    }  # fmt: skip
    made = [
        plain | {"fact_id": f"f{place}", "source_id": f"s{place}", "record_id": row.get("person_id", "p1")} | row
        for place, row in enumerate(rows)
    ]
    return engine.arrow(pa.Table.from_pylist(made, schema=VOICE))


def facts(engine: Engine, name: str, *rows: dict[str, Any]) -> Table:
    """Facts of a table; a record's id is its person's unless they say otherwise."""
    schema = table(name).arrow_schema()
    plain = {"source": "desk", "account": "main", "record_id": "p1", "known_at": datetime(2026, 6, 20)}
    made = [plain | {"fact_id": f"{name}{place}", "source_id": f"s{place}"} | row for place, row in enumerate(rows)]
    return engine.arrow(pa.Table.from_pylist(made, schema=schema))


def links(engine: Engine, *people: str) -> Table:
    """Records named like their person."""
    return engine.arrow(pa.table({"record_id": list(people), "person_id": list(people)}))
