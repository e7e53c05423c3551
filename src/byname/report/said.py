"""What customers say, for the report: their problems in their own words, and who waits for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byname.best import called
from byname.report.bars import Bar, bars
from byname.report.tables import Table
from byname.report.words import count, figure, money
from byname.voices import voices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.charts import Spec
    from byname.snapshot import Snapshot

__all__ = ["NEEDS", "WAITED", "problems_chart", "said", "waiting_chart"]

# Tables without which nothing is said.
NEEDS = (
    "voice", "problems", "new_words", "waiting", "answered", "effort", "praised", "agents", "testimonials",
)  # fmt: skip
_SHOWN = 10
WAITED = """
    select case when waited_days < 1 then 'less than a day' when waited_days < 3 then '1 to 2 days'
                when waited_days < 7 then '3 to 6 days' when waited_days < 28 then '1 to 3 weeks'
                else '4 weeks and more' end as name,
           min(waited_days) as first, count(distinct person_id) as people
    from waiting
    group by 1
    order by first
"""


def said(snapshot: Snapshot, currency: str) -> tuple[dict[str, Table], dict[str, Spec]]:
    """Tables and charts by name.

    Args:
        snapshot: one with texts in `voice`.
        currency: of all amounts.
    """
    found = voices(snapshot, _SHOWN)
    tables = {"problems": _problems(found.problems, currency), "waiting": _waiting(found.waiting, currency)}
    kept = {name: table for name, table in tables.items() if table.rows}
    charts = {
        "problems": lambda: problems_chart(found.problems),
        "waiting": lambda: waiting_chart(snapshot.query(WAITED)),
    }
    return kept, {name: charts[name]() for name in kept}


def _problems(rows: Sequence[dict[str, Any]], currency: str) -> Table:
    return Table(
        f"What named people complain of within a year, in their own words; what they are worth together, in {currency}",
        ("", "said", "which way", "people", "worth"),
        [(row["problem"], _quote(row), row["direction"], count(row["people"]), money(row["worth"])) for row in rows],
        2,
    )


def _quote(row: dict[str, Any]) -> str:
    quotes = row["quotes"] or []
    return f"“{quotes[0]['words']}”" if quotes else ""


def problems_chart(rows: Sequence[dict[str, Any]]) -> Spec:
    """Bars of rows of `problems`."""
    return bars(
        "Problems by how many people have them",
        "The problems that most people tell of, in their own words.",
        "people within a year",
        [Bar(row["problem"], float(row["people"]), count(row["people"])) for row in rows],
    )


def _waiting(rows: Sequence[dict[str, Any]], currency: str) -> Table:
    return Table(
        f"Who waits for an answer, the most valuable first; worth in {currency}",
        ("who", "what", "words", "days", "worth"),
        [
            (
                called(row),
                row["kind"],
                f"“{row['words']}”" if row["words"] else "",
                figure(row["waited_days"], 0),
                money(row["worth"] or 0),
            )
            for row in rows
        ],
        2,
    )


def waiting_chart(rows: Sequence[dict[str, Any]]) -> Spec:
    """Bars of rows of the statement `WAITED`."""
    return bars(
        "How long people have waited for an answer",
        "People whose question or complaint has no answer, by how long it has waited.",
        "people",
        [Bar(row["name"], float(row["people"]), count(row["people"])) for row in rows],
    )
