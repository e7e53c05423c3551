"""Who is who: merge, keep apart, undo; the same decisions as those of the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.http import Http404

from byname import deciding
from byname.web.accounts import audit
from byname.web.accounts.policy import demand
from byname.web.written.actions.unhandle import unhandle
from byname.web.written.actions.writing import Written, at_work, employee_of, words_of

if TYPE_CHECKING:
    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["apart", "merge", "undo"]

_MOST = 1_000
_RECORD = re.compile("[0-9a-f]{32,64}")
_WHOSE = "select person_id from records where record_id = $1"


def merge(by: Account, desk: Desk, one: str, other: str, *, why: str = "") -> Written:
    """Say that two are one person: shown so at once, and so from the next refresh on; the first of them keeps the id.

    Args:
        by: who.
        desk: where.
        one: a person_id or a record_id.
        other: another.
        why: in a few words.

    Raises:
        UsageError: they are the same record or person.
    """
    return _decide(by, desk, "merge", one, other, why)


def apart(by: Account, desk: Desk, one: str, other: str, *, why: str = "") -> Written:
    """Say that two are two people, or that two records are two people's.

    Raises:
        UsageError: they are the same record, or one person was named twice.
    """
    return _decide(by, desk, "apart", one, other, why)


def undo(by: Account, desk: Desk, decision_id: str) -> Written:
    """Take a decision back: what was said of a planned contact, or who is who; what that had ended holds again.

    Raises:
        UsageError: there is no such decision.
    """
    if (taken := unhandle(by, desk, decision_id)) is not None:
        return taken
    demand(by, "decide")
    with at_work(by, desk.company):
        done = deciding.undo(desk.company, decision_id, by=employee_of(by))
        if done.is_new:
            audit.log(by, "undo", before={"decision": decision_id}, after={"decision": done.decision_id})
    return Written(done.says, (done.decision_id,))


def _decide(by: Account, desk: Desk, verb: str, one: str, other: str, why: str) -> Written:
    demand(by, "decide")
    words = words_of("why", why, _MOST, needed=False)
    said = [_named(desk, each) for each in (one, other)]
    first, second = said
    who, keep = employee_of(by), first if first.person_id != second.person_id else None
    with at_work(by, desk.company):
        if verb == "merge":
            done = deciding.merge(desk.company, first, second, keep=keep, by=who, note=words)
        else:
            done = deciding.apart(desk.company, first, second, by=who, note=words)
        if done.is_new:
            people = sorted({named.person_id for named in said})
            audit.log(
                by, verb, people[0], before={"people": people}, after={"decision": done.decision_id, "why": words}
            )
    return Written(done.says, (done.decision_id,))


def _named(desk: Desk, said: str) -> deciding.Named:
    """A person or a record that is shown to people.

    Raises:
        Http404: there is none, or they are shown to nobody any more.
    """
    found = desk.snapshot.query(_WHOSE, [said]) if _RECORD.fullmatch(said) else []
    person_id = desk.person_id(found[0]["person_id"] if found else said)
    if not found and not desk.snapshot.query("select 1 from people where person_id = $1", [person_id]):
        raise Http404
    return deciding.name(desk.snapshot, said if found else person_id)
