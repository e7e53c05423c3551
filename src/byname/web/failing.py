"""What somebody sees where a page fails: a customer below /my/ in her own words, everybody else in those of staff.

A customer knows nothing of roles, of today's list or of a terminal; she is shown the way to her own page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views import csrf, defaults

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

__all__ = ["broken", "nonsense", "not_here", "not_yours", "too_old"]

_HERS = "/my/"


def nonsense(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """400: what came makes no sense."""
    return _hers(request, "nonsense", 400) or defaults.bad_request(request, exception)


def not_yours(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403: not for whoever asks."""
    return _hers(request, "not yours", 403) or defaults.permission_denied(request, exception)


def too_old(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """403: a form that was open for too long, or came from another site."""
    return _hers(request, "too old", 403) or csrf.csrf_failure(request, reason)


def not_here(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """404: no such page."""
    return _hers(request, "not here", 404) or defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponseBase:
    """500: our fault. Nothing is asked of the database, since that may be what broke."""
    if not request.path.startswith(_HERS):
        return defaults.server_error(request)
    return HttpResponse(loader.get_template("portal/broken.html").render(), status=500)


def _hers(request: HttpRequest, failed: str, status: int) -> HttpResponse | None:
    if not request.path.startswith(_HERS):
        return None
    return render(request, "portal/failed.html", {"failed": failed}, status=status)
