"""Mails leave: each is tried once, and whatever crashes, nobody gets two.

That a mail is tried is written down, to the disk, before the server hears of it; what became of it is written together
with the next one's beginning. Who finds a mail in between, later, cannot know whether it arrived: it is lost, and said
so, never sent again. A lock that the operating system drops lets one process send at a time, so that whoever holds it
knows: what is on its way is nobody's any more.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import batched, groupby
from typing import TYPE_CHECKING, Protocol

from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from byname.errors import LedgerError
from byname.facts.locks import take
from byname.said_no import said_no_since
from byname.web.mailers import mailers
from byname.web.outreach.coming_back import bounced
from byname.web.outreach.door import claim_many
from byname.web.outreach.fate import SENT, Fate, fate_of
from byname.web.outreach.following import steps_of
from byname.web.outreach.letterhead import letterhead
from byname.web.outreach.mail import NoAddress, id_of, message_of
from byname.web.outreach.models import Draft, State
from byname.web.outreach.suppression import suppressed
from byname.web.portal.doors import link_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from django.core.mail import EmailMultiAlternatives
    from django.core.mail.backends.base import BaseEmailBackend

    from byname.company import Company
    from byname.web.desk import Desk
    from byname.web.outreach.letterhead import Letterhead

__all__ = [
    "BEGUN",
    "Out",
    "Sent",
    "all_due",
    "alone",
    "end",
    "instant",
    "is_due",
    "send",
    "send_due",
    "stop",
    "who_is_suppressed",
]

_log = logging.getLogger("byname.outreach")
_LET_OUT = 500  # drafts that the gate is asked about together; so many wait for the server if it goes away
_AT_ONCE = 100  # mails that wait in memory, and go through one line
_FIRST_PAUSE = timedelta(minutes=1)
_PATIENCE = timedelta(hours=24)
_FRESH = timedelta(minutes=1)  # so long the gate's yes needs no second look
_TROUBLE = 3  # so many in a row that went wrong by no fault of their addresses end the round

# Each for every mail: as plain SQL in a third of the time.
BEGUN = """
    update outreach_draft set state = %s, tried_at = %s, message_id = %s, says = '' where id = %s and state = %s
