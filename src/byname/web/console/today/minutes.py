"""Minutes that there are, that are planned and that are done; and what one more would bring, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.web.accounts.models import Team
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from byname.snapshot import Snapshot
    from byname.web.console.today.chosen import Choice
    from byname.web.desk import Desk

__all__ = ["Minutes", "capacity", "hours", "minutes_of", "price_said"]

CAPACITY = "select * from capacity order by day, team"
_HOUR = 60
_SMALL = 10


@dataclass(frozen=True)
class Minutes:
    """Of a day.

    Attributes:
        there: minutes that there are; None where nobody said.
        planned: of them planned.
        done: of these, of contacts that are done.
    """

    there: float | None
    planned: float
    done: float

    @property
    def said(self) -> str:
        """In words: 2 h 10 min of 3 h planned."""
        if self.there is None:
            return _("%(planned)s planned") % {"planned": hours(self.planned)}
        return _("%(planned)s of %(there)s planned") % {"planned": hours(self.planned), "there": hours(self.there)}

    @property
    def done_said(self) -> str:
        """Nothing where nothing is done."""
        return _("%(done)s done") % {"done": hours(self.done)} if self.done else ""


def hours(minutes: float) -> str:
    """As people say it: 2 h 10 min."""
    whole, rest = divmod(round(minutes), _HOUR)
    said = [_("%(hours)s h") % {"hours": whole}] if whole else []
    if rest or not whole:
        said.append(_("%(minutes)s min") % {"minutes": rest})
    return " ".join(said)


def minutes_of(desk: Desk, choice: Choice, day: date | None, listed: Sequence[dict[str, Any]]) -> Minutes:
    """The minutes behind a list.

    Args:
        desk: the snapshot and what was written since.
        choice: whose list.
        day: which.
        listed: its contacts, in short.
    """
    handled = desk.since.handled
    done = sum(row["minutes"] for row in listed if handled.get((row["person_id"], row["action"])) == "done")
    if choice.employee:
        own = [one.minutes for one in desk.company.settings.employees if one.name == choice.employee]
        planned = sum(row["minutes"] for row in listed)
        return Minutes(own[0] if own and own[0] else None, planned, done)
    rows = [row for row in capacity(desk) if row["day"] == day and choice.team in {"", row["team"]}]
    return Minutes(sum(row["minutes"] for row in rows), sum(row["used"] for row in rows), done)


def capacity(desk: Desk) -> list[dict[str, Any]]:
    """Each team's day: minutes, used, contacts, price of a minute."""
    return remembered(_capacity, desk.snapshot)


def price_said(row: dict[str, Any], currency: str) -> str:
    """What one more hour of a team would bring on a day, in words."""
    team = str(Team(row["team"]).label).capitalize()
    if not row["minutes"]:
        return _("%(team)s has no minutes today.") % {"team": team}
    hour = row["price"] * _HOUR
    if round(hour, 2) <= 0:
        return _("%(team)s has minutes to spare: one more hour would bring nothing.") % {"team": team}
    worth = f"{hour:,.0f}" if hour >= _SMALL else f"{hour:,.2f}"
    return _("One more hour of %(team)s would be worth %(worth)s %(currency)s.") % {
        "team": team.lower(), "worth": worth, "currency": currency,
    }  # fmt: skip


def _capacity(snapshot: Snapshot) -> list[dict[str, Any]]:
    return snapshot.query(CAPACITY)
