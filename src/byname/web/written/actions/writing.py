"""What all actions have in common: whom it is about, what was typed, and the one transaction."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.translation import gettext as _

from byname.app_rows import writing
from byname.draining import READER
from byname.errors import AppDatabaseError, UsageError
from byname.facts.own import fact
from byname.web.accounts import audit
from byname.web.accounts.policy import demand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from byname.app_rows import Rows
    from byname.company import Company
    from byname.web.accounts.models import Account
    from byname.web.accounts.policy import Verb
    from byname.web.desk import Desk

__all__ = ["About", "Fact", "Written", "about", "at_work", "employee_of", "words_of", "write"]

_A_DOUBLE_CLICK = timedelta(minutes=1)
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PERSON = """
    select person_id, anchor, coalesce(name, email, phone, person_id) as name, owner
    from people
    where person_id = $1
"""


@dataclass(frozen=True)
class Written:
    """What an action came to.

    Attributes:
        says: in a sentence, for the one who wrote.
        fact_ids: of the facts; of what was written before where nothing was written now.
    """

    says: str
    fact_ids: tuple[str, ...]


@dataclass(frozen=True)
class About:
    """A person as facts refer to them.

    Attributes:
        person_id: whom they are shown as.
        record_id: their anchor record.
        name: what to call them.
        owner: who looks after them, by the snapshot.
    """

    person_id: str
    record_id: str
    name: str
    owner: str


@dataclass(frozen=True)
class Fact:
    """Something to write.

    Attributes:
        table: the fact table.
        row: its columns, but for its ids and when it happened.
        is_version: a new version of a known fact: the row has all of its columns.
    """

    table: str
    row: Mapping[str, Any]
    is_version: bool = False


def about(by: Account, verb: Verb, desk: Desk, person_id: str) -> About:
    """Whom it is about.

    Raises:
        PermissionDenied: this account may not do that.
        Http404: nobody has that id, or nobody is shown them any more.
    """
    demand(by, verb)
    rows = desk.snapshot.query(_PERSON, [desk.person_id(person_id)])
    if not rows:
        raise Http404
    (row,) = rows
    return About(row["person_id"], row["anchor"], row["name"], row["owner"] or "")


def words_of(where: str, typed: str, most: int, *, needed: bool = True) -> str:
    """What was typed, tidied.

    Raises:
        UsageError: nothing where something is needed, or more than `most` letters.
    """
    tidy = _NOT_TEXT.sub("", typed.replace("\r\n", "\n")).strip()
    if needed and not tidy:
        raise UsageError(where=where, found=_("nothing"), expected=_("some words"))
    if len(tidy) > most:
        raise UsageError(
            where=where,
            found=_("%(many)d letters") % {"many": len(tidy)},
            expected=_("%(most)d at most") % {"most": most},
        )
    return tidy


def employee_of(by: Account) -> str:
    """Who they are among the employees, else what they are called."""
    return by.employee or str(by)


def write(
    by: Account,
    desk: Desk,
    person: About,
    facts: Sequence[Fact],
    *,
    action: str,
    says: str,
    before: Any = None,
    after: Any = None,
) -> Written:
    """Write facts about a person, now, and a line of the audit log.

    Args:
        by: who writes.
        desk: where.
        person: about whom.
        facts: the first of them tells whether it was written a moment ago already.
        action: what the audit log calls it.
        says: what the one who wrote is told.
        before: what stood there, for the audit log.
        after: what stands there now, likewise.
    """
    with at_work(by, desk.company) as rows:
        made = [
            (
                one.table,
                one.row
                if one.is_version
                else fact(one.table, {"record_id": person.record_id, **one.row}, reader=READER),
            )
            for one in facts
        ]
        at = rows.moment()
        table, first = made[0]
        again = rows.just_now(table, first["record_id"], at - _A_DOUBLE_CLICK)
        if again and again["row_hash"] == first["row_hash"]:
            return Written(says, (again["fact_id"],))
        for table, row in made:
            rows.add(table, [{"occurred_at": at, **row}], at=at)
        audit.log(by, action, person.person_id, before=before, after=after)
    return Written(says, tuple(row["fact_id"] for _table, row in made))


@contextmanager
def at_work(by: Account | None, company: Company) -> Iterator[Rows]:
    """The one transaction in which somebody writes; None: the program itself.

    Raises:
        AppDatabaseError: there is no app database.
    """
    with writing(company, by=None if by is None else by.pk) as rows:
        if rows is None:
            raise AppDatabaseError(
                where=str(company.folder),
                found="no app database",
                expected="one",
                do=f"Start the pages with: byname serve {company.folder}",
            )
        yield rows
