"""Effects as they are shown: one picture and one table for each kind of outcome, as their units differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.charts import Ranged, forest
from byname.report.words import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.charts import Spec

__all__ = ["Effects", "effects"]

_POINTS = 100
_SURE = ("works", "harms")


@dataclass(frozen=True)
class Effects:
    """Effects in one unit.

    Attributes:
        unit: in words.
        rows: of the table `proof`, with `shown`, `low_shown` and `high_shown` in that unit.
        chart: dots with ranges beside the line of no effect.
    """

    unit: str
    rows: list[dict[str, Any]]
    chart: Spec


def effects(rows: Sequence[dict[str, Any]], currency: str) -> list[Effects]:
    """Money apart from probabilities.

    Args:
        rows: of the table `proof`, each with an effect, in the order in which they are shown.
        currency: of what was spent.
    """
    spent = [row for row in rows if row["on"].startswith("spend")]
    others = [row for row in rows if not row["on"].startswith("spend")]
    kinds = (
        ("points", _("percentage points"), others, _POINTS),
        ("money", _("%(currency)s a person") % {"currency": currency}, spent, 1),
    )
    return [_effects(key, unit, some, times) for key, unit, some, times in kinds if some]


def _effects(key: str, unit: str, rows: Sequence[dict[str, Any]], times: int) -> Effects:
    shown = [
        row
        | {"shown": row["effect"] * times, "low_shown": row["low"] * times, "high_shown": row["high"] * times}
        | {"what": _outcome(row["on"])}
        for row in rows
    ]
    marks = [
        Ranged(
            row["title"], row["shown"], row["low_shown"], row["high_shown"],
            f"{figure(row['shown'], 1)} ({figure(row['low_shown'], 1)} to {figure(row['high_shown'], 1)})",
            row["verdict"] in _SURE,
        )
        for row in shown
    ]  # fmt: skip
    title = _("What contacts changed, in %(unit)s") % {"unit": unit}
    chart = forest(
        title,
        _(
            "Those reached less those held out by lot, with 95% ranges. On the dashed line there is no effect; a "
            "diamond is sure of its side."
        ),
        unit,
        marks,
        none=0.0,
        style=",.0f" if key == "money" else ".0f",
    )
    return Effects(unit, shown, chart)


def _outcome(on: str) -> str:
    """`bought_90d` in words."""
    what, _underscore, days = on.rpartition("_")
    words = {
        "bought": _("bought within %(days)s days"),
        "spend": _("spent within %(days)s days"),
        "stayed": _("stayed for %(days)s days"),
        "complained": _("complained within %(days)s days"),
        "recommended": _("recommended us within %(days)s days"),
        "answered": _("answered within %(days)s days"),
    }
    return words[what] % {"days": days.removesuffix("d")} if what in words else on
