"""Whose list somebody looks at: a team's, everybody's, or what is planned for themselves; remembered in the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.playbooks.playbook import TEAMS
from byname.web.accounts.models import Team
from byname.web.accounts.policy import account_of

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["ALL", "MINE", "Choice", "chosen"]

ALL, MINE = "all", "mine"
_REMEMBERED = "today.whose"


@dataclass(frozen=True)
class Choice:
    """Whose list.

    Attributes:
        key: a team, all, or mine.
        team: of that team only; empty: of all.
        employee: planned for them only; empty: for anybody.
        options: what may be chosen: key and words.
    """

    key: str
    team: str
    employee: str
    options: tuple[tuple[str, str], ...]

    @property
    def said(self) -> str:
        """In words."""
        return dict(self.options)[self.key]


def chosen(request: HttpRequest) -> Choice:
    """Whose list is asked for now by `?whose=`, else was looked at last, else is the account's own team's."""
    account = account_of(request)
    options = [(ALL, _("All teams")), *((team, str(Team(team).label).capitalize()) for team in TEAMS)]
    if account.employee:
        options.append((MINE, _("Mine")))
    known = dict(options)
    asked = request.GET.get("whose", "")
    if asked in known:
        request.session[_REMEMBERED] = asked
    key = next((key for key in (asked, request.session.get(_REMEMBERED), account.team) if key in known), ALL)
    return Choice(
        key,
        key if key in TEAMS else "",
        account.employee if key == MINE else "",
        tuple(options),
    )
