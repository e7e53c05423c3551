"""What we promise a person, and that it was kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.facts.own import version
from byname.web.written.actions.writing import Fact, Written, about, at_work, employee_of, words_of, write

if TYPE_CHECKING:
    from datetime import date

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["keep_promise", "promise"]

_MOST = 500
# A promise of the snapshot, as the fact that it was made of.
_MADE = """
    select promises.fact_id, links.source, links.account, links.source_id, links.reader, links.record_id,
           promises.made_at as occurred_at, promises.what, promises.due_at, promises.kept_at, promises.employee
    from promises
    join links on links.person_id = promises.person_id and links.fact_id = promises.fact_id
    where promises.person_id in (select unnest($1)) and links.person_id in (select unnest($1))
      and promises.fact_id = $2
    limit 1
"""
_THEIRS = "select 1 from records where record_id = $2 and person_id in (select unnest($1))"


def promise(by: Account, desk: Desk, person_id: str, what: str, *, due: date | None = None) -> Written:
    """Write down what we promised, by when.

    Raises:
        UsageError: no words, too many, or a day that is over.
    """
    person = about(by, "act", desk, person_id)
    words = words_of(_("promise"), what, _MOST)
    if due is not None and due < desk.company.today():
        raise UsageError(where=_("due"), found=due.isoformat(), expected=_("a day that is not over"))
    due_at = None if due is None else desk.company.end_of(due) - timedelta(seconds=1)
    return write(
        by,
        desk,
        person,
        [Fact("promises", {"what": words, "due_at": due_at, "employee": employee_of(by)})],
        action="promise",
        says=_("Promised to %(name)s.") % {"name": person.name},
        after={"what": words, "due": due and due.isoformat()},
    )


def keep_promise(by: Account, desk: Desk, person_id: str, fact_id: str) -> Written:
    """Write down that a promise was kept, now: a new version of the same fact.

    Raises:
        Http404: there is no such promise to this person.
    """
    person = about(by, "act", desk, person_id)
    says = _("The promise to %(name)s is kept.") % {"name": person.name}
    with at_work(by, desk.company) as rows:
        people = desk.since.shown_together(person.person_id)
        written = rows.versions("promises", fact_id)
        if written and not desk.snapshot.query(_THEIRS, [people, written[-1]["record_id"]]):
            raise Http404
        known = written or desk.snapshot.query(_MADE, [people, fact_id])
        if not known:
            raise Http404
        made = known[-1]
        if made["kept_at"] is not None:
            return Written(says, (fact_id,))
        at = rows.moment()
        row = version("promises", made, kept_at=at, updated_at=at)
        return write(
            by,
            desk,
            person,
            [Fact("promises", row, is_version=True)],
            action="promise kept",
            says=says,
            before={"what": made["what"]},
            after={"kept": True},
        )
