"""What a colleague does about perks: grants one without being asked, marks it as given, takes it back.

There is no card and there are no points: who stands there is known by name, and nobody has to ask.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from byname.errors import UsageError, nearest
from byname.facts.own import version
from byname.playbooks.loading import load
from byname.web.agreed.book import agreed_with, agreed_with_all
from byname.web.agreed.saying import GIVEN, PERK, given_value, perk_value
from byname.web.written.actions.writing import Fact, Written, about, at_work, employee_of, words_of, write

if TYPE_CHECKING:
    from datetime import date

    from byname.playbooks.playbook import Playbook
    from byname.web.accounts.models import Account
    from byname.web.agreed.saying import Perk
    from byname.web.desk import Desk

__all__ = ["MOST_WHAT", "MOST_WHY", "give", "grant", "playbooks", "take_back"]

MOST_WHAT, MOST_WHY = 120, 400
_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)


def playbooks(desk: Desk) -> dict[str, Playbook]:
    """Those of which a perk may come: they give something."""
    settings = desk.company.settings
    found = load(desk.company.playbooks, settings.plan.off, may_use=settings.may_use)
    return {one.action: one for one in found if one.kind == "give"}


def grant(
    by: Account,
    desk: Desk,
    person_id: str,
    what: str,
    *,
    why: str,
    until: date | None = None,
    is_once: bool = False,
    action: str = "",
) -> Written:
    """Grant a perk; from now on the till and the person's own page tell of it.

    Args:
        by: who.
        desk: where.
        person_id: to whom.
        what: in a few words.
        why: in a sentence that the person may read.
        until: the last day; None: until it is taken back.
        is_once: is it over when it was given once?
        action: the playbook that it comes of; its limits hold. Empty: none.

    Raises:
        UsageError: no words, too many, a last day that is over, no such playbook, or more than it may give.
    """
    person = about(by, "act", desk, person_id)
    thing = _line(_("What they get"), what, MOST_WHAT)
    reason = _line(_("Why, as they may read it"), why, MOST_WHY)
    if until is not None and until < desk.company.today():
        raise UsageError(where=_("Until"), found=until.isoformat(), expected=_("a day that is not over"))
    with at_work(by, desk.company):  # so that two at once do not both get the last one
        if action:
            _within_limits(desk, person.person_id, action)
        return write(
            by,
            desk,
            person,
            [
                Fact(
                    "decisions",
                    {
                        "kind": PERK,
                        "value": perk_value(thing, reason, is_once=is_once, action=action),
                        "until": None if until is None else desk.company.end_of(until) - timedelta(seconds=1),
                        "by_whom": employee_of(by),
                    },
                )
            ],
            action="perk granted",
            says=_("Granted to %(name)s: whoever meets them is told, and nobody has to ask.") % {"name": person.name},
            after={"what": thing, "why": reason, "until": until and until.isoformat(), "playbook": action},
        )


def give(by: Account, desk: Desk, person_id: str, number: str) -> Written:
    """Mark a perk as given, now; one that is given once is over with that.

    Raises:
        Http404: this person has no such perk.
        UsageError: it is over, or was given already.
    """
    person = about(by, "act", desk, person_id)
    with at_work(by, desk.company):
        perk = _theirs(desk, person.person_id, number)
        if not perk.holds:
            raise UsageError(where=perk.what, found=_over(perk), expected=_("one that holds"))
        return write(
            by,
            desk,
            person,
            [Fact("decisions", {"kind": GIVEN, "value": given_value(perk), "by_whom": employee_of(by)})],
            action="perk given",
            says=_("%(name)s got it: %(what)s.") % {"name": person.name, "what": perk.what},
            after={"perk": perk.number, "what": perk.what},
        )


def take_back(by: Account, desk: Desk, person_id: str, number: str) -> Written:
    """End a perk, now: a new version of the same fact.

    Raises:
        Http404: this person has no such perk.
        UsageError: it is over anyway.
    """
    person = about(by, "act", desk, person_id)
    with at_work(by, desk.company) as rows:
        perk = _theirs(desk, person.person_id, number)
        if not perk.holds:
            raise UsageError(where=perk.what, found=_over(perk), expected=_("one that holds"))
        at = rows.moment()
        row = version("decisions", perk.fact, until=at - timedelta(seconds=1), updated_at=at)
        return write(
            by,
            desk,
            person,
            [Fact("decisions", row, is_version=True)],
            action="perk taken back",
            says=_("It holds no longer for %(name)s: %(what)s.") % {"name": person.name, "what": perk.what},
            before={"what": perk.what, "until": perk.until and perk.until.isoformat()},
            after={"perk": perk.number},
        )


def _theirs(desk: Desk, person_id: str, number: str) -> Perk:
    perk = agreed_with(desk, person_id).perk(number)
    if perk is None:
        raise Http404
    return perk


def _over(perk: Perk) -> str:
    return _("one that was given already") if perk.is_once and perk.given else _("one whose time is over")


def _within_limits(desk: Desk, person_id: str, action: str) -> None:
    """What a playbook may give in a week, and what perks may cost in a month, of the playbook and of byname.toml.

    What was done of the plan is within both already: noting it takes nothing more.

    Raises:
        UsageError: no such playbook, or more than it may give.
    """
    known = playbooks(desk)
    if action not in known:
        raise UsageError(
            where=_("Playbook"), found=f'"{action[:80]}"{nearest(action, known)}', expected=", ".join(sorted(known))
        )
    if desk.since.handled.get((person_id, action)) == "done":
        return
    playbook, now = known[action], datetime.now(UTC)
    granted = [perk for agreed in agreed_with_all(desk).values() for perk in agreed.perks if perk.action]
    this_week = sum(perk.action == action and perk.at > now - _WEEK for perk in granted)
    if playbook.scarce is not None and this_week >= playbook.scarce:
        raise UsageError(
            where=playbook.title,
            found=_("%(many)d granted within seven days") % {"many": this_week},
            expected=_("%(most)d a week at most: the best first") % {"most": playbook.scarce},
        )
    spent = sum(known[perk.action].cost for perk in granted if perk.action in known and perk.at > now - _MONTH)
    if playbook.cost and spent + playbook.cost > desk.company.settings.plan.perks:
        money = {"currency": desk.company.settings.currency}
        raise UsageError(
            where=playbook.title,
            found=_("%(cost).2f %(currency)s, after %(spent).2f within thirty days")
            % {**money, "cost": playbook.cost, "spent": spent},
            expected=_("%(most).2f %(currency)s a month for gifts and perks, as the settings say")
            % {**money, "most": desk.company.settings.plan.perks},
        )


def _line(where: str, typed: str, most: int) -> str:
    return " ".join(words_of(where, typed, most).split())
