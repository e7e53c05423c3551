"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.proof import views

urlpatterns: list[URLPattern] = [
    path("", views.proof, name="proof"),
    path("playbook/<str:action>/", views.playbook, name="proof-playbook"),
]
