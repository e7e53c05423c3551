"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.standing import views

urlpatterns: list[URLPattern] = [
    path("", views.standing, name="standing"),
    path("alarms/", views.alarms, name="standing-alarms"),
    path("movers/", views.movers, name="standing-movers"),
    path("ties/", views.both_ways, name="standing-ties"),
    path("record/", views.foretold, name="standing-record"),
]
