"""An author writes a review and says whether and how long it may be shown; a colleague takes one from view."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _

from byname.draining import READER
from byname.errors import UsageError
from byname.facts.own import fact
from byname.web.accounts import audit
from byname.web.accounts.policy import demand
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.reviews.models import Reason, TakenDown
from byname.web.written.actions.writing import Fact, at_work, words_of

if TYPE_CHECKING:
    from datetime import date

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk
    from byname.web.portal.whom import Her
    from byname.web.reviews.shelf import Review, Shelf

__all__ = ["MOST_WORDS", "STARS", "allow", "review", "take_down"]

STARS = range(1, 6)
MOST_TITLE, MOST_WORDS, MOST_NAME = 120, 4_000, 80
_MOST_REVIEWS = 20  # of one person within a year
_YEAR_DAYS = 365


def review(
    her: Her, known: Shelf, stars: str, title: str, text: str, *, shown_as: str = "", until: date | None = None
) -> str:
    """Write a review, and whether it may be shown.

    Args:
        her: who writes.
        known: the reviews so far.
        stars: how many, as typed.
        title: in a few words; may be empty.
        text: the words.
        shown_as: under which name anybody may read it; empty: only we.
        until: the last day of that; None: until she withdraws it.

    Returns:
        Its number.

    Raises:
        UsageError: no stars, no words or too many, a last day that is over, or too many reviews.
    """
    if stars not in map(str, STARS):
        raise UsageError(where=_("Stars"), found=f'"{stars[:20]}"', expected=_("1 to 5"))
    subject = " ".join(words_of(_("In a few words"), title, MOST_TITLE, needed=False).split())
    words = words_of(_("Your review"), text, MOST_WORDS)
    recent = [one for one in known.of(her.people) if (datetime.now(UTC) - one.day).days < _YEAR_DAYS]
    if len(recent) >= _MOST_REVIEWS:
        raise UsageError(
            where=_("Your review"), found=_("%(many)d of yours") % {"many": len(recent)}, expected=_("fewer in a year")
        )
    shown = _permission(her, shown_as, until)
    said = {"medium": "review", "subject": subject or None, "text": words, "prompted": False, "public": bool(shown_as)}
    message = fact("messages", {"record_id": her.anchor, **said}, reader=READER)
    number = str(message["source_id"])
    score = fact(
        "ratings",
        {"record_id": her.anchor, "scale": "stars", "score": float(stars), "about_kind": "company"},
        reader=READER,
        source_id=f"{number}-stars",
    )
    facts = [("messages", message), ("ratings", score), ("decisions", _shown(her, number, shown))]
    by_themselves(
        her.desk.company, her.anchor, [Fact(table, row, is_version=True) for table, row in facts], action="review"
    )
    return number


def allow(her: Her, one: Review, shown_as: str, until: date | None = None) -> None:
    """Say anew whether a review may be shown, under which name and how long; no name withdraws it.

    Raises:
        UsageError: a name that is too long, or a last day that is over.
    """
    row = _shown(her, one.number, _permission(her, shown_as, until))
    by_themselves(
        her.desk.company,
        her.anchor,
        [Fact("decisions", row, is_version=True)],
        action="show review" if shown_as.strip() else "show review no longer",
    )


class Shown(Protocol):
    """What a colleague may take from view: a review, a story."""

    @property
    def fact_id(self) -> str:
        """Of the words."""

    @property
    def number(self) -> str:
        """By which addresses name it."""

    @property
    def down(self) -> TakenDown | None:
        """Why it is not in view."""


def take_down(by: Account, desk: Desk, one: Shown, reason: str, text: str, *, what: str = "review") -> str:
    """Take a review from view, for a reason that its author reads; or, without a reason, bring it back.

    Args:
        by: who does it.
        desk: where.
        one: which.
        reason: one of `Reason`; empty: it comes back.
        text: what its author reads.
        what: what the audit log calls it.

    Raises:
        PermissionDenied: a reader.
        UsageError: a reason that is none, or no words to the author.
    """
    demand(by, "act")
    if reason and reason not in Reason.values:
        raise UsageError(where=_("why"), found=f'"{reason[:40]}"', expected=", ".join(Reason.values))
    words = words_of(_("what its author reads"), text, MOST_WORDS, needed=bool(reason))
    with at_work(by, desk.company):
        TakenDown.objects.filter(fact_id=one.fact_id).delete()
        if reason:
            TakenDown.objects.create(fact_id=one.fact_id, reason=reason, text=words, account=by, by=by.name)
        audit.log(
            by,
            f"{what} taken down" if reason else f"{what} shown again",
            one.number,
            before={"reason": one.down.reason if one.down else ""},
            after={"reason": reason},
        )
    return _("Taken from view: its author reads why.") if reason else _("It is shown again.")


def _permission(her: Her, shown_as: str, until: date | None) -> dict[str, Any]:
    name = " ".join(words_of(_("Your name"), shown_as, MOST_NAME, needed=False).split())
    if until is not None and until < her.desk.company.today():
        raise UsageError(where=_("Until"), found=until.isoformat(), expected=_("a day that is not over"))
    return {"value": name or None, "until": her.desk.company.end_of(until) if name and until else None}


def _shown(her: Her, number: str, permission: dict[str, Any]) -> dict[str, Any]:
    return fact(
        "decisions",
        {
            "kind": "show",
            "record_id": her.anchor,
            "by_whom": BY_HERSELF,
            "updated_at": datetime.now(UTC).replace(tzinfo=None),  # a word that is said again is a version of its own
            **permission,
        },
        reader=READER,
        source_id=f"{number}-show",
    )
