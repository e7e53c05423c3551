"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.value import views

urlpatterns: list[URLPattern] = [
    path("", views.value, name="value"),
    path("risk/", views.risk, name="value-risk"),
    path("record/", views.foretold, name="value-record"),
]
