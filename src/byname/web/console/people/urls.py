"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.people import views

urlpatterns: list[URLPattern] = [
    path("", views.people, name="people"),
    path("export/", views.exported, name="people_export"),
    path("views/", views.keep_view, name="people_keep_view"),
    path("views/<int:view_id>/delete/", views.delete_view, name="people_delete_view"),
]
