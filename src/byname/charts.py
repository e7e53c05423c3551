"""Charts as plain Vega-Lite specifications: rows in, a dict with its data inside out; a page draws them.

No chart needs more than Vega's own interpreter, so that a page may forbid eval. One accent colour; what differs,
differs in shape, fill or place as well, for people who see no colours and for paper. Each fits into 360 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

type Rows = Sequence[Mapping[str, Any]]
type Spec = dict[str, Any]
type Numbers = list[float]

__all__ = [
    "ACCENT", "INK", "MUTED", "PAPER", "Ranged", "backtest_scores", "best", "calibration", "concentration", "coverage",
    "equity_bridge", "forest", "framed", "shares_by_quarter",
]  # fmt: skip

ACCENT, INK, MUTED, PALE, PAPER = "#9c3d1a", "#2b2621", "#6a6057", "#cfc4b5", "#fdfaf5"

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
_ROW = 26  # pixels for a name
_NOMINAL, _TOLERATED = 0.8, (0.75, 0.85)
_THOUSANDS = 10_000
_NARROW = 0.06  # of a bar; a part that is narrower has no room for its symbol
_MEASURES = {"clv": "expected worth", "spend": "recent spend"}

_CONFIG: Spec = {
    "background": "transparent",
    "font": _FONT,
    "view": {"stroke": None},
    "title": {"anchor": "start", "fontSize": 15, "fontWeight": 600, "color": INK, "offset": 14, "frame": "bounds"},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 12,
        "titleColor": MUTED,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "#ece4d8",
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
    },
    "legend": {"orient": "top", "title": None, "labelFontSize": 12, "labelColor": INK, "symbolSize": 90},
}


def concentration(rows: Rows) -> Spec:
    """Which share of value the first share of people holds; rows of the snapshot's table `concentration`."""
    data = [
        {
            "measure": _MEASURES.get(row["measure"], row["measure"]),
            "people": float(row["share_of_people"]),
            "value": float(row["share_of_value"]),
        }
        for row in rows
    ]
    names = list(dict.fromkeys(row["measure"] for row in data))
    colours, dashes = [ACCENT, INK][: len(names)], [[1, 0], [6, 3]][: len(names)]
    curve = {
        "mark": {"type": "line", "strokeWidth": 2.5, "interpolate": "linear"},
        "encoding": {
            "x": _share("people", "share of customers, best first"),
            "y": _share("value", "share of the whole"),
            "color": {"field": "measure", "type": "nominal", "scale": {"domain": names, "range": colours}},
            "strokeDash": {"field": "measure", "type": "nominal", "scale": {"domain": names, "range": dashes}},
        },
    }
    points = {
        "mark": {"type": "point", "size": 160, "opacity": 0},
        "encoding": {
            "x": _share("people", "share of customers, best first"),
            "y": _share("value", "share of the whole"),
            "tooltip": [
                {"field": "measure", "title": "of"},
                {"field": "people", "format": ".0%", "title": "first customers"},
                {"field": "value", "format": ".0%", "title": "hold"},
            ],
        },
    }
    return framed(
        "Value held by the best customers",
        "From the best customer down, the share of all value that the first share of customers holds. "
        "On the dotted line all would be alike.",
        300,
        layer=[_diagonal(1.0, "people", "value"), curve, points],
        data=data,
    )


