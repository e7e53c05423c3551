"""Drafts as the page lists them: in a few groups by how far they are, each with its person, its gaps and its facts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from byname.cards import cards
from byname.playbooks.wording import gaps
from byname.web.accounts.policy import may_decide_on
from byname.web.console.outreach.looked import unseen
from byname.web.console.today.listed import Fact, purpose_said
from byname.web.outreach.models import WAITS, Draft, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["GROUPS", "Group", "Piece", "Row", "drafts_in", "groups", "letters_to", "of_the_day", "pieces", "rows_of"]

_KEPT_IN_SIGHT = timedelta(days=7)  # what went wrong
_OF_ONE = 8  # letters on a person's page
_GAP = re.compile(r"(\[[^\[\]]+\])")
_OPEN = (*WAITS, State.TRIED)
GROUPS: Mapping[str, tuple[State, ...]] = {
    "waiting": (State.DRAFT,),
    "by-hand": (State.BY_HAND,),
    "going": (State.APPROVED, State.CLAIMED, State.TRIED),
    "stopped": (State.STOPPED, State.FAILED, State.LOST),
    "gone": (State.SENT, State.DONE),
    "refused": (State.REFUSED,),
}


@dataclass(frozen=True)
class Group:
    """Some states that one looks at together.

    Attributes:
        key: in the address.
        said: in words.
        many: how many there are.
    """

    key: str
    said: str
    many: int


@dataclass(frozen=True)
class Piece:
    """A part of the words: as it stands, or a gap that a person has to fill in."""

    text: str
    is_gap: bool


@dataclass(frozen=True)
class Row:
    """One draft as it is shown.

    Attributes:
        draft: the draft.
        person: person_id, name, email, phone, clv and its range: of whom the person is shown as.
        standing: where they stand, a correction laid over.
        pieces: the words, gaps apart.
        gaps: what is still to be filled in.
        facts: what the words use.
        must_look: its playbook never went out, and nobody looked at it yet.
        may: may this account decide about it?
    """

    draft: Draft
    person: Mapping[str, Any]
    standing: str | None
    pieces: tuple[Piece, ...]
    gaps: tuple[str, ...]
    facts: tuple[Fact, ...]
    must_look: bool
    may: bool

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"d-{self.draft.pk}"

    @property
    def waits(self) -> bool:
        """Does it wait for a yes?"""
        return self.draft.state == State.DRAFT

    @property
    def by_hand(self) -> bool:
        """Is it for somebody to do?"""
        return self.draft.state == State.BY_HAND

    @property
    def is_ready(self) -> bool:
        """May it be approved as it stands, among others?"""
        return self.may and self.waits and not self.gaps and not self.must_look

    @property
    def may_refuse(self) -> bool:
        """May it still be kept back?"""
        return self.may and self.draft.state in {State.DRAFT, State.APPROVED, State.BY_HAND}

    @property
    def state_said(self) -> str:
        """How far it is, in words."""
        if self.draft.state == State.FAILED and self.draft.channel != "email":
            return _("refused by the service")
        return str(State(self.draft.state).label)

    @property
    def letters(self) -> int:
        """Lines of the field in which the words are changed."""
        return min(18, 3 + len(self.draft.words) // 70 + self.draft.words.count("\n"))


def drafts_in(desk: Desk, group: str, *, team: str = "", employee: str = "") -> QuerySet[Draft]:
    """The drafts of a group in their order: all that wait, what ended of the day, what went wrong for a week.

    Args:
        desk: the snapshot and what was written since.
        group: of `GROUPS`.
        team: only of this one.
        employee: only what is meant for them.
    """
    states = GROUPS[group]
    if set(states) <= set(_OPEN):
        open_ones = Draft.objects.filter(state__in=states).order_by("-as_of", "pk")
        return _of(open_ones, team, employee).select_related("decided_by")
    # Of those that ended the day's are few and all others many: they are found by the day, not by the state.
    ended = Draft.objects.filter(_ended(desk)).exclude(state__in=[state for state in State if state not in states])
    return _of(ended, team, employee).select_related("decided_by").order_by("-ended_at", "-pk")


def groups(desk: Desk, *, team: str = "", employee: str = "") -> list[Group]:
    """How many drafts there are in each group."""
    still_open = Draft.objects.filter(state__in=_OPEN)
    ended = Draft.objects.filter(_ended(desk)).exclude(state__in=_OPEN)
    counted = dict(_of(still_open, team, employee).values_list("state").annotate(many=Count("pk")))
    # Counted here: a GROUP BY would be answered by the index over the states, so over all days.
    counted |= Counter(_of(ended, team, employee).values_list("state", flat=True))
    return [Group(key, _said(key), sum(counted.get(state, 0) for state in states)) for key, states in GROUPS.items()]


def rows_of(desk: Desk, drafts: Iterable[Draft], account: Account) -> list[Row]:
    """These drafts as they are shown, in the order given; those to people who are shown to nobody are left out.

    Args:
        desk: the snapshot and what was written since.
        drafts: of the app database.
        account: who looks at them.
    """
    since = desk.since
    shown = [(draft, since.shown_as(draft.person_id)) for draft in drafts]
    shown = [(draft, person) for draft, person in shown if person not in since.hidden]
    known = cards(desk.snapshot, [person for _draft, person in shown])
    new = unseen(desk, {draft.action for draft, _person in shown if draft.state == State.DRAFT})
    return [
        Row(
            draft=draft,
            person={"person_id": person, **known[person]},
            standing=since.standings.get(person, known[person]["standing"]),
            pieces=pieces(draft.words),
            gaps=gaps(f"{draft.subject}\n{draft.words}"),
            facts=tuple(_facts(draft.facts)),
            must_look=draft.action in new,
            may=may_decide_on(account, draft.team),
        )
        for draft, person in shown
        if person in known
    ]


def letters_to(people: Sequence[str]) -> list[Draft]:
    """The newest drafts and letters to one person, under whichever of these ids.

    Args:
        people: person_ids of who is shown as one.
    """
    return list(Draft.objects.filter(person_id__in=people).order_by("-made_at", "-pk")[:_OF_ONE])


def pieces(words: str) -> tuple[Piece, ...]:
    """Words cut at their gaps: `[what stands in such brackets]` is for a person to fill in."""
    return tuple(Piece(part, bool(_GAP.fullmatch(part))) for part in _GAP.split(words) if part)


def of_the_day(desk: Desk) -> Q:
    """The drafts of the snapshot's day: found from the newest on, for those of all the days before are many."""
    before = Draft.objects.filter(as_of__lt=desk.as_of).order_by("-pk").values_list("pk", flat=True)[:1]
    return Q(pk__gt=next(iter(before), 0), as_of=desk.as_of)


def _ended(desk: Desk) -> Q:
    """What is looked at of what ended: the day's, and for a week what went wrong."""
    return of_the_day(desk) | Q(state__in=[State.FAILED, State.LOST], as_of__gte=desk.as_of - _KEPT_IN_SIGHT)


def _of(drafts: QuerySet[Draft], team: str, employee: str) -> QuerySet[Draft]:
    if team:
        drafts = drafts.filter(team=team)
    return drafts.filter(employee=employee) if employee else drafts


def _facts(used: Sequence[Mapping[str, Any]]) -> Iterable[Fact]:
    for one in used:
        yield Fact(str(one["name"]).replace("_", " "), str(one["says"]), purpose_said(str(one["purpose"])))


def _said(group: str) -> str:
    return {
        "waiting": _("Wait for a yes"),
        "by-hand": _("To be done by hand"),
        "going": _("On their way"),
        "stopped": _("Did not go out"),
        "gone": _("Sent and done"),
        "refused": _("Refused"),
    }[group]
