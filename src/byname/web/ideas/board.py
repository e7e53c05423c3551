"""The ideas that customers gave on their pages, with votes; ideas of other systems are theirs to show.

Who voted is counted and never told. Everybody counts once, whoever they are and whatever they are worth.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process, utils

from byname.web.ideas.models import Answer, Credit, Status
from byname.web.portal.whom import is_erased
from byname.web.written.given import given
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from byname.web.desk import Desk

__all__ = ["Answered", "Board", "Idea", "alike", "board"]

_ALIKE = 62.0  # of 100: the same words in any order, one more or one less
_MOST_ALIKE = 4
_OPEN_DAYS = 90  # of what the share of answers is counted
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Idea:
    """One idea.

    Attributes:
        fact: its newest version.
        votes: how many people are for it.
        voters: person_ids, to tell somebody that she voted; shown to nobody.
        author: the author's person_id; empty where it is nobody's any more.
        is_author_shown: may colleagues be told who it is, and others by the name that the author wishes? Not of who
            objected or restricted: what they suggest is read all the same.
        answers: what colleagues answered, oldest first.
        credit: how its author wishes to be named; empty: not at all.
    """

    fact: Mapping[str, Any]
    votes: int
    voters: frozenset[str]
    author: str
    is_author_shown: bool = True
    answers: tuple[Answer, ...] = ()
    credit: str = ""

    @property
    def number(self) -> str:
        """By which addresses name it."""
        return str(self.fact["source_id"])

    @property
    def status(self) -> Status:
        """How far it is."""
        said = self.fact["status"]
        return Status(said) if said in Status.values else Status.OPEN

    @property
    def is_public(self) -> bool:
        """May other customers see it? Once a colleague has read it, and unless it was taken from view."""
        return self.status not in (Status.OPEN, Status.NOT_SHOWN)

    @property
    def waited_days(self) -> float:
        """From the day it was given until the first answer, or until now."""
        until = self.answers[0].at if self.answers else datetime.now(UTC)
        given: datetime = self.fact["occurred_at"].replace(tzinfo=UTC)
        return (until - given).total_seconds() / _DAY_SECONDS


@dataclass(frozen=True)
class Answered:
    """How well colleagues answer, for everybody to see.

    Attributes:
        given: ideas of the last 90 days.
        share: of them that have an answer; None where none was given.
        days: median days until the first answer, of those answered; None where none was.
        oldest_days: how long the oldest without an answer waits; None where none waits.
    """

    given: int
    share: float | None
    days: float | None
    oldest_days: float | None


@dataclass(frozen=True)
class Board:
    """All ideas, the one most people are for first."""

    ideas: tuple[Idea, ...]

    def one(self, number: str) -> Idea | None:
        """The idea of that number."""
        return next((idea for idea in self.ideas if idea.number == number), None)

    def public(self) -> list[Idea]:
        """What any customer sees."""
        return [idea for idea in self.ideas if idea.is_public]

    def of(self, people: Sequence[str]) -> list[Idea]:
        """What these person_ids gave."""
        return [idea for idea in self.ideas if idea.author in people]

    def answered(self) -> Answered:
        """How well colleagues answer."""
        waiting = [idea.waited_days for idea in self.ideas if not idea.answers]
        fresh = [idea for idea in self.ideas if _age_days(idea) <= _OPEN_DAYS]
        days = [idea.waited_days for idea in fresh if idea.answers]
        return Answered(
            len(fresh),
            len(days) / len(fresh) if fresh else None,
            median(days) if days else None,
            max(waiting, default=None),
        )


def board(desk: Desk) -> Board:
    """The ideas as they stand now."""
    rows = given(desk.company, ("ideas", "votes"))
    people = whose(desk.company, desk.snapshot)
    people.look_up({row["record_id"] for found in rows.values() for row in found})

    def person(record: str) -> str:
        found = people.person(record)
        return desk.since.shown_as(found) if found else ""

    voters: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows["votes"]:
        if row["weight"] and row["weight"] > 0:
            voters[row["idea_id"]].add(person(row["record_id"]) or row["record_id"])
    answers: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in Answer.objects.order_by("at", "pk"):
        answers[answer.idea].append(answer)
    credits_ = dict(Credit.objects.values_list("idea", "shown_as"))
    ideas = [
        Idea(
            row,
            len(voters[row["source_id"]]),
            frozenset(voters[row["source_id"]]),
            author,
            author not in desk.since.hidden,
            tuple(answers[row["fact_id"]]),
            credits_.get(row["fact_id"], "") if author not in desk.since.hidden else "",
        )
        for row in rows["ideas"]
        if not is_erased(desk, author := person(row["record_id"]))
    ]
    return Board(tuple(sorted(ideas, key=lambda idea: (-idea.votes, idea.fact["occurred_at"], idea.number))))


def alike(ideas: Sequence[Idea], text: str) -> list[Idea]:
    """Ideas that say much the same, the likest first."""
    said = {place: f"{idea.fact['title']} {idea.fact['text'] or ''}" for place, idea in enumerate(ideas)}
    found = process.extract(
        text, said, scorer=fuzz.token_set_ratio, processor=utils.default_process, score_cutoff=_ALIKE, limit=_MOST_ALIKE
    )
    return [ideas[place] for _text, _score, place in found]


def _age_days(idea: Idea) -> float:
    given: datetime = idea.fact["occurred_at"].replace(tzinfo=UTC)
    return (datetime.now(UTC) - given).total_seconds() / _DAY_SECONDS
