"""What the report says: rows of one snapshot as tables and charts; what there is nothing of is left out of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from byname import charts
from byname.best import best
from byname.equity import equity, has_equity
from byname.report.said import NEEDS as SAID_NEEDS
from byname.report.said import said
from byname.report.stood import NEEDS as STOOD_NEEDS
from byname.report.stood import stood
from byname.report.tables import sales, tables
from byname.report.words import day
from byname.snapshot import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from byname.best import Best
    from byname.charts import Spec
    from byname.report.tables import Table
    from byname.snapshot import Snapshot

__all__ = ["Contents", "contents", "drawn", "measured", "record", "sold"]

type Rows = list[dict[str, Any]]

_SHOWN = 20
_TRAITS, _OF_A_KIND = 12, 4
_PRODUCTS = 15
_KINDS = ("total", "tier", "cohort", "change", "roc", "risk", "spread")

CONCENTRATION = "select * from concentration order by measure, share_of_people"
BACKTEST = "select * from backtest order by origin, candidate"
MODELS = """
    select candidate, bool_or(chosen) as chosen, avg(gini) as gini, avg(capture) as capture, avg(mae) as mae,
           avg(total_error) as total_error
    from backtest
    group by candidate
    order by gini desc, candidate
"""
COVERAGE = """
    select origin, horizon_days, max(coverage) as coverage
    from backtest
    where chosen and coverage is not null
    group by origin, horizon_days
    order by origin
"""
CALIBRATION = "select * from calibration order by bin"
# By the end of the range that is nearer to no difference, and few of a kind: the first of many are lucky.
TRAITS = """
    with told as (
        select *, greatest(lift_low, 1 / nullif(lift_high, 0)) as surely from traits where sure
        qualify row_number() over (partition by trait order by surely desc, value) <= $2
    )
    select * from told order by surely desc, trait, value limit $1
"""
SALES = """
    select kind, name, period, amount, people,
           cast(amount as double) / nullif(cast(sum(amount) over (partition by kind, period) as double), 0) as share
    from sales
    where period = 'total' or kind <> 'through'
    qualify row_number() over (partition by kind, period order by amount desc, name) <= $1
    order by kind desc, period, amount desc, name
"""
LEFT_OUT = "select name, says from run where kind = 'left out' and says not like '0 %' order by name"
IGNORED = "select name, says from run where kind = 'who is who' and says like 'joins nobody%' order by name"
MODEL = "select model from value where model is not null group by model order by count(*) desc, model limit 1"
DOUBTS = "select count(*) as pairs from review"
BUYERS = "select count(*) as people from value"


@dataclass(frozen=True)
class Contents:
    """Everything that the page shows.

    Attributes:
        company: whose.
        as_of: the last day that counts.
        currency: of all amounts.
        horizon: how far worth looks ahead, in words.
        counted: margin or revenue.
        discount: a year.
        buyers: people who bought.
        model: what the numbers come from.
        best: the first people.
        total: the row of `equity` that is customer equity, if there is one.
        risk: its rows of value at risk and saved.
        tables: by the name of what they are of.
        sales: a table a kind.
        record: what came true of an earlier prediction, in a sentence; empty where none was tested.
        charts: by the name of their table.
        advocacy: how many would recommend us and how many do, in a sentence; empty where nobody was asked.
        left_out: rows of `run` on what was not counted.
        ignored: likewise on what identifies nobody.
        doubts: pairs of records that may be one person.
    """

    company: str
    as_of: date
    currency: str
    horizon: str
    counted: str
    discount: float
    buyers: int
    model: str
    best: list[Best]
    total: dict[str, Any] | None
    risk: Rows
    tables: dict[str, Table]
    sales: list[Table]
    record: str
    charts: dict[str, Spec]
    advocacy: str
    left_out: Rows
    ignored: Rows
    doubts: int


def contents(snapshot: Snapshot) -> Contents:
    """Read what the page shows."""
    terms = snapshot.terms
    currency, days = terms["currency"], int(terms["horizon_days"])
    found = measured(snapshot)
    named = best(snapshot, _SHOWN)
    standing, voice = _rooms(snapshot, currency)
    return Contents(
        company=terms["company"],
        as_of=snapshot.as_of,
        currency=currency,
        horizon="12 months" if days in (365, 366) else f"{days} days",
        counted="revenue" if float(terms["margin"]) == 1 else "margin",
        discount=float(terms["discount"]),
        buyers=_rows(snapshot, "value", BUYERS)[0]["people"],
        model="".join(row["model"] for row in _rows(snapshot, "value", MODEL)),
        best=named,
        total=next(iter(found["total"]), None),
        risk=found["risk"],
        tables=tables(found, named, currency) | standing[0] | voice[0],
        sales=sold(snapshot),
        record=record(terms),
        charts=drawn(found, named, currency) | standing[1] | voice[1],
        advocacy=standing[2],
        left_out=_rows(snapshot, "run", LEFT_OUT),
        ignored=_rows(snapshot, "run", IGNORED),
        doubts=_rows(snapshot, "review", DOUBTS)[0]["pairs"],
    )


def measured(snapshot: Snapshot) -> dict[str, Rows]:
    """What was measured of the customers' worth: rows by what they are of, as `tables` and `drawn` take them."""
    worth = equity(snapshot) if has_equity(snapshot) else []
    return {
        **{kind: [row for row in worth if row["kind"] == kind] for kind in _KINDS},
        "concentration": _rows(snapshot, "concentration", CONCENTRATION),
        "backtest": _rows(snapshot, "backtest", BACKTEST),
        "models": _rows(snapshot, "backtest", MODELS),
        "coverage": _rows(snapshot, "backtest", COVERAGE),
        "calibration": _rows(snapshot, "calibration", CALIBRATION),
        "traits": _rows(snapshot, "traits", TRAITS, _TRAITS, _OF_A_KIND),
    }


