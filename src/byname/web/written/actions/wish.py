"""What a person asks of us: an objection, a restriction, a pace, a channel and the like; and that they take it back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from byname.decided import in_ledger
from byname.errors import UsageError, nearest
from byname.facts.own import version
from byname.web.accounts import audit
from byname.web.accounts.policy import demand
from byname.web.written.actions.writing import Fact, Written, about, at_work, employee_of, words_of, write

if TYPE_CHECKING:
    from datetime import date

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["WISHES", "take_back_wish", "wish"]

WISHES = ("objection", "restriction", "pace", "channel", "topic", "dislike", "quiet", "line", "term")
_SAY_WHAT = frozenset(WISHES) - {"objection", "restriction"}
_MOST = 500


def wish(by: Account, desk: Desk, person_id: str, kind: str, value: str = "", *, until: date | None = None) -> Written:
    """Write down what a person asked of us; who objects to all, or restricts, is shown to nobody from now on.

    Args:
        by: who writes it down.
        desk: where.
        person_id: who asked.
        kind: one of `WISHES`.
        value: what exactly, such as "marketing" or "once a month".
        until: the last day; None: until they take it back.

    Raises:
        UsageError: no such kind, no words where some are needed, too many, or a last day that is over.
    """
    person = about(by, "act", desk, person_id)
    if kind not in WISHES:
        raise UsageError(where=_("kind"), found=f'"{kind}"{nearest(kind, WISHES)}', expected=", ".join(WISHES))
    words = words_of(_("wish"), value, _MOST, needed=kind in _SAY_WHAT)
    if until is not None and until < desk.company.today():
        raise UsageError(where=_("until"), found=until.isoformat(), expected=_("a day that is not over"))
    row = {
        "kind": kind,
        "value": words or None,
        "until": None if until is None else desk.company.end_of(until),
        "by_whom": employee_of(by),
    }
    return write(
        by,
        desk,
        person,
        [Fact("preferences", row)],
        action="wish",
        says=_("%(name)s asked for it: we keep to it from now on.") % {"name": person.name},
        after={"kind": kind, "value": words, "until": until and until.isoformat()},
    )


def take_back_wish(by: Account, desk: Desk, fact_id: str) -> Written:
    """Write down that a person asks for something no longer: a new version of the fact, whose last day is over.

    It is found by its fact and not by the person, who may be shown to nobody.

    Raises:
        UsageError: nobody asked for that.
    """
    demand(by, "decide")
    with at_work(by, desk.company) as rows:
        known = rows.versions("preferences", fact_id) or [
            row for row in in_ledger(desk.company, "preferences", WISHES) if row["fact_id"] == fact_id
        ]
        if not known:
            raise UsageError(where=fact_id, found=_("nothing"), expected=_("what somebody asked of us"))
        at = rows.moment()
        until = known[-1]["until"]
        if until is None or until > at:
            row = version("preferences", known[-1], until=at - timedelta(seconds=1), updated_at=at)
            rows.add("preferences", [row], at=at)
            audit.log(by, "wish taken back", fact_id, before={"kind": row["kind"], "value": row["value"]}, after={})
    return Written(_("Taken back: it holds no longer."), (fact_id,))
