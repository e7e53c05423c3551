"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.settings import views

urlpatterns: list[URLPattern] = [path("", views.settings, name="settings")]
