"""A person approves, edits or refuses a draft, or says that it was done by hand; of two at once one decides."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.gate_again import STALE
from byname.playbooks.offers import holds_offer
from byname.playbooks.wording import gaps
from byname.web.accounts import audit
from byname.web.accounts.policy import demand, may_decide_on
from byname.web.outreach.door import NOT_WAITING, hand_over
from byname.web.outreach.models import Draft, State
from byname.web.outreach.subjects import LONGEST, one_line
from byname.web.written.actions.writing import at_work, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["approve", "done_by_hand", "refuse"]

_MOST_WORDS = 6_000  # as many letters as a playbook's words may have
_MOST_WHY = 500


def approve(by: Account, desk: Desk, draft: Draft, *, subject: str | None = None, words: str | None = None) -> Draft:
    """Approve a draft, as it is or as edited.

    Args:
        by: who.
        desk: where.
        draft: that waits.
        subject: the line above, in other words; None: as it is.
        words: other words; None: as they are.

    Raises:
        PermissionDenied: this account may not decide on drafts of that team.
        UsageError: it waits no more; something in the words is still to be filled in, or thanks that sell; nothing is
            left of the words or the subject, or they are too long.
    """
    with _deciding(by, desk, draft, (State.DRAFT,)) as found:
        before = {"state": found.state, "subject": found.subject, "words": found.words}
        found.words = words_of(_("words"), found.words if words is None else words, _MOST_WORDS)
        line = one_line(found.subject if subject is None else subject)
        found.subject = words_of(_("subject"), line, LONGEST, needed=found.channel == "email")
        _fit_to_go(found)
        found.state, found.decided_by, found.decided_at = State.APPROVED, by, timezone.now()
        found.save(update_fields=["subject", "words", "state", "decided_by", "decided_at"])
        after = {"state": found.state, "subject": found.subject, "words": found.words}
        audit.log(by, "approved", found.person_id, before=before, after=after)
    return found


def refuse(by: Account, desk: Desk, draft: Draft, why: str) -> Draft:
    """Refuse a draft, or one that was approved and has not gone out; it goes out no more.

    Raises:
        PermissionDenied: as `approve`.
        UsageError: it has gone out or was decided on already, or no word why.
    """
    words = words_of(_("why"), why, _MOST_WHY)
    with _deciding(by, desk, draft, (State.DRAFT, State.APPROVED, State.BY_HAND)) as found:
        before = {"state": found.state}
        found.state, found.says, found.decided_by, found.decided_at = State.REFUSED, words, by, timezone.now()
        found.ended_at = found.decided_at
        found.save(update_fields=["state", "says", "decided_by", "decided_at", "ended_at"])
        audit.log(by, "refused", found.person_id, before=before, after={"state": found.state, "why": words})
    return found


def done_by_hand(by: Account, desk: Desk, draft: Draft) -> Draft:
    """Say that a call, a letter or the like was made; the gate is asked once more, and the contact recorded.

    Where the gate says no by now the draft is stopped and says why. What happened all the same is written down with
    `log_contact`: it counts among what the person hears, though it should not have been.

    Raises:
        PermissionDenied: as `approve`.
        UsageError: it does not wait for anybody's hand.
    """
    _may(by, draft)
    verdict = hand_over(by, desk, draft)
    found = Draft.objects.get(pk=draft.pk)
    if verdict.rule == NOT_WAITING:
        raise _not_waiting(found, (State.BY_HAND,))
    if verdict.rule == STALE:
        raise UsageError(where=found.title, found=verdict.says, expected=_("a snapshot of today"))
    return found


def _may(by: Account, draft: Draft) -> None:
    demand(by, "act")
    if not may_decide_on(by, draft.team):
        raise PermissionDenied("act")


@contextmanager
def _deciding(by: Account, desk: Desk, draft: Draft, states: tuple[State, ...]) -> Iterator[Draft]:
    """The draft as it stands now, in the transaction in which it is decided on."""
    _may(by, draft)
    with at_work(by, desk.company):
        found = Draft.objects.get(pk=draft.pk)
        if found.state not in states:
            raise _not_waiting(found, states)
        yield found


def _not_waiting(draft: Draft, states: tuple[State, ...]) -> UsageError:
    return UsageError(
        where=draft.title,
        found=_("it is %(state)s") % {"state": State(draft.state).label},
        expected=_("one that is %(states)s") % {"states": " / ".join(str(state.label) for state in states)},
        do=_("Somebody was faster: look at the list again."),
    )


def _fit_to_go(draft: Draft) -> None:
    """Refuse words that are not whole, and thanks that sell.

    Raises:
        UsageError: they are.
    """
    if left := [*gaps(draft.subject), *gaps(draft.words)]:
        raise UsageError(
            where=draft.title,
            found=_("still to be filled in: %(gaps)s") % {"gaps": "; ".join(f"[{gap}]" for gap in left)},
            expected=_("words without anything in square brackets"),
            do=_("Write what stands in the brackets, and take the brackets away."),
        )
    if draft.kind == "thank" and holds_offer(f"{draft.subject}\n{draft.words}"):
        raise UsageError(
            where=draft.title,
            found=_("an offer in a thank-you"),
            expected=_("thanks alone: thanks that sell are no thanks"),
        )
