"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.people import views

urlpatterns: list[URLPattern] = [path("", views.people, name="people")]