def equity_bridge(rows: Rows, currency: str) -> Spec:
    """From the customer equity of then to that of now; rows of kind `change` of the table `equity`, in their order."""
    data: list[Spec] = []
    level = 0.0
    for row in rows:
        amount = float(row["amount"])
        whole = row["name"] in ("from", "to")
        start, level = (0.0, amount) if whole else (level, level + amount)
        kind = "whole" if whole else "more" if amount >= 0 else "less"
        label = f"{round(amount):{',' if whole or not round(amount) else '+,'}}".replace("-", "\u2212")
        name = {"from": "then", "to": "now"}.get(row["name"], row["name"])
        data.append(
            {"step": name, "start": start, "end": level, "high": max(start, level), "kind": kind, "label": label}
            | {"people": row["people"]}
        )
    kinds = ["whole", "more", "less"]
    steps = {
        "field": "step", "type": "nominal", "sort": None, "title": None,
        "axis": {"labelColor": INK, "labelFontSize": 13, "grid": False},
    }  # fmt: skip
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.62}, "strokeWidth": 1.5},
        "encoding": {
            "y": steps,
            "x": _money("start", currency, [row["high"] for row in data], zero=True),
            "x2": {"field": "end"},
            "fill": _by("kind", kinds, [INK, ACCENT, PAPER]),
            "stroke": _by("kind", kinds, [INK, ACCENT, ACCENT]),
            "tooltip": [
                {"field": "step", "title": "step"},
                {"field": "label", "title": currency},
                {"field": "people", "format": ",", "title": "people"},
            ],
        },
    }
    labels = {
        "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12, "color": INK},
        "encoding": {
            "y": steps,
            "x": {"field": "high", "type": "quantitative"},
            "text": {"field": "label", "type": "nominal"},
        },
    }
    return framed(
        "What became of customer equity",
        "A bridge from the customer equity of the earlier day to that of now, one bar for each reason. "
        "Filled bars add, open bars take away.",
        30 * len(data),
        layer=[bars, labels],
        data=data,
    )


def calibration(rows: Rows, currency: str) -> Spec:
    """What was expected against what came, by groups of people; rows of the table `calibration`."""
    data = [
        {name: _number(row[name]) for name in ("expected", "actual", "low", "high")} | {"people": row["people"]}
        for row in rows
    ]
    values = _known(rows, "expected", "actual", "high")
    most = max(values, default=1.0) or 1.0
    across = _money("expected", currency, values, title=f"expected of each, {currency}", scale="sqrt", most=most)
    points = {
        "mark": {"type": "point", "filled": True, "size": 70, "color": ACCENT, "opacity": 1},
        "encoding": {
            "x": across,
            "y": _money("actual", currency, values, title=f"came true, {currency}", scale="sqrt", most=most),
            "tooltip": [
                {"field": "people", "format": ",", "title": "people"},
                {"field": "expected", "format": ",.2f", "title": f"expected of each, {currency}"},
                {"field": "actual", "format": ",.2f", "title": f"came true, {currency}"},
            ],
        },
    }
    ranged = [row for row in data if row["low"] is not None and row["high"] is not None]
    ranges = {
        "data": {"values": ranged},
        "mark": {"type": "rule", "color": ACCENT, "strokeWidth": 1.5, "opacity": 0.6},
        "encoding": {"x": across, "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
    }
    return framed(
        "Expected, and what came true",
        "Each dot is a group of customers: across what was expected of each, up what each spent. "
        "On the dotted line both are the same; above it they spent more than expected."
        + (" The upright lines are 80% ranges of what came true." if ranged else ""),
        300,
        layer=[_diagonal(most, "expected", "actual"), *([ranges] if ranged else []), points],
        data=data,
    )


def coverage(rows: Rows) -> Spec:
    """How many people were inside their 80% range, by the day of the prediction; rows of the table `backtest`."""
    data = [
        {"day": str(row["origin"]), "inside": float(row["coverage"])} for row in rows if row["coverage"] is not None
    ]
    day = {
        "field": "day", "type": "ordinal", "title": "predicted on",
        "axis": {"labelAngle": -30, "labelOverlap": True, "grid": False},
    }  # fmt: skip
    low, high = _TOLERATED
    band = {
        "data": {"values": [{"low": low, "high": high}]},
        "mark": {"type": "rect", "color": PALE, "opacity": 0.45},
        "encoding": {
            "y": {"field": "low", "type": "quantitative"},
            "y2": {"field": "high"},
        },
    }
    line = {
        "data": {"values": [{"nominal": _NOMINAL}]},
        "mark": {"type": "rule", "color": MUTED, "strokeDash": [4, 3]},
        "encoding": {"y": {"field": "nominal", "type": "quantitative"}},
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 110, "color": ACCENT, "opacity": 1},
        "encoding": {
            "x": day,
            "y": _share("inside", "customers inside their range"),
            "tooltip": [
                {"field": "day", "title": "predicted on"},
                {"field": "inside", "format": ".0%", "title": "inside their range"},
            ],
        },
    }
    return framed(
        "How often the ranges held",
        "A range is made to hold four customers in five: the dashed line. In the pale band it is near enough.",
        220,
        layer=[band, line, points],
        data=data,
    )


