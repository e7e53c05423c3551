"""Telling what waits, one after another: at least once, in order, until the other side has taken it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.web.outreach.hooks import key_of_telling, signed
from byname.web.outreach.line import Line
from byname.web.outreach.models import State
from byname.web.outreach.sending import alone
from byname.web.telling.events import begin, waiting
from byname.web.telling.models import Reached

if TYPE_CHECKING:
    from collections.abc import Callable

    from byname.web.desk import Desk
    from byname.web.outreach.fate import Fate
    from byname.web.telling.events import Event

__all__ = ["Told", "tell_all", "tell_due"]

_LOCK = "telling.lock"
_BETWEEN_SECONDS = 0.2


@dataclass(frozen=True)
class Told:
    """What came of it.

    Attributes:
        many: how many the other side took.
        says: why it does not go on; empty: nothing waits any more.
        is_busy: another process is telling.
    """

    many: int = 0
    says: str = ""
    is_busy: bool = False


def tell_due(desk: Desk, *, is_over: Callable[[], bool] = lambda: False) -> Told:
    """Tell what waits, where byname.toml names whom.

    A kill between the other side's yes and ours tells it once more, under the same webhook-id.

    Args:
        desk: of the snapshot that says whose a record is.
        is_over: asked between two: is the program ending?
    """
    hook = desk.company.settings.outreach.tells
    if hook is None:
        return Told()
    with alone(desk.company, _LOCK) as is_alone:
        if not is_alone:
            return Told(is_busy=True)
        try:
            key = key_of_telling(desk.company)
        except UsageError as error:
            return Told(says=str(error))
        many, reached = 0, begin(desk)
        while events := waiting(desk, reached):
            for event in events:
                if is_over():
                    return Told(many)
                if event.type and (fate := _told(hook.url, key, event)).state != State.SENT:
                    return Told(many, fate.says)
                many += bool(event.type)
                reached[event.table] = event.number
                Reached.objects.filter(table=event.table).update(last=event.number)
        return Told(many)


def tell_all(desk: Desk, *, seconds: float) -> str:
    """Tell what waits before somebody is erased, since afterwards nobody knows what others call them.

    Returns:
        Why something is still untold; empty: nothing is.
    """
    until = time.monotonic() + seconds
    while (told := tell_due(desk)).is_busy and time.monotonic() < until:
        time.sleep(_BETWEEN_SECONDS)
    return _("another process was still telling them") if told.is_busy else told.says


def _told(url: str, key: bytes, event: Event) -> Fate:
    body = json.dumps({"type": event.type, "timestamp": event.at, "data": event.data}).encode()
    line = Line(url)
    try:
        return line.open() or line.say(body, signed(key, f"{event.key}-{event.number}", int(time.time()), body))
    finally:
        line.close()
