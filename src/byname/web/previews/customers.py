"""The customers' pages of previews and questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.errors import UsageError
from byname.web.console.templatetags.said import day
from byname.web.portal.staying import hers
from byname.web.previews.answering import MOST_WORDS, SCALE, answer, take_back
from byname.web.previews.asked import Asked, asked

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.web.portal.whom import Her

__all__ = ["back", "listed", "one"]


@require_safe
@hers
def listed(request: HttpRequest, her: Her) -> HttpResponse:
    """What she may see first and say something about, and what became of what she said."""
    return render(request, "previews/asked.html", {"her": her, "here": "my-asked", "asked": asked(her)})


@require_http_methods(["GET", "HEAD", "POST"])
@hers
def one(request: HttpRequest, her: Her, number: int) -> HttpResponse:
    """One of them, with her answers."""
    found = _found(her, number)
    if request.method != "POST":
        return _one(request, her, found)
    typed = {question.key: request.POST.get(question.key, "") for question, _said in found.questions}
    try:
        answer(her, found.preview, typed)
    except UsageError as wrong:
        return _one(request, her, found, wrong=wrong, typed=typed, status=422)
    messages.success(request, _("Thank you. You may change it until %(day)s.") % {"day": day(found.preview.last_day)})
    return redirect("my-asked-one", number)


@require_POST
@hers
def back(request: HttpRequest, her: Her, number: int) -> HttpResponse:
    """Take her answers back."""
    found = _found(her, number)
    try:
        take_back(her, found.preview)
    except UsageError as wrong:
        return _one(request, her, found, wrong=wrong, status=422)
    messages.success(request, _("Taken back: nobody counts it or is shown it any more."))
    return redirect("my-asked")


def _found(her: Her, number: int) -> Asked:
    found = next((one for one in asked(her) if one.preview.pk == number), None)
    if found is None:
        raise Http404
    return found


def _one(
    request: HttpRequest,
    her: Her,
    found: Asked,
    *,
    typed: dict[str, str] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {
        "her": her,
        "here": "my-asked",
        "one": found,
        "preview": found.preview,
        "questions": [
            (question, said if typed is None else typed.get(question.key, "")) for question, said in found.questions
        ],
        "scale": [str(place) for place in SCALE],
        "most_words": MOST_WORDS,
        **more,
    }
    return render(request, "previews/one.html", context, status=status)