def backtest_scores(rows: Rows, measure: str = "gini") -> Spec:
    """How well each candidate put people in order at earlier days; rows of the table `backtest`."""
    data = [
        {
            "candidate": row["candidate"],
            "day": str(row["origin"]),
            "score": float(row[measure]),
            "chosen": "used here" if row["chosen"] else "also tried",
        }
        for row in rows
        if row[measure] is not None
    ]
    scores: dict[str, list[float]] = {}
    for row in data:
        scores.setdefault(row["candidate"], []).append(row["score"])
    mean = {name: sum(found) / len(found) for name, found in scores.items()}
    order = sorted(mean, key=lambda name: (-mean[name], name))
    uses, colours = ["used here", "also tried"], [ACCENT, INK]
    candidate = {
        "field": "candidate", "type": "nominal", "sort": order, "title": None,
        "axis": {"labelLimit": 150, "labelColor": INK, "grid": True},
    }  # fmt: skip
    title = {"gini": "order right (1 is perfect)", "capture": "top tenth caught"}.get(measure, measure)
    across = {
        "field": "score", "type": "quantitative", "title": title,
        "scale": {"zero": False, "nice": True, "padding": 12}, "axis": {"tickCount": 4, "format": ".2f"},
    }  # fmt: skip
    each = {
        "mark": {"type": "tick", "thickness": 1.5, "opacity": 0.55},
        "encoding": {
            "y": candidate,
            "x": across,
            "color": _by("chosen", uses, colours),
            "tooltip": [
                {"field": "candidate", "title": "model"},
                {"field": "day", "title": "predicted on"},
                {"field": "score", "format": ".3f", "title": title},
            ],
        },
    }
    used = {row["candidate"] for row in data if row["chosen"] == "used here"}
    means = {
        "data": {
            "values": [{"candidate": name, "score": mean[name], "chosen": uses[name not in used]} for name in order]
        },
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {
            "y": candidate,
            "x": across,
            "color": _by("chosen", uses, colours),
            "shape": _by("chosen", uses, ["diamond", "circle"]),
        },
    }
    return framed(
        "Which model ordered people best",
        "Each line is a model, each tick an earlier day on which it was tried, each mark the mean of those days. "
        "Further right is better; the diamond is what is used here.",
        _ROW * len(order),
        layer=[each, means],
        data=data,
    )


def best(rows: Rows, currency: str) -> Spec:
    """People with what they are worth and its range: rows of person_id, name, rank, clv, clv_low, clv_high."""
    data = [
        {
            "person": f"{row['rank']}. {row['name']}",
            "worth": float(row["clv"]),
            "low": _number(row["clv_low"]),
            "high": _number(row["clv_high"]),
        }
        for row in rows
    ]
    values = _known(rows, "clv", "clv_high")
    name = {
        "field": "person", "type": "nominal", "sort": None, "title": None,
        "axis": {"labelLimit": 150, "labelColor": INK, "labelFontSize": 13, "grid": False},
    }  # fmt: skip
    ranges = {
        "mark": {"type": "rule", "strokeWidth": 5, "color": PALE, "strokeCap": "round"},
        "encoding": {
            "y": name,
            "x": _money("low", currency, values, zero=True),
            "x2": {"field": "high"},
        },
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 80, "color": ACCENT, "opacity": 1},
        "encoding": {
            "y": name,
            "x": _money("worth", currency, values, zero=True),
            "tooltip": [
                {"field": "person", "title": "name"},
                {"field": "worth", "format": ",.0f", "title": f"worth, {currency}"},
                {"field": "low", "format": ",.0f", "title": "from"},
                {"field": "high", "format": ",.0f", "title": "to"},
            ],
        },
    }
    return framed(
        "The best, each with a range",
        "The dot is what is expected of a customer; four customers in five come out inside their bar.",
        _ROW * len(data),
        layer=[ranges, points],
        data=data,
    )


