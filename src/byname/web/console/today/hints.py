"""How to handle somebody whose complaint is open, in one line for who answers the ticket (S1.13).

Made of what is on record alone: where they stand and since when, what moved them most, what they asked us not to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.report.words import day
from byname.web.console.templatetags.said import standing_word

if TYPE_CHECKING:
    from byname.snapshot import Snapshot

__all__ = ["hints"]

COMPLAIN = """
    with wanted as (select unnest($1::varchar[]) as person_id),
    complain as (select person_id from profile where person_id in (from wanted) and open_complaints > 0),
    stands as (select * from standing where person_id in (from wanted)),
    paced as (select person_id, lines from pace where person_id in (from wanted)),
    moved as (select person_id, says from evidence where person_id in (from wanted) and place = 1 and pull > 0)
    select complain.person_id, stands.standing, stands.since, stands.moved_from, paced.lines, moved.says
    from complain
    left join stands on stands.person_id = complain.person_id
    left join paced on paced.person_id = complain.person_id
    left join moved on moved.person_id = complain.person_id
"""


def hints(snapshot: Snapshot, ids: tuple[str, ...]) -> dict[str, str]:
    """Person → one line; only for those with an open complaint.

    Args:
        snapshot: the current one.
        ids: of whom.
    """
    return {row["person_id"]: _said(row) for row in snapshot.query(COMPLAIN, [list(ids)])}


def _said(row: dict[str, Any]) -> str:
    parts = [_stands(row)]
    if row["says"]:
        parts.append(_("what counts most: %(says)s") % {"says": row["says"]})
    if row["lines"]:
        parts.append(_("do not speak of: %(lines)s") % {"lines": ", ".join(row["lines"])})
    parts.append(_("ask and sell nothing before it is settled"))
    return "; ".join(parts) + "."


def _stands(row: dict[str, Any]) -> str:
    if row["standing"] in {None, "unknown"}:
        return _("where they stand is not known")
    said = standing_word(row["standing"])
    if row["since"]:
        said = _("%(standing)s since %(day)s") % {"standing": said, "day": day(row["since"])}
    if row["moved_from"]:
        said = _("%(now)s, before that %(before)s") % {"now": said, "before": standing_word(row["moved_from"])}
    return said
