"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.person import views

urlpatterns: list[URLPattern] = [path("<str:person_id>/", views.person, name="person")]
