"""At the door of every page: how long a session lasts, who must have a second factor, what no browser may keep."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from byname.errors import SettingsError
from byname.web.accounts.policy import needs_second_factor

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

__all__ = ["DoorMiddleware"]

_SECONDS_A_SESSION = 14 * 24 * 60 * 60  # however busy: then the password is asked for again
_SECONDS_TO_RENEW = 10 * 60  # a click in so long makes no write
_OPEN_WITHOUT = frozenset({"account_logout", "account_reauthenticate", "account_change_password", "mfa_activate_totp"})


class DoorMiddleware:
    """Ends old sessions, asks for a second factor where it must be, and tells browsers to keep nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        if request.user.is_authenticated:
            _renew(request)
        answer = self._get_response(request)
        # Names of customers: not in the browser's cache, where the next person at the desk goes back to them.
        answer.headers.setdefault("Cache-Control", "no-store, private")
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        answer.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        return answer

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Send who must have a second factor and has none to the page that sets it up."""
        if not _lacks_second_factor(request):
            return None
        match = request.resolver_match
        if match and match.url_name in _OPEN_WITHOUT:
            return None
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        messages.info(request, _("Owners and data stewards need a second factor here. Set it up first."))
        return redirect("mfa_activate_totp")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for a byname.toml that somebody broke by hand."""
        if isinstance(exception, SettingsError):
            return render(request, "wrong_settings.html", {"error": exception}, status=503)
        return None


def _renew(request: HttpRequest) -> None:
    """Count the session's time anew, seldom enough that clicking writes nothing; end it when it is old."""
    now = int(time.time())
    began = request.session.get("began")
    if began is None:
        request.session["began"] = request.session["seen"] = now
    elif now - began > _SECONDS_A_SESSION:
        logout(request)
    elif now - request.session.get("seen", 0) > _SECONDS_TO_RENEW:
        request.session["seen"] = now


def _lacks_second_factor(request: HttpRequest) -> bool:
    company = settings.COMPANY
    return (
        company is not None
        and company.settings.web.second_factor
        and needs_second_factor(request.user)
        and not is_mfa_enabled(request.user)
    )
