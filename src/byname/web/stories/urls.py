"""Addresses of the stories: their tellers', the staff's."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.stories import pages

urlpatterns: list[URLPattern] = [
    path("my/stories/", pages.mine, name="my-stories"),
    path("my/stories/none/", pages.lend_nothing, name="my-stories-none"),
    path("my/stories/<str:number>/lend/", pages.lend, name="my-story-lend"),
    path("stories/", pages.all_stories, name="stories"),
    path("stories/<str:number>/decide/", pages.decide, name="stories-decide"),
]
