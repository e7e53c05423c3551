"""Where each page is."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("byname.web.accounts.urls")),
    path("api/", include("byname.web.api.urls")),
    path("", include("byname.web.outreach.urls")),
    path("", include("byname.web.portal.urls")),
    path("", include("byname.web.ideas.urls")),
    path("", include("byname.web.reviews.urls")),
    path("", include("byname.web.console.urls")),
]
