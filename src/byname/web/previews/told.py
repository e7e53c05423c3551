"""What those who use it think, for the product team: counts, means and words, by standing where enough answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import mean, pstdev
from typing import TYPE_CHECKING, Any

from byname.cards import cards
from byname.web.previews.answers import answers
from byname.web.previews.models import Answered, Invitation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from byname.web.desk import Desk
    from byname.web.previews.answers import Said
    from byname.web.previews.models import Preview, Question

__all__ = ["COLUMNS", "ENOUGH", "Of", "Sum", "Told", "lines", "told"]

ENOUGH = 5
"""So many of one standing have to have answered to be counted apart: of fewer it would be told who said what."""
COLUMNS = ("question", "kind", "answer", "day", "name", "standing")


@dataclass(frozen=True)
class Sum:
    """What some people answered to one question.

    Attributes:
        many: how many people.
        counts: each choice or place on the scale, with how many took it.
        mean: of a scale; None: no scale, or nobody answered.
        spread: its standard deviation.
    """

    many: int
    counts: tuple[tuple[str, int], ...]
    mean: float | None
    spread: float | None


@dataclass(frozen=True)
class Of:
    """One question with its answers.

    Attributes:
        question: which.
        sum: of all.
        standings: of each standing of which enough answered.
        words: the answers in words, the newest first, each with who said it; an empty one: is not shown.
    """

    question: Question
    sum: Sum
    standings: tuple[tuple[str, Sum], ...]
    words: tuple[tuple[Said, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class Told:
    """What came back on one preview.

    Attributes:
        questions: each with its answers.
        written: letters that were made to invite.
        invited: how many of them went out.
        answered: how many people answered at all.
        of_invited: how many of those who were invited.
    """

    questions: tuple[Of, ...]
    written: int
    invited: int
    answered: int
    of_invited: int

    @property
    def share(self) -> float | None:
        """Of those invited, who answered."""
        return self.of_invited / self.invited if self.invited else None


def told(desk: Desk, preview: Preview) -> Told:
    """What came back so far."""
    questions = list(preview.questions.all())
    said = answers(desk, questions)
    known = _known(desk, said)
    invitations = list(Invitation.objects.filter(preview=preview).select_related("draft"))
    out = {desk.since.shown_as(one.person_id) for one in invitations if one.draft and one.draft.contact_id}
    people = {one.person for one in said}
    return Told(
        tuple(_of(question, [one for one in said if one.question == question.key], known) for question in questions),
        len(invitations),
        len(out),
        len(people),
        len(people & out),
    )


def lines(desk: Desk, preview: Preview) -> Iterator[tuple[object, ...]]:
    """A line for each answer, as a file has them; who is not shown has no name there either."""
    questions = {question.key: question for question in preview.questions.all()}
    said = answers(desk, questions.values())
    known = _known(desk, said)
    for one in sorted(said, key=lambda one: (questions[one.question].place, one.day)):
        question, who = questions[one.question], known.get(one.person, {})
        yield (
            question.text, question.kind, one.says, one.day.date().isoformat(), who.get("name"), who.get("standing"),
        )  # fmt: skip


def _known(desk: Desk, said: Sequence[Said]) -> dict[str, dict[str, Any]]:
    """Those who may be shown, as they are shown."""
    people = sorted({one.person for one in said if one.is_shown})
    return {
        person: {
            **card, "person_id": person, "standing": desk.since.standings.get(person) or card["standing"] or "unknown",
        }
        for person, card in cards(desk.snapshot, people).items()
    }  # fmt: skip


def _of(question: Question, said: Sequence[Said], known: Mapping[str, Mapping[str, Any]]) -> Of:
    if question.kind == Answered.WORDS:
        return Of(question, Sum(len(said), (), None, None), (), tuple((one, known.get(one.person, {})) for one in said))
    standings = Counter(known[one.person]["standing"] for one in said if one.person in known)
    apart = tuple(
        (standing, _sum(question, [one for one in said if known.get(one.person, {}).get("standing") == standing]))
        for standing, many in sorted(standings.items())
        if many >= ENOUGH
    )
    return Of(question, _sum(question, said), apart, ())


def _sum(question: Question, said: Sequence[Said]) -> Sum:
    counted = Counter(one.says for one in said)
    is_scale = question.kind == Answered.SCALE
    places = [str(place) for place in range(1, 6)] if is_scale else question.choices
    scores = [one.score for one in said] if is_scale else []
    return Sum(
        len(said),
        tuple((place, counted[place]) for place in places),
        mean(scores) if scores else None,
        pstdev(scores) if scores else None,
    )
