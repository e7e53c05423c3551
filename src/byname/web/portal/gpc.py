"""Global Privacy Control: a browser that says `Sec-GPC: 1` objects to marketing and to passing anything on.

It is honoured once for each person. Whoever takes that objection back on her page has said so herself, and her own word
stands above her browser's.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.http import JsonResponse

from byname.web.portal.told import Told
from byname.web.portal.writing import BY_HERSELF, by_themselves
from byname.web.written.actions.writing import Fact

if TYPE_CHECKING:
    from django.http import HttpRequest

    from byname.web.portal.whom import Her

__all__ = ["BY_SIGNAL", "honour", "is_given", "said"]

BY_SIGNAL = f"{BY_HERSELF} (Global Privacy Control)"
_SINCE = date(2026, 11, 26)  # when these pages began to honour it


def is_given(request: HttpRequest) -> bool:
    """Does this browser say so?"""
    return request.headers.get("Sec-GPC") == "1"


def honour(request: HttpRequest, her: Her) -> bool:
    """Write the objection down, the first time that her browser says so; whether it says so."""
    if not is_given(request):
        return False
    told = Told.of(her)
    if not any(row["kind"] == "objection" and row["by_whom"] == BY_SIGNAL for row in told.every):
        objection = {"kind": "objection", "value": "marketing", "by_whom": BY_SIGNAL}
        by_themselves(
            her.desk.company, her.anchor, [Fact("preferences", objection)], action="objection",
            after={"by": "Global Privacy Control"},
        )  # fmt: skip
    return True


def said() -> JsonResponse:
    """What /.well-known/gpc.json answers: that the signal is honoured here."""
    answer = JsonResponse({"gpc": True, "lastUpdate": _SINCE.isoformat()})
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
