"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.voice import views

urlpatterns: list[URLPattern] = [
    path("", views.voice, name="voice"),
    path("problem/", views.problem, name="voice-problem"),
    path("waiting/", views.waiters, name="voice-waiting"),
    path("quotes/", views.quotes, name="voice-quotes"),
    path("quotes/allow/", views.allow, name="voice-allow"),
    path("text/<slug:fact_id>/", views.one_text, name="voice-text"),
    path("text/<slug:fact_id>/correct/", views.correct, name="voice-correct"),
]