@dataclass(frozen=True)
class Ranged:
    """One line of a forest plot.

    Attributes:
        name: what it is of.
        value: the dot; None where nothing can be said.
        low: lower end of its range.
        high: its upper end.
        says: the same in words.
        strong: does it stand out.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    says: str
    strong: bool = False


def forest(title: str, description: str, across: str, rows: Sequence[Ranged], *, none: float, style: str) -> Spec:
    """Dots with their ranges beside the line of no difference.

    Args:
        title: above it.
        description: what it shows, for who does not see it.
        across: what lies along the axis.
        rows: from above to below; those without a value have a name and no dot.
        none: where there is no difference.
        style: how the axis writes its numbers, as D3 says it.
    """
    data = [
        {"name": row.name, "value": row.value, "low": row.low, "high": row.high, "says": row.says}
        | {"strong": "yes" if row.strong else "no"}
        for row in rows
    ]
    name = {
        "field": "name", "type": "nominal", "sort": None, "title": None,
        "axis": {"labelLimit": 150, "labelColor": INK, "labelFontSize": 13, "grid": False},
    }  # fmt: skip
    axis = {
        "field": "value", "type": "quantitative", "title": across,
        "scale": {"zero": False, "nice": True, "padding": 12}, "axis": {"format": style, "tickCount": 4},
    }  # fmt: skip
    line = {
        "data": {"values": [{"none": none}]},
        "mark": {"type": "rule", "color": MUTED, "strokeDash": [4, 3]},
        "encoding": {"x": {"field": "none", "type": "quantitative"}},
    }
    ranges = {
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {
            "y": name,
            "x": axis | {"field": "low"},
            "x2": {"field": "high"},
            "color": _by("strong", ["yes", "no"], [ACCENT, MUTED]),
        },
    }
    dots = {
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {
            "y": name,
            "x": axis,
            "color": _by("strong", ["yes", "no"], [ACCENT, MUTED]),
            "shape": _by("strong", ["yes", "no"], ["diamond", "circle"]),
            "tooltip": [
                {"field": "name", "type": "nominal", "title": "of"},
                {"field": "says", "type": "nominal", "title": across},
            ],
        },
    }
    return framed(title, description, 32 * max(len(data), 1), layer=[line, ranges, dots], data=data)


def shares_by_quarter(rows: Rows, kinds: Sequence[tuple[str, str, str]], title: str, description: str) -> Spec:
    """How a whole is made up at the end of each quarter, as bars of the same length.

    Args:
        rows: day, kind, share.
        kinds: of each kind its key, its symbol and its name, from left to right.
        title: above it.
        description: what it shows, for who does not see it.
    """
    at = {key: place for place, (key, _, _) in enumerate(kinds)}
    tones = [INK, "#5f574e", PALE, "#d9a184", ACCENT][: len(kinds)]
    data: list[Spec] = []
    reached: dict[str, float] = {}
    for row in sorted((row for row in rows if row["kind"] in at), key=lambda row: (row["day"], at[row["kind"]])):
        quarter, share = f"{row['day']:%b %Y}", float(row["share"])
        start = reached.get(quarter, 0.0)
        end = reached[quarter] = start + share
        _, symbol, name = kinds[at[row["kind"]]]
        data.append(
            {"day": quarter, "kind": name, "start": start, "end": end, "middle": start + share / 2, "share": share}
            | {"symbol": symbol if share >= _NARROW else "", "dark": "no" if row["kind"] == kinds[2][0] else "yes"}
        )
    day = {
        "field": "day", "type": "ordinal", "sort": None, "title": None,
        "axis": {"labelColor": INK, "grid": False},
    }  # fmt: skip
    names = [name for _, _, name in kinds]
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.78}, "stroke": PAPER, "strokeWidth": 1},
        "encoding": {
            "y": day,
            "x": _share("start", "share of customers"),
            "x2": {"field": "end"},
            "fill": {
                "field": "kind", "type": "nominal", "scale": {"domain": names, "range": tones},
                "legend": {"columns": 2, "symbolType": "square", "labelLimit": 150},
            },
            "tooltip": [
                {"field": "day", "type": "nominal", "title": "at the end of"},
                {"field": "kind", "type": "nominal", "title": "standing"},
                {"field": "share", "type": "quantitative", "format": ".1%", "title": "share"},
            ],
        },
    }  # fmt: skip
    symbols = {
        "mark": {"type": "text", "fontSize": 12},
        "encoding": {
            "y": day,
            "x": {"field": "middle", "type": "quantitative"},
            "text": {"field": "symbol", "type": "nominal"},
            "color": _by("dark", ["yes", "no"], [PAPER, INK]),
        },
    }
    return framed(title, description, 28 * max(len(reached), 1), layer=[bars, symbols], data=data)


# ------------------------------------------------------------------------------------------------ parts


def framed(title: str, description: str, height: int, *, layer: list[Spec], data: list[Spec]) -> Spec:
    """What all charts have in common around their layers.

    Args:
        title: above it.
        description: what it shows, for who does not see it.
        height: in pixels.
        layer: the marks.
        data: the rows that they draw.
    """
    return {
        "$schema": _SCHEMA,
        "title": title,
        "description": f"{title}. {description}",
        "width": "container",
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": data},
        "layer": layer,
        "config": _CONFIG,
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _known(rows: Rows, *names: str) -> Numbers:
    return [float(row[name]) for row in rows for name in names if row[name] is not None]


def _share(field: str, title: str) -> Spec:
    return {
        "field": field, "type": "quantitative", "title": title,
        "scale": {"domain": [0, 1]}, "axis": {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]},
    }  # fmt: skip


def _money(
    field: str,
    currency: str,
    values: Numbers,
    *,
    title: str = "",
    scale: str = "linear",
    zero: bool = False,
    most: float | None = None,
) -> Spec:
    """An axis of money: whole units, or thousands and millions where they would not fit."""
    shape: Spec = {"type": scale}
    if most is not None:
        shape |= {"domain": [0, most], "nice": True, "clamp": True}
    elif zero:
        shape |= {"zero": True}
    style = "~s" if max(map(abs, values), default=0) >= _THOUSANDS else ",.0f"
    return {
        "field": field, "type": "quantitative", "title": title or currency,
        "scale": shape, "axis": {"format": style, "tickCount": 4, "labelOverlap": True},
    }  # fmt: skip


def _by(field: str, domain: list[str], signs: list[str]) -> Spec:
    return {"field": field, "type": "nominal", "scale": {"domain": domain, "range": signs}, "legend": None}


def _diagonal(most: float, across: str, up: str) -> Spec:
    return {
        "data": {"values": [{across: 0, up: 0}, {across: most, up: most}]},
        "mark": {"type": "line", "color": MUTED, "strokeWidth": 1, "strokeDash": [2, 3]},
        "encoding": {
            "x": {"field": across, "type": "quantitative"},
            "y": {"field": up, "type": "quantitative"},
        },
    }
