"""Tells behind the pages what customers said, as soon as it is written."""

from __future__ import annotations

from byname.snapshot import open_current
from byname.web.desk import Desk
from byname.web.outreach.threads import Repeating
from byname.web.served import company
from byname.web.telling.telling import tell_due
from byname.web.work.carrying import stopping

__all__ = ["TellingThread"]


class TellingThread(Repeating):
    """Tells what waits, where byname.toml names whom."""

    seconds = 2.0

    def __init__(self) -> None:
        super().__init__("byname-telling")

    def look(self) -> str:
        """Tell it."""
        served = company()
        if served.settings.outreach.tells is None:
            return ""
        return tell_due(Desk(served, open_current(served)), is_over=stopping.is_set).says
