"""Who uses a feature of the product, the most first, and whom of them the gate would not let be written to, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.app_rows import opened
from byname.cards import cards
from byname.gate_again import Way, prepare
from byname.web.outreach.models import Draft, State
from byname.web.outreach.suppression import suppressed
from byname.web.previews.models import Invitation
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.snapshot import Snapshot
    from byname.web.desk import Desk
    from byname.web.previews.models import Preview

__all__ = ["MOST", "User", "Users", "features", "users"]

MOST = 200
"""So many of those who use a feature are looked at, the most eager first."""

_FEATURES = """
    select feature, count(*) as people
    from (select unnest(features) as feature from profile)
    group by feature
    order by people desc, feature
"""
_USERS = """
    select person_id, coalesce(used_28, 0) as used
    from profile
    where list_contains(features, $1)
    order by used desc, person_id
    limit $2
"""
_BLOCKED = "select person_id, says from blocked where action = $2 and person_id in (select unnest($1::varchar[]))"
_LISTED = "select person_id, channel from candidates where action = $2 and person_id in (select unnest($1::varchar[]))"


_NOT_MEANT = "not meant"


@dataclass(frozen=True)
class User:
    """Somebody who uses it.

    Attributes:
        person: person_id with the person's card.
        used: how often they used the product within 28 days.
        channel: by which the invitation would go; empty where it may not.
        says: why they are not invited; empty: they may be.
        is_meant: does the playbook mean them at all?
        is_invited: they were, to this one.
    """

    person: Mapping[str, Any]
    used: int
    channel: str
    says: str
    is_meant: bool
    is_invited: bool

    @property
    def may(self) -> bool:
        """May they be invited?"""
        return not self.says


@dataclass(frozen=True)
class Users:
    """Those who use a feature, the most eager first.

    Attributes:
        rows: who.
        of_all: how many use it.
        hidden: how many of those looked at are shown to nobody.
    """

    rows: tuple[User, ...]
    of_all: int
    hidden: int

    @property
    def open(self) -> list[User]:
        """Who may be invited."""
        return [one for one in self.rows if one.may]

    @property
    def barred(self) -> list[User]:
        """Whom the gate would refuse, and who was not invited before."""
        return [one for one in self.rows if one.says and one.is_meant and not one.is_invited]

    @property
    def unmeant(self) -> list[User]:
        """For whom the playbook is not meant: its conditions ask for more than that they use this."""
        return [one for one in self.rows if not one.is_meant and not one.is_invited]

    @property
    def invited(self) -> list[User]:
        """Who was."""
        return [one for one in self.rows if one.is_invited]


def features(desk: Desk) -> dict[str, int]:
    """Each feature with how many people use it, the most used first."""
    return remembered(_features, desk.snapshot)


def users(desk: Desk, preview: Preview) -> Users:
    """Who uses what a preview is about, and who of them may be invited, by the gate as it stands now."""
    found, since = remembered(_users, desk.snapshot, preview.feature), desk.since
    used: dict[str, int] = {}
    for person, times in found:
        used.setdefault(since.shown_as(person), times)
    people = [person for person in used if person not in since.hidden]
    says = _not_now(desk, preview, people)
    left = [person for person in people if person not in says]
    channels, closed = _by_gate(desk, preview.action, left)
    says |= closed
    invited = _invited(desk, preview)
    known = cards(desk.snapshot, people)
    rows = tuple(
        User(
            {"person_id": person, **known[person]},
            used[person],
            "" if person in says else channels.get(person, ""),
            says.get(person, ""),
            says.get(person) != _NOT_MEANT,
            person in invited,
        )
        for person in people
        if person in known
    )
    return Users(rows, features(desk).get(preview.feature, 0), len(used) - len(people))


def _features(snapshot: Snapshot) -> dict[str, int]:
    return {row["feature"]: row["people"] for row in snapshot.query(_FEATURES)}


def _users(snapshot: Snapshot, feature: str) -> list[tuple[str, int]]:
    return [(row["person_id"], row["used"]) for row in snapshot.query(_USERS, [feature, MOST])]


def _invited(desk: Desk, preview: Preview) -> set[str]:
    there = Invitation.objects.filter(preview=preview).values_list("person_id", flat=True)
    return {desk.since.shown_as(person) for person in there}


def _not_now(desk: Desk, preview: Preview, people: Sequence[str]) -> dict[str, str]:
    """Who is not asked about at the gate at all: invited already, just made one of two, or written to today."""
    since, invited = desk.since, _invited(desk, preview)
    today = Draft.objects.filter(as_of=desk.as_of, action=preview.action, person_id__in=people)
    used = set(Invitation.objects.filter(draft__in=today).values_list("draft", flat=True))
    # A letter of the plan that waits for a yes becomes the invitation; one that somebody decided on stays as it is.
    written = {draft.person_id for draft in today if draft.state != State.DRAFT or draft.pk in used}
    said = {}
    for person in people:
        if person in invited:
            said[person] = _("invited already")
        elif person in written:
            said[person] = _("the same playbook has a letter to them today")
        elif person in since.parting or len(since.shown_together(person)) > 1:
            said[person] = _("who they are was decided anew: it is known after the next refresh")
    return said


def _by_gate(desk: Desk, action: str, people: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """By which way each may be reached; and of whom the gate says no, with its sentence."""
    if not people:
        return {}, {}
    listed = {row["person_id"]: row["channel"] for row in desk.snapshot.query(_LISTED, [people, action])}
    said = {row["person_id"]: row["says"] for row in desk.snapshot.query(_BLOCKED, [people, action])}
    ways = {person: Way(person, action, channel) for person, channel in listed.items()}
    prepared = prepare(desk.company, desk.snapshot, set(listed))
    with opened(desk.company) as rows:
        asked = prepared.asked(rows, list(ways.values())) if rows and ways else {}
    for person, way in ways.items():
        no = asked.get(way)
        if no is not None:
            said[person] = no.says
        elif suppressed([prepared.address(way)], way.channel, service=False):
            said[person] = _("nothing is sent to this address any more")
    for person in people:
        if person not in listed:
            said.setdefault(person, _NOT_MEANT)
    return {person: way.channel for person, way in ways.items() if person not in said}, said
