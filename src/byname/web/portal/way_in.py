"""The way in: an address is asked for, a letter goes to it, its link shows a button, the button lets in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from byname.people.keys import email_key
from byname.web.desk import Desk, desk_of
from byname.web.portal import doors, later
from byname.web.portal.letters import HOURS, send_way_in
from byname.web.portal.staying import come_in, leave, open_to_all
from byname.web.portal.whom import her_by_record

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["door", "out", "sent", "way_in"]

_form = require_http_methods(["GET", "HEAD", "POST"])
_OVER = {
    doors.Found.USED: "used",
    doors.Found.OVER: "over",
    doors.Found.NONE: "none",
}


class Asked(forms.Form):
    """Who asks for a link."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


@_form
@open_to_all
def way_in(request: HttpRequest) -> HttpResponse:
    """Ask for an address. The answer is the same for everybody, and comes before anybody is looked for."""
    form = Asked(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if not ratelimit.consume(request, action="way_in"):
            return render(request, "portal/too_often.html", status=429)
        desk = desk_of(request)
        # Too often for one address is not said: the owner of it may have asked, or a stranger.
        key = email_key(email) or email.lower()
        if settings.HAS_MAIL and ratelimit.consume(request, action="way_in_address", key=key):
            later.later(partial(send_way_in, Desk(desk.company, desk.snapshot), email, _host(request, desk)))
        return redirect("my-way-in-sent")
    said = {"form": form, "has_mail": settings.HAS_MAIL, "hours": HOURS}
    return render(request, "portal/way_in.html", said, status=422 if form.errors else 200)


@require_GET
@open_to_all
def sent(request: HttpRequest) -> HttpResponse:
    """Say that a letter is on its way, if the address is somebody's."""
    return render(request, "portal/sent.html", {"hours": HOURS})


@_form
@sensitive_variables("token")
@open_to_all
def door(request: HttpRequest, token: str) -> HttpResponse:
    """A link: looking shows the button, the button uses the link up and lets in."""
    if request.method != "POST":
        found = doors.look(token)
        if found is doors.Found.OPEN:
            return render(request, "portal/door.html")
        return render(request, "portal/link_over.html", {"found": _OVER[found]}, status=404)
    record_id = doors.use(token)
    her = None if record_id is None else her_by_record(desk_of(request), record_id)
    if her is None:
        found = doors.look(token)
        return render(request, "portal/link_over.html", {"found": _OVER.get(found, "none")}, status=404)
    come_in(request, her.anchor)
    return redirect("my-page")


@require_POST
@open_to_all
def out(request: HttpRequest) -> HttpResponse:
    """Leave the page."""
    leave(request)
    return redirect("my-way-in")


def _host(request: HttpRequest, desk: Desk) -> str:
    """The pages' own address where byname.toml names it, whatever the caller says that this host is."""
    return desk.company.settings.web.address or f"{request.scheme}://{request.get_host()}"
