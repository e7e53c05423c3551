"""A contact of the plan as a draft: the playbook's words, the facts in them with what each was given for, and why.

A draft is made once for each person, play and day, whoever asks first. What a team need not approve is approved at
once: thanks and service notices that leave nothing to fill in, never an ask.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils import timezone

from byname.gate_again import playbooks_of
from byname.playbooks.filters import printed, said
from byname.playbooks.wording import gaps
from byname.profile_columns import PROFILE
from byname.today import first_day
from byname.web.accounts import audit
from byname.web.outreach.models import Draft, State
from byname.web.outreach.subjects import subject_of
from byname.web.remembered import remembered
from byname.web.written.actions.writing import at_work

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.company import Company
    from byname.web.desk import Desk

__all__ = ["draft_of", "drafts_of_day"]

_PLANNED = """
    select person_id, action, title, team, employee, channel, kind, goal, expected, reason, words, facts_used
    from plan
    where person_id in (select unnest($1::varchar[])) and action = $2
    order by day, place
    limit 1
"""
_OF_DAY = """
    select person_id, action, title, team, employee, channel, kind, goal, expected, reason, words, facts_used
    from plan
    where day = $1 and $2 in ('', team)
    order by place, person_id, action
"""
_ANCHORS = "select person_id, anchor from people where person_id in (select unnest($1::varchar[]))"
_AT_ONCE = 500


def draft_of(desk: Desk, person_id: str, action: str) -> Draft:
    """The draft of a planned contact; the same one if it was made already.

    Args:
        desk: where.
        person_id: with whom.
        action: the playbook.

    Raises:
        Http404: nobody of that id is shown, or nothing of the kind is planned.
    """
    person = desk.person_id(person_id)
    rows = desk.snapshot.query(_PLANNED, [desk.since.shown_together(person), action])
    made = _made(desk, rows)
    if not made:
        raise Http404
    return made[0]


def drafts_of_day(desk: Desk, team: str = "") -> list[Draft]:
    """The day's whole list as drafts, in its order; without who is hidden, and what somebody handled already.

    Args:
        desk: where.
        team: of that team only; empty: of all.
    """
    day = remembered(first_day, desk.snapshot, timezone.localdate())
    rows = desk.snapshot.query(_OF_DAY, [day, team]) if day else []
    shown = {(desk.since.shown_as(row["person_id"]), row["action"]): row for row in rows[::-1]}
    return _made(
        desk,
        [
            row for (person, action), row in reversed(shown.items())
            if person not in desk.since.hidden and (person, action) not in desk.since.handled
        ],
    )  # fmt: skip


def _made(desk: Desk, rows: Sequence[Mapping[str, Any]]) -> list[Draft]:
    """The drafts of lines of the plan; those that are not there yet are made."""
    as_of = desk.as_of
    keys = [(desk.since.shown_as(row["person_id"]), row["action"]) for row in rows]
    there = _there(desk, keys)
    if any(key not in there for key in keys):
        with at_work(None, desk.company):
            there = _there(desk, keys)  # another may have been first
            made = _drafts(desk, [row for row, key in zip(rows, keys, strict=True) if key not in there])
            Draft.objects.bulk_create(made, ignore_conflicts=True)
            if at_once := [draft for draft in made if draft.state == State.APPROVED]:
                audit.log(None, "approved at once", after={"as_of": as_of.isoformat(), "drafts": len(at_once)})
        there = _there(desk, keys)
    return [there[key] for key in keys if key in there]


def _there(desk: Desk, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Draft]:
    people, found = sorted({person for person, _ in keys}), {}
    for first in range(0, len(people), _AT_ONCE):
        for draft in Draft.objects.filter(as_of=desk.as_of, person_id__in=people[first : first + _AT_ONCE]):
            found[draft.person_id, draft.action] = draft
    return found


def _drafts(desk: Desk, rows: Sequence[Mapping[str, Any]]) -> list[Draft]:
    used = {name for row in rows for name in _facts_used(row)}
    people = sorted({row["person_id"] for row in rows})
    known = {row["person_id"]: row for row in desk.snapshot.rows("profile", people, {"first_name", "language", *used})}
    reach = {
        (row["person_id"], row["channel"]): row["address"]
        for row in desk.snapshot.rows("reach", people, ("channel", "address"))
    }
    shown = sorted({desk.since.shown_as(person) for person in people})
    anchors = {row["person_id"]: row["anchor"] for row in desk.snapshot.query(_ANCHORS, [shown])}
    plays = playbooks_of(desk.company).by_action
    drafts = []
    for row in rows:
        play, person = plays.get(row["action"]), desk.since.shown_as(row["person_id"])
        if play is None or person not in anchors:
            continue  # the playbook was taken away since
        profile = known.get(row["person_id"], {})
        draft = Draft(
            person_id=person,
            record_id=anchors[person],
            as_of=desk.as_of,
            address=reach.get((row["person_id"], row["channel"])) or "",
            purpose=play.purpose,
            why=row["reason"] or "",
            subject=subject_of(play, profile, desk.company.settings.name),
            facts=_facts(desk.company, row, profile),
            **{name: row[name] or "" for name in ("action", "title", "team", "employee", "channel", "kind")},
            **{name: row[name] or "" for name in ("goal", "expected", "words")},
        )
        if _goes_unapproved(desk.company, draft):
            draft.state, draft.decided_at = State.APPROVED, timezone.now()
        drafts.append(draft)
    return drafts


def _facts_used(row: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = json.loads(row["facts_used"] or "{}")
    return found


def _facts(company: Company, row: Mapping[str, Any], profile: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the words say of the person: of what is known, only what may be spoken of in a contact of that kind."""
    may = company.settings.may_use(row["kind"])
    return [
        {"name": name, "says": str(printed(value)), "purpose": PROFILE[name].purpose}
        for name in _facts_used(row)
        if name in PROFILE and PROFILE[name].purpose in may and (value := said(profile.get(name))) is not None
    ]


def _goes_unapproved(company: Company, draft: Draft) -> bool:
    free = {str(team): kinds for team, kinds in company.settings.outreach.unapproved.items()}
    return draft.kind in free.get(draft.team, ()) and bool(draft.words) and not gaps(draft.words)
