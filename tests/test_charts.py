"""Every chart is a Vega-Lite specification by Vega-Lite's own schema; tests/test_report.py draws them in a browser."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from byname import charts
from tests import report_case

SCHEMA = Path(__file__).parent / "data" / "vega_lite" / "schema-6.4.3.json.gz"
ROWS = report_case.tables()
STEPS = ("from", "new", "grown", "shrunk", "lost", "won back", "to")
CHANGE = sorted((row for row in ROWS["equity"] if row["kind"] == "change"), key=lambda row: STEPS.index(row["name"]))
BEST = [row | {"name": "Rosa"} for row in ROWS["value"][:20]]
EFFECTS = [{"effect": effect} for effect in (5.0, None, -2.5)]
KINDS = [(kind, "o", f"o {kind}") for kind in ("best", "good", "so-so", "bad", "worst")]
SHARES = [
    {"day": date(2026, month, 30), "kind": kind, "share": 0.2} for month in (3, 6) for kind, _symbol, _name in KINDS
]


def ranged(rows: list[dict[str, Any]]) -> list[charts.Ranged]:
    return [
        charts.Ranged(f"Playbook {place}", one, one and one - 1, one and one + 1, str(one), strong=place == 0)
        for place, one in enumerate(row["effect"] for row in rows)
    ]


CHARTS: dict[str, tuple[list[dict[str, Any]], Callable[[Any], charts.Spec]]] = {
    "concentration": (ROWS["concentration"], charts.concentration),
    "equity bridge": (CHANGE, lambda rows: charts.equity_bridge(rows, "EUR")),
    "calibration": (ROWS["calibration"], lambda rows: charts.calibration(rows, "EUR")),
    "coverage": (ROWS["backtest"], charts.coverage),
    "back-test": (ROWS["backtest"], charts.backtest_scores),
    "back-test by capture": (ROWS["backtest"], lambda rows: charts.backtest_scores(rows, "capture")),
    "best": (BEST, lambda rows: charts.best(rows, "EUR")),
    "forest": (EFFECTS, lambda rows: charts.forest("Effects", "Each.", "points", ranged(rows), none=0, style=".0f")),
    "shares": (SHARES, lambda rows: charts.shares_by_quarter(rows, KINDS, "Where they stood", "Each quarter.")),
}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(gzip.decompress(SCHEMA.read_bytes())))


def all_in(document: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(document, dict):
        for name, value in document.items():
            yield name, value
            yield from all_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from all_in(value)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("count", [0, 1, None], ids=["no row", "one row", "all rows"])
def test_a_chart_is_valid_whatever_number_of_rows_it_has(
    name: str, count: int | None, validator: jsonschema.Draft7Validator
) -> None:
    rows, draw = CHARTS[name]
    spec = draw(rows[:count])
    validator.validate(json.loads(json.dumps(spec)))
    assert spec["title"] in spec["description"]
    assert spec["width"] == "container"


def test_the_schema_finds_a_property_that_there_is_not(validator: jsonschema.Draft7Validator) -> None:
    spec = charts.best(BEST, "EUR")
    spec["layer"][0]["mark"]["colour"] = "red"
    assert not validator.is_valid(spec)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_fetches_nothing_and_runs_no_expression(name: str) -> None:
    rows, draw = CHARTS[name]
    names = {key for key, _ in all_in(draw(rows))}
    assert names.isdisjoint({"url", "href", "expr", "calculate", "labelExpr", "signal", "test"})


def test_the_bridge_goes_from_step_to_step() -> None:
    names = ("from", "new", "lost", "to")
    rows = [{"name": name, "amount": one, "people": 1} for name, one in zip(names, (100, 50, -30, 120), strict=True)]
    bars = charts.equity_bridge(rows, "EUR")["data"]["values"]
    assert [(bar["step"], bar["start"], bar["end"], bar["label"]) for bar in bars] == [
        ("then", 0, 100, "100"),
        ("new", 100, 150, "+50"),
        ("lost", 150, 120, "\u221230"),
        ("now", 0, 120, "120"),
    ]


def test_models_stand_in_the_order_of_their_mean_and_the_one_used_is_marked() -> None:
    def row(candidate: str, gini: float | None, *, chosen: bool = False) -> dict[str, Any]:
        return {"candidate": candidate, "origin": date(2025, 1, 1), "gini": gini, "chosen": chosen}

    rows = [row("a", 0.5), row("b", 0.9, chosen=True), row("a", 0.6), row("b", 0.7), row("c", None)]
    _, means = charts.backtest_scores(rows)["layer"]
    values = [(one["candidate"], round(one["score"], 2), one["chosen"]) for one in means["data"]["values"]]
    assert values == [("b", 0.8, "used here"), ("a", 0.55, "also tried")]


def test_what_an_engine_gives_can_be_written_as_json() -> None:
    row = {"rank": 1, "name": "Rosa", "clv": Decimal("1.50"), "clv_low": None, "clv_high": None}
    (data,) = json.loads(json.dumps(charts.best([row], "EUR")))["data"]["values"]
    assert data == {"person": "1. Rosa", "worth": 1.5, "low": None, "high": None}


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [charts.ACCENT, charts.INK, charts.MUTED])
def test_words_and_lines_stand_out_from_paper(colour: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1."""
    ratio = (_luminance(charts.PAPER) + 0.05) / (_luminance(colour) + 0.05)
    assert ratio >= 4.5


def test_shares_of_a_quarter_lie_end_to_end_in_their_order() -> None:
    spec = charts.shares_by_quarter([*reversed(SHARES)], KINDS, "Where they stood", "Each quarter.")
    june = [row for row in spec["data"]["values"] if row["day"] == "Jun 2026"]
    assert [row["kind"] for row in june] == [name for _kind, _symbol, name in KINDS]
    assert [round(row["start"], 9) for row in june] == [0, 0.2, 0.4, 0.6, 0.8]
    assert june[-1]["end"] == pytest.approx(1)
    assert {row["symbol"] for row in june} == {"o"}
