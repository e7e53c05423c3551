"""The page that a friend's link leads to: for anybody, without a cookie until its button is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from byname.web.desk import desk_of
from byname.web.friends.links import Invitation, invitation
from byname.web.portal.staying import open_to_all
from byname.web.rates import may_look

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["forget", "from_a_friend", "remembered"]

_KEY = "from_a_friend"


@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all
def from_a_friend(request: HttpRequest, code: str) -> HttpResponse:
    """Whose link it is and who we are; its button keeps the link until she is on her page, where she is asked.

    The form stands on a page of its own, since its token is a cookie: who only looks gets none.
    """
    # A code is tried by looking.
    if not may_look(request, "from_a_friend"):
        return render(request, "portal/too_often.html", status=429)
    desk = desk_of(request)
    given = invitation(desk, code)
    if given is None:
        return render(request, "friends/nowhere.html", status=404)
    if request.method == "POST":
        request.session[_KEY] = given.code
        return redirect("my-brought")
    said = {"given": given, "site": desk.company.settings.portal.site, "is_saying": "say" in request.GET}
    return render(request, "friends/from.html", said)


def remembered(request: HttpRequest) -> Invitation | None:
    """The link that led here, if it still leads somewhere."""
    code = request.session.get(_KEY)
    return invitation(desk_of(request), code) if code else None


def forget(request: HttpRequest) -> None:
    """She has answered: think of the link no longer."""
    request.session.pop(_KEY, None)
