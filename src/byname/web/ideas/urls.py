"""Addresses of the ideas: the customers' below /my/, the staff's."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.ideas import customers, staff

urlpatterns: list[URLPattern] = [
    path("ideas/", staff.ideas, name="ideas"),
    path("ideas/<str:number>/answer/", staff.answer, name="ideas-answer"),
    path("my/ideas/", customers.ideas, name="my-ideas"),
    path("my/ideas/new/", customers.new, name="my-idea-new"),
    path("my/ideas/<str:number>/", customers.one, name="my-idea"),
    path("my/ideas/<str:number>/support/", customers.support, name="my-idea-support"),
    path("my/ideas/<str:number>/name/", customers.name, name="my-idea-name"),
]
