"""What is let out by a channel other than e-mail leaves by that channel's service, as a signed webhook; else by hand.

As of a mail, one attempt is on record, whatever crashes: that it is tried is on the disk before the first byte leaves,
and after that it is never tried again. Only a line that never came about is tried anew. The service is told what it
needs to carry the words, and nothing else of the person.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.plan.channels import CHANNELS
from byname.web.outreach.fate import SENT, Fate
from byname.web.outreach.hooks import key_of, signed
from byname.web.outreach.letterhead import site_of
from byname.web.outreach.line import Line
from byname.web.outreach.models import Draft, State
from byname.web.outreach.plain_words import tidy
from byname.web.outreach.sending import BEGUN, Sent, all_due, alone, end, instant, stop, who_is_suppressed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from byname.company import Company
    from byname.web.desk import Desk

__all__ = ["OTHERS", "body_of", "id_of", "send_due"]

OTHERS: tuple[str, ...] = tuple(channel for channel in CHANNELS if channel != "email")
_TROUBLE = 3  # so many in a row that the service did not take end the round


def send_due(desk: Desk, channel: str, *, is_over: Callable[[], bool] = lambda: False) -> Sent:
    """Let out what is approved for a channel, the gate willing, and send it where byname.toml names a service.

    Where it names none, it waits for somebody's hand. It can be ended at any moment, and begun again.

    Args:
        desk: of the snapshot that the gate is asked on.
        channel: of `OTHERS`.
        is_over: asked between two: is the program ending?
    """
    with alone(desk.company, "services.lock") as is_alone:
        if not is_alone:
            return Sent(says=_("another process is sending"))
        done = all_due(_Posts(desk, channel, is_over))
        if not done.says and Draft.objects.filter(channel=channel, state=State.APPROVED).exists() and not is_over():
            return done + Sent(says=_("the snapshot is too old to let anything out; the next refresh makes a new one"))
        return done


def id_of(company: Company, draft: Draft) -> str:
    """By which the service names a contact: the same each time, and made so that it does not tell the draft's key."""
    made = hmac.new(company.web_key().encode(), f"contact {draft.key}".encode(), hashlib.sha256)
    return f"contact_{made.hexdigest()[:40]}"


def body_of(company: Company, draft: Draft, name: str = "") -> bytes:
    """What the service is told.

    Args:
        company: whose.
        draft: which.
        name: what stands above the address on an envelope; no other channel needs one.

    Raises:
        UsageError: byname.toml does not say where people stop what is sent.
    """
    stop_at = "" if draft.kind == "service" else site_of(company) + reverse("unsubscribe", args=[draft.key])
    said: dict[str, Any] = {
        "type": "contact",
        "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
        "data": {
            "id": id_of(company, draft),
            "channel": draft.channel,
            "name": tidy(name),
            "address": draft.address,
            "subject": tidy(draft.subject),
            "words": tidy(draft.words),
            "kind": draft.kind,
            "purpose": draft.purpose,
            "company": company.settings.name,
            "stop": stop_at,
        },
    }
    return json.dumps(said).encode()


@dataclass(frozen=True)
class _Posts:
    """How contacts of one channel leave."""

    desk: Desk
    channel: str
    is_over: Callable[[], bool]

    def send(self, drafts: Iterable[Draft]) -> Sent:
        """Send these, one after another, until they are through or the service takes none."""
        waiting = list(drafts)
        if not waiting:
            return Sent()
        company = self.desk.company
        hook = company.settings.outreach.hook_of(self.channel)
        if hook is None:
            says = _("byname.toml names no service any more that carries this")
            return self._left(waiting, says)
        try:
            key = key_of(company, self.channel)
            site_of(company)
        except UsageError as error:
            return self._left(waiting, str(error))
        no = who_is_suppressed(waiting, self.channel)
        done, trouble, says = Sent(stopped=stop(no)), 0, ""
        for draft in waiting:
            if self.is_over():
                break
            if draft in no or (fate := self._sent(draft, hook.url, key)) is None:
                continue
            done += _counted(fate)
            trouble = 0 if fate.state == State.SENT or fate.is_gone else trouble + 1
            if fate.ends or trouble >= _TROUBLE:
                says = fate.says
                break
        return done + self._left(waiting, says)

    def _left(self, drafts: Sequence[Draft], says: str) -> Sent:
        """Those that wait for the next round, and why."""
        left = Draft.objects.filter(pk__in=[draft.pk for draft in drafts], state=State.CLAIMED)
        if says:
            left.update(says=says)
        return Sent(again=left.count(), says=says)

    def _sent(self, draft: Draft, url: str, key: bytes) -> Fate | None:
        """Try one, and write down what became of it; None where it is not to be sent any more."""
        company = self.desk.company
        if not draft.address.strip():
            begun, fate = (
                _begin(company, draft),
                Fate(State.FAILED, _("there is no address to send it to"), is_gone=True),
            )
        else:
            body = body_of(company, draft, self._name(draft))
            headers = signed(key, id_of(company, draft), int(time.time()), body)
            line = Line(url)
            try:
                if (away := line.open()) is not None:
                    return away
                begun = _begin(company, draft)
                fate = line.say(body, headers) if begun else SENT
            finally:
                line.close()
        if not begun:
            return None
        end(draft, fate.state, fate.says, of=State.TRIED)
        return fate

    def _name(self, draft: Draft) -> str:
        found = self.desk.snapshot.rows("people", [draft.person_id], ("name",)) if self.channel == "letter" else []
        return (found[0]["name"] or "") if found else ""


def _begin(company: Company, draft: Draft) -> bool:
    """Write down, to the disk, that it is tried; False: it is not to be sent any more."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BEGUN, [State.TRIED, instant(), id_of(company, draft), draft.pk, State.CLAIMED])
        return int(cursor.rowcount) == 1


def _counted(fate: Fate) -> Sent:
    return Sent(sent=fate.state == State.SENT, failed=fate.state == State.FAILED, lost=fate.state == State.LOST)
