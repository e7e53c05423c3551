"""The pages that somebody sees of herself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from byname.errors import UsageError
from byname.plan.channels import CHANNELS
from byname.web.console.lists import page_number
from byname.web.console.person import history
from byname.web.portal import contacted, correcting, gpc, known, words
from byname.web.portal.asking import STOPS, VERBS
from byname.web.portal.consenting import consents
from byname.web.portal.erasing import erase as erase_her
from byname.web.portal.exporting import FILES
from byname.web.portal.staying import hers, leave
from byname.web.portal.told import Told
from byname.web.portal.writing import by_themselves

if TYPE_CHECKING:
    from django.http import HttpRequest

    from byname.web.portal.whom import Her

__all__ = [
    "act",
    "contact",
    "contacts",
    "correct",
    "erase",
    "file",
    "held",
    "page",
    "signal",
    "stop",
    "take",
    "why",
    "wishes",
]

_CONTACTS = 3
_EVIDENCE = 500
_LONGEST = 500
_CORRECTABLE = 4  # name, e-mail, phone, address


@require_safe
@hers
def page(request: HttpRequest, her: Her) -> HttpResponse:
    """What we know of you: all of it in short."""
    told = Told.of(her)
    context = {
        "held": known.held(her),
        "concluded": known.concluded(her),
        "contacts": contacted.contacts(her, 1, _CONTACTS),
        "promises": known.promises(her),
        "told": told,
        "channels": _channels(told),
        "pace": _pace(told),
        "consents": [one for one in consents(her) if one.is_given],
    }
    return _shown(request, her, "page", context)


@require_safe
@hers
def held(request: HttpRequest, her: Her) -> HttpResponse:
    """Each thing that we hold, with where it came from."""
    asked = request.GET.get("sort", "")
    sort = next((one for one in history.SORTS if one == asked), None)
    events = history.events(her.desk.snapshot, her.people, known.seen(her), sort, page_number(request.GET))
    sorts = [(one, history.sort_word(one)) for one in history.SORTS]
    context = {"details": known.details(her), "held": known.held(her), "events": events, "sorts": sorts}
    return _shown(request, her, "held", context)


@require_safe
@hers
def why(request: HttpRequest, her: Her) -> HttpResponse:
    """What we concluded, all the reasons, and how."""
    context = {"concluded": known.concluded(her, _EVIDENCE), "terms": her.desk.snapshot.terms}
    return _shown(request, her, "why", context)


@require_safe
@hers
def contacts(request: HttpRequest, her: Her) -> HttpResponse:
    """Why did I get this?"""
    return _shown(request, her, "contacts", {"contacts": contacted.contacts(her, page_number(request.GET))})


@require_safe
@hers
def contact(request: HttpRequest, her: Her) -> HttpResponse:
    """Why did I get this one? What the file that tells of it says."""
    source, account, number = (request.GET.get(name, "")[:_LONGEST] for name in ("source", "account", "number"))
    found = contacted.contact(her, source, account, number)
    if found is None:
        raise Http404
    return _shown(request, her, "contact", {"one": found})


@require_safe
@hers
def wishes(request: HttpRequest, her: Her) -> HttpResponse:
    """How you want it."""
    return _wishes(request, her)


@require_safe
@hers
def stop(request: HttpRequest, her: Her) -> HttpResponse:
    """Stop using my data."""
    return _stop(request, her)


@require_safe
@hers
def correct(request: HttpRequest, her: Her) -> HttpResponse:
    """Something is wrong."""
    return _correct(request, her)


@require_safe
@hers
def take(request: HttpRequest, her: Her) -> HttpResponse:
    """Take your data with you."""
    return _shown(request, her, "take", {})


@require_POST
@hers
def file(_request: HttpRequest, her: Her, kind: str) -> HttpResponse:
    """All of it as a file, at once, once the audit log says that it was taken."""
    if kind not in FILES:
        raise Http404
    made, content_type, ending = FILES[kind]
    by_themselves(her.desk.company, her.anchor, [], action="export", after={"as": kind})
    name = f"my-data-{her.desk.as_of.isoformat()}.{ending}"
    answer: Any = StreamingHttpResponse(made(her), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer  # type: ignore[no-any-return]


@require_POST
@hers
def act(request: HttpRequest, her: Her, verb: str) -> HttpResponse:
    """Do what she asks, say so, and show the page with it; what is wrong is said beside what was typed."""
    if verb not in VERBS:
        raise Http404
    done, back = VERBS[verb]
    try:
        says = done(her, request.POST)
    except UsageError as wrong:
        again = {"my-wishes": _wishes, "my-stop": _stop, "my-correct": _correct}[back]
        return again(request, her, wrong=wrong, typed=request.POST, status=422)
    messages.success(request, says)
    return redirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
@hers
def erase(request: HttpRequest, her: Her) -> HttpResponse:
    """What goes if she is forgotten, and the button; then the receipt."""
    if request.method != "POST":
        return _shown(request, her, "erase", {"held": known.held(her)})
    number = erase_her(her)
    leave(request)
    return render(request, "portal/gone.html", {"number": number})


@require_GET
@login_not_required
def signal(_request: HttpRequest) -> HttpResponse:
    """That Global Privacy Control is honoured here."""
    return gpc.said()


def _wishes(request: HttpRequest, her: Her, *, status: int = 200, **more: Any) -> HttpResponse:
    told = Told.of(her)
    pauses, quiet = told.pauses, " ".join(row["value"] or "" for row in told.of_kind("quiet"))
    context = {
        "told": told,
        "channels": _channels(told),
        "pace": _pace(told),
        "paces": words.pace_choices(),
        "pause": pauses[-1]["until"] if pauses else None,
        "quiets": [(value, says, value in quiet) for value, says in words.quiet_choices()],
        "dislikes": (told.of_kind("dislike"), words.dislike_choices()),
        "lines": (told.of_kind("line"), words.line_choices()),
        "topics": told.of_kind("topic"),
        "consents": consents(her),
        **more,
    }
    return _shown(request, her, "wishes", context, status=status)


def _stop(request: HttpRequest, her: Her, *, status: int = 200, **more: Any) -> HttpResponse:
    told = Told.of(her)
    holding = [*told.objections, *told.of_kind("restriction")]
    stopped = {"restriction" if row["kind"] == "restriction" else row["value"] for row in holding}
    context = {"holding": holding, "open": [one for one in STOPS if one not in stopped], "gpc": gpc.BY_SIGNAL, **more}
    return _shown(request, her, "stop", context, status=status)


def _correct(request: HttpRequest, her: Her, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "details": known.details(her)[:_CORRECTABLE],
        "choices": [(one, correcting.detail_word(one)) for one in correcting.DETAILS],
        "corrected": [(correcting.detail_word(one.detail), one) for one in correcting.corrected(her)],
        **more,
    }
    return _shown(request, her, "correct", context, status=status)


def _channels(told: Told) -> list[tuple[str, str, str]]:
    """Each way with its word and what she said of it: asked, refused, or nothing."""
    return [(one, words.channel_word(one), told.channels.get(one, "")) for one in CHANNELS]


def _pace(told: Told) -> str:
    """How often, as she said it last; empty: she said nothing."""
    return (told.paces[-1]["value"] or "") if told.paces else ""


def _shown(request: HttpRequest, her: Her, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, f"portal/{name}.html", {"her": her, "here": f"my-{name}", **context}, status=status)
