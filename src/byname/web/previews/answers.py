"""What customers answered, from the facts: of each person and question the newest; what was taken back is nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from byname.web.portal.whom import is_erased
from byname.web.written.given import given
from byname.web.written.whose import whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from byname.web.desk import Desk
    from byname.web.previews.models import Question

__all__ = ["BEGINS", "Said", "answers", "of"]

BEGINS = "asked-"  # the source_id of each answer: asked-QUESTION-PERSON


@dataclass(frozen=True)
class Said:
    """One answer.

    Attributes:
        question: its key.
        person: who said it, as they are shown today.
        fact: the message or the rating.
        is_shown: may colleagues see who it was? Not of who objected or restricted.
    """

    question: str
    person: str
    fact: Mapping[str, Any]
    is_shown: bool

    @property
    def says(self) -> str:
        """As it was typed or chosen."""
        score = self.fact.get("score")
        return str(self.fact.get("text") or "") if score is None else f"{score:.0f}"

    @property
    def score(self) -> int:
        """On a scale; 0 where it is none."""
        return int(self.fact.get("score") or 0)

    @property
    def day(self) -> datetime:
        """When."""
        at: datetime = self.fact["occurred_at"].replace(tzinfo=UTC)
        return at


def answers(desk: Desk, questions: Iterable[Question]) -> list[Said]:
    """What was answered to these questions, the newest first; without who is erased."""
    keys = {question.key for question in questions}
    if not keys:
        return []
    found = given(desk.company, ("surveys", "scores"))
    rows = [row for name in ("surveys", "scores") for row in found[name] if _question(row) in keys and row["record_id"]]
    people = whose(desk.company, desk.snapshot)
    people.look_up({row["record_id"] for row in rows})
    erased: dict[str, bool] = {}
    newest: dict[tuple[str, str], Said] = {}
    for row in sorted(rows, key=lambda row: (row["occurred_at"], row["fact_id"])):
        known = people.person(row["record_id"])
        if known is None:
            continue
        person = desk.since.shown_as(known)
        if person not in erased:
            erased[person] = is_erased(desk, person)
        if not erased[person]:
            key = _question(row)
            newest[key, person] = Said(key, person, row, person not in desk.since.hidden)
    return list(reversed(newest.values()))


def of(said: Iterable[Said], people: Sequence[str]) -> dict[str, Said]:
    """What these person_ids answered, by the question's key."""
    return {one.question: one for one in said if one.person in people}


def _question(row: Mapping[str, Any]) -> str:
    source_id = str(row["source_id"])
    return source_id.removeprefix(BEGINS).partition("-")[0] if source_id.startswith(BEGINS) else ""
