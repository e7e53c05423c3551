"""What a colleague does: answers an idea, and says how far it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.facts.own import version
from byname.web.accounts import audit
from byname.web.accounts.policy import demand
from byname.web.ideas.models import Answer, Status
from byname.web.written.actions.writing import at_work, words_of

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk
    from byname.web.ideas.board import Idea

__all__ = ["CHOICES", "answer"]

CHOICES = [status for status in Status if status != Status.OPEN]
_NEED_WORDS = (Status.NOT_NOW, Status.NOT_SHOWN)
_MOST = 4_000


def answer(by: Account, desk: Desk, idea: Idea, status: str, text: str) -> str:
    """Answer an idea; its author and everybody who sees it reads it.

    Args:
        by: who.
        desk: where.
        idea: which.
        status: one of `CHOICES`.
        text: what to say; needed for "not now" and "not shown".

    Returns:
        What was done, in a sentence.

    Raises:
        PermissionDenied: a reader.
        UsageError: no such status, or no words where some are owed.
    """
    demand(by, "act")
    if status not in CHOICES:
        raise UsageError(where=_("how far it is"), found=f'"{status[:40]}"', expected=", ".join(CHOICES))
    words = words_of(_("your answer"), text, _MOST, needed=status in _NEED_WORDS)
    with at_work(by, desk.company) as rows:
        at = max(rows.moment(), idea.fact["occurred_at"] + timedelta(microseconds=1))
        changed = {"status": status, "updated_at": at}
        if status == Status.SHIPPED:
            changed["shipped_at"] = idea.fact["shipped_at"] or at
        rows.add("ideas", [version("ideas", idea.fact, **changed)], at=at)
        Answer.objects.create(idea=idea.fact["fact_id"], status=status, text=words, account=by, by=by.name)
        audit.log(by, "idea answered", idea.number, before={"status": idea.status.value}, after={"status": status})
    return _("Answered: %(title)s.") % {"title": idea.fact["title"]}
