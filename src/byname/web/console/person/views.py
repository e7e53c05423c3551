"""What the page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from byname.web.desk import desk_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def person(request: HttpRequest, person_id: str) -> HttpResponse:
    """Show one person."""
    return render(request, "console/person.html", {"person_id": desk_of(request).person_id(person_id)})
