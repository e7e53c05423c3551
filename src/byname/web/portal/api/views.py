"""The description of the customers' API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, JsonResponse
from django.views.decorators.http import require_safe

from byname.web.portal.api.routes import api
from byname.web.served import company

if TYPE_CHECKING:
    from django.http import HttpRequest

__all__ = ["openapi"]


@require_safe
@login_not_required
def openapi(_request: HttpRequest) -> JsonResponse:
    """As OpenAPI."""
    if not company().settings.portal.on:
        raise Http404
    return JsonResponse(api.get_openapi_schema())
