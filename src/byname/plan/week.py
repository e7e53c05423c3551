"""The week that a plan is for: seven days from the as-of day on, and the minutes of each team on each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from byname.plan.offered import TEAM_NUMBER

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from byname.company import Settings

__all__ = ["DAYS", "days_from", "minutes_of_teams", "perks_left"]

DAYS = 7
_SATURDAY = 5


def days_from(as_of: date) -> tuple[date, ...]:
    """The days of the plan: the as-of day, which is today for who refreshes in the morning, and six more."""
    return tuple(as_of + timedelta(days=place) for place in range(DAYS))


def minutes_of_teams(settings: Settings, as_of: date) -> NDArray[np.float64]:
    """Minutes of shape (teams, days), teams by `TEAM_NUMBER`; none on days on which nobody works."""
    works = np.array([settings.plan.weekend or day.weekday() < _SATURDAY for day in days_from(as_of)])
    each = np.array([getattr(settings.teams, team) for team in TEAM_NUMBER], dtype=np.float64)
    found: NDArray[np.float64] = each[:, None] * works[None, :]
    return found


def perks_left(settings: Settings, spent: float) -> float:
    """Money for gifts and perks that is left of the month: what was given within thirty days is spent."""
    return max(0.0, settings.plan.perks - spent)
