"""What works for this part behind the pages: mails leave as soon as they may, and the mailbox of answers is read.

Each in a thread of the server of its own, so that neither waits for a refresh. What was begun is in the app database,
so a server that is killed loses nothing: the next one goes on.
"""

from __future__ import annotations

import imaplib
import logging
import time
from threading import Thread

from django.db import close_old_connections, connections

from byname.errors import BynameError
from byname.snapshot import open_current
from byname.web.desk import Desk
from byname.web.outreach import by_service
from byname.web.outreach.mailbox import look
from byname.web.outreach.sending import is_due, send_due
from byname.web.served import company
from byname.web.work.carrying import stopping

__all__ = ["AnswersThread", "Repeating", "SendThread", "ServicesThread"]

_log = logging.getLogger("byname.outreach")
_LOOK_SECONDS = 1.0
_MAILBOX_SECONDS = 120.0
_TROUBLE_SECONDS = 60.0  # doubled each time, up to
_LONGEST_SECONDS = 3600.0


class Repeating(Thread):
    """Looks again and again until the server ends; after trouble, later and later."""

    seconds: float

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._pause = self.seconds
        self._trouble = _TROUBLE_SECONDS

    def run(self) -> None:
        """Look; a folder, a database or a server that is away for a while ends nothing."""
        while not stopping.wait(self._pause):
            close_old_connections()
            try:
                said = self.look()
            except (BynameError, OSError, imaplib.IMAP4.error) as error:
                said = str(error)
            except Exception:  # noqa: BLE001 - one odd thing must not end it
                _log.exception("%s could not go on; it tries again", self.name)
                said = "an error"
            self._rest(said)
        connections.close_all()

    def look(self) -> str:
        """Do what is to be done; what was in the way, if anything."""
        raise NotImplementedError

    def _rest(self, said: str) -> None:
        if said:
            _log.warning("%s tries again in %d seconds: %s", self.name, self._trouble, said)
            self._pause, self._trouble = self._trouble, min(2 * self._trouble, _LONGEST_SECONDS)
        else:
            self._pause, self._trouble = self.seconds, _TROUBLE_SECONDS

    def stop(self) -> None:
        """End after the mail that is in hand."""
        stopping.set()
        self.join()


class SendThread(Repeating):
    """Sends what may leave."""

    seconds = _LOOK_SECONDS

    def __init__(self) -> None:
        super().__init__("byname-send")

    def look(self) -> str:
        """Send what is due."""
        if not is_due():
            return ""
        served = company()
        return send_due(Desk(served, open_current(served)), is_over=stopping.is_set).says


class ServicesThread(Repeating):
    """Lets out what goes by other channels than e-mail, to their services or for somebody's hand.

    Each channel rests for itself: the service of one that is away keeps no other waiting.
    """

    seconds = _LOOK_SECONDS

    def __init__(self) -> None:
        super().__init__("byname-services")
        self._rests: dict[str, tuple[float, float]] = {}  # of a channel: until when, and for how long the next time

    def look(self) -> str:
        """Let out what is due."""
        if not is_due(by_service.OTHERS):
            return ""
        for channel in by_service.OTHERS:
            until, rest = self._rests.get(channel, (0.0, _TROUBLE_SECONDS))
            if stopping.is_set() or time.monotonic() < until or not is_due((channel,)):
                continue
            served = company()
            desk = Desk(served, open_current(served))
            says = by_service.send_due(desk, channel, is_over=stopping.is_set).says
            self._rests.pop(channel, None)
            if says:
                _log.warning("%s tries %s again in %d seconds: %s", self.name, channel, rest, says)
                self._rests[channel] = time.monotonic() + rest, min(2 * rest, _LONGEST_SECONDS)
        return ""


class AnswersThread(Repeating):
    """Reads the mailbox of answers, where byname.toml names one."""

    seconds = _MAILBOX_SECONDS

    def __init__(self) -> None:
        super().__init__("byname-answers")

    def look(self) -> str:
        """Read what came."""
        served = company()
        while served.settings.outreach.answers and not look(served, is_over=stopping.is_set).is_all:
            if stopping.is_set():
                break
        return ""
