"""A small snapshot made by hand, with every table that the report shows; written as a refresh would."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from byname import equity as equities
from byname import snapshot as snapshots
from byname.finding import write_index
from byname.people.recognise import Face
from byname.report import contents
from byname.snapshot import SCHEMA_VERSION, TABLES, Snapshot
from byname.value.equity import Before, People, concentration, equity

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

AS_OF = date(2026, 11, 22)
THEN = date(2025, 11, 22)
TERMS = {
    "schema_version": str(SCHEMA_VERSION), "company": "Corner Roastery", "as_of": AS_OF.isoformat(), "currency": "EUR",
    "zone": "Europe/Vienna", "country": "AT", "horizon_days": "365", "discount": "0.1", "margin": "0.4",
    "believed": "60% Pareto/NBD, 40% past spend", "season_seen": "yes", "total_low": "0.85", "total_high": "1.17",
    "ranges_held": "0.8", "ranges_of_days": "365", "record_day": "2025-11-22", "record_days": "365",
    "record_first": "40", "record_came_true": "31", "record_plain": "27", "record_held_out": "True",
}  # fmt: skip
NAMES = (
    "Rosa Haddad", "Jonas Virtanen", "Mei Sato", "Amélie Dubois-Lefèvre", "Þórdís Guðmundsdóttir", "Noor van der Berg",
    "Ines Álvarez", "Karim Haddad", "山田 太郎", "Ola Nordmann", "Sara Lindqvist", "Tomasz Kowalczyk", "Ada Wren",
    "Bartholomew Featherstonehaugh-Cholmondeley", "Lea Gruber", "Max Huber", "Chidi Okafor", "Nina Petrović",
    "Yusuf Demir", "Elif Kaya", "Hanna Meier", "Paul Weber", "Olga Ivanova", "Li Wei",
)  # fmt: skip
PEOPLE = 400

type Rows = list[dict[str, Any]]

# The columns of tables that a snapshot of before may not have.
LATER: dict[str, tuple[str, ...]] = {
    "equity": ("kind", "name", "people", "amount", "low", "high", "says"),
    "concentration": ("measure", "share_of_people", "share_of_value"),
    "backtest": (
        "origin", "horizon_days", "candidate", "gini", "capture", "mae", "total_error", "coverage", "chosen",
    ),
    "calibration": ("bin", "people", "expected", "actual", "low", "high"),
    "traits": ("trait", "value", "people", "share_of_best", "share_of_all", "lift", "lift_low", "lift_high", "sure"),
    "sales": ("kind", "name", "period", "amount", "orders", "people"),
}  # fmt: skip


def tables(names: tuple[str, ...] = NAMES) -> dict[str, Rows]:
    """Rows of every table."""
    rng = np.random.default_rng(7)
    worth = np.sort(np.round(rng.lognormal(4.5, 1.2, PEOPLE), 2))[::-1]
    alive = np.round(rng.beta(4, 1.5, PEOPLE), 3)
    called = [*names, *(f"Customer {place}" for place in range(len(names), PEOPLE))]
    ids = [
        f"p{place:016}".replace("0", "A").replace("1", "B").replace("8", "C").replace("9", "D")
        for place in range(PEOPLE)
    ]
    more = dict.fromkeys(TABLES["value"], 0.0) | {
        "growth": 0.1,
        "share_of_wallet": None,
        "brought": 0,
        "friends_spent": 0.0,
    }
    value = [
        more
        | {
            "person_id": person, "orders": 3 + place % 40, "repeat_orders": 2 + place % 40, "recency_days": 400 + place,
            "age_days": 500 + place, "mean_spend": 31.5, "spend_total": Decimal(f"{2 * one:.2f}"),
            "returned_total": Decimal("12.50") if place % 5 == 0 else Decimal("0.00"), "p_alive": float(alive[place]),
            "expected_orders": 4.2, "expected_spend": 2.5 * one, "median_spend": 2.0 * one, "clv": one,
            "clv_low": 0.4 * one, "clv_high": 1.7 * one, "value_at_risk": one * (1 - alive[place]), "rank": place + 1,
            "engagement_value": one, "expected_spend_quarter": one / 4,
            "model": "60% Pareto/NBD, all orders, 40% past spend",
        }
        for place, (person, one) in enumerate(zip(ids, worth.tolist(), strict=True))
    ]  # fmt: skip
    people = [
        dict.fromkeys(TABLES["people"])
        | {"person_id": person, "name": name, "email": f"c{place}@example.com", "records": 2}
        for place, (person, name) in enumerate(zip(ids, called, strict=True))
    ]
    timeline = [
        {
            "person_id": person, "occurred_at": datetime(2026, 11, 20, 9, tzinfo=UTC).replace(tzinfo=None) - timedelta(days=place),
            "kind": "order", "says": "ordered", "amount": Decimal("31.50"), "source": "shopify", "account": "main",
            "source_id": f"#{5000 - place}",
        }
        for place, person in enumerate(ids)
    ]  # fmt: skip
    return {
        "people": people,
        "value": value,
        "timeline": timeline,
        "run": [
            {"kind": kind, "name": name, "says": says, "seconds": None, "memory_mb": None}
            for kind, name, says in (
                ("left out", "orders in USD", "41 orders without a rate"),
                ("left out", "people", "0 kept out by [exclude]"),
                ("who is who", "e-mail info@example.com", "joins nobody: 83 names use it"),
                ("setting", "currency", "EUR"),
            )
        ],
        "review": [dict.fromkeys(TABLES["review"]) | {"probability": 0.7, "worth": 10.0} for _ in range(3)],
        **_worth(rng, worth, alive),
        **_record(rng),
        "traits": [
            {"trait": trait, "value": what, "people": count, "share_of_best": best, "share_of_all": among,
             "lift": best / among, "lift_low": best / among * 0.7, "lift_high": best / among * 1.4, "sure": sure}
            for trait, what, count, best, among, sure in (
                ("how they came", "a friend", 61, 0.44, 0.15, True), ("town", "Graz", 92, 0.33, 0.23, True),
                ("first bought", "a grinder", 24, 0.21, 0.06, True), ("language", "Finnish", 3, 0.05, 0.01, False),
            )
        ],
        "sales": [
            {"kind": kind, "name": name, "period": period, "amount": Decimal(amount), "orders": orders, "people": count}
            for kind, name, period, amount, orders, count in (
                ("through", "brought by a friend", "total", "31240.50", 410, 61),
                ("through", "own marketing", "total", "80120.00", 1210, 212),
                ("through", "neither", "total", "22000.00", 300, 88),
                ("through", "neither", "2026-10", "1999.00", 30, 8),
                *(("product", f"Espresso {n}", "last 365 days", f"{900 - n}.00", 30, 8) for n in range(20)),
            )
        ],
    }  # fmt: skip


def _worth(rng: np.random.Generator, worth: Any, alive: Any) -> dict[str, Rows]:
    was = rng.random(PEOPLE) < 0.75
    before = Before(
        THEN, was, was * worth * rng.uniform(0.5, 1.3, PEOPLE), was * worth * 0.2, was * rng.beta(4, 1.5, PEOPLE),
        rng.random(PEOPLE) < 0.7, worth * 0.6,
    )  # fmt: skip
    first = np.datetime64("2024-01-10", "D") + rng.integers(0, 600, PEOPLE).astype("timedelta64[D]")
    first[~was] = np.datetime64("2026-03-01", "D")
    people = People(worth, worth * (1 - alive), alive, worth * rng.lognormal(0, 1, PEOPLE), first, before)
    whole = float(worth.sum())
    return {
        "equity": equity(people, 0.85 * whole, 1.17 * whole)
        .sort_by([("kind", "ascending"), ("name", "ascending")])
        .to_pylist(),
        "concentration": concentration(people).to_pylist(),
    }


def _record(rng: np.random.Generator) -> dict[str, Rows]:
    candidates = (
        ("blend", 0.81), ("past spend", 0.78), ("Pareto/NBD, all orders", 0.77), ("BG/NBD, repeat orders", 0.74),
        ("last quarter", 0.7),
    )  # fmt: skip
    backtest = [
        {
            "origin": date(2025, 11, 22) - timedelta(days=91 * place), "horizon_days": 365, "candidate": name,
            "gini": gini + float(rng.normal(0, 0.015)), "capture": gini - 0.1, "mae": 40.0 + 100 * (1 - gini),
            "total_error": -0.06 + 0.02 * place, "coverage": 0.82 - 0.015 * place if name == "blend" else None,
            "chosen": name == "blend",
        }
        for place in range(4)
        for name, gini in candidates
    ]  # fmt: skip
    expected = np.round(np.geomspace(1.5, 900, 20), 2).tolist()
    calibration = [
        {
            "bin": place + 1, "people": 20, "expected": one, "actual": one * float(rng.uniform(0.8, 1.2)),
            "low": 0.75 * one, "high": 1.3 * one,
        }
        for place, one in enumerate(expected)
    ]  # fmt: skip
    return {"backtest": backtest, "calibration": calibration}


def written(folder: Path, rows: dict[str, Rows]) -> Snapshot:
    """Write a snapshot; a table without rows has its columns all the same."""
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {name.encode(): value.encode() for name, value in TERMS.items()}
    for name, columns in TABLES.items():
        table = pa.Table.from_pylist(rows.get(name, []))
        if not table.num_rows:
            table = pa.table({column: pa.array([], _EMPTY.get(column, pa.string())) for column in columns})
        pq.write_table(table.replace_schema_metadata(metadata), folder / f"{name}.parquet")
    faces = pa.table(
        {"person_id": pa.array([], pa.string())} | {one.name: pa.array([], pa.string()) for one in fields(Face)}
    )
    (folder / "index.sqlite").unlink(missing_ok=True)  # of the tables that stood here before
    write_index(folder, [], faces)
    return Snapshot(folder, dict(TERMS))


_EMPTY = {
    **dict.fromkeys(
        ("people", "amount", "low", "high", "share_of_people", "share_of_value", "gini", "capture", "mae", "total_error",
         "coverage", "expected", "actual", "share_of_best", "share_of_all", "lift", "lift_low", "lift_high", "clv", "growth", "expected_spend", "rank",
         "value_at_risk", "horizon_days", "bin", "orders"),
        pa.float64(),
    ),
    **dict.fromkeys(("sure", "chosen"), pa.bool_()),
    "origin": pa.date32(),
    "occurred_at": pa.timestamp("us"),
}  # fmt: skip


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """As if there were no such tables yet, for those who read a snapshot.

    A copy is changed: to take a table out of the contract and put it back would move it to the end, for all tests after.
    """
    fewer = {name: columns for name, columns in TABLES.items() if name not in names}
    for module in (snapshots, equities, contents):
        monkeypatch.setattr(module, "TABLES", fewer)
