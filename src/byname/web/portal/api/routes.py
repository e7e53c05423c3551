"""What a company's own app may ask and write for a customer who is signed in there. Each route: who, work, answer.

The app's server signs a hand-over, as for the pages (`portal/handover.py`), and gets what speaks for that customer for
half an hour. No cookie is read, so no other site can ask in somebody's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.security import HttpBearer

from byname.errors import BynameError, SnapshotError, UsageError
from byname.web.api.schemas import Failed
from byname.web.console.lists import part_of
from byname.web.desk import desk_of
from byname.web.ideas.board import alike, board
from byname.web.ideas.giving import MOST_WORDS, give, vote
from byname.web.portal import contacted, gpc
from byname.web.portal.api import schemas, sessions, told
from byname.web.portal.asking import VERBS
from byname.web.portal.erasing import erase as erase_her
from byname.web.portal.exporting import as_json
from byname.web.portal.handover import taken
from byname.web.portal.whom import her_by_record
from byname.web.portal.writing import by_themselves
from byname.web.rates import may_look
from byname.web.reviews.shelf import shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from byname.web.desk import Desk
    from byname.web.ideas.board import Board, Idea
    from byname.web.portal.whom import Her

__all__ = ["api"]


class _TooOften(Exception):  # noqa: N818 - a noun that reads well where it is raised
    """Somebody asks by machine."""


class _HandedOver(HttpBearer):
    """`Authorization: Bearer` and the text that the company's own sign-in signed; good once."""

    def authenticate(self, request: HttpRequest, token: str) -> list[Her] | None:
        """Whom it hands over."""
        _slow_down(request, "my_api_session")
        return taken(_desk(request), token) or None


class _Bearer(HttpBearer):
    """`Authorization: Bearer` and the token that `POST /my/api/session` gave."""

    def authenticate(self, request: HttpRequest, token: str) -> Her | None:
        """For whom it speaks; who is erased is nobody from that moment on."""
        desk = _desk(request)
        record = sessions.whose(token)
        her = her_by_record(desk, record) if record else None
        if her is None:
            return None
        _slow_down(request, "my_api", her.anchor)
        gpc.honour(request, her)
        return her


_REFUSALS = dict.fromkeys((401, 404, 409, 429, 503), Failed)

api = NinjaAPI(
    title="byname, for customers",
    version="1",
    description="What a customer sees and does on their own pages, for a company's own app or site.",
    auth=_Bearer(),
    docs_url=None,  # its page loads scripts from elsewhere
    openapi_url=None,  # served by `views.openapi`
    urls_namespace="my-api",
)


# -------------------------------------------------------------------------------------------------- coming in


@api.post("/session", response={200: schemas.Begun, **_REFUSALS}, auth=_HandedOver(), summary="Begin")
def session(request: HttpRequest) -> dict[str, Any]:
    """The hand-over as bearer in, a token for half an hour out. Of two in one mailbox hand over by source and id."""
    people = cast("list[Her]", request.auth)  # type: ignore[attr-defined]
    if len(people) > 1:
        raise UsageError(
            where="token", found=f"{len(people)} people with this e-mail", expected='"source" and "id", which name one'
        )
    return {"token": sessions.begin(people[0].anchor), "seconds": sessions.SECONDS, "name": people[0].name}


@api.delete("/session", response={200: schemas.Said, **_REFUSALS}, summary="End")
def leave(request: HttpRequest) -> dict[str, str]:
    """The token speaks for nobody any more."""
    sessions.end(request.headers["Authorization"].partition(" ")[2])
    return {"says": "ended"}


# ------------------------------------------------------------------------------------------------ what is held


@api.get("/me", response={200: schemas.Me, **_REFUSALS}, summary="What we hold and conclude")
def me(request: HttpRequest) -> dict[str, Any]:
    """In short, with all reasons."""
    return told.me(_her(request))


@api.get("/contacts", response={200: schemas.Contacts, **_REFUSALS}, summary="Who reached out, and why")
def contacts(request: HttpRequest, page: schemas.PageNumber = 1) -> dict[str, Any]:
    """A page, newest first."""
    return told.contacts(_her(request), page)


@api.get("/contacts/why", response={200: schemas.Contact, **_REFUSALS}, summary="Why did I get this one?")
def contact(
    request: HttpRequest, source: schemas.Short, number: schemas.Short, account: schemas.Short = ""
) -> dict[str, Any]:
    """What the file that tells of it says; a contact's `more` is the query."""
    found = contacted.contact(_her(request), source, account, number)
    if found is None:
        raise Http404
    return told.contact(found)


@api.get("/export", response={200: schemas.Export, **_REFUSALS}, summary="Take everything along")
def export(request: HttpRequest) -> HttpResponse:
    """All that is held, at once; that it was taken stands in the audit log."""
    her = _her(request)
    by_themselves(her.desk.company, her.anchor, [], action="export", after={"as": "json", "by": "api"})
    answer: Any = StreamingHttpResponse(as_json(her), content_type="application/json")
    return answer  # type: ignore[no-any-return]


# ------------------------------------------------------------------------------------------------ what she says


@api.get("/wishes", response={200: schemas.Wishes, **_REFUSALS}, summary="How I want it")
def wishes(request: HttpRequest) -> dict[str, Any]:
    """What holds, and what may be said."""
    return told.wishes(_her(request))


