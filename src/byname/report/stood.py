"""Where customers stand, for the report: how many in each standing, how they flow, who moved, who of the best fell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.best import called
from byname.report.bars import Bar, bars
from byname.report.tables import Table
from byname.report.words import between, count, day, money, share
from byname.standings import standings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.charts import Spec
    from byname.snapshot import Snapshot

__all__ = ["NEEDS", "stood"]

# Tables without which nothing is said.
NEEDS = ("standing", "flows", "moves", "alarms", "recoveries")
_NAMED = 10
_WAYS = 8
_ONE = 0.5  # people are expected, not counted


def stood(snapshot: Snapshot, currency: str) -> tuple[dict[str, Table], dict[str, Spec], str]:
    """Tables and charts by name, and what is worth knowing of advocates in a sentence.

    Args:
        snapshot: one with people in `standing`.
        currency: of all amounts.
    """
    found = standings(snapshot, _NAMED)
    ways = [row for row in found.flows if row["from_standing"] != row["to_standing"] and row["people"] >= _ONE]
    moved = ways[:_WAYS]
    tables = {
        "standing": _counts(found.counts, currency),
        "flows": _flows(moved),
        "movers": _movers(found.movers, currency),
        "alarms": _alarms(found.alarms, currency),
    }
    charts = {"standing": _counts_chart(found.counts), "flows": _flows_chart(moved)}
    kept = {name: table for name, table in tables.items() if table.rows}
    return (
        kept,
        {name: chart for name, chart in charts.items() if name in kept},
        _said(found.would, too_many=found.too_many),
    )


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _counts(rows: Sequence[dict[str, Any]], currency: str) -> Table:
    return Table(
        f"People by standing, worth in {currency}; unknown where no standing is likelier than not",
        ("", "people", "of the known", "worth"),
        [
            (
                _plain(row["standing"]),
                count(row["people"]),
                "" if row["share"] is None else share(row["share"]),
                money(row["clv"]),
            )
            for row in rows
        ],
        3,
    )


def _counts_chart(rows: Sequence[dict[str, Any]]) -> Spec:
    return bars(
        "How many stand where",
        "People by standing, from those who speak for us to those who speak against us.",
        "people",
        [
            Bar(
                _plain(row["standing"]), float(row["people"]), count(row["people"]), strong=row["standing"] != "unknown"
            )
            for row in rows
        ],
    )


def _range(row: dict[str, Any]) -> str:
    return between(share(row["low"]), share(row["high"]))


def _way(row: dict[str, Any]) -> str:
    return f"{_plain(row['from_standing'])} → {_plain(row['to_standing'])}"


def _flows(rows: Sequence[dict[str, Any]]) -> Table:
    when = f" in the quarter up to {day(rows[0]['day'])}" if rows else ""
    return Table(
        f"Who moved{when}, of those who stood there; 80% ranges, errors of reading taken out",
        ("from → to", "people", "share"),
        [
            (
                _way(row),
                count(row["people"]),
                f"{share(row['share'])} ({_range(row)})",
            )
            for row in rows
        ],
        2,
    )


def _flows_chart(rows: Sequence[dict[str, Any]]) -> Spec:
    return bars(
        "How they moved in the last quarter",
        "The share of those who stood somewhere that stands elsewhere a quarter later; lines are 80% ranges.",
        "share of those who stood there, in %",
        [Bar(_way(row), 100 * row["share"], share(row["share"]), 100 * row["low"], 100 * row["high"]) for row in rows],
    )


def _movers(rows: Sequence[dict[str, Any]], currency: str) -> Table:
    return Table(
        f"The most valuable who moved in the last quarter, worth in {currency}",
        ("who", "from → to", "after", "worth"),
        [(called(row), _way(row), row["says"].removeprefix("after: "), money(row["clv"])) for row in rows],
        1,
    )


def _alarms(rows: Sequence[dict[str, Any]], currency: str) -> Table:
    return Table(
        f"Of the best tenth: who fell, and whose words or acts warn; worth in {currency}",
        ("who", "since", "what", "worth"),
        [(called(row), day(row["since"]), row["says"], money(row["worth"])) for row in rows],
        1,
    )


def _said(would: dict[str, Any], *, too_many: bool) -> str:
    if not would["asked"]:
        return ""
    said = (
        f"{count(would['would'])} of {count(would['asked'])} who were asked would recommend us; "
        f"{count(would['does'])} people did within a year, unasked and on record."
    )
    return said + (
        " More than a tenth are called advocates: that is likely a record that proves no act." if too_many else ""
    )
