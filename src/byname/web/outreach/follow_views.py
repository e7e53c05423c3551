"""What the links of a followed letter open: a picture of one dot, the link on, and how to be followed no longer.

No cookie is set, nothing of the request is kept, no other site learns the address: the pages' referrer policy is
"same-origin". Whether something was written down shows in no answer.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from byname.errors import BynameError
from byname.web.desk import desk_of
from byname.web.outreach.following import draft_at, follow_no_longer, leads_to, note
from byname.web.portal import gpc
from byname.web.rates import may_look

if TYPE_CHECKING:
    from django.http import HttpRequest

    from byname.web.outreach.models import Draft

__all__ = ["lead_on", "no_longer", "seen"]

_DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@login_not_required
@require_safe
def seen(request: HttpRequest, key: str) -> HttpResponse:
    """The picture of a letter that was opened."""
    draft = draft_at(key)
    if draft is not None:
        _note(request, draft, "opened")
    return _hushed(HttpResponse(_DOT, content_type="image/gif"))


@login_not_required
@require_safe
def lead_on(request: HttpRequest, key: str, place: int) -> HttpResponse:
    """On to the link that stands in the letter, and nowhere else: no address is taken from the request."""
    draft = draft_at(key)
    link = leads_to(draft, place) if draft is not None else ""
    if draft is None or not link:
        return _hushed(render(request, "outreach/following.html", {"state": "nowhere"}, status=404))
    _note(request, draft, "clicked", place)
    return _hushed(HttpResponseRedirect(link))


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def no_longer(request: HttpRequest, key: str) -> HttpResponse:
    """Show the button; take the consent back when it is pressed. Looking takes nothing back."""
    if request.method != "POST":
        return _hushed(render(request, "outreach/following.html", {"state": "stop", "key": key}))
    if not ratelimit.consume(request, action="unsubscribe", key=key):
        answer = render(request, "outreach/stop.html", {"state": "too often"}, status=429)
        answer.headers["Retry-After"] = "60"
        return _hushed(answer)
    draft = draft_at(key)
    if draft is not None:
        follow_no_longer(draft)
    return _hushed(render(request, "outreach/following.html", {"state": "stopped", "key": key}))


def _note(request: HttpRequest, draft: Draft, kind: str, place: int = 0) -> None:
    """Write it down, where it may be; whatever stands in the way, the letter opens and its links lead on."""
    if request.method != "GET" or gpc.is_given(request):
        return
    if not may_look(request, "follow", key=str(draft.pk)):
        return
    try:
        desk = desk_of(request)
        _ = desk.snapshot
        note(desk, draft, kind, place)
    except BynameError:
        return


def _hushed(answer: HttpResponse) -> HttpResponse:
    patch_cache_control(answer, private=True, no_store=True)
    return answer
