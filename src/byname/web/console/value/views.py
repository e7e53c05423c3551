"""What customers are worth together, in whom it lies, what became of it, and how well it was foretold before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from byname.report.contents import drawn, measured, record, sold
from byname.report.tables import tables
from byname.web.accounts.policy import requires
from byname.web.console.lists import SIZE, Page, gone, laid, page_number
from byname.web.console.value.points import points
from byname.web.console.value.risk import at_risk, people_at_risk
from byname.web.desk import desk_of
from byname.web.remembered import remembered

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_FIRST = 10  # names on the first page
_YEAR = (365, 366)


@require_safe
@requires("read")
def value(request: HttpRequest) -> HttpResponse:
    """Customer equity, its bridge, in whom it lies, who may be slipping away, what the best have in common."""
    desk = desk_of(request)
    currency, days = desk.snapshot.terms["currency"], int(desk.snapshot.terms["horizon_days"])
    found = remembered(measured, desk.snapshot)
    named = {row["name"]: row for row in (*found["risk"], *found["spread"])}
    return render(
        request,
        "console/value.html",
        {
            "total": next(iter(found["total"]), None),
            "at_risk": named.get("at risk"),
            "saved": named.get("saved"),
            "fifth": named.get("clv: top 20%"),
            "most": named.get("clv: most over median"),
            "points": points(found["concentration"]),
            "tables": tables(found, [], currency),
            "charts": drawn(found, [], currency),
            "sales": remembered(sold, desk.snapshot),
            "people": laid(desk, remembered(at_risk, desk.snapshot, gone(desk), limit=_FIRST)),
            "as_of": desk.as_of,
            "days": days,
            "is_a_year": days in _YEAR,
            "is_margin": float(desk.snapshot.terms["margin"]) != 1,
            "discount": float(desk.snapshot.terms["discount"]),
        },
    )


@require_safe
@requires("read")
def risk(request: HttpRequest) -> HttpResponse:
    """Everybody whose worth may be slipping away, by name."""
    desk, number = desk_of(request), page_number(request.GET)
    rows = remembered(at_risk, desk.snapshot, gone(desk), limit=SIZE, offset=(number - 1) * SIZE)
    many = remembered(people_at_risk, desk.snapshot, gone(desk))
    page = Page(laid(desk, rows), number, many["people"])
    return render(request, "console/value_risk.html", {"page": page, "rows": page.rows, "many": many})


@require_safe
@requires("read")
def foretold(request: HttpRequest) -> HttpResponse:
    """How earlier predictions did: the models side by side, how often the ranges held, what was expected and came."""
    desk = desk_of(request)
    found, currency = remembered(measured, desk.snapshot), desk.snapshot.terms["currency"]
    return render(
        request,
        "console/value_record.html",
        {
            "record": record(desk.snapshot.terms),
            "believed": desk.snapshot.terms.get("believed", ""),
            "tables": tables(found, [], currency),
            "charts": drawn(found, [], currency),
        },
    )
