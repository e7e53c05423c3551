"""A customer answers, changes her answers, takes them back."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from byname.draining import READER
from byname.errors import UsageError
from byname.facts.own import fact
from byname.web.portal.writing import by_themselves
from byname.web.previews.answers import BEGINS, answers, of
from byname.web.previews.models import Answered
from byname.web.written.actions.writing import Fact, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.web.portal.whom import Her
    from byname.web.previews.answers import Said
    from byname.web.previews.models import Preview, Question

__all__ = ["MOST_WORDS", "SCALE", "answer", "take_back"]

MOST_WORDS = 2_000
SCALE = range(1, 6)


def answer(her: Her, preview: Preview, typed: Mapping[str, Any]) -> None:
    """Write down what she answers; what she leaves empty and had answered is taken back.

    Args:
        her: who.
        preview: which.
        typed: by the question's key.

    Raises:
        UsageError: it is not open, nothing was answered, or an answer that is none.
    """
    _demand_open(her, preview)
    questions = list(preview.questions.all())
    said = {question: value for question in questions if (value := _said(question, typed.get(question.key, "")))}
    if not said:
        raise UsageError(where=preview.title, found=_("no answer"), expected=_("one at least"))
    before = of(answers(her.desk, questions), her.people)
    facts = [
        _answered(her, preview, question, value, before.get(question.key))
        for question, value in said.items()
        if question.key not in before or before[question.key].says != value
    ]
    left = {question.key for question in said}
    facts += [_taken_back(one) for key, one in before.items() if key not in left]
    if facts:
        by_themselves(her.desk.company, her.anchor, facts, action="answer", after={"preview": preview.pk})


def take_back(her: Her, preview: Preview) -> None:
    """Take back all that she answered.

    Raises:
        UsageError: it is not open any more.
    """
    _demand_open(her, preview)
    before = of(answers(her.desk, preview.questions.all()), her.people)
    if before:
        facts = [_taken_back(one) for one in before.values()]
        by_themselves(her.desk.company, her.anchor, facts, action="answer taken back", after={"preview": preview.pk})


def _demand_open(her: Her, preview: Preview) -> None:
    if not preview.is_open(her.desk.company.today()):
        raise UsageError(where=preview.title, found=_("it is over"), expected=_("one that is open"))


def _said(question: Question, typed: str) -> str:
    """An answer as it is kept; empty: none."""
    if question.kind == Answered.WORDS:
        return words_of(question.text, typed, MOST_WORDS, needed=False)
    allowed = [str(one) for one in SCALE] if question.kind == Answered.SCALE else question.choices
    if typed and typed not in allowed:
        raise UsageError(where=question.text, found=f'"{typed[:40]}"', expected=", ".join(allowed))
    return typed


def _answered(her: Her, preview: Preview, question: Question, value: str, before: Said | None) -> Fact:
    # Said by the same id again it is a version of the first; the id tells nobody who it was.
    whose = hashlib.sha256(f"{question.key} {her.anchor}".encode()).hexdigest()[:24]
    source_id = str(before.fact["source_id"]) if before else f"{BEGINS}{question.key}-{whose}"
    row: dict[str, Any] = {"record_id": her.anchor, "about": preview.feature, "updated_at": _now()}
    if question.kind == Answered.SCALE:
        row |= {"scale": "csat", "score": float(value), "about_kind": "product"}
        return Fact("ratings", fact("ratings", row, reader=READER, source_id=source_id), is_version=True)
    row |= {"medium": "survey", "subject": question.text, "text": value, "prompted": True, "public": False}
    return Fact("messages", fact("messages", row, reader=READER, source_id=source_id), is_version=True)


def _taken_back(one: Said) -> Fact:
    """A version that is nobody's: no refresh reads it. A score alone says nothing of her."""
    source_id = str(one.fact["source_id"])
    row: dict[str, Any] = {"record_id": None, "updated_at": _now()}
    if one.score:
        row |= {"scale": "csat", "score": one.fact["score"]}
        return Fact("ratings", fact("ratings", row, reader=READER, source_id=source_id), is_version=True)
    row |= {"medium": "survey", "prompted": True, "public": False}
    return Fact("messages", fact("messages", row, reader=READER, source_id=source_id), is_version=True)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
