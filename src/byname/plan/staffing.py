"""Who does it: the employee whom the person knows, if they are of that team and have the minutes (S0.32, S3.21)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byname.company import Employee

__all__ = ["staffed"]


def staffed(rows: Sequence[dict[str, Any]], employees: Sequence[Employee]) -> list[dict[str, Any]]:
    """The chosen contacts, each with its employee, or None where any of the team may do it.

    Who knows the person comes first, the most valuable people first, while their minutes of the day last; what is then
    left goes to whoever of the team has the most minutes left. Nobody with minutes of their own gets more than those.

    Args:
        rows: of the plan, with `team`, `day`, `minutes`, `known_to` and `owed`, in the order in which they count.
        employees: of the settings; who has no minutes there is asked only for people whom they know.
    """
    teams = {one.name: one.team for one in employees}
    own = {one.name: one.minutes for one in employees if one.minutes > 0}
    left: dict[tuple[str, Any], float] = defaultdict(float)
    for row in rows:
        left.update({(name, row["day"]): minutes for name, minutes in own.items() if (name, row["day"]) not in left})
    given: list[str | None] = [None] * len(rows)
    for place, row in enumerate(rows):
        name = row["known_to"]
        if name in teams and teams[name] in {row["team"], ""} and _takes(left, own, name, row):
            given[place] = name
    for place, row in enumerate(rows):
        free = [name for name in own if given[place] is None and teams[name] == row["team"]]
        if free:
            name = max(free, key=lambda one: (left[one, row["day"]], one))
            given[place] = name if _takes(left, own, name, row) else None
    return [row | {"employee": name} for row, name in zip(rows, given, strict=True)]


def _takes(left: dict[tuple[str, Any], float], own: dict[str, float], name: str, row: dict[str, Any]) -> bool:
    """Whether the minutes last, and take them."""
    if name not in own:
        return True
    if left[name, row["day"]] < row["minutes"]:
        return False
    left[name, row["day"]] -= row["minutes"]
    return True