@api.post("/wishes", response={200: schemas.Said, **_REFUSALS}, summary="Say how I want it")
def wish(request: HttpRequest, wish: schemas.Wish) -> dict[str, str]:
    """It holds from this moment on."""
    return _do(request, wish.verb, wish.said)


@api.post("/stop", response={200: schemas.Said, **_REFUSALS}, summary="Stop using my data")
def stop(request: HttpRequest, stop: schemas.Stop) -> dict[str, str]:
    """Object or restrict, at once; `take-back` of /wishes ends it."""
    return _do(request, "stop", {"what": stop.what})


@api.post("/correct", response={200: schemas.Said, **_REFUSALS}, summary="Something is wrong")
def correct(request: HttpRequest, correction: schemas.Correction) -> dict[str, str]:
    """A colleague puts it right where it comes from."""
    return _do(request, "correct", {"detail": correction.detail, "value": correction.value})


@api.post("/erase", response={200: schemas.Erased, **_REFUSALS}, summary="Forget me")
def erase(request: HttpRequest, erasure: schemas.Erasure) -> dict[str, str]:  # noqa: ARG001 - that it came is the word
    """Everything goes, and the token is worth nothing at once."""
    receipt = erase_her(_her(request))
    leave(request)
    return {"receipt": receipt}


# ------------------------------------------------------------------------------------------ ideas and reviews


@api.get("/ideas", response={200: schemas.Ideas, **_REFUSALS}, summary="What customers wish for")
def ideas(request: HttpRequest, status: schemas.Status | None = None, page: schemas.PageNumber = 1) -> dict[str, Any]:
    """A page of what others may see, and all of one's own."""
    her = _her(request)
    all_ = board(her.desk)
    part = part_of([one for one in all_.public() if status in (None, one.status)], page)
    shown: list[Any] = part.rows
    return {
        "ideas": [told.idea(her, one) for one in shown],
        "own": [told.idea(her, one) for one in all_.of(her.people)],
        "of_all": part.of_all,
        "then": part.after,
    }


@api.post("/ideas", response={200: schemas.Given, **_REFUSALS}, summary="Give an idea")
def new_idea(request: HttpRequest, new: schemas.NewIdea) -> dict[str, Any]:
    """Those that say much the same come back first, to be for one of them instead."""
    her = _her(request)
    all_ = board(her.desk)
    likest = [] if new.anyway else alike(all_.public(), f"{new.title} {new.text}"[:MOST_WORDS])
    if likest:
        return {"number": None, "alike": [told.idea(her, one) for one in likest]}
    return {"number": give(her, all_, new.title, new.text), "alike": []}


@api.post("/ideas/{number}/vote", response={200: schemas.Said, **_REFUSALS}, summary="Be for an idea")
def support(request: HttpRequest, number: schemas.Short, said: schemas.Vote) -> dict[str, str]:
    """Or no longer; nobody counts twice."""
    her = _her(request)
    vote(her, _seen(her, board(her.desk), number), is_for=said.is_for)
    return {"says": "counted" if said.is_for else "taken back"}


@api.get("/reviews", response={200: schemas.Reviews, **_REFUSALS}, summary="My reviews")
def reviews(request: HttpRequest) -> dict[str, Any]:
    """One's own, newest first, with why one was taken from view."""
    her = _her(request)
    return {"reviews": [told.review(one) for one in shelf(her.desk).of(her.people)]}


# ----------------------------------------------------------------------------------------------------- helpers


def _slow_down(request: HttpRequest, action: str, key: str | None = None) -> None:
    """Count, those who only read too.

    Raises:
        _TooOften: it was too often.
    """
    if not may_look(request, action, key=key):
        raise _TooOften


def _desk(request: HttpRequest) -> Desk:
    """What is known.

    Raises:
        Http404: the company keeps its customers' pages shut.
    """
    desk = desk_of(request)
    if not desk.company.settings.portal.on:
        raise Http404
    return desk


def _her(request: HttpRequest) -> Her:
    return cast("Her", request.auth)  # type: ignore[attr-defined]


def _do(request: HttpRequest, verb: str, said: Mapping[str, str]) -> dict[str, str]:
    done, _back = VERBS[verb]
    return {"says": done(_her(request), said)}


def _seen(her: Her, all_: Board, number: str) -> Idea:
    """An idea that she may see: one for all, or her own."""
    idea = all_.one(number)
    if idea is None or not (idea.is_public or idea.author in her.people):
        raise Http404
    return idea


# --------------------------------------------------------------------------------------------- what went wrong


@api.exception_handler(BynameError)
def _ours(request: HttpRequest, error: BynameError) -> HttpResponse:
    status = 503 if isinstance(error, SnapshotError) else 409
    parts = {"where": error.where, "found": error.found, "expected": error.expected, "do": error.do}
    return api.create_response(request, {"detail": str(error), **parts}, status=status)


@api.exception_handler(_TooOften)
def _slower(request: HttpRequest, _error: _TooOften) -> HttpResponse:
    answer = api.create_response(request, {"detail": "too often; try again in a minute"}, status=429)
    answer["Retry-After"] = "60"
    return answer


@api.exception_handler(Http404)
def _gone(request: HttpRequest, _error: Http404) -> HttpResponse:
    return api.create_response(request, {"detail": "nothing of yours is there"}, status=404)


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    told_ = [{key: one[key] for key in ("loc", "msg", "type") if key in one} for one in error.errors]
    return api.create_response(request, {"detail": told_}, status=422)
