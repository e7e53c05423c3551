"""The plan of the week: who does what when, what a minute is worth, how near it is to the best, who was left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from byname.playbooks.playbook import TEAMS
from byname.web.accounts.models import Team
from byname.web.accounts.policy import requires
from byname.web.console.plan.drawn import asks_and_gives, minutes_by_day
from byname.web.console.plan.outlook import outlook
from byname.web.console.today.left import left_of
from byname.web.console.today.listed import contacts, rows_of
from byname.web.console.today.minutes import capacity, hours
from byname.web.desk import desk_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.http import HttpRequest, HttpResponse

_A_PAGE = 25


@dataclass(frozen=True)
class Day:
    """A day of the plan.

    Attributes:
        day: which.
        people: contacts on it.
        teams: capacity rows that have minutes or a contact, with words for both.
    """

    day: date
    people: int
    teams: list[dict[str, Any]]

    @property
    def said(self) -> str:
        """Tue 30 Jun."""
        return date_format(self.day, "D j M")


@requires("read")
def plan(request: HttpRequest) -> HttpResponse:
    """Show the week."""
    desk = desk_of(request)
    team = request.GET.get("team", "") if request.GET.get("team") in TEAMS else ""
    listed = contacts(desk, team=team)
    days = _days([row for row in capacity(desk) if team in {"", row["team"]}], listed)
    day = _asked(request, days)
    page = Paginator([row for row in listed if row["day"] == day], _A_PAGE).get_page(request.GET.get("page"))
    found = outlook(desk)
    return render(
        request,
        "console/plan.html",
        {
            "team": team, "teams": [("", _("All teams")), *((key, Team(key).label.capitalize()) for key in TEAMS)],
            "days": days, "day": day, "page": page, "rows": rows_of(desk, list(page)), "many": len(listed),
            "minutes": minutes_by_day([(each.said, _sum(each, "minutes"), _sum(each, "used")) for each in days]),
            "found": found, "left": left_of(desk, team), "gives": asks_and_gives(found.by_standing),
        },
    )  # fmt: skip


def _days(rows: Sequence[dict[str, Any]], listed: Sequence[dict[str, Any]]) -> list[Day]:
    people: dict[date, int] = {}
    for row in listed:
        people[row["day"]] = people.get(row["day"], 0) + 1
    return [
        Day(day, people.get(day, 0), [_said(row) for row in rows if row["day"] == day])
        for day in sorted({row["day"] for row in rows if row["minutes"] > 0 or row["contacts"]})
    ]


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"there": hours(row["minutes"]), "planned": hours(row["used"]), "hour": 60 * row["price"]}


def _sum(day: Day, column: str) -> float:
    return float(sum(row[column] for row in day.teams))


def _asked(request: HttpRequest, days: Sequence[Day]) -> date | None:
    """The day that is asked for, else the first on which somebody is reached."""
    said = request.GET.get("day", "")
    chosen = [each.day for each in days if each.day.isoformat() == said]
    return next(iter(chosen or [each.day for each in days if each.people]), None)
