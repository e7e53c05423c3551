"""What one customer is shown: the open ones that she is invited to or whose feature she uses, and what she answered.

Of who objected or restricted it is not looked at what they use: they see what they were invited to, or answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from byname.web.previews.answers import answers, of
from byname.web.previews.models import Invitation, Preview, Question, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.web.portal.whom import Her
    from byname.web.previews.answers import Said

__all__ = ["Asked", "asked"]


@dataclass(frozen=True)
class Asked:
    """One preview as she sees it.

    Attributes:
        preview: which.
        is_open: may she answer today?
        said: what she answered, by the question's key.
    """

    preview: Preview
    is_open: bool
    said: Mapping[str, Said]

    @property
    def questions(self) -> list[tuple[Question, str]]:
        """Each question with what she answered; empty: nothing."""
        return [
            (question, self.said[question.key].says if question.key in self.said else "")
            for question in self.preview.questions.all()
        ]


def asked(her: Her) -> list[Asked]:
    """All that she is shown, the open ones first, the newest first."""
    previews = list(Preview.objects.exclude(stage=Stage.DRAFT).order_by("-pk").prefetch_related("questions"))
    if not previews:
        return []
    today, used = her.desk.company.today(), _used(her)
    invited = set(
        Invitation.objects.filter(person_id__in=her.people, draft__contact_id__isnull=False).values_list(
            "preview", flat=True
        )
    )
    said = of(answers(her.desk, [question for one in previews for question in one.questions.all()]), her.people)
    found = []
    for one in previews:
        its = {question.key: said[question.key] for question in one.questions.all() if question.key in said}
        is_open = one.is_open(today)
        if its or (is_open and (one.pk in invited or one.feature in used)):
            found.append(Asked(one, is_open, its))
    return sorted(found, key=lambda one: not one.is_open)


def _used(her: Her) -> set[str]:
    if her.person_id in her.desk.since.hidden:
        return set()
    rows = her.desk.snapshot.rows("profile", her.people, ("features",))
    return {feature for row in rows for feature in row["features"] or ()}
