"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.today import views

urlpatterns: list[URLPattern] = [
    path("", views.today, name="today"),
    path("today/handle/", views.handle, name="today_handle"),
    path("today/undo/", views.undo, name="today_undo"),
]
