"""Where the API is, and the page of its tokens. A token lets programs in, not a session: no cookie to forge."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from byname.web.api import views
from byname.web.api.routes import api

_patterns, *_namespace = api.urls
for _pattern in _patterns:
    login_not_required(_pattern.callback)  # type: ignore[type-var]

urlpatterns = [
    path("openapi.json", views.openapi, name="openapi"),
    path("tokens/", views.token_list, name="tokens"),
    path("tokens/<int:token>/end/", views.end_token, name="token_end"),
    path("", (_patterns, *_namespace)),  # type: ignore[arg-type]
]