def sold(snapshot: Snapshot) -> list[Table]:
    """What sales came through and what was bought: a table a kind and period."""
    return list(sales(_rows(snapshot, "sales", SALES, _PRODUCTS), snapshot.terms["currency"]))


def _rows(snapshot: Snapshot, table: str, sql: str, *parameters: Any) -> Rows:
    """What a table has; nothing where the snapshot is from before that table."""
    known = table in TABLES and (snapshot.folder / f"{table}.parquet").is_file()
    return snapshot.query(sql, parameters) if known else []


def _rooms(
    snapshot: Snapshot, currency: str
) -> tuple[tuple[dict[str, Table], dict[str, Spec], str], tuple[dict[str, Table], dict[str, Spec]]]:
    """Where people stand and what they say: tables and charts, none where a snapshot has nobody there."""

    def has(needs: tuple[str, ...]) -> bool:
        known = all(name in TABLES and (snapshot.folder / f"{name}.parquet").is_file() for name in needs)
        return known and bool(snapshot.query(f"select 1 as one from {needs[0]} limit 1"))  # noqa: S608 - ours

    return (
        stood(snapshot, currency) if has(STOOD_NEEDS) else ({}, {}, ""),
        said(snapshot, currency) if has(SAID_NEEDS) else ({}, {}),
    )


def record(terms: dict[str, Any]) -> str:
    """What came true of an earlier prediction, in a sentence; empty where none was tested."""
    if "record_first" not in terms:
        return ""
    first, came, plain = (int(terms[f"record_{name}"]) for name in ("first", "came_true", "plain"))
    said = (
        f"Of the first {first} foretold on {day(date.fromisoformat(terms['record_day']))}, {came} were among the real "
        f"first {first} of the {terms['record_days']} days after it. The plain rule, past spend, had {plain}."
    )
    return said + (
        "" if terms.get("season_seen") == "yes" else " This season was not seen before: the total may be off."
    )


def drawn(found: dict[str, Rows], named: list[Best], currency: str) -> dict[str, Spec]:
    """The charts of what was measured, by the name of their table.

    Args:
        found: as `measured` gives it.
        named: the best; none where they are shown elsewhere.
        currency: of all amounts.
    """
    intervals = [{name: getattr(one, name) for name in ("name", "rank", "clv", "clv_low", "clv_high")} for one in named]
    each: dict[str, tuple[Rows, Callable[[Rows], Spec]]] = {
        "best": (intervals, lambda rows: charts.best(rows, currency)),
        "concentration": (found["concentration"], charts.concentration),
        "change": (found["change"], lambda rows: charts.equity_bridge(rows, currency)),
        "models": (found["backtest"], charts.backtest_scores),
        "coverage": (found["coverage"], charts.coverage),
        "calibration": (found["calibration"], lambda rows: charts.calibration(rows, currency)),
    }
    return {name: draw(rows) for name, (rows, draw) in each.items() if rows}
