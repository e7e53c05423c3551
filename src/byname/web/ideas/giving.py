"""What a customer does: gives an idea, votes and takes the vote back, says whether she may be named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from byname.draining import READER
from byname.errors import UsageError
from byname.facts.own import fact
from byname.web.ideas.models import Credit, Status
from byname.web.portal.writing import by_themselves
from byname.web.written.actions.writing import Fact, words_of

if TYPE_CHECKING:
    from byname.web.ideas.board import Board, Idea
    from byname.web.portal.whom import Her

__all__ = ["MOST_TITLE", "MOST_WORDS", "credit", "give", "vote"]

MOST_TITLE, MOST_WORDS = 120, 4_000
_MOST_OPEN = 20  # without an answer: more is no idea but a flood
_NO_VOTE, _VOTE = 0.0, 1.0


def give(her: Her, board: Board, title: str, text: str) -> str:
    """Write an idea down.

    Returns:
        Its number.

    Raises:
        UsageError: no title, too many words, or too many that still wait for an answer.
    """
    tidy = " ".join(words_of(_("Your idea in a few words"), title, MOST_TITLE).split())
    whole = words_of(_("Your idea"), text, MOST_WORDS, needed=False)
    waiting = [idea for idea in board.of(her.people) if idea.status == Status.OPEN]
    if len(waiting) >= _MOST_OPEN:
        raise UsageError(
            where=_("Your idea"),
            found=_("%(many)d of yours that wait for an answer") % {"many": len(waiting)},
            expected=_("fewer"),
        )
    row = fact("ideas", {"record_id": her.anchor, "title": tidy, "text": whole or None, "status": Status.OPEN.value},
               reader=READER)  # fmt: skip
    by_themselves(her.desk.company, her.anchor, [Fact("ideas", row, is_version=True)], action="idea")
    return str(row["source_id"])


def vote(her: Her, idea: Idea, *, is_for: bool) -> None:
    """Be for an idea, or no longer; nobody counts twice."""
    if (her.person_id in idea.voters) == is_for:
        return
    row = fact(
        "votes",
        {
            "record_id": her.anchor,
            "idea_id": idea.number,
            "weight": _VOTE if is_for else _NO_VOTE,
            "updated_at": datetime.now(UTC).replace(tzinfo=None),  # so that a vote given again is a version of its own
        },
        reader=READER,
        source_id=f"{idea.number}-{her.anchor}",
    )
    by_themselves(her.desk.company, her.anchor, [Fact("votes", row, is_version=True)], action="vote")


def credit(her: Her, idea: Idea, shown_as: str) -> None:
    """Say how she wishes to be named when her idea is made; empty: not at all."""
    name = " ".join(words_of(_("Your name"), shown_as, MOST_TITLE, needed=False).split())
    with transaction.atomic():
        if name:
            Credit.objects.update_or_create(
                idea=idea.fact["fact_id"], defaults={"record_id": her.anchor, "shown_as": name}
            )
        else:
            Credit.objects.filter(idea=idea.fact["fact_id"]).delete()
        by_themselves(her.desk.company, her.anchor, [], action="credit", after={"named": bool(name)})