"""
_ENDED = "update outreach_draft set state = %s, says = %s, ended_at = %s where id = %s and state = %s"


@dataclass(frozen=True)
class Sent:
    """What a round came to.

    Attributes:
        sent: mails that the server took.
        failed: mails that it refused for good.
        lost: mails of which nobody knows.
        again: mails that wait for the next round.
        stopped: mails whose person said no after the gate had said yes.
        says: why the round ended before all were tried.
    """

    sent: int = 0
    failed: int = 0
    lost: int = 0
    again: int = 0
    stopped: int = 0
    says: str = ""

    def __add__(self, other: Sent) -> Sent:
        return Sent(
            self.sent + other.sent,
            self.failed + other.failed,
            self.lost + other.lost,
            self.again + other.again,
            self.stopped + other.stopped,
            self.says or other.says,
        )


class Out(Protocol):
    """How contacts of a channel leave."""

    @property
    def desk(self) -> Desk:
        """Of the snapshot that the gate is asked on."""

    @property
    def channel(self) -> str:
        """Which."""

    @property
    def is_over(self) -> Callable[[], bool]:
        """Asked between two: is the program ending?"""

    def send(self, drafts: Iterable[Draft]) -> Sent:
        """Send these, that the gate let out."""


def is_due(channels: Collection[str] = ("email",)) -> bool:
    """Is there anything to send by these channels, or to be said to be lost?"""
    now = timezone.now()
    drafts = Draft.objects.filter(channel__in=channels)
    waiting = drafts.filter(state=State.CLAIMED).values_list("claimed_at", "tried_at")
    return drafts.filter(state__in=(State.APPROVED, State.TRIED)).exists() or any(
        _is_time(claimed_at, tried_at, now) for claimed_at, tried_at in waiting[: 2 * _LET_OUT]
    )


def send(desk: Desk, drafts: Iterable[Draft]) -> Sent:
    """Send mails that the gate let out; those in another state are left alone.

    Where another process sends already they wait: it takes them with it.

    Raises:
        UsageError: a setting is missing; says which.
    """
    head, keys = letterhead(desk.company), [draft.pk for draft in drafts]
    with alone(desk.company) as is_alone:
        if not is_alone:
            return Sent(again=len(keys), says=_("another process is sending"))
        return _Out(desk, head).send(_let_out(keys, "email"))


def send_due(desk: Desk, *, is_over: Callable[[], bool] = lambda: False) -> Sent:
    """Send what is approved, the gate willing, and what waits from an earlier round.

    It can be ended at any moment, and begun again: it goes on where it was.

    Args:
        desk: of the snapshot that the gate is asked on.
        is_over: asked between two mails: is the program ending?

    Raises:
        UsageError: a setting is missing; says which.
    """
    head = letterhead(desk.company)
    with alone(desk.company) as is_alone:
        if not is_alone:
            return Sent(says=_("another process is sending"))
        return all_due(_Out(desk, head, is_over))


def all_due(out: Out) -> Sent:
    """Send what is approved for a channel, the gate willing, and what waits; only within `alone`."""
    done = _lose(out.channel) + _left_over(out)
    last = 0
    while not done.says and not out.is_over():
        approved = Draft.objects.filter(state=State.APPROVED, channel=out.channel, pk__gt=last).order_by("pk")
        batch = list(approved[:_LET_OUT])
        if not batch:
            break
        last = batch[-1].pk
        claim_many(out.desk, sorted(batch, key=lambda draft: draft.person_id))
        done += out.send(_let_out([draft.pk for draft in batch], out.channel))
    return done


# ------------------------------------------------------------------------------------------- one at a time


@contextmanager
def alone(company: Company, name: str = "sending.lock") -> Iterator[bool]:
    """While it is entered nobody else sends; False where somebody does."""
    try:
        lock = take(company.folder / name, wait=0)
    except LedgerError:
        yield False
        return
    with lock, _to_the_disk():
        yield True


@contextmanager
def _to_the_disk() -> Iterator[None]:
    """SQLite's commits reach the disk before they return, so that a cut of the power resends nothing."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        if not connection.in_atomic_block:
            cursor.execute("pragma synchronous = full")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if not connection.in_atomic_block:
                cursor.execute("pragma synchronous = normal")


def _lose(channel: str) -> Sent:
    """What is on its way while nobody sends: nobody knows whether it arrived."""
    says = (
        _("byname was ended while the mail server had it in hand: it may have arrived, so it is not sent again")
        if channel == "email"
        else _("byname was ended while the service had it in hand: it may have arrived, so it is not sent again")
    )
    rows = Draft.objects.filter(channel=channel, state=State.TRIED)
    return Sent(lost=rows.update(state=State.LOST, says=says, ended_at=timezone.now()))


# ------------------------------------------------------------------------------------------- from before


def _left_over(out: Out) -> Sent:
    """What the gate let out in an earlier round: asked again where that was a while ago, given up after a day."""
    now = timezone.now()
    done = Sent()
    claimed = Draft.objects.filter(channel=out.channel, state=State.CLAIMED)
    for draft in claimed.filter(claimed_at__lt=now - _PATIENCE):
        says = _("not taken for a day, so it is not sent any more: %(why)s") % {"why": draft.says or _("nobody sent")}
        done += Sent(failed=end(draft, State.FAILED, says, of=State.CLAIMED))
    last = 0
    while not done.says and not out.is_over():
        batch = list(claimed.filter(pk__gt=last).order_by("pk")[:_LET_OUT])
        if not batch:
            break
        last = batch[-1].pk
        due = [draft for draft in batch if _is_time(draft.claimed_at, draft.tried_at, now)]
        a_while_ago = [draft for draft in due if draft.claimed_at and now - draft.claimed_at > _FRESH]
        done += Sent(stopped=stop(_who_said_no(out.desk, a_while_ago)))
        done += out.send(_let_out([draft.pk for draft in due], out.channel))
    return done


