"""What programs may ask and write. Each route: whose token, what it may, work, answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.security import HttpBearer

from byname import deciding
from byname.best import called
from byname.errors import BynameError, SnapshotError
from byname.standings import standings
from byname.today import today, week
from byname.web.accounts import audit
from byname.web.agreed.perks import give
from byname.web.api import schemas, tokens
from byname.web.api.listed import listed
from byname.web.api.one import one
from byname.web.api.till import recognise
from byname.web.desk import Desk, desk_of
from byname.web.written import actions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from byname.web.written.actions import Written

__all__ = ["api"]


class _Bearer(HttpBearer):
    """`Authorization: Bearer byname_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> tokens.Caller | None:  # noqa: ARG002 - ninja's contract
        return tokens.caller(token)


_REFUSALS = {401: schemas.Failed, 403: schemas.Failed, 404: schemas.Failed, 409: schemas.Failed, 503: schemas.Failed}

api = NinjaAPI(
    title="byname",
    version="1",
    description="Customers by name, for programs. Who objected, restricted or was erased is in no answer.",
    auth=_Bearer(),
    docs_url=None,  # its page loads scripts from elsewhere
    openapi_url=None,  # served by `views.openapi`, to who may
    urls_namespace="api",
)


@api.get("/people", response={200: schemas.People, **_REFUSALS}, summary="The best customers by name")
def people(
    request: HttpRequest,
    by: schemas.Measure = "clv",
    q: schemas.Short = "",
    standing: schemas.StandingName | None = None,
    owner: schemas.Short = "",
    after: schemas.Short = "",
    limit: schemas.Limit = 50,
) -> dict[str, Any]:
    """A page of people, ranked, or found by name, e-mail, phone or number. To read on is an export, and is logged."""
    account = _caller(request).demand("read", "read")
    desk = desk_of(request)
    if after:
        _caller(request).demand("export", "export")
        audit.log(account, "export", "api/people", after={"by": by, "after": after, "limit": limit})
    rows, then = listed(desk, by=by, text=q, standing=standing or "", owner=owner, after=after, limit=limit)
    return {"people": rows, "then": then, **_terms(desk)}


@api.get("/people/{person_id}", response={200: schemas.Person, **_REFUSALS}, summary="One person")
def person(request: HttpRequest, person_id: schemas.Id) -> dict[str, Any]:
    """All that a colleague would tell, with the facts that prove it."""
    account = _caller(request).demand("read", "read")
    desk = desk_of(request)
    return one(desk, desk.person_id(person_id), account) | _terms(desk)


@api.get("/today", response={200: schemas.Today, **_REFUSALS}, summary="Whom to reach today")
def todays(request: HttpRequest, team: schemas.TeamName | None = None) -> dict[str, Any]:
    """The first day of the plan on which somebody works."""
    _caller(request).demand("read", "read")
    desk = desk_of(request)
    found = today(desk.snapshot, team=team or "")
    rows = _planned(desk, found.rows)
    delight = _planned(desk, [found.delight] if found.delight else [])
    return {
        "day": found.day, "delight": delight[0] if delight else None, "people": rows, "blocked": found.blocked,
        "advice": found.advice, **_terms(desk),
    }  # fmt: skip


@api.get("/plan", response={200: schemas.Week, **_REFUSALS}, summary="The plan of the week")
def plan(request: HttpRequest) -> dict[str, Any]:
    """Whom to reach on which day, what time there is, and how near the plan is to the best there could be."""
    _caller(request).demand("read", "read")
    desk = desk_of(request)
    found = week(desk.snapshot, 0)
    gap = next((row["value"] for row in found.choice if row["name"] == "gap"), None)
    return {"people": _planned(desk, found.rows), "capacity": found.capacity, "gap": gap, **_terms(desk)}


@api.get("/standing", response={200: schemas.Standing, **_REFUSALS}, summary="Where the customers stand")
def standing(request: HttpRequest) -> dict[str, Any]:
    """How many stand where, and who moved in the latest quarter."""
    _caller(request).demand("read", "read")
    desk = desk_of(request)
    found = standings(desk.snapshot)
    movers = [row | {"name": called(row)} for row in found.movers if row["person_id"] not in desk.since.hidden]
    return {"counts": found.counts, "movers": movers, **_terms(desk)}


@api.post("/recognise", response={200: schemas.Said, **_REFUSALS}, summary="Who is this?")
def recognised(request: HttpRequest, record: schemas.Record) -> dict[str, Any]:
    """Name, e-mail, phone or account number in; person, greeting and what is due to them out."""
    _caller(request).demand("recognise", "read")
    desk = desk_of(request)
    return {"people": [asdict(guest) for guest in recognise(desk, record.dict())], "as_of": desk.as_of}


@api.get("/decisions", response={200: schemas.Decisions, **_REFUSALS}, summary="What was decided about who is who")
def decisions(request: HttpRequest) -> dict[str, Any]:
    """All of them, oldest first, with what was undone or replaced since."""
    _caller(request).demand("decide", "decide")
    desk = desk_of(request)
    return {"decisions": [asdict(row) for row in deciding.decisions(desk.company)]}


@api.post("/decisions", response={200: schemas.Decided, **_REFUSALS}, summary="Decide, note, promise, log")
def decide(request: HttpRequest, said: schemas.Decision) -> dict[str, Any]:
    """Written at once and shown at once; the numbers follow at the next refresh."""
    decision, caller, desk = said.decision, _caller(request), desk_of(request)
    scope, write = _WRITES[type(decision)]
    # The action itself asks whether the account may; here, whether the token may.
    if scope not in caller.scopes:
        raise PermissionDenied(f"this token has no scope {scope}")
    written = write(caller.account, desk, decision)
    return {"says": written.says, "fact_ids": list(written.fact_ids)}


_WRITES: Mapping[type, tuple[str, Callable[[Any, Desk, Any], Written]]] = {
    schemas.Note: (
        "act", lambda by, desk, it: actions.note(by, desk, desk.person_id(it.person_id), it.text, private=it.private),
    ),
    schemas.Promised: (
        "act", lambda by, desk, it: actions.promise(by, desk, desk.person_id(it.person_id), it.what, due=it.due),
    ),
    schemas.Assigned: (
        "assign", lambda by, desk, it: actions.assign(by, desk, desk.person_id(it.person_id), it.employee),
    ),
    schemas.Corrected: (
        "act",
        lambda by, desk, it: actions.correct_standing(by, desk, desk.person_id(it.person_id), it.standing, why=it.why),
    ),
    schemas.Contacted: (
        "act",
        lambda by, desk, it: actions.log_contact(
            by, desk, desk.person_id(it.person_id), channel=it.channel, kind=it.contact, says=it.says
        ),
    ),
    schemas.Handled: (
        "act",
        lambda by, desk, it: actions.handle(by, desk, desk.person_id(it.person_id), it.action, it.how, why=it.why),
    ),
    schemas.PerkGiven: ("act", lambda by, desk, it: give(by, desk, desk.person_id(it.person_id), it.perk_id)),
    schemas.Merged: (
        "decide",
        lambda by, desk, it: (actions.merge if it.kind == "merge" else actions.apart)(
            by, desk, it.one, it.other, why=it.why
        ),
    ),
    schemas.Undone: ("act", lambda by, desk, it: actions.undo(by, desk, it.decision_id)),
}  # fmt: skip


def _caller(request: HttpRequest) -> tokens.Caller:
    return cast("tokens.Caller", request.auth)  # type: ignore[attr-defined]


def _terms(desk: Desk) -> dict[str, Any]:
    return {"as_of": desk.as_of, "currency": desk.snapshot.terms["currency"]}


def _planned(desk: Desk, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the plan without those who are shown to nobody, with what became of each."""
    since = desk.since
    return [
        row
        | {
            "name": row["name"] or row["email"] or row["person_id"],
            "handled": since.handled.get((row["person_id"], row["action"]), ""),
        }
        for row in rows
        if row["person_id"] not in since.hidden
    ]


# --------------------------------------------------------------------------------------------- what went wrong


@api.exception_handler(BynameError)
def _ours(request: HttpRequest, error: BynameError) -> HttpResponse:
    status = 503 if isinstance(error, SnapshotError) else 409
    parts = {"where": error.where, "found": error.found, "expected": error.expected, "do": error.do}
    return api.create_response(request, {"detail": str(error), **parts}, status=status)


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"detail": f"not allowed: {error}"}, status=403)


@api.exception_handler(Http404)
def _gone(request: HttpRequest, _error: Http404) -> HttpResponse:
    return api.create_response(request, {"detail": "nobody of that id"}, status=404)


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    told = [{key: one[key] for key in ("loc", "msg", "type") if key in one} for one in error.errors]
    return api.create_response(request, {"detail": told}, status=422)
