"""Where each page is."""

from __future__ import annotations

from django.urls import include, path

# What is shown where a page fails; Django looks for these names here.
handler400 = "byname.web.failing.nonsense"
handler403 = "byname.web.failing.not_yours"
handler404 = "byname.web.failing.not_here"
handler500 = "byname.web.failing.broken"

urlpatterns = [
    path("accounts/", include("byname.web.accounts.urls")),
    path("api/", include("byname.web.api.urls")),
    path("", include("byname.web.outreach.urls")),
    path("", include("byname.web.portal.urls")),
    path("", include("byname.web.ideas.urls")),
    path("", include("byname.web.reviews.urls")),
    path("", include("byname.web.stories.urls")),
    path("", include("byname.web.previews.urls")),
    path("", include("byname.web.friends.urls")),
    path("", include("byname.web.agreed.urls")),
    path("", include("byname.web.console.urls")),
]
