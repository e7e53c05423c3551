"""What the page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def people(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    return render(request, "console/people.html", {})
