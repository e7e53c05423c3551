"""Addresses of this page."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.console.book import views

urlpatterns: list[URLPattern] = [
    path("", views.book, name="book"),
    path("promise/", views.promise, name="book_promise"),
    path("keep/", views.keep, name="book_keep"),
    path("assign/", views.assign, name="book_assign"),
]