def _let_out(keys: Sequence[int], channel: str) -> list[Draft]:
    """Those of these that the gate let out."""
    return list(Draft.objects.filter(pk__in=keys, state=State.CLAIMED, channel=channel).order_by("pk"))


def _is_time(claimed_at: datetime | None, tried_at: datetime | None, now: datetime) -> bool:
    """Is it time to try again? The pause is as long as all pauses before it together."""
    if tried_at is None or claimed_at is None:
        return True
    return now >= tried_at + max(_FIRST_PAUSE, tried_at - claimed_at)


def _who_said_no(desk: Desk, drafts: Sequence[Draft]) -> list[Draft]:
    """Those whose person objected, restricted, withdrew or asked to be erased since."""
    found = [draft for draft in drafts if draft.person_id in desk.since.hidden]

    def asked(draft: Draft) -> tuple[str, str, bool]:
        return draft.channel, draft.purpose, draft.kind == "service"

    for (channel, purpose, service), some in groupby(sorted(drafts, key=asked), key=asked):
        no = said_no_since(desk.company, desk.snapshot, channel=channel, purpose=purpose, service=service)
        found += [draft for draft in some if draft.record_id in no]
    return found


def stop(drafts: Iterable[Draft]) -> int:
    """Let none of these leave any more; how many waited."""
    says = _("they said no after the gate had let it out, before it left")
    return sum(end(draft, State.STOPPED, says, of=State.CLAIMED) for draft in drafts)


# ------------------------------------------------------------------------------------------- out it goes


@dataclass(frozen=True)
class _Out:
    """How mails leave: by which server, under which letterhead, until when."""

    desk: Desk
    head: Letterhead
    is_over: Callable[[], bool] = lambda: False
    channel: str = "email"

    def send(self, drafts: Iterable[Draft]) -> Sent:
        """Send these, some at a time."""
        done = Sent()
        for batch in batched(drafts, _AT_ONCE):
            if done.says or self.is_over():
                break
            done += _Round(self).send(batch)
        return done


@dataclass(frozen=True)
class _Ready:
    """A mail that is ready to leave."""

    draft: Draft
    message: EmailMultiAlternatives


