"""The list of people: found by what one types, narrowed, ranked, kept under a name, taken along as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from byname.best import MEASURES
from byname.errors import UsageError
from byname.web.accounts.policy import account_of, requires
from byname.web.console.models import SavedView
from byname.web.console.people import asked as asking
from byname.web.console.people import listing, saved, searching
from byname.web.console.people.export import export
from byname.web.desk import desk_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from byname.web.console.people.asked import Asked
    from byname.web.desk import Desk

__all__ = ["delete_view", "exported", "keep_view", "people"]

_SIZE = 50


@require_GET
@requires("read")
def people(request: HttpRequest) -> HttpResponse:
    """The list, or whom a text finds; for htmx only the part that changes."""
    desk, asked = desk_of(request), asking.asked_of(request.GET)
    is_part = request.headers.get("HX-Request") == "true"
    found = searching.search(desk, request.GET.get("q", ""))
    if found.text and len(found.people) == 1 and not is_part:
        return redirect("person", found.people[0].row["person_id"])
    shown = {"found": found} if found.text else _list(desk, asked)
    if is_part:
        return render(request, "console/people.html#part", {"asked": asked, **shown})
    around = {
        "asked": asked,
        "views": saved.views_of(account_of(request)),
        "choices": _choices(desk),
        "says": asked.says(desk.snapshot.terms["currency"]),
    }
    return render(request, "console/people.html", {**around, **shown})


@require_POST
@requires("read")
def keep_view(request: HttpRequest) -> HttpResponse:
    """Keep the list's question under a name."""
    asked = asking.asked_of(QueryDict(request.POST.get("query", "")))
    try:
        view = saved.keep(account_of(request), request.POST.get("name", ""), asked, is_shared="shared" in request.POST)
    except UsageError as wrong:
        messages.error(request, str(wrong))
    else:
        said = _("Kept as “%(name)s”, for your team too.") if view.team else _("Kept as “%(name)s”.")
        messages.success(request, said % {"name": view.name})
    return _to_list(asked)


@require_POST
@requires("read")
def delete_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete one of one's own views."""
    try:
        name = saved.remove(account_of(request), view_id)
    except SavedView.DoesNotExist as none:
        raise Http404 from none
    messages.success(request, _("“%(name)s” is deleted.") % {"name": name})
    return redirect("people")


@require_POST
@requires("export")
def exported(request: HttpRequest) -> HttpResponse:
    """The list as a file."""
    asked = asking.asked_of(QueryDict(request.POST.get("query", "")))
    return cast("HttpResponse", export(account_of(request), desk_of(request), asked))  # it streams


def _to_list(asked: Asked) -> HttpResponse:
    return redirect("?".join(filter(None, (reverse("people"), asked.query()))))


def _list(desk: Desk, asked: Asked) -> dict[str, Any]:
    """A page of the list, and how many there are and what they are worth, in one line."""
    counted = listing.groups(desk, asked)
    shown = listing.page(desk, asked, _SIZE)
    without = 0 if asked.by == "clv" else sum(group.without for group in counted)
    nothing = _("have nothing to be ranked by: %(measure)s") % {"measure": asking.called_by(asked.by)}
    return {
        "page": shown,
        "next": asked.page(shown.after) if shown.after else "",
        "groups": [(group, asked.only(group.standing)) for group in counted],
        "total": sum(group.people for group in counted),
        "worth": sum(group.clv for group in counted),
        "range": listing.total_range(desk, counted),
        "left_out": [{"people": without, "says": nothing}] if without else [],
        "measure": "" if asked.by == "clv" else asking.called_by(asked.by),
    }


def _choices(desk: Desk) -> dict[str, Any]:
    """What may be chosen in the form."""
    return {
        "by": [(name, asking.called_by(name)) for name in MEASURES],
        "standings": asking.STANDINGS,
        "tops": asking.TOPS,
        "stages": [*((name, asking.stage_word(name)) for name in asking.STAGES), (asking.NONE, _("no stage"))],
        "owners": listing.owners(desk),
        "nobody": asking.NOBODY,
    }
