"""Somebody says who brought them: the friend on her own page, or a colleague whom the friend told.

Never oneself, never twice, never both ways round, and only within a year of the first purchase. A friend is told these
rules and not which of them it was: that somebody was brought by her is known to her only if that one said so.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from byname.draining import READER
from byname.errors import UsageError
from byname.facts.own import fact, version
from byname.web.accounts import audit
from byname.web.accounts.policy import demand
from byname.web.friends.models import MOST_BY, MOST_NAME, Came
from byname.web.friends.ties import first_bought, is_above, who_brought
from byname.web.portal.writing import by_themselves
from byname.web.written.actions.writing import Fact, about, at_work

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk
    from byname.web.friends.links import Invitation
    from byname.web.friends.ties import Tie
    from byname.web.portal.whom import Her

__all__ = ["Never", "credit", "let_know", "mistaken", "never", "say", "take_back"]

_YEAR = timedelta(days=365)


class Never(Enum):
    """Why somebody cannot have been brought by somebody."""

    ONESELF = "oneself"
    TWICE = "twice"
    A_CIRCLE = "a circle"
    TOO_LATE = "too late"


def never(desk: Desk, friend: str, referrer: str) -> Never | None:
    """Why that one cannot have been brought by the other; None: it may be.

    Args:
        desk: where.
        friend: who came, by person_id as they are shown.
        referrer: who brought them, likewise.
    """
    people = desk.since.shown_together(friend)
    if friend == referrer:
        return Never.ONESELF
    if who_brought(desk, people) is not None:
        return Never.TWICE
    if is_above(desk, friend, referrer):
        return Never.A_CIRCLE
    first = first_bought(desk, people)
    if first is not None and first < datetime.now(UTC).replace(tzinfo=None) - _YEAR:
        return Never.TOO_LATE
    return None


def say(her: Her, given: Invitation, *, may_know: bool) -> None:
    """She says that it was the link of that friend which brought her.

    Args:
        her: who came.
        given: the friend's link.
        may_know: may the friend know that it was she?

    Raises:
        UsageError: it cannot be; nothing was written.
    """
    with at_work(None, her.desk.company):
        wrong = never(her.desk, her.person_id, given.her.person_id)
        if wrong is Never.ONESELF:
            raise UsageError(where=_("Who brought you"), found=_("your own link"), expected=_("a friend's"))
        if wrong is not None:
            raise UsageError(
                where=_("Who brought you"), found=_("something that we cannot write down"), expected=rule()
            )
        row = _fact(given.her.anchor, her.anchor)
        by_themselves(
            her.desk.company, her.anchor, [Fact("referrals", row, is_version=True)], action="brought by a friend"
        )
        _remember(row, by=given.shown_as, shown_as=her.name if may_know else "")


def rule() -> str:
    """What can be written down, for a friend."""
    return _("once, within a year of your first purchase, and not both ways round")


def let_know(her: Her, *, may_know: bool) -> None:
    """Say anew whether the friend who brought her may know that it was she."""
    with transaction.atomic():
        shown_as = her.name[:MOST_NAME] if may_know else ""
        Came.objects.filter(record_id__in=her.records).update(shown_as=shown_as)
        by_themselves(her.desk.company, her.anchor, [], action="friend may know", after={"may_know": may_know})


def mistaken(her: Her, tie: Tie) -> None:
    """She says that it was a mistake: nobody brought her, or somebody else."""
    if tie.fact is None:
        return
    with at_work(None, her.desk.company):
        facts = [Fact("referrals", _taken_back(tie.fact), is_version=True)]
        by_themselves(her.desk.company, her.anchor, facts, action="brought by nobody")
        Came.objects.filter(fact_id=tie.fact_id).delete()


def credit(by: Account, desk: Desk, friend_id: str, referrer_id: str, *, may_know: bool) -> str:
    """Write down what a friend said at the till or on the phone: who brought them.

    Args:
        by: who was told.
        desk: where.
        friend_id: who came.
        referrer_id: who brought them.
        may_know: did the friend say that the other may know?

    Returns:
        What was done, in a sentence.

    Raises:
        PermissionDenied: a reader.
        Http404: one of them is nobody, or shown to nobody.
        UsageError: it cannot be; nothing was written.
    """
    friend, referrer = about(by, "act", desk, friend_id), about(by, "act", desk, referrer_id)
    with _at_work(by, desk) as rows:
        wrong = never(desk, friend.person_id, referrer.person_id)
        if wrong is not None:
            raise UsageError(
                where=friend.name, found=_why(wrong, referrer.name), expected=_("somebody who brought them")
            )
        at = rows.moment()
        row = _fact(referrer.record_id, friend.record_id)
        rows.add("referrals", [{"occurred_at": at, **row}], at=at)
        # Names alone: what else we call somebody by, an address, is not the other's to read.
        (known,) = desk.snapshot.rows("people", [friend.person_id], ("name",))
        _remember(row, by="", shown_as=known["name"] or "" if may_know else "")
        audit.log(by, "friend credited", friend.person_id, after={"by": referrer.person_id, "may know": may_know})
    return _("%(friend)s came by %(referrer)s: it counts from the next refresh on, and so do thanks that are owed.") % {
        "friend": friend.name, "referrer": referrer.name,
    }  # fmt: skip


def take_back(by: Account, desk: Desk, tie: Tie) -> str:
    """Take back what was written on these pages; what a file tells, that file has to say otherwise.

    Raises:
        PermissionDenied: a reader.
    """
    demand(by, "act")
    if tie.fact is not None:
        with _at_work(by, desk) as rows:
            at = rows.moment()
            rows.add("referrals", [{**_taken_back(tie.fact), "occurred_at": tie.fact["occurred_at"]}], at=at)
            Came.objects.filter(fact_id=tie.fact_id).delete()
            audit.log(by, "friend taken back", tie.friend, before={"by": tie.referrer})
    return _("Taken back.")


@contextmanager
def _at_work(by: Account, desk: Desk) -> Iterator[Any]:
    demand(by, "act")
    with at_work(by, desk.company) as rows:
        yield rows


def _fact(referrer: str, friend: str) -> dict[str, Any]:
    return fact("referrals", {"record_id": referrer, "referred_record_id": friend}, reader=READER)


def _taken_back(row: Any) -> dict[str, Any]:
    """A newer version that names nobody: no refresh makes anything of it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return version("referrals", row, record_id=None, referred_record_id=None, referred_id=None, updated_at=now)


def _remember(row: Any, *, by: str, shown_as: str) -> None:
    Came.objects.create(
        fact_id=row["fact_id"],
        record_id=row["referred_record_id"],
        other_record_id=row["record_id"],
        by=by[:MOST_BY],
        shown_as=shown_as[:MOST_NAME],
    )


def _why(wrong: Never, referrer: str) -> str:
    """Why not, for a colleague."""
    return {
        Never.ONESELF: _("the same person twice"),
        Never.TWICE: _("that somebody has brought them already"),
        Never.A_CIRCLE: _("that they brought %(referrer)s, or who brought them") % {"referrer": referrer},
        Never.TOO_LATE: _("a first purchase more than a year ago"),
    }[wrong]
