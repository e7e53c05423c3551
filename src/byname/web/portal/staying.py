"""How long somebody stays on her page, and that nobody else comes to it: a key of its own in the session.

A customer is never `request.user`, and a colleague who is signed in with the same browser stays so.
"""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render

from byname.errors import SnapshotError
from byname.web.desk import desk_of
from byname.web.portal import gpc
from byname.web.portal.whom import her_by_record
from byname.web.served import company

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from byname.web.desk import Desk
    from byname.web.portal.whom import Her

__all__ = ["come_in", "hers", "leave", "open_to_all"]

_KEY = "customer"
_IDLE_SECONDS = 30 * 60
_MOST_SECONDS = 12 * 60 * 60
_SECONDS_TO_RENEW = 60  # a click in so short a time makes no write


def come_in(request: HttpRequest, record_id: str) -> None:
    """Sign her in, under a new session id: one that a stranger knew before is worth nothing."""
    now = int(time.time())
    request.session.cycle_key()
    rotate_token(request)
    request.session[_KEY] = {"record": record_id, "began": now, "seen": now}


def leave(request: HttpRequest) -> None:
    """Sign her out; nobody else."""
    if request.session.pop(_KEY, None) is not None:
        request.session.cycle_key()


def hers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of her own: it is given who she is; whoever has not come in is sent to the way in."""

    @login_not_required
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        desk = _desk(request)
        if desk is None:
            return render(request, "portal/not_yet.html", status=503)
        her = _who(request, desk)
        if her is None:
            return redirect("my-way-in")
        request.is_by_signal = gpc.honour(request, her)  # type: ignore[attr-defined]
        return view(request, her, *args, **named)

    return shown


def open_to_all(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page before the door: nobody is signed in.

    No other site learns its address, in which a link may stand: the pages' referrer policy is "same-origin". A stricter
    one would let browsers send a form without its origin, and no form is taken so.
    """

    @login_not_required
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if _desk(request) is None:
            return render(request, "portal/not_yet.html", status=503)
        return view(request, *args, **named)

    return shown


def _desk(request: HttpRequest) -> Desk | None:
    """The desk; None where there is no snapshot yet.

    Raises:
        Http404: the company keeps these pages shut.
    """
    if settings.COMPANY is None or not company().settings.portal.on:
        raise Http404
    desk = desk_of(request)
    try:
        _ = desk.snapshot
    except SnapshotError:
        return None
    return desk


def _who(request: HttpRequest, desk: Desk) -> Her | None:
    said = request.session.get(_KEY)
    if not said:
        return None
    now = int(time.time())
    over = now - said["seen"] > _IDLE_SECONDS or now - said["began"] > _MOST_SECONDS
    her = None if over else her_by_record(desk, said["record"])
    if her is None:
        leave(request)
    elif now - said["seen"] > _SECONDS_TO_RENEW:
        request.session[_KEY] = {**said, "seen": now}
    return her
