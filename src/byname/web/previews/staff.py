"""The staff's pages: make a preview or an opinion ask, invite those who use the thing, read what they think."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from byname.errors import UsageError
from byname.safe_csv import streamed
from byname.web.accounts import audit
from byname.web.accounts.policy import account_of, requires
from byname.web.desk import desk_of
from byname.web.previews import making
from byname.web.previews.inviting import invite as make_invitations
from byname.web.previews.models import Answered, Kind, Preview, Stage
from byname.web.previews.told import COLUMNS, lines, told
from byname.web.previews.using import features, users

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http import HttpRequest, HttpResponse

    from byname.web.desk import Desk

__all__ = ["change", "close", "file", "invite", "new", "one", "open_it", "previews"]

_MANY = 20  # proposed


@require_safe
@requires("read")
def previews(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first, and what people use."""
    desk = desk_of(request)
    context = {"previews": Preview.objects.order_by("-pk"), "features": features(desk).items()}
    return render(request, "previews/staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("act")
def new(request: HttpRequest) -> HttpResponse:
    """Make one."""
    return _form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("act")
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change one that is a draft still."""
    there = get_object_or_404(Preview, pk=number)
    return _form(request, there) if there.stage == Stage.DRAFT else redirect("previews-one", number)


@require_safe
@requires("read")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One, with who uses what it is about and what they answered."""
    return _one(request, get_object_or_404(Preview, pk=number))


@require_POST
@requires("act")
def open_it(request: HttpRequest, number: int) -> HttpResponse:
    """Open it."""
    found = get_object_or_404(Preview, pk=number)
    try:
        making.open_it(account_of(request), desk_of(request), found)
    except UsageError as wrong:
        return _one(request, found, wrong=wrong, status=422)
    messages.success(request, _("Open: those who use it see it on their own pages from its first day."))
    return redirect("previews-one", number)


@require_POST
@requires("act")
def close(request: HttpRequest, number: int) -> HttpResponse:
    """Close it, or say what became of it."""
    found = get_object_or_404(Preview, pk=number)
    became = request.POST.get("became", "")
    try:
        making.close(account_of(request), desk_of(request), found, became)
    except UsageError as wrong:
        return _one(request, found, wrong=wrong, became=became, status=422)
    messages.success(request, _("Closed: who answered reads what became of it."))
    return redirect("previews-one", number)


@require_POST
@requires("act")
def invite(request: HttpRequest, number: int) -> HttpResponse:
    """Make the letters that invite."""
    found = get_object_or_404(Preview, pk=number)
    try:
        made = make_invitations(account_of(request), desk_of(request), found, request.POST.get("many", ""))
    except UsageError as wrong:
        return _one(request, found, wrong=wrong, status=422)
    says = ngettext("%(many)d letter waits for a yes.", "%(many)d letters wait for a yes.", made) % {"many": made}
    messages.success(request, says)
    return redirect("previews-one", number)


@require_POST
@requires("export")
def file(request: HttpRequest, number: int) -> HttpResponse:
    """The answers as a file, once it stands in the audit log who took it."""
    desk, found = desk_of(request), get_object_or_404(Preview, pk=number)
    rows = list(lines(desk, found))
    with transaction.atomic():
        after = {"answers": len(rows), "columns": list(COLUMNS)}
        audit.log(account_of(request), "export", f"preview {found.pk}", after=after)
    answer = StreamingHttpResponse(
        _file(rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="answers-{found.pk}.csv"', "Cache-Control": "no-store"},
    )
    return cast("HttpResponse", answer)  # it streams


def _file(rows: list[tuple[object, ...]]) -> Iterator[str]:
    yield "\ufeff"  # the mark by which spreadsheets know that it is UTF-8
    yield from streamed(COLUMNS, rows)


def _one(request: HttpRequest, found: Preview, *, status: int = 200, **more: Any) -> HttpResponse:
    desk = desk_of(request)
    # As it stands: what could not be done to it is not shown as if it had been.
    preview = Preview.objects.get(pk=found.pk)
    context = {
        "preview": preview,
        "questions": preview.questions.all(),
        "told": told(desk, preview),
        "users": None if preview.stage == Stage.CLOSED else users(desk, preview),
        "is_open": preview.is_open(desk.company.today()),
        "many": _MANY,
        "became": preview.became,
        **more,
    }
    return render(request, "previews/staff_one.html", context, status=status)


def _form(request: HttpRequest, there: Preview | None) -> HttpResponse:
    desk = desk_of(request)
    if request.method != "POST":
        return _shown(request, desk, there, _as_typed(there) if there else {})
    try:
        made = making.save(account_of(request), desk, request.POST, there)
    except UsageError as wrong:
        return _shown(request, desk, there, request.POST, wrong=wrong, status=422)
    messages.success(request, _("Saved as a draft: look at it, then open it."))
    return redirect("previews-one", made.pk)


def _as_typed(there: Preview) -> dict[str, str]:
    typed = {name: getattr(there, name) for name in ("kind", "title", "about", "link", "feature")}
    typed |= {name: getattr(there, name).isoformat() for name in ("first_day", "last_day")}
    for place, question in enumerate(there.questions.all(), 1):
        typed[f"text-{place}"], typed[f"kind-{place}"] = question.text, question.kind
        typed[f"choices-{place}"] = "\n".join(question.choices)
    return typed


def _shown(
    request: HttpRequest,
    desk: Desk,
    there: Preview | None,
    typed: Mapping[str, Any],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    places = range(1, making.MOST_QUESTIONS + 1)
    asked = [(place, *(typed.get(f"{name}-{place}", "") for name in ("text", "kind", "choices"))) for place in places]
    context = {
        "there": there,
        "typed": typed,
        "asked": asked,
        "kinds": Kind.choices,
        "how": Answered.choices,
        "features": features(desk).items(),
        "today": desk.company.today(),
        "most_title": making.MOST_TITLE,
        "most_about": making.MOST_ABOUT,
        "most_text": making.MOST_TEXT,
        **more,
    }
    return render(request, "previews/form.html", context, status=status)
