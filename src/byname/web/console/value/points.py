"""A few points of the concentration curve, for the table beneath it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["points"]

_AT = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8)


def points(rows: Sequence[dict[str, Any]]) -> list[tuple[float, float | None, float | None]]:
    """What the first so many of a hundred hold of expected worth and of recent spend, as the curve has it.

    Args:
        rows: measure, share_of_people and share_of_value, from the best down.

    Returns:
        Share of people, share of worth, share of spend; None where there is no such curve.
    """
    curves = {
        measure: sorted((row["share_of_people"], row["share_of_value"]) for row in rows if row["measure"] == measure)
        for measure in ("clv", "spend")
    }
    return [(at, _height(curves["clv"], at), _height(curves["spend"], at)) for at in _AT] if rows else []


def _height(curve: Sequence[tuple[float, float]], at: float) -> float | None:
    """The height of the curve there, on the straight line between the two points beside it."""
    if not curve:
        return None
    place = bisect_left(curve, (at, 0.0))
    if place == 0 or place == len(curve):
        return curve[min(place, len(curve) - 1)][1]
    (left, low), (right, high) = curve[place - 1], curve[place]
    return low + (high - low) * (at - left) / (right - left)
