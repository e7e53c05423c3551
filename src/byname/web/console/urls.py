"""The pages of the staff."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("byname.web.console.today.urls")),
    path("letters/", include("byname.web.console.outreach.urls")),
    path("people/", include("byname.web.console.people.urls")),
    path("person/", include("byname.web.console.person.urls")),
    path("book/", include("byname.web.console.book.urls")),
    path("standing/", include("byname.web.console.standing.urls")),
    path("value/", include("byname.web.console.value.urls")),
    path("voice/", include("byname.web.console.voice.urls")),
    path("plan/", include("byname.web.console.plan.urls")),
    path("proof/", include("byname.web.console.proof.urls")),
    path("data/", include("byname.web.console.data.urls")),
    path("settings/", include("byname.web.console.settings.urls")),
]
