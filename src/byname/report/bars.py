"""A chart of named amounts, with ranges where there are any: one bar a name, the amount beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.charts import ACCENT, INK, MUTED, framed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.charts import Spec

__all__ = ["Bar", "bars"]

_ROW = 30  # pixels
_THOUSANDS = 10_000
_LETTERS = 30  # of a name; the table beneath has all of it


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        name: what it is of.
        amount: how long it is.
        says: what stands beside it.
        low: lower end of the range; None where there is none.
        high: its upper end.
        strong: whether it stands out.
    """

    name: str
    amount: float
    says: str
    low: float | None = None
    high: float | None = None
    strong: bool = True


def bars(title: str, description: str, across: str, rows: Sequence[Bar]) -> Spec:
    """The chart as a Vega-Lite specification with its data inside.

    Args:
        title: above it.
        description: what it shows, for who does not see it.
        across: what the length is.
        rows: from above to below.
    """
    ranged = any(row.low is not None for row in rows)
    most = max((row.high or row.amount for row in rows), default=1.0) or 1.0
    data = [
        {
            "name": _short(row.name), "whole": row.name, "amount": row.amount, "says": row.says, "low": row.low,
            "high": row.high, "end": max(row.amount, row.high or 0.0), "strong": "yes" if row.strong else "no",
        }
        for row in rows
    ]  # fmt: skip
    names: Spec = {
        "field": "name", "type": "nominal", "sort": None, "title": None,
        "axis": {"labelColor": INK, "labelFontSize": 12, "labelLimit": 150, "grid": False},
    }  # fmt: skip
    length: Spec = {
        "field": "amount", "type": "quantitative", "title": across,
        "scale": {"domain": [0, most * 1.25], "nice": False},
        "axis": {"tickCount": 4, "format": "~s" if most >= _THOUSANDS else ",.0f"},
    }  # fmt: skip
    colour: Spec = {
        "field": "strong", "type": "nominal", "legend": None,
        "scale": {"domain": ["yes", "no"], "range": [ACCENT, MUTED]},
    }  # fmt: skip
    tooltip = [
        {"field": "whole", "type": "nominal", "title": "of"},
        {"field": "says", "type": "nominal", "title": across},
    ]
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.6}},
            "encoding": {"y": names, "x": length, "fill": colour, "tooltip": tooltip},
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12, "color": INK},
            "encoding": {
                "y": names,
                "x": {"field": "end", "type": "quantitative"},
                "text": {"field": "says", "type": "nominal"},
            },
        },
    ]
    if ranged:
        ends = {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}}
        layers.append({"mark": {"type": "rule", "strokeWidth": 1.5, "color": INK}, "encoding": {"y": names, **ends}})
    return framed(title, description, max(len(rows), 1) * _ROW, layer=layers, data=data)


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else name[: _LETTERS - 1].rstrip() + "…"
