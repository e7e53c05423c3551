"""What we owe one person, and what we promised: nothing is asked before the first, the second is kept in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from byname.web.console.person.plain import plain

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from byname.web.console.person.brief import Brief

__all__ = ["Promised", "owed", "promised"]


@dataclass(frozen=True)
class Promised:
    """One promise.

    Attributes:
        fact_id: by which it is kept.
        what: the words.
        state: open, kept, kept late, broken.
        by: who promised.
        made_at: when, UTC.
        due_at: by when, UTC.
        kept_at: when it was kept, UTC; None where that is not known.
        is_kept: nothing is left to do.
    """

    fact_id: str
    what: str
    state: str
    by: str
    made_at: datetime
    due_at: datetime | None
    kept_at: datetime | None
    is_kept: bool


def promised(brief: Brief, kept: Collection[str]) -> list[Promised]:
    """All promises, open ones first, by when they are due.

    Args:
        brief: of whom.
        kept: fact_ids of promises that were kept since the snapshot.
    """
    since = [
        Promised(one.fact_id, plain(one.says), "open", one.by, one.at, one.due_at, None, is_kept=one.fact_id in kept)
        for one in brief.since
        if one.table == "promises" and one.kind == "promise"
    ]
    before = [
        Promised(
            row["fact_id"],
            row["what"],
            "kept" if row["fact_id"] in kept and not row["kept_at"] else row["state"],
            row["employee"] or "",
            row["made_at"],
            row["due_at"],
            row["kept_at"],
            is_kept=bool(row["kept_at"]) or row["fact_id"] in kept,
        )
        for row in brief.promises
    ]
    known = {one.fact_id for one in before}
    every = [*before, *(one for one in since if one.fact_id not in known)]
    return sorted(every, key=lambda one: (one.is_kept, _turned(one)))


def owed(brief: Brief) -> list[str]:
    """What stands between us and the next thing that we may ask, promises apart, in words."""
    matters, found = brief.matters, []
    if many := matters.get("open_complaints"):
        since = matters["oldest_complaint_days"] or 0
        about = f" ({matters['complaint_topic']})" if matters["complaint_topic"] else ""
        found.append(
            ngettext(
                "an answer to %(many)s complaint%(about)s, for %(days)s days",
                "an answer to %(many)s complaints%(about)s, the oldest for %(days)s days",
                many,
            )
            % {"many": many, "about": about, "days": since}
        )
    if many := matters.get("open_questions"):
        found.append(ngettext("an answer to a question", "answers to %(many)s questions", many) % {"many": many})
    if matters.get("referral_unthanked"):
        found.append(_("thanks for a friend whom they brought"))
    if idea := matters.get("idea_shipped"):
        found.append(_("word that their idea was put to use: %(idea)s") % {"idea": plain(idea)[:200]})
    if (matters.get("asks_365") or 0) > (matters.get("gives_365") or 0):
        found.append(_("no asks until giving and asking are even"))
    return found


def _turned(one: Promised) -> float:
    """Open ones by the nearest day, kept ones newest first."""
    moment = (one.due_at or one.made_at).timestamp()
    return -moment if one.is_kept else moment
