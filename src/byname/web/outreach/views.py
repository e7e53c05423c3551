"""The page on which people stop our messages, and where a mail program presses the button by itself (RFC 8058).

It needs no cookie, no session and no login, leads nowhere, and says the same whether the link is known or not. Looking
at it stops nothing: programs that look for bad mail open every link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from byname.web.outreach.unsubscribing import come_back, unsubscribe

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["stop", "take_back"]


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """Show the button; stop the mails when it is pressed, by a person or by their mail program."""
    if request.method != "POST":
        return _page(request, "stop", key)
    if not ratelimit.consume(request, action="unsubscribe", key=key):
        return _too_often(request)
    unsubscribe(key)
    if request.POST.get("List-Unsubscribe") == "One-Click":
        return HttpResponse(_("Stopped."), content_type="text/plain; charset=utf-8")
    return _page(request, "stopped", key)


@csrf_exempt
@login_not_required
@require_POST
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """It was a slip: the mails may come again."""
    if not ratelimit.consume(request, action="unsubscribe", key=key):
        return _too_often(request)
    come_back(key, _wording())
    return _page(request, "back", key)


def _wording() -> str:
    """What stands on the button, and is kept as what they agreed to."""
    return _("It was a slip: write to me this way again")


def _page(request: HttpRequest, state: str, key: str) -> HttpResponse:
    return render(request, "outreach/stop.html", {"state": state, "key": key, "wording": _wording()})


def _too_often(request: HttpRequest) -> HttpResponse:
    answer = render(request, "outreach/stop.html", {"state": "too often"}, status=429)
    answer.headers["Retry-After"] = "60"
    return answer
