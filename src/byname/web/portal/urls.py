"""Addresses of the customers' own pages, and of the word that their browsers' signal is honoured."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from byname.web.portal import handover, views, way_in

urlpatterns: list[URLPattern | URLResolver] = [
    path(".well-known/gpc.json", views.signal, name="gpc"),
    path("my/api/", include("byname.web.portal.api.urls")),
    path("my/", views.page, name="my-page"),
    path("my/way-in/", way_in.way_in, name="my-way-in"),
    path("my/way-in/sent/", way_in.sent, name="my-way-in-sent"),
    path("my/in/<str:token>/", way_in.door, name="my-door"),
    path("my/handover/", handover.handover, name="my-handover"),
    path("my/out/", way_in.out, name="my-out"),
    path("my/held/", views.held, name="my-held"),
    path("my/why/", views.why, name="my-why"),
    path("my/contacts/", views.contacts, name="my-contacts"),
    path("my/contacts/why/", views.contact, name="my-contact"),
    path("my/wishes/", views.wishes, name="my-wishes"),
    path("my/stop/", views.stop, name="my-stop"),
    path("my/correct/", views.correct, name="my-correct"),
    path("my/take/", views.take, name="my-take"),
    path("my/take/<str:kind>/", views.file, name="my-file"),
    path("my/erase/", views.erase, name="my-erase"),
    path("my/do/<str:verb>/", views.act, name="my-do"),
]
