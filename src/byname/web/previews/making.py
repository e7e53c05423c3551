"""A colleague makes a preview or an opinion ask, opens it, closes it, and says what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from byname.errors import UsageError
from byname.web.accounts import audit
from byname.web.accounts.policy import demand
from byname.web.console.typed import day
from byname.web.previews.models import Answered, Kind, Preview, Question, Stage
from byname.web.previews.using import features
from byname.web.written.actions.writing import at_work, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from byname.web.accounts.models import Account
    from byname.web.desk import Desk

__all__ = ["MOST_ABOUT", "MOST_QUESTIONS", "MOST_TEXT", "MOST_TITLE", "Asking", "close", "open_it", "save"]

MOST_TITLE, MOST_ABOUT, MOST_QUESTIONS, MOST_TEXT = 120, 2_000, 8, 200
_FEWEST_CHOICES, _MOST_CHOICES, _MOST_CHOICE = 2, 12, 120
_MOST_LINK = 500
_is_link = URLValidator(schemes=["https"])


@dataclass(frozen=True)
class Asking:
    """A question as it was typed and found right."""

    kind: str
    text: str
    choices: tuple[str, ...] = ()


def save(by: Account, desk: Desk, typed: Mapping[str, Any], there: Preview | None = None) -> Preview:
    """Make one, or change one that is a draft still.

    Args:
        by: who.
        desk: where.
        typed: title, about, link, feature, kind, first_day, last_day; for each question text-N, kind-N, choices-N.
        there: which is changed; None: a new one.

    Raises:
        PermissionDenied: a reader.
        UsageError: something is missing, too long, or not what it has to be; or it is a draft no more.
    """
    demand(by, "act")
    found = _preview(desk, typed, there)
    questions = _questions(typed)
    with at_work(by, desk.company):
        if there is not None:
            _demand_stage(there, Stage.DRAFT)
            there.questions.all().delete()
            found.pk = there.pk
            found.made_at = there.made_at
        found.account, found.by = by, by.name
        found.save()
        Question.objects.bulk_create(
            Question(preview=found, place=place, kind=one.kind, text=one.text, choices=list(one.choices))
            for place, one in enumerate(questions, 1)
        )
        audit.log(
            by,
            "preview made" if there is None else "preview changed",
            f"preview {found.pk}",
            after={"title": found.title, "kind": found.kind, "feature": found.feature, "questions": len(questions)},
        )
    return found


def open_it(by: Account, desk: Desk, preview: Preview) -> None:
    """Open it: from its first day on it may be answered, and its questions stay as they are.

    Raises:
        PermissionDenied: a reader.
        UsageError: it is no draft, or its last day is over.
    """
    demand(by, "act")
    with at_work(by, desk.company):
        _demand_stage(preview, Stage.DRAFT)
        _demand_future(preview.last_day, desk.company.today())
        preview.stage = Stage.OPEN
        preview.save(update_fields=["stage"])
        audit.log(
            by, "preview opened", f"preview {preview.pk}", before={"stage": Stage.DRAFT}, after={"stage": Stage.OPEN}
        )


def close(by: Account, desk: Desk, preview: Preview, became: str) -> None:
    """Close it, and say what became of it; that may be said later, by the same.

    Raises:
        PermissionDenied: a reader.
        UsageError: it is a draft, too many words, or none where it is closed already.
    """
    demand(by, "act")
    words = words_of(_("What became of it"), became, MOST_ABOUT, needed=preview.stage == Stage.CLOSED)
    with at_work(by, desk.company):
        before = _demand_stage(preview, Stage.OPEN, Stage.CLOSED)
        preview.stage, preview.became = Stage.CLOSED, words
        preview.save(update_fields=["stage", "became"])
        audit.log(
            by,
            "preview closed",
            f"preview {preview.pk}",
            before={"stage": before.stage, "became": before.became},
            after={"stage": Stage.CLOSED, "became": words},
        )


def _demand_stage(preview: Preview, *stages: Stage) -> Preview:
    """The preview as it stands now, in the transaction in which it is changed."""
    now = Preview.objects.get(pk=preview.pk)
    if now.stage not in stages:
        raise UsageError(
            where=now.title,
            found=_("it is %(stage)s") % {"stage": Stage(now.stage).label},
            expected=_("one that is %(stages)s") % {"stages": " / ".join(str(one.label) for one in stages)},
        )
    return now


def _demand_future(last_day: date, today: date) -> None:
    if last_day < today:
        raise UsageError(where=_("Last day"), found=last_day.isoformat(), expected=_("a day that is not over"))


def _preview(desk: Desk, typed: Mapping[str, Any], there: Preview | None) -> Preview:
    kind, feature = typed.get("kind", ""), typed.get("feature", "")
    if kind not in Kind.values:
        raise UsageError(where=_("What it is"), found=f'"{kind[:40]}"', expected=", ".join(Kind.values))
    known = features(desk)
    if feature not in known and not (there and feature == there.feature):
        raise UsageError(
            where=_("What it is about"), found=f'"{feature[:80]}"', expected=_("something that customers use")
        )
    title = " ".join(words_of(_("Title"), typed.get("title", ""), MOST_TITLE).split())
    about = words_of(_("In a few sentences"), typed.get("about", ""), MOST_ABOUT)
    first, last = _days(desk, typed)
    return Preview(
        kind=kind, title=title, about=about, link=_link(typed.get("link", "")), feature=feature,
        first_day=first, last_day=last,
    )  # fmt: skip


def _days(desk: Desk, typed: Mapping[str, Any]) -> tuple[date, date]:
    today = desk.company.today()
    first = day(typed.get("first_day", ""), _("First day")) or today
    last = day(typed.get("last_day", ""), _("Last day"))
    if last is None:
        raise UsageError(where=_("Last day"), found=_("nothing"), expected=_("a day"))
    _demand_future(last, today)
    if last < first:
        raise UsageError(
            where=_("Last day"), found=last.isoformat(), expected=_("%(day)s or later") % {"day": first.isoformat()}
        )
    return first, last


def _link(typed: str) -> str:
    said = words_of(_("Link"), typed, _MOST_LINK, needed=False)
    try:
        if said:
            _is_link(said)
    except ValidationError:
        raise UsageError(
            where=_("Link"), found=f'"{said[:80]}"', expected=_("an address that begins with https://")
        ) from None
    return said


def _questions(typed: Mapping[str, Any]) -> list[Asking]:
    found = []
    for place in range(1, MOST_QUESTIONS + 1):
        where = _("Question %(place)d") % {"place": place}
        text = " ".join(words_of(where, typed.get(f"text-{place}", ""), MOST_TEXT, needed=False).split())
        if not text:
            continue
        kind = typed.get(f"kind-{place}", "")
        if kind not in Answered.values:
            raise UsageError(where=where, found=f'"{kind[:40]}"', expected=", ".join(Answered.values))
        choices = _choices(where, typed.get(f"choices-{place}", "")) if kind == Answered.CHOICE else ()
        found.append(Asking(kind, text, choices))
    if not found:
        raise UsageError(where=_("Questions"), found=_("none"), expected=_("one at least"))
    return found


def _choices(where: str, typed: str) -> tuple[str, ...]:
    said = words_of(where, typed, _MOST_CHOICES * (_MOST_CHOICE + 2), needed=False)
    lines = tuple(dict.fromkeys(" ".join(line.split()) for line in said.split("\n") if line.strip()))
    if not _FEWEST_CHOICES <= len(lines) <= _MOST_CHOICES or any(len(line) > _MOST_CHOICE for line in lines):
        raise UsageError(
            where=where,
            found=_("%(many)d choices") % {"many": len(lines)},
            expected=_("2 to 12 different ones, a line each, of 120 letters at most"),
        )
    return lines
