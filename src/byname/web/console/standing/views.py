"""Where customers stand: who alarms us, how many stand where, who moved, and what standings are worth knowing for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from django.shortcuts import render
from django.views.decorators.http import require_safe

from byname.company import Team
from byname.standings import Wanted, alarmed, counted, moved, next_steps
from byname.web.accounts.policy import requires
from byname.web.console.lists import SIZE, gone, hidden, laid, page_number, paged
from byname.web.console.standing.flows import FIVE, flows
from byname.web.console.standing.record import record
from byname.web.console.standing.ties import helpers, ties, uneven
from byname.web.desk import desk_of
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from byname.web.desk import Desk

TEAMS: tuple[str, ...] = get_args(Team.__value__)
_FIRST = 10  # names on the first page


@require_safe
@requires("read")
def standing(request: HttpRequest) -> HttpResponse:
    """Alarms by name, how many stand where, how they flow, who moved."""
    desk = desk_of(request)
    found = remembered(counted, desk.snapshot)
    known = sum(row["people"] for row in found.counts if row["standing"] != "unknown")
    first = Wanted(without=hidden(desk), limit=_FIRST)
    alarms, movers = remembered(alarmed, desk.snapshot, first), remembered(moved, desk.snapshot, first)
    return render(
        request,
        "console/standing.html",
        {
            "counts": found.counts,
            "known": known,
            "of_all": sum(row["people"] for row in found.counts),
            "advocates": found.advocates,
            "too_many": found.too_many,
            "alarms": _with_steps(desk, alarms),
            "alarms_in_all": alarms[0]["of_all"] if alarms else 0,
            "movers": laid(desk, movers),
            "movers_in_all": movers[0]["of_all"] if movers else 0,
            "flows": flows(desk.snapshot, _day(request)),
            "corrected": len(desk.since.standings),
            "as_of": desk.as_of,
        },
    )


@require_safe
@requires("read")
def alarms(request: HttpRequest) -> HttpResponse:
    """Everybody of the best who fell or is about to, with what is done about it."""
    desk, number = desk_of(request), page_number(request.GET)
    team, kind = _one_of(request, "team", TEAMS), _one_of(request, "kind", ("fell", "warning"))
    wanted = Wanted(team, kind, without=hidden(desk), limit=SIZE, offset=(number - 1) * SIZE)
    rows = remembered(alarmed, desk.snapshot, wanted)
    page = paged(desk, rows, number)
    return render(
        request,
        "console/standing_alarms.html",
        {
            "page": page, "rows": _with_steps(desk, rows), "team": team, "kind": kind, "teams": TEAMS,
            "as_of": desk.as_of,
        },
    )  # fmt: skip


@require_safe
@requires("read")
def movers(request: HttpRequest) -> HttpResponse:
    """Everybody who moved in a quarter, by name."""
    desk, number = desk_of(request), page_number(request.GET)
    team, way, into = (
        _one_of(request, "team", TEAMS), _one_of(request, "way", ("fell", "rose")), _one_of(request, "into", FIVE)
    )  # fmt: skip
    picture = flows(desk.snapshot, _day(request))
    wanted = Wanted(
        team, way=way, into=into, day=picture.day, without=hidden(desk), limit=SIZE, offset=(number - 1) * SIZE
    )
    page = paged(desk, remembered(moved, desk.snapshot, wanted), number)
    return render(
        request,
        "console/standing_movers.html",
        {
            "page": page, "rows": page.rows, "team": team, "way": way, "into": into, "teams": TEAMS, "five": FIVE,
            "day": picture.day, "days": picture.days,
        },
    )  # fmt: skip


@require_safe
@requires("read")
def both_ways(request: HttpRequest) -> HttpResponse:
    """Ties: who would recommend us and who does, both ways, stages, what people do among our customers."""
    desk = desk_of(request)
    return render(
        request,
        "console/standing_ties.html",
        {
            "found": remembered(ties, desk.snapshot),
            "uneven": laid(desk, remembered(uneven, desk.snapshot, gone(desk))),
            "helpers": laid(desk, remembered(helpers, desk.snapshot, gone(desk))),
        },
    )


@require_safe
@requires("read")
def foretold(request: HttpRequest) -> HttpResponse:
    """What the standings of a year ago foretold, and what became of those for whom something was put right."""
    desk = desk_of(request)
    found = record(desk.snapshot, hidden(desk))
    return render(
        request,
        "console/standing_record.html",
        {"found": found, "open": laid(desk, found.open), "mended": laid(desk, found.mended)},
    )


def _with_steps(desk: Desk, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each with what is done about it."""
    steps = next_steps(desk.snapshot, [row["person_id"] for row in rows]) if rows else {}
    return laid(desk, [row | {"step": steps.get(row["person_id"])} for row in rows])


def _one_of(request: HttpRequest, name: str, known: Sequence[str]) -> str:
    """What the address says, where it is one of these; else nothing."""
    said = request.GET.get(name, "")
    return said if said in known else ""


def _day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("quarter", ""))
    except ValueError:
        return None
