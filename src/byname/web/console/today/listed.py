"""The contacts of the plan as the pages Today and Plan list them, with what was written since laid over."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.profile_columns import PROFILE
from byname.web.console.today.hints import hints
from byname.web.outreach.models import Draft
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk
    from byname.web.written.laid_over import Said

__all__ = ["Fact", "Row", "contacts", "purpose_said", "rows_of"]

# All contacts of the week in short, to choose from and to count.
SHORT = """
    select plan.day, plan.team, plan.employee, plan.person_id, plan.person_id as planned_for, plan.action, plan.kind,
           plan.owed, plan.minutes, plan.expected_value, coalesce(standing.standing, 'unknown') as standing
    from plan
    left join standing on standing.person_id = plan.person_id
    order by plan.day, plan.place, plan.person_id, plan.action
"""
# Some of them whole. Each table is asked for these people alone: it is sorted by them, and a join would read it all.
NAMED = """
    with wanted as (select unnest($1::varchar[]) as person_id),
    named as (select person_id, name, email, phone, owner from people where person_id in (from wanted)),
    known as (
        select person_id, known_to, case when rank is not null then clv end as clv, clv_low, clv_high
        from profile
        where person_id in (from wanted)
    ),
    stands as (select person_id, standing, since from standing where person_id in (from wanted))
    select named.*, known.* exclude (person_id), stands.* exclude (person_id)
    from named
    left join known on known.person_id = named.person_id
    left join stands on stands.person_id = named.person_id
"""
PLANNED = "select * from plan where person_id in (select unnest($1::varchar[]))"


@dataclass(frozen=True)
class Fact:
    """What the words of a contact use.

    Attributes:
        name: as people say it.
        says: what it is.
        purpose: what its records were given for.
    """

    name: str
    says: str
    purpose: str


@dataclass(frozen=True)
class Row:
    """One contact as it is shown.

    Attributes:
        contact: its columns of the plan, with the person's name, worth, standing and who knows them.
        standing: where they stand, a correction laid over.
        knows: who of us knows them, an assignment laid over.
        is_pending: something was written about them that the numbers do not hold yet.
        handled: done, not now, not right, or nothing yet.
        decision: what was written then.
        facts: what the words use.
        hint: how to handle somebody whose complaint is open.
        draft: what is to be sent of it, if somebody wrote it already.
        is_the_one: it is the one to delight.
    """

    contact: Mapping[str, Any]
    standing: str | None
    knows: str
    is_pending: bool
    handled: str
    decision: Said | None
    facts: tuple[Fact, ...]
    hint: str
    draft: Draft | None = None
    is_the_one: bool = False

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"c-{self.contact['person_id']}-{self.contact['action']}"

    @property
    def opening(self) -> str:
        """The first of its words that say something: not the salutation alone."""
        lines = [line for line in (self.contact["words"] or "").splitlines() if line.strip()]
        return " ".join(lines[:2])


def contacts(desk: Desk, *, day: date | None = None, team: str = "", employee: str = "") -> list[dict[str, Any]]:
    """Contacts of the plan in their order, in short: nobody who is hidden; who was merged is shown as the other, once.

    Args:
        desk: the snapshot and what was written since.
        day: only of this one.
        team: only of this one.
        employee: only what is planned for them.
    """
    found = [
        row for row in remembered(_short, desk.snapshot)
        if (day is None or row["day"] == day) and team in {"", row["team"]} and employee in {"", row["employee"]}
        and row["person_id"] not in desk.since.hidden
    ]  # fmt: skip
    if not desk.since.merged:
        return found
    shown = [row | {"person_id": desk.since.shown_as(row["person_id"])} for row in found]
    once = {(row["person_id"], row["action"], row["day"]): row for row in reversed(shown)}
    return [row for row in shown if once[row["person_id"], row["action"], row["day"]] is row]


def rows_of(desk: Desk, chosen: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Those contacts whole, in the order given.

    Args:
        desk: the snapshot and what was written since.
        chosen: rows of `contacts`.
    """
    whole = remembered(_whole, desk.snapshot, tuple(sorted({row["planned_for"] for row in chosen})))
    serviced = tuple(sorted({row["person_id"] for row in chosen if row["team"] == "service"}))
    hint = remembered(hints, desk.snapshot, serviced) if serviced else {}
    others = tuple(sorted({row["person_id"] for row in chosen if row["person_id"] != row["planned_for"]}))
    named = remembered(_named, desk.snapshot, others) if others else {}
    people = {row[key] for row in chosen for key in ("person_id", "planned_for")}
    found = Draft.objects.filter(person_id__in=people, as_of=desk.as_of)
    written = {(desk.since.shown_as(draft.person_id), draft.action): draft for draft in found}
    return [
        _row(
            desk,
            whole[row["planned_for"], row["action"], row["day"]] | named.get(row["person_id"], {}),
            hint.get(row["person_id"], "") if row["team"] == "service" else "",
            written.get((row["person_id"], row["action"])),
        )
        for row in chosen
    ]


def _row(desk: Desk, contact: Mapping[str, Any], hint: str, draft: Draft | None) -> Row:
    person = contact["person_id"]
    handled = desk.since.handled.get((person, contact["action"]), "")
    used = json.loads(contact["facts_used"] or "{}")
    return Row(
        contact,
        desk.since.standings.get(person, contact["standing"]),
        desk.since.owners.get(person, contact["owner"] or contact["known_to"] or ""),
        desk.since.is_pending(person),
        handled,
        _decision(desk, person, contact["action"], handled),
        tuple(
            Fact(name.replace("_", " "), PROFILE[name].says, purpose_said(purpose)) for name, purpose in used.items()
        ),
        hint,
        draft,
    )


def _decision(desk: Desk, person: str, action: str, handled: str) -> Said | None:
    """What was written when the contact was handled: its words are the playbook, then why."""
    for said in desk.since.said.get(person, ()) if handled else ():
        about, _space, why = said.says.partition(" ")
        if said.kind == handled and about == action:
            return replace(said, says=why)
    return None


def purpose_said(purpose: str) -> str:
    """What a record was given for, in words."""
    return {
        "contract": _("given to buy from us"),
        "service": _("given to be helped"),
        "feedback": _("told us as feedback"),
        "marketing": _("given with a yes to marketing"),
        "public": _("said where anybody can read it"),
    }.get(purpose, purpose)


def _short(snapshot: Snapshot) -> list[dict[str, Any]]:
    return snapshot.query(SHORT)


def _whole(snapshot: Snapshot, ids: tuple[str, ...]) -> dict[tuple[str, str, date], dict[str, Any]]:
    named = _named(snapshot, ids)
    rows = snapshot.query(PLANNED, [list(ids)])
    return {(row["person_id"], row["action"], row["day"]): row | named[row["person_id"]] for row in rows}


def _named(snapshot: Snapshot, ids: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    return {row["person_id"]: row for row in snapshot.query(NAMED, [list(ids)])}
