"""The pictures of the week: minutes planned of those there are, and what we ask beside what we give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.charts import ACCENT, INK, MUTED, framed
from byname.web.console.templatetags.said import standing_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.charts import Spec

__all__ = ["asks_and_gives", "minutes_by_day"]

_ROW = 30
_TWO_ROWS = 44
_HOUR = 60


def minutes_by_day(days: Sequence[tuple[str, float, float]]) -> Spec:
    """Hours planned, over the hours that there are.

    Args:
        days: in words, minutes there, minutes planned.
    """
    data = [{"day": day, "there": there / _HOUR, "planned": used / _HOUR} for day, there, used in days]
    day = {
        "field": "day", "type": "nominal", "sort": None, "title": None,
        "axis": {"labelColor": INK, "labelFontSize": 13, "grid": False},
    }  # fmt: skip
    across = {"type": "quantitative", "title": _("hours"), "axis": {"tickCount": 5}}
    tips = [
        {"field": "day", "type": "nominal", "title": _("day")},
        {"field": "planned", "type": "quantitative", "format": ".1f", "title": _("hours planned")},
        {"field": "there", "type": "quantitative", "format": ".1f", "title": _("hours there")},
    ]
    there = {
        "mark": {"type": "bar", "height": {"band": 0.8}, "fill": None, "stroke": MUTED, "strokeWidth": 1.5},
        "encoding": {"y": day, "x": across | {"field": "there"}, "tooltip": tips},
    }
    planned = {
        "mark": {"type": "bar", "height": {"band": 0.5}, "color": ACCENT},
        "encoding": {"y": day, "x": across | {"field": "planned"}, "tooltip": tips},
    }
    return framed(
        _("Hours planned, of those there are"),
        _("For each day an open bar with the hours that there are, and in it a filled one with those planned."),
        _ROW * max(len(data), 1),
        layer=[there, planned],
        data=data,
    )


def asks_and_gives(rows: Sequence[dict[str, Any]]) -> Spec:
    """How often we asked and how often we gave within a year, by where people stand.

    Args:
        rows: standing, asks, gives.
    """
    kinds = [_("we asked"), _("we gave or thanked")]
    data = [
        {"standing": standing_word(row["standing"]), "kind": kind, "times": row[column] or 0}
        for row in rows
        for kind, column in zip(kinds, ("asks", "gives"), strict=True)
    ]
    bars = {
        "mark": {"type": "bar", "strokeWidth": 1.5},
        "encoding": {
            "y": {
                "field": "standing", "type": "nominal", "sort": None, "title": None,
                "axis": {"labelColor": INK, "labelFontSize": 13, "labelLimit": 130, "grid": False},
            },
            "yOffset": {"field": "kind", "type": "nominal", "sort": kinds},
            "x": {
                "field": "times", "type": "quantitative", "title": _("times within a year"), "axis": {"tickCount": 4},
            },
            "fill": {"field": "kind", "type": "nominal", "scale": {"domain": kinds, "range": [ACCENT, INK]}},
            "tooltip": [
                {"field": "standing", "type": "nominal", "title": _("standing")},
                {"field": "kind", "type": "nominal", "title": _("what")},
                {"field": "times", "type": "quantitative", "format": ",", "title": _("times")},
            ],
        },
    }  # fmt: skip
    return framed(
        _("What we asked, and what we gave"),
        _("For each standing two bars: how often we asked something of these customers within a year, and how often we "
          "gave or thanked."),
        _TWO_ROWS * max(len(rows), 1),
        layer=[bars],
        data=data,
    )  # fmt: skip