class _Round:
    """One line to the server, and the mails that go through it."""

    def __init__(self, out: _Out) -> None:
        self._desk, self._head, self._is_over = out.desk, out.head, out.is_over
        how = mailers(out.desk.company.settings.web.mail)["default"]  # as byname.toml says now
        self._line: BaseEmailBackend = import_string(how["BACKEND"])(alias="default", **how["OPTIONS"])
        self._through = 0  # how many went through the line since it was opened
        self._before: tuple[Draft, Fate] | None = None  # the mail before, of which nothing is written down yet
        self._trouble = 0
        self._done = Sent()

    def send(self, drafts: Sequence[Draft]) -> Sent:
        """Send these, one after another, until they are through or the server lets nobody in."""
        says = ""
        try:
            for one in self._ready(drafts):
                if self._is_over():
                    break
                fate = self._open()
                if fate is None and self._begin(one.draft):
                    fate = self._hand_over(one.message)
                    self._before = one.draft, fate
                if fate and (fate.ends or self._trouble >= _TROUBLE):
                    says = fate.says
                    break
        finally:
            self._write_down()
            self._close()
        waiting = Draft.objects.filter(pk__in=[draft.pk for draft in drafts], state=State.CLAIMED)
        if says:
            waiting.update(says=says)
        return self._done + Sent(again=waiting.count(), says=says)

    def _ready(self, drafts: Sequence[Draft]) -> list[_Ready]:
        """The mails, made before the line is opened; whoever is not to be written to any more is left out."""
        no = who_is_suppressed(drafts, "email")
        self._done += Sent(stopped=stop(no))
        ready, wrong = list[_Ready](), list[tuple[Draft, NoAddress]]()
        steps = steps_of(self._desk, self._head, drafts)
        with transaction.atomic():  # the rows of the links to people's pages, all at once
            for draft in drafts:
                try:
                    if draft not in no:
                        page = link_for(draft.record_id) if self._head.has_pages else ""
                        mail = message_of(draft, self._head, page=page, steps=steps.get(draft.pk))
                        ready.append(_Ready(draft, mail))
                except NoAddress as error:
                    wrong.append((draft, error))
        for draft, no_address in wrong:
            if self._begin(draft):
                self._before = draft, fate_of(no_address)
        return ready

    def _open(self) -> Fate | None:
        """Open the line, if it is not; None where it is open. Nothing was said of any mail yet."""
        try:
            if self._line.open():
                self._through = 0
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody can be written to
            return replace(fate_of(error), state=State.CLAIMED, is_gone=False, ends=True)
        return None

    def _hand_over(self, message: EmailMultiAlternatives) -> Fate:
        fate = self._tried(message)
        if fate.state == State.CLAIMED and fate.ends and self._through > 1:
            # Servers cut a line that was idle, or had its share: the mail was not taken, and a new line may do.
            fate = self._open() or self._tried(message)
        is_its_own = fate.state in (State.SENT, State.CLAIMED) or fate.is_gone
        self._trouble = 0 if is_its_own else self._trouble + 1
        return fate

    def _tried(self, message: EmailMultiAlternatives) -> Fate:
        self._through += 1
        try:
            self._line.send_messages([message])
        except Exception as error:  # noqa: BLE001 - whatever it is, what became of the mail must be written down
            fate = fate_of(error)
            _log.info("a mail did not go through: %s", fate.says)
            if fate.ends or fate.state == State.LOST:
                self._close()
            return fate
        return SENT

    def _close(self) -> None:
        with suppress(Exception):  # what was said is said
            self._line.close()

    def _begin(self, draft: Draft) -> bool:
        """Write down that it is tried, and what became of the one before; False: it is not to be sent any more."""
        with transaction.atomic():
            self._write_down()
            with connection.cursor() as cursor:
                cursor.execute(BEGUN, [State.TRIED, instant(), id_of(draft, self._head), draft.pk, State.CLAIMED])
                return int(cursor.rowcount) == 1

    def _write_down(self) -> None:
        """Write down what became of the mail before."""
        if self._before is None:
            return
        (draft, fate), self._before = self._before, None
        if fate.state == State.CLAIMED:
            Draft.objects.filter(pk=draft.pk, state=State.TRIED).update(state=State.CLAIMED, says=fate.says)
            return
        end(draft, fate.state, fate.says, of=State.TRIED)
        if fate.is_gone:
            bounced(draft, is_gone=True)
        self._done += Sent(
            sent=fate.state == State.SENT, failed=fate.state == State.FAILED, lost=fate.state == State.LOST
        )


def who_is_suppressed(drafts: Sequence[Draft], channel: str) -> list[Draft]:
    """Those to whom nobody may write any more by that channel."""
    found: list[Draft] = []
    for is_service in (True, False):
        some = [draft for draft in drafts if (draft.kind == "service") == is_service]
        barred = suppressed([draft.address for draft in some], channel, service=is_service)
        found += [draft for draft in some if draft.address in barred]
    return found


def end(draft: Draft, state: State, says: str, *, of: State) -> int:
    """Write down how it ended, if it is still in that state; how many it was, 0 or 1."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, [state, says, instant(), draft.pk, of])
        return int(cursor.rowcount)


def instant() -> datetime | str:
    """Now, as the database's own SQL takes it."""
    return connection.ops.adapt_datetimefield_value(timezone.now())  # type: ignore[return-value]
