"""The tables of the report: what each chart shows, in words and figures, for those who cannot see it and for paper."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from byname.report.words import between, chance, count, day, figure, money, share, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from byname.best import Best

__all__ = ["Table", "sales", "tables"]

type Rows = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Table:
    """A table as it is shown.

    Attributes:
        caption: what it is of.
        heads: of the columns.
        rows: cells, the first of a row being what the row is of.
        numbers: how many columns at the right are numbers.
        used: rows that stand out.
    """

    caption: str
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numbers: int = 0
    used: frozenset[int] = frozenset()


def tables(found: Mapping[str, Rows], named: Sequence[Best], currency: str) -> dict[str, Table]:
    """All tables that have a row, by name.

    Args:
        found: rows of the snapshot by what they are of.
        named: the best.
        currency: of all amounts.
    """
    made = {name: make(found[name], currency) for name, make in _MADE.items() if found[name]}
    return {"best": _best(named, currency), **made} if named else made


def _best(named: Sequence[Best], currency: str) -> Table:
    return Table(
        f"The same people in figures, {currency}",
        ("", "still a customer", "orders", "spent so far"),
        [
            (
                f"{one.rank}. {one.name}",
                chance(one.figures["p_alive"]),
                count(one.figures["orders"]),
                money(one.spend_total),
            )
            for one in named
        ],
        3,
    )


def _tiers(rows: Rows, currency: str) -> Table:
    whole = sum(row["amount"] for row in rows)
    return Table(
        f"By worth, {currency}",
        ("customers", "people", "worth", "of the whole"),
        [
            (row["name"], count(row["people"]), money(row["amount"]), share(row["amount"] / whole if whole else None))
            for row in rows
            if row["people"]
        ],
        3,
    )


def _cohorts(rows: Rows, currency: str) -> Table:
    newest = sorted(rows, key=lambda row: str(row["name"]), reverse=True)
    return Table(
        f"By the quarter of the first purchase, {currency}",
        ("first bought", "people", "worth"),
        [(row["name"], count(row["people"]), money(row["amount"])) for row in newest],
        2,
    )


def _spread(rows: Rows, _: str) -> Table:
    said: dict[str, dict[str, str]] = {}
    for row in rows:
        measure, _, name = str(row["name"]).partition(": ")
        say = share if name.startswith("top") else figure
        range_said = between(say(row["low"]), say(row["high"]))
        said.setdefault(name, {})[measure] = say(row["amount"]) + (f" ({range_said})" if range_said else "")
    return Table(
        "How far people lie apart, with 80% ranges",
        ("", "expected worth", "recent spend"),
        [(_SPREAD.get(name, name), found.get("clv", ""), found.get("spend", "")) for name, found in said.items()],
    )


_SPREAD = {
    "Gini": "Gini (0: all alike, 1: one has all)",
    "top 1%": "held by the first 1%",
    "top 10%": "held by the first 10%",
    "top 20%": "held by the first 20%",
    "most over median": "the first over the one in the middle",
}


def _change(rows: Rows, currency: str) -> Table:
    ends = {"from": "then", "to": "now"}
    return Table(
        f"Customer equity then and now, {currency}",
        ("", "who", "people", "amount"),
        [
            (
                ends.get(row["name"], str(row["name"])),
                row["says"],
                count(row["people"]),
                money(row["amount"]) if row["name"] in ends else signed(row["amount"]),
            )
            for row in rows
        ],
        2,
    )


def _roc(rows: Rows, _: str) -> Table:
    return Table(
        "Return on Customer: profit and change of customer equity, over the customer equity of then",
        ("customers of then", "people", "return"),
        [
            (
                "all, and the new ones" if row["name"] == "total" else row["name"],
                count(row["people"]),
                row["says"] if row["amount"] is None else share(row["amount"]),
            )
            for row in rows
            if row["people"] or row["name"] == "total"
        ],
        2,
    )


def _models(rows: Rows, currency: str) -> Table:
    return Table(
        f"Mean over the earlier days; error in {currency}",
        ("model", "order right", "top tenth caught", "error a person", "total off by"),
        [
            (
                row["candidate"] + (" (used)" if row["chosen"] else ""),
                figure(row["gini"], 3),
                share(row["capture"]),
                figure(row["mae"]),
                share(row["total_error"]),
            )
            for row in rows
        ],
        4,
        frozenset(place for place, row in enumerate(rows) if row["chosen"]),
    )


def _coverage(rows: Rows, _: str) -> Table:
    return Table(
        "Customers inside their 80% range",
        ("predicted on", "days ahead", "inside"),
        [(day(row["origin"]), count(row["horizon_days"]), share(row["coverage"])) for row in rows],
        2,
    )


def _calibration(rows: Rows, currency: str) -> Table:
    return Table(
        f"Groups of customers by what was expected of each, {currency}",
        ("group", "people", "expected", "came true"),
        [(str(row["bin"]), count(row["people"]), figure(row["expected"]), figure(row["actual"])) for row in rows],
        3,
    )


def _traits(rows: Rows, _: str) -> Table:
    return Table(
        "Where the best differ from all customers, 80% ranges; of five that make no difference one looks so by chance",
        ("", "people", "of the best", "of all", "times as many"),
        [
            (
                f"{row['trait']}: {row['value']}",
                count(row["people"]),
                share(row["share_of_best"]),
                share(row["share_of_all"]),
                f"{figure(row['lift'], 1)} ({between(figure(row['lift_low'], 1), figure(row['lift_high'], 1))})",
            )
            for row in rows
        ],
        4,
    )


_MADE: dict[str, Callable[[Rows, str], Table]] = {
    "tier": _tiers,
    "cohort": _cohorts,
    "spread": _spread,
    "change": _change,
    "roc": _roc,
    "models": _models,
    "coverage": _coverage,
    "calibration": _calibration,
    "traits": _traits,
}


def sales(rows: Rows, currency: str) -> Iterator[Table]:
    """A table for each kind and period of sales."""
    for (kind, period), group in groupby(rows, key=lambda row: (row["kind"], row["period"])):
        yield Table(
            f"{_SALES.get(kind, kind)}, {period}, {currency}",
            ("", "people", "sales", "share"),
            [(row["name"], count(row["people"]), money(row["amount"]), share(row["share"])) for row in group],
            3,
        )


_SALES = {"through": "What sales came through", "product": "What was bought, by the prices of the lines"}
