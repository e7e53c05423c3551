"""How customers flow between the five standings: the shares of each quarter, and from where to where in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from byname.charts import shares_by_quarter
from byname.standings import quarters, ways
from byname.web.console.templatetags.said import standing_word
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from datetime import date

    from byname.charts import Spec
    from byname.snapshot import Snapshot

__all__ = ["FIVE", "Flows", "Way", "flows"]

FIVE = ("advocate", "loyal", "neutral", "dissatisfied", "actively_dissatisfied")
_SYMBOLS = {"advocate": "◆", "loyal": "●", "neutral": "○", "dissatisfied": "◐", "actively_dissatisfied": "▲"}
_FEW = 0.5  # people are expected, not counted


@dataclass(frozen=True)
class Way:
    """From one standing: how many stood there, and for each of the five how many of them stand there a quarter later.

    Attributes:
        standing: where they stood.
        people: how many.
        cells: one for each of the five: to_standing, people, share, low, high, stayed; None where hardly anybody went.
    """

    standing: str
    people: float
    cells: list[dict[str, Any] | None]


@dataclass(frozen=True)
class Flows:
    """The flows of one quarter, and the shares of all.

    Attributes:
        day: the end of the quarter; None where nothing is known yet.
        days: the ends of all quarters, the latest first.
        five: the standings, in the order of rows and columns.
        ways: one for each of the five.
        shares: for the table beneath the picture: a day, and the share of each of the five.
        chart: the picture.
    """

    day: date | None
    days: list[date]
    five: tuple[str, ...]
    ways: list[Way]
    shares: list[tuple[date, list[float | None]]]
    chart: Spec | None


def flows(snapshot: Snapshot, day: date | None) -> Flows:
    """The flows up to the end of a quarter, the latest where that day is none."""
    found = remembered(quarters, snapshot)
    days = sorted({row["day"] for row in found}, reverse=True)
    if not days:
        return Flows(None, [], FIVE, [], [], None)
    shown: date = next((one for one in days if one == day), days[0])
    gone = remembered(ways, snapshot, shown)
    share = {(row["day"], row["standing"]): row["share"] for row in found}
    return Flows(
        shown,
        days,
        FIVE,
        [_way(kind, gone) for kind in FIVE],
        [(one, [share.get((one, kind)) for kind in FIVE]) for one in days],
        shares_by_quarter(
            [row | {"kind": row["standing"]} for row in found],
            [(kind, _SYMBOLS[kind], f"{_SYMBOLS[kind]} {standing_word(kind)}") for kind in FIVE],
            pgettext("chart", "Where customers stood"),
            _(
                "At the end of each quarter the shares of the five standings, from those who speak for us to those "
                "who speak against us; errors of reading are taken out."
            ),
        ),
    )


def _way(kind: str, rows: list[dict[str, Any]]) -> Way:
    here = {row["to_standing"]: row for row in rows if row["from_standing"] == kind}
    cells = [here[to] | {"stayed": to == kind} if to in here and here[to]["people"] >= _FEW else None for to in FIVE]
    return Way(kind, sum(row["people"] for row in here.values()), cells)
