"""Signing in and out, second factor, password."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("allauth.urls"))]
