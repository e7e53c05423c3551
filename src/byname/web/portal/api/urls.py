"""Where the customers' API is, and its description, which anybody may read: it names nobody."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from byname.web.portal.api import views
from byname.web.portal.api.routes import api

_patterns, *_namespace = api.urls
for _pattern in _patterns:
    login_not_required(_pattern.callback)  # type: ignore[type-var]

urlpatterns = [
    path("openapi.json", views.openapi, name="my-openapi"),
    path("", (_patterns, *_namespace)),  # type: ignore[arg-type]
]
