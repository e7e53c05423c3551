"""How anything is printed: to standard output and standard error, as text, JSON or CSV."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from rich.console import Console

from byname.jsonable import jsonable
from byname.safe_csv import is_formula

if TYPE_CHECKING:
    from datetime import date, datetime

    from rich.table import Table

__all__ = ["err", "horizon", "local", "out", "print_json", "print_rows", "wide"]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def local(terms: dict[str, Any], moment: datetime) -> date:
    """The day of an instant (UTC, without a zone) where the company is."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(terms["zone"])).date()


def horizon(terms: dict[str, Any]) -> str:
    """How far worth looks ahead, in words."""
    days = int(terms["horizon_days"])
    return "12 months" if days in (365, 366) else f"{days} days"


def print_rows(rows: list[dict[str, Any]], output: str, name: str) -> None:
    """Rows as JSON under a name, or as CSV."""
    if output == "json":
        print_json({name: rows})
        return
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets a protecting apostrophe."""
    return f"'{value}" if isinstance(value, str) and is_formula(value) else value


def print_json(document: dict[str, Any]) -> None:
    """A document as JSON."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, default=jsonable) + "\n")


def wide(table: Table) -> None:
    """A table that is not cut where the output is no terminal."""
    width = out.width if out.is_terminal else 200
    Console(width=max(width, 120), highlight=False).print(table)
