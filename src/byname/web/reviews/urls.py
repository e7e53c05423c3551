"""Addresses of the reviews: anybody's, their authors', the staff's."""

from __future__ import annotations

from django.urls import URLPattern, path

from byname.web.reviews import pages

urlpatterns: list[URLPattern] = [
    path("what-customers-say/", pages.public, name="public-reviews"),
    path("my/reviews/", pages.mine, name="my-reviews"),
    path("my/reviews/<str:number>/show/", pages.show, name="my-review-show"),
    path("reviews/", pages.all_reviews, name="reviews"),
    path("reviews/<str:number>/decide/", pages.decide, name="reviews-decide"),
]
